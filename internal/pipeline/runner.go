package pipeline

import (
	"context"
	"errors"
	"hash/fnv"
	"log/slog"
	"sync"
	"time"

	"github.com/tradewire/tradewire/internal/ops"
	"github.com/tradewire/tradewire/internal/topic"
)

// reader is the side of a consumer group that a stage uses (*topic.Reader).
type reader interface {
	Fetch(ctx context.Context) (topic.Record, error)
	Commit(ctx context.Context, records ...topic.Record) error
	Lag() []topic.PartitionLag
}

// writer writes records and returns when they are acknowledged
// (*topic.Writer).
type writer interface {
	Write(ctx context.Context, records ...topic.Record) error
}

// runner takes the inputs of one stage through its work. Inputs with one lane
// key are worked on one after another, in order; different ones side by side,
// on limits.Workers lanes that keys share, or each on a lane of its own. An input is committed when everything made
// of it is acknowledged, and only after all inputs before it in its partition.
type runner struct {
	name    string
	limits  Limits
	reader  reader
	writer  writer
	work    work
	store   func(context.Context, []*task) error // nil when a stage only writes to topics
	laneKey func(topic.Record) []byte
	ownLane bool // each key has a lane of its own
	spare   *spare
	stage   *ops.Stage
	ready   *ops.Readiness
	flow    *flow
	log     *slog.Logger

	mu      sync.Mutex
	tracker topic.Tracker
	commits map[partition]topic.Record
}

type partition struct {
	topic string
	id    int
}

// commitEvery is how often finished work is committed. Committing less often
// costs nothing but a few inputs done twice after a crash.
const commitEvery = 100 * time.Millisecond

// run works until ctx ends. What is under way then may finish until hard
// ends; what is only queued is left uncommitted, for the next start.
func (r *runner) run(ctx, hard context.Context) {
	r.commits = map[partition]topic.Record{}
	var lanes dispatcher
	if r.ownLane {
		lanes = newKeyLanes(ctx, hard, r)
	} else {
		lanes = newSharedLanes(ctx, hard, r)
	}
	var committer sync.WaitGroup
	stop := make(chan struct{})
	committer.Go(func() { r.commitLoop(hard, stop) })
	r.intake(ctx, lanes)
	lanes.wait()
	close(stop)
	committer.Wait()
}

// dispatcher brings inputs to their lanes.
type dispatcher interface {
	// take waits while the lane is full; false when the stage ends.
	take(t *task) bool
	// wait returns when all lanes have ended.
	wait()
}

// sharedLanes are a fixed number of lanes, which share the keys.
type sharedLanes struct {
	*runner
	ctx  context.Context
	in   []chan *task
	busy sync.WaitGroup
}

func newSharedLanes(ctx, hard context.Context, r *runner) *sharedLanes {
	s := &sharedLanes{runner: r, ctx: ctx, in: make([]chan *task, r.limits.Workers)}
	for i := range s.in {
		s.in[i] = make(chan *task, max(1, r.limits.Queue/len(s.in)))
		s.busy.Go(func() { (&lane{runner: r, do: r.work, batch: r.limits.Batch, in: s.in[i]}).run(ctx, hard) })
	}
	return s
}

func (s *sharedLanes) take(t *task) bool {
	select {
	case s.in[s.laneOf(t.in, len(s.in))] <- t:
		return true
	case <-s.ctx.Done():
		return false
	}
}

func (s *sharedLanes) wait() { s.busy.Wait() }

// intake hands each record to its lane, and waits when the lane is full.
func (r *runner) intake(ctx context.Context, lanes dispatcher) {
	for attempt := 0; ctx.Err() == nil; {
		in, err := r.reader.Fetch(ctx)
		if err != nil {
			if ctx.Err() != nil || errors.Is(err, topic.ErrClosed) {
				return
			}
			attempt++
			r.trouble("read", err, attempt)
			sleep(ctx, backoff(attempt))
			continue
		}
		attempt = 0
		r.well("read")
		t := &task{in: in, job: r.stage.Begin()}
		r.mu.Lock()
		r.tracker.Begin(in)
		r.mu.Unlock()
		if !lanes.take(t) {
			return
		}
	}
}

func (r *runner) laneOf(in topic.Record, lanes int) int {
	h := fnv.New32a()
	// A hash never fails to write.
	_, _ = h.Write(r.laneKey(in))
	return int(h.Sum32() % uint32(lanes))
}

// settle ends tasks whose outputs are acknowledged.
func (r *runner) settle(tasks []*task) {
	for _, t := range tasks {
		switch {
		case t.gone:
			t.job.Rejected(classReassigned)
		case t.refused != nil:
			t.job.Rejected(t.refused.class)
		default:
			t.job.Sent(t.published)
		}
		r.done(t)
	}
}

func (r *runner) done(t *task) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if upTo, ok := r.tracker.Done(t.in); ok {
		r.commits[partition{upTo.Topic, upTo.Partition}] = upTo
	}
	r.flow.handled(t.in.Topic)
}

// commitLoop commits what is finished, now and then, and once more at the end.
func (r *runner) commitLoop(hard context.Context, stop <-chan struct{}) {
	tick := time.NewTicker(commitEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			r.commit(hard)
		case <-stop:
			r.commit(hard)
			return
		}
	}
}

func (r *runner) commit(hard context.Context) {
	r.mu.Lock()
	records := make([]topic.Record, 0, len(r.commits))
	for _, record := range r.commits {
		records = append(records, record)
	}
	clear(r.commits)
	r.mu.Unlock()
	if len(records) == 0 {
		return
	}
	err := r.reader.Commit(hard, records...)
	switch {
	case err == nil:
		r.well("commit")
	case hard.Err() != nil || errors.Is(err, topic.ErrClosed):
	default:
		r.trouble("commit", err, 1)
		r.again(records)
	}
}

// again keeps records for the next commit, unless a later one is there.
func (r *runner) again(records []topic.Record) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, record := range records {
		key := partition{record.Topic, record.Partition}
		if newer, ok := r.commits[key]; !ok || newer.Lease == record.Lease && newer.Offset < record.Offset {
			r.commits[key] = record
		}
	}
}

// trouble says that a stage cannot go on for now, in the log and in /readyz.
func (r *runner) trouble(doing string, err error, attempt int) {
	if r.ready.Set(r.name+" "+doing, err) {
		r.log.Warn("stage waits", "doing", doing, "attempt", attempt, "error", err)
	}
}

func (r *runner) well(doing string) {
	if r.ready.Forget(r.name + " " + doing) {
		r.log.Info("stage goes on", "doing", doing)
	}
}
