package topic

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
)

// Reader is a member of a consumer group. Members of a group share the
// partitions of its topics; a new group starts at the earliest record.
//
// It is built on the generations of kafka.ConsumerGroup, not on kafka.Reader:
// the latter hides rebalances, so that an offset of a partition that was lost
// could be committed over the new owner's. Here each record carries the Lease
// it was read under. When a rebalance takes a partition away, its lease ends:
// records in flight are no longer committed and come again at the new owner.
// A partition that stays with us from one generation to the next keeps its
// lease and its position: work in flight goes on and nothing is read twice.
//
// Its goroutines are those of the generation; they end with Close. Members
// come and go in about a second (Config.Heartbeat); one that dies without
// Close holds its partitions until the next process of its name joins
// (Config.Instance), or for Config.RebalanceTimeout to SessionTimeout.
// All methods are safe for concurrent use.
type Reader struct {
	cluster *Cluster
	group   string
	config  kafka.ConsumerGroupConfig

	fetching   chan struct{} // held by the one Fetch that is under way
	committing chan struct{} // likewise: commits must arrive in order
	closed     chan struct{}
	closeOnce  sync.Once
	joined     time.Time // of the current generation; by fetching

	mu      sync.Mutex
	members *kafka.ConsumerGroup // nil until the first Fetch
	gen     *kafka.Generation
	flow    *flow // nil between generations
	held    map[partition]*hold
	leases  int64
	// changed is closed when the next generation is there.
	changed chan struct{}
	queue   []Record // read, not yet handed out; all of one partition
	queued  *hold    // of that partition
}

// hold is what we know of a partition that is ours.
type hold struct {
	lease     int64
	position  int64 // the offset to hand out next; negative until known
	committed int64 // what the coordinator has; negative when it has nothing
	finished  int64 // what it should have
	end       int64 // one past the last record, as last seen
	read      mark  // of the last record that came
}

// flow brings the chunks of one generation.
type flow struct {
	chunks chan flowing
	ended  chan struct{}
	loans  loans
}

type flowing struct {
	partition partition
	chunk     chunk
	err       error
}

// Reader joins a group that reads topics. It does not wait for the brokers:
// Fetch does.
func (c *Cluster) Reader(group string, topics ...string) (*Reader, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, ErrClosed
	}
	names := make([]string, len(topics))
	for i, t := range topics {
		names[i] = c.wireName(t)
	}
	dialer := c.dialer()
	dialer.ClientID = c.memberID()
	config := kafka.ConsumerGroupConfig{
		ID:                     group,
		Brokers:                c.cfg.Brokers,
		Dialer:                 dialer,
		Topics:                 names,
		HeartbeatInterval:      c.cfg.Heartbeat,
		SessionTimeout:         c.cfg.SessionTimeout,
		RebalanceTimeout:       c.cfg.RebalanceTimeout,
		JoinGroupBackoff:       250 * time.Millisecond,
		WatchPartitionChanges:  true,
		PartitionWatchInterval: 10 * time.Second,
		StartOffset:            kafka.FirstOffset,
		Timeout:                c.cfg.Timeout,
	}
	if err := config.Validate(); err != nil {
		return nil, fmt.Errorf("join group %s: %w", group, err)
	}
	r := &Reader{
		cluster: c, group: group, config: config,
		fetching: make(chan struct{}, 1), committing: make(chan struct{}, 1), closed: make(chan struct{}),
		held: map[partition]*hold{}, changed: make(chan struct{}),
	}
	c.readers[r] = struct{}{}
	return r, nil
}

// Fetch returns the next record of any partition that is ours, in order
// within a partition, and waits for one: through rebalances and while the
// cluster is away. Records that were sent together share memory: who keeps one
// for long should Clone it. Errors: that of ctx, ErrClosed, or what the cluster
// refuses us (rights, password).
func (r *Reader) Fetch(ctx context.Context) (Record, error) {
	if err := ctx.Err(); err != nil {
		return Record{}, err
	}
	if record, ok := r.next(); ok {
		return record, nil
	}
	if err := r.enter(ctx, r.fetching); err != nil {
		return Record{}, err
	}
	defer func() { <-r.fetching }()
	for {
		if record, ok := r.next(); ok {
			return record, nil
		}
		if err := r.fill(ctx); err != nil {
			return Record{}, err
		}
	}
}

func (r *Reader) enter(ctx context.Context, door chan struct{}) error {
	select {
	case <-r.closed:
		return ErrClosed
	default:
	}
	select {
	case door <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-r.closed:
		return ErrClosed
	}
}

// next takes a record off the queue, unless its generation is over.
func (r *Reader) next() (Record, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.queue) == 0 || r.flow == nil {
		return Record{}, false
	}
	select {
	case <-r.flow.ended:
		return Record{}, false
	case <-r.closed:
		return Record{}, false
	default:
	}
	record := r.queue[0]
	r.queue[0] = Record{} // let its memory go with those who have it
	r.queue = r.queue[1:]
	r.queued.position = record.Offset + 1
	record.Lease = r.queued.lease
	return record, true
}

// fill waits for more records or for the next generation.
func (r *Reader) fill(ctx context.Context) error {
	r.mu.Lock()
	f := r.flow
	r.mu.Unlock()
	if f == nil {
		return r.join(ctx)
	}
	select {
	case got := <-f.chunks:
		return r.take(got)
	case <-f.ended:
		r.mu.Lock()
		r.flow, r.queue = nil, nil
		r.mu.Unlock()
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-r.closed:
		return ErrClosed
	}
}

// take queues the records of a chunk.
func (r *Reader) take(got flowing) error {
	if got.err != nil {
		return fmt.Errorf("fetch for group %s: %w", r.group, denied(got.err))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	h := r.held[got.partition]
	h.end = got.chunk.end
	if got.chunk.moved {
		r.leases++
		*h = hold{lease: r.leases, committed: -1, finished: -1, end: got.chunk.end}
	}
	if h.position < 0 || got.chunk.moved {
		h.position = got.chunk.next
	}
	r.queue, r.queued = got.chunk.records, h
	if n := len(r.queue); n > 0 {
		h.read = markOf(r.queue[n-1])
	}
	return nil
}

// Commit stores that the group need not see these records again, nor any
// before them in their partitions: pass what Tracker.Done returned. It waits
// and retries while the cluster is away. Records of a partition that was lost
// are passed over without an error; while the group rebalances, Commit
// returns nil too and the offset is stored with the next generation, if the
// partition is still ours.
func (r *Reader) Commit(ctx context.Context, records ...Record) error {
	if err := r.enter(ctx, r.committing); err != nil {
		return err
	}
	defer func() { <-r.committing }()
	r.mu.Lock()
	for _, record := range records {
		h := r.held[partition{r.cluster.wireName(record.Topic), record.Partition}]
		if h != nil && h.lease == record.Lease {
			h.finished = max(h.finished, record.Offset+1)
		}
	}
	gen, f := r.gen, r.flow
	r.mu.Unlock()
	if f == nil {
		return nil
	}
	return r.store(ctx, gen, f)
}

// store sends every finished offset that the coordinator does not have yet.
func (r *Reader) store(ctx context.Context, gen *kafka.Generation, f *flow) error {
	for attempt := 0; pause(ctx, attempt); attempt++ {
		offsets := r.unstored()
		if len(offsets) == 0 {
			return nil
		}
		err := gen.CommitOffsets(offsets)
		switch {
		case err == nil:
			r.cluster.health.worked()
			r.stored(gen, offsets)
			return nil
		case rebalancing(err) || over(f):
			return nil
		case refused(err):
			return fmt.Errorf("commit for group %s: %w", r.group, denied(err))
		}
		r.cluster.health.failed("commit", err)
	}
	return ctx.Err()
}

func over(f *flow) bool {
	select {
	case <-f.ended:
		return true
	default:
		return false
	}
}

// rebalancing reports an error that only says: the generation is over.
func rebalancing(err error) bool {
	return errors.Is(err, kafka.RebalanceInProgress) || errors.Is(err, kafka.IllegalGeneration) ||
		errors.Is(err, kafka.UnknownMemberId)
}

func (r *Reader) unstored() map[string]map[int]int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	offsets := map[string]map[int]int64{}
	for p, h := range r.held {
		if h.finished <= h.committed || h.finished < 0 {
			continue
		}
		if offsets[p.topic] == nil {
			offsets[p.topic] = map[int]int64{}
		}
		offsets[p.topic][p.id] = h.finished
	}
	return offsets
}

func (r *Reader) stored(gen *kafka.Generation, offsets map[string]map[int]int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.gen != gen {
		return
	}
	at := map[partition]place{}
	for p, h := range r.held {
		if offset, ok := offsets[p.topic][p.id]; ok {
			h.committed = offset
			at[p] = place{Committed: offset, Mark: h.read}
		}
	}
	r.cluster.memory.keep(r.group, at)
}

// PartitionLag says how far a partition is behind.
type PartitionLag struct {
	Topic     string
	Partition int
	// Committed is the offset of the first record that is not finished, -1
	// when the group has finished none; Position is the next to be handed
	// out, -1 when not known yet; End is one past the last record.
	Committed, Position, End int64
}

// Lag counts the records that are not finished.
func (l PartitionLag) Lag() int64 { return max(0, l.End-max(l.Committed, 0)) }

// Lag tells how far each partition is behind that is ours, as of its last
// poll (at most about half a second ago while the cluster answers).
func (r *Reader) Lag() []PartitionLag {
	r.mu.Lock()
	defer r.mu.Unlock()
	lags := make([]PartitionLag, 0, len(r.held))
	for p, h := range r.held {
		lags = append(lags, PartitionLag{
			Topic: r.cluster.ourName(p.topic), Partition: p.id,
			Committed: max(h.committed, -1), Position: max(h.position, -1), End: h.end,
		})
	}
	return lags
}

// Close leaves the group, so that its partitions move at once. What is not
// committed will be read again by another member.
func (r *Reader) Close() error {
	r.closeOnce.Do(func() { close(r.closed) })
	r.mu.Lock()
	members := r.members
	r.mu.Unlock()
	var err error
	if members != nil {
		err = members.Close()
	}
	r.cluster.mu.Lock()
	delete(r.cluster.readers, r)
	r.cluster.mu.Unlock()
	if err != nil {
		return fmt.Errorf("leave group %s: %w", r.group, err)
	}
	return nil
}
