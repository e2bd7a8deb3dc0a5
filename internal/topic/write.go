package topic

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/segmentio/kafka-go"

	"github.com/tradewire/tradewire/internal/event"
)

// Writer writes records; it is safe for concurrent use, and callers that
// write at the same time share requests.
type Writer struct {
	kafka   *kafka.Writer
	cluster *Cluster
}

// deadLetterRoom is what a dead letter may exceed Config.MaxMessageBytes by:
// a record of full size must still fit with its extra headers, and again when
// it is replayed.
const deadLetterRoom = 16 << 10

// batchRecords bounds a request; kafka-go allocates room for all of them.
const batchRecords = 256

func newWriter(c *Cluster) *Writer {
	return &Writer{cluster: c, kafka: &kafka.Writer{
		Addr:         c.client.Addr,
		Transport:    &produceTransport{Transport: c.transport, clientID: c.cfg.ClientID, buffers: &c.buffers},
		Balancer:     partitioner{},
		RequiredAcks: kafka.RequireAll,
		Compression:  c.cfg.Compression,
		BatchSize:    batchRecords,
		BatchBytes:   int64(c.cfg.MaxMessageBytes + deadLetterRoom),
		BatchTimeout: c.cfg.BatchDelay,
		ReadTimeout:  c.cfg.Timeout,
		WriteTimeout: c.cfg.Timeout,
		MaxAttempts:  1, // Write retries by itself: it can stop when ctx ends
	}}
}

func (w *Writer) close() error {
	if err := w.kafka.Close(); err != nil {
		return fmt.Errorf("close writer: %w", err)
	}
	return nil
}

// partitioner places records as Kafka's Java client does (murmur2 of the
// key), so that other producers and we agree on a key's partition.
type partitioner struct{}

// Balance hashes the partition key that Write put beside the message.
func (partitioner) Balance(msg kafka.Message, partitions ...int) int {
	if key, ok := msg.WriterData.([]byte); ok {
		msg.Key = key
	}
	return kafka.Murmur2Balancer{}.Balance(msg, partitions...)
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
	msgs := make([]kafka.Message, len(records))
	pending := make([]int, 0, len(records))
	var rejected []Rejected
	for i, r := range records {
		if size, limit := recordSize(r), w.limit(r); size > limit {
			rejected = append(rejected, Rejected{Index: i, Topic: r.Topic, Key: r.Key, Class: RejectTooLarge,
				Size: size, Limit: limit, Err: fmt.Errorf("%d bytes are over the limit of %d", size, limit)})
			continue
		}
		msgs[i] = w.message(r)
		pending = append(pending, i)
	}
	more, err := w.writeAll(ctx, msgs, pending)
	if err != nil {
		return fmt.Errorf("write %d records: %w", len(records), denied(err))
	}
	for _, r := range more {
		r.Topic = records[r.Index].Topic
		rejected = append(rejected, r)
	}
	if len(rejected) > 0 {
		return &RejectedError{Rejected: rejected}
	}
	return nil
}

// writeAll writes the messages at the pending indexes until none is left.
func (w *Writer) writeAll(ctx context.Context, msgs []kafka.Message, pending []int) ([]Rejected, error) {
	var rejected []Rejected
	alone := false // one by one, to find the one that is too large
	for attempt := 0; len(pending) > 0; attempt++ {
		if !pause(ctx, attempt) {
			return nil, ctx.Err()
		}
		failures, err := w.attempt(ctx, msgs, pending, alone)
		switch {
		case errors.Is(err, io.ErrClosedPipe):
			return nil, ErrClosed
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
				rejected = append(rejected, reject(i, msgs[i], failure))
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
		pending = withFollowers(msgs, pending, next)
	}
	return rejected, nil
}

// attempt sends the pending messages once, and returns the failures by index,
// or an error when nothing is known about any of them.
func (w *Writer) attempt(ctx context.Context, msgs []kafka.Message, pending []int, alone bool) (map[int]error, error) {
	size := len(pending)
	if alone {
		size = 1
	}
	failures := map[int]error{}
	for part := range slices.Chunk(pending, max(size, 1)) {
		batch := make([]kafka.Message, len(part))
		for i, index := range part {
			batch[i] = msgs[index]
		}
		err := w.kafka.WriteMessages(ctx, batch...)
		var each kafka.WriteErrors
		switch {
		case err == nil:
		case errors.As(err, &each):
			for i, index := range part {
				if each[i] != nil {
					failures[index] = each[i]
				}
			}
		default:
			return nil, err
		}
	}
	return failures, nil
}

// withFollowers adds to the failed indexes the later ones of the same topic
// and key, in order.
func withFollowers(msgs []kafka.Message, pending, failed []int) []int {
	first := map[string]int{}
	slices.Sort(failed)
	name := func(i int) string { return msgs[i].Topic + "\x00" + string(msgs[i].Key) }
	for _, i := range failed {
		if _, ok := first[name(i)]; !ok {
			first[name(i)] = i
		}
	}
	var again []int
	for _, i := range pending {
		from, ok := first[name(i)]
		follower := ok && i > from && msgs[i].Key != nil
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

func reject(index int, msg kafka.Message, err error) Rejected {
	class := RejectTooLarge
	if errors.Is(err, kafka.InvalidRecord) || errors.Is(err, kafka.InvalidTimestamp) {
		class = RejectInvalid
	}
	return Rejected{Index: index, Key: msg.Key, Class: class, Err: err}
}

func (w *Writer) limit(r Record) int {
	if r.Header(event.HeaderStage) != "" || r.Header(event.HeaderAttempt) != "" {
		return w.cluster.cfg.MaxMessageBytes + deadLetterRoom
	}
	return w.cluster.cfg.MaxMessageBytes
}

// recordSize is at least what kafka-go counts for a message.
func recordSize(r Record) int {
	const fixed, each = 32, 10
	size := fixed + len(r.Key) + len(r.Value)
	for _, h := range r.Headers {
		size += each + len(h.Name) + len(h.Value)
	}
	return size
}

func (w *Writer) message(r Record) kafka.Message {
	m := kafka.Message{Topic: w.cluster.wireName(r.Topic), Key: r.Key, Value: r.Value, Time: r.Time}
	if r.PartitionKey != nil {
		m.WriterData = r.PartitionKey
	}
	if len(r.Headers) > 0 {
		m.Headers = make([]kafka.Header, len(r.Headers))
		for i, h := range r.Headers {
			m.Headers[i] = kafka.Header{Key: h.Name, Value: h.Value}
		}
	}
	return m
}
