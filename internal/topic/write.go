package topic

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/segmentio/kafka-go"
	metadataapi "github.com/segmentio/kafka-go/protocol/metadata"

	"github.com/tradewire/tradewire/internal/event"
)

// Writer writes records; it is safe for concurrent use, and callers that
// write at the same time share requests.
type Writer struct {
	cluster *Cluster
	encoder encoder
	room    recordPool

	mu       sync.Mutex
	closed   bool
	outboxes map[partition]*outbox
	sending  sync.WaitGroup
}

// deadLetterRoom is what a dead letter may exceed Config.MaxMessageBytes by:
// a record of full size must still fit with its extra headers, and again when
// it is replayed.
const deadLetterRoom = 16 << 10

func newWriter(c *Cluster) *Writer {
	return &Writer{cluster: c, encoder: encoder{c.cfg.Compression, &c.buffers}, outboxes: map[partition]*outbox{}}
}

// close waits for what is under way, and ends every later Write.
func (w *Writer) close() {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	w.sending.Wait()
}

func (w *Writer) ended() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.closed
}

// partitioner places records as Kafka's Java client does (murmur2 of the
// key), so that other producers and we agree on a key's partition.
func partitioner(r Record, ids []int) int {
	key := r.Key
	if r.PartitionKey != nil {
		key = r.PartitionKey
	}
	return kafka.Murmur2Balancer{}.Balance(kafka.Message{Key: key}, ids...)
}

// RejectedError names the records that the log will never take, by their
// index in the arguments of Write. All others have been acknowledged.
type RejectedError struct {
	Rejected []Rejected
}

// Rejected is one record that cannot be written.
type Rejected struct {
	Index int
	Topic string
	Key   []byte
	// Class is RejectTooLarge or RejectInvalid.
	Class string
	// Size and Limit are bytes; 0 when the broker did not say.
	Size, Limit int
	Err         error
}

// Classes of a rejected record, fit for a dead letter.
const (
	RejectTooLarge = "too_large"
	RejectInvalid  = "invalid_record"
)

func (e *RejectedError) Error() string {
	r := e.Rejected[0]
	return fmt.Sprintf("write: %d records can never be written; the first is key %q for topic %s: %s: %v",
		len(e.Rejected), r.Key, r.Topic, r.Class, r.Err)
}

// Unwrap gives the causes.
func (e *RejectedError) Unwrap() []error {
	errs := make([]error, len(e.Rejected))
	for i, r := range e.Rejected {
		errs[i] = r.Err
	}
	return errs
}

// Write writes records and returns nil when all of them are acknowledged. It
// waits and retries while the cluster is away, and then sends only what
// failed (and later records of the same keys, so that the last record of a
// key in the call is also the last in the log).
//
// Other results: *RejectedError, when some can never be written and all
// others are acknowledged; an error of ctx, when it ended first: what was not
// acknowledged may or may not be in the log; ErrClosed; and any other error
// when the cluster refuses us (rights, password). The caller must not change
// the records' bytes, even after ctx ended.
func (w *Writer) Write(ctx context.Context, records ...Record) error {
	pending := make([]int, 0, len(records))
	var rejected []Rejected
	for i, r := range records {
		if size, limit := recordSize(r), w.limit(r); size > limit {
			rejected = append(rejected, Rejected{Index: i, Topic: r.Topic, Key: r.Key, Class: RejectTooLarge,
				Size: size, Limit: limit, Err: fmt.Errorf("%d bytes are over the limit of %d", size, limit)})
			continue
		}
		pending = append(pending, i)
	}
	more, err := w.writeAll(ctx, records, pending)
	if err != nil {
		return fmt.Errorf("write %d records: %w", len(records), denied(err))
	}
	if rejected = append(rejected, more...); len(rejected) > 0 {
		return &RejectedError{Rejected: rejected}
	}
	return nil
}

// writeAll writes the records at the pending indexes until none is left.
func (w *Writer) writeAll(ctx context.Context, records []Record, pending []int) ([]Rejected, error) {
	var rejected []Rejected
	alone := false // one by one, to find the one that is too large
	for attempt := 0; len(pending) > 0; attempt++ {
		if !pause(ctx, attempt) {
			return nil, ctx.Err()
		}
		failures, err := w.attempt(ctx, records, pending, alone)
		switch {
		case errors.Is(err, ErrClosed):
			return nil, err
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil && refused(err):
			return nil, err
		case err != nil:
			w.cluster.health.failed("write", err)
			continue
		}
		var next []int
		tooLarge := false
		for i, failure := range failures {
			switch {
			case refused(failure):
				return nil, failure
			case permanent(failure) && (alone || len(pending) == 1):
				rejected = append(rejected, reject(i, records[i], failure))
			default:
				tooLarge = tooLarge || permanent(failure)
				next = append(next, i)
			}
		}
		if len(next) == 0 {
			w.cluster.health.worked()
			return rejected, nil
		}
		if alone = tooLarge; alone {
			attempt = -1 // the cluster is well: no need to wait
		} else {
			w.cluster.health.failed("write", failures[next[0]])
		}
		pending = withFollowers(records, pending, next)
	}
	return rejected, nil
}

// attempt sends the pending records once, and returns the failures by index,
// or an error when nothing is known about any of them. Alone, no two of them
// share a request.
func (w *Writer) attempt(ctx context.Context, records []Record, pending []int, alone bool) (map[int]error, error) {
	if w.ended() {
		return nil, ErrClosed
	}
	routes, err := w.route(ctx, records, pending)
	if err != nil {
		return nil, err
	}
	var sent []*outgoing
	var of [][]int // the indexes in each of them
	for name, indexesOf := range routes {
		for id, indexes := range indexesOf {
			if len(indexes) == 0 {
				continue
			}
			batches, each, err := w.post(partition{name, id}, records, indexes, alone)
			if err != nil {
				return nil, err
			}
			sent, of = append(sent, batches...), append(of, each...)
		}
	}
	failures := map[int]error{}
	for i, batch := range sent {
		select {
		case <-batch.done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		for _, index := range of[i] {
			if batch.err != nil {
				failures[index] = batch.err
			}
		}
	}
	return failures, nil
}

// route sorts the indexes of records by the partition they go to: for each
// topic on the wire, a list for each of its partitions.
func (w *Writer) route(ctx context.Context, records []Record, pending []int) (map[string][][]int, error) {
	routes := map[string][][]int{}
	var ids []int
	var to [][]int
	for n, i := range pending {
		if n == 0 || records[i].Topic != records[pending[n-1]].Topic {
			name := w.cluster.wireName(records[i].Topic)
			if routes[name] == nil {
				count, err := w.partitions(ctx, name)
				if err != nil {
					return nil, err
				}
				routes[name] = make([][]int, count)
			}
			to = routes[name]
			ids = upTo(len(to))
		}
		id := partitioner(records[i], ids)
		to[id] = append(to[id], i)
	}
	return routes, nil
}

func upTo(n int) []int {
	ids := make([]int, n)
	for i := range ids {
		ids[i] = i
	}
	return ids
}

// partitions counts those of a topic, as the transport last heard.
func (w *Writer) partitions(ctx context.Context, topic string) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, w.cluster.cfg.Timeout)
	defer cancel()
	got, err := w.cluster.transport.RoundTrip(ctx, w.cluster.client.Addr, &metadataapi.Request{TopicNames: []string{topic}})
	if err != nil {
		return 0, err
	}
	answer, ok := got.(*metadataapi.Response)
	switch {
	case !ok || len(answer.Topics) != 1:
		return 0, kafka.UnknownTopicOrPartition
	case answer.Topics[0].ErrorCode != 0:
		return 0, kafka.Error(answer.Topics[0].ErrorCode)
	case len(answer.Topics[0].Partitions) == 0:
		return 0, kafka.UnknownTopicOrPartition
	}
	return len(answer.Topics[0].Partitions), nil
}

// withFollowers adds to the failed indexes the later ones of the same topic
// and key, in order.
func withFollowers(records []Record, pending, failed []int) []int {
	first := map[string]int{}
	slices.Sort(failed)
	name := func(i int) string { return records[i].Topic + "\x00" + string(records[i].Key) }
	for _, i := range failed {
		if _, ok := first[name(i)]; !ok {
			first[name(i)] = i
		}
	}
	var again []int
	for _, i := range pending {
		from, ok := first[name(i)]
		follower := ok && i > from && records[i].Key != nil
		if _, isFailed := slices.BinarySearch(failed, i); isFailed || follower {
			again = append(again, i)
		}
	}
	return again
}

// permanent reports that the broker refuses a batch for what is in it.
func permanent(err error) bool {
	return errors.Is(err, kafka.MessageSizeTooLarge) || errors.Is(err, kafka.RecordListTooLarge) ||
		errors.Is(err, kafka.InvalidRecord) || errors.Is(err, kafka.InvalidTimestamp)
}

func reject(index int, r Record, err error) Rejected {
	class := RejectTooLarge
	if errors.Is(err, kafka.InvalidRecord) || errors.Is(err, kafka.InvalidTimestamp) {
		class = RejectInvalid
	}
	return Rejected{Index: index, Topic: r.Topic, Key: r.Key, Class: class, Err: err}
}

func (w *Writer) limit(r Record) int {
	if r.Header(event.HeaderStage) != "" || r.Header(event.HeaderAttempt) != "" {
		return w.cluster.cfg.MaxMessageBytes + deadLetterRoom
	}
	return w.cluster.cfg.MaxMessageBytes
}

// recordSize is at least what a record takes in a batch.
func recordSize(r Record) int {
	const fixed, each = 32, 10
	size := fixed + len(r.Key) + len(r.Value)
	for _, h := range r.Headers {
		size += each + len(h.Name) + len(h.Value)
	}
	return size
}
