package pipeline

import (
	"context"
	"sync"
	"time"

	"github.com/tradewire/tradewire/internal/topic"
)

// keyLanes gives each lane key a lane of its own for as long as it has work,
// so that one slow host holds up no other. Together they hold at most
// limits.Queue inputs in memory; what is too much for one lane is put aside.
type keyLanes struct {
	*runner
	ctx, hard context.Context
	room      chan struct{} // holds a token for each input in memory
	busy      sync.WaitGroup
	aside     chan *task // nil when nothing can be put aside

	mu    sync.Mutex
	lanes map[string]*keyLane
}

// spare is where inputs go that are too many for the lane of their key.
type spare struct {
	// work puts an input aside until its turn.
	work work
	// pace is how long a lane takes for an input at least.
	pace time.Duration
	// roomy reports whether it may be put aside.
	roomy func(topic.Record) bool
}

const (
	// laneHolds is for how long a lane has work in memory, lest many slow
	// hosts take all the room.
	laneHolds  = time.Minute
	asideBatch = 256 // inputs put aside together
)

// share is how many inputs a lane may hold.
func (k *keyLanes) share() int {
	return min(max(int(laneHolds/max(k.spare.pace, 1)), 4), max(1, k.limits.Queue/4))
}

// keyLane is the lane of one key. It ends when nothing is left to do.
type keyLane struct {
	lane
	set   *keyLanes
	key   string
	queue []*task       // by set.mu
	turn  time.Time     // of the last one put aside; by set.mu
	more  chan struct{} // something was queued
}

func newKeyLanes(ctx, hard context.Context, r *runner) *keyLanes {
	k := &keyLanes{runner: r, ctx: ctx, hard: hard, room: make(chan struct{}, r.limits.Queue), lanes: map[string]*keyLane{}}
	if r.spare != nil {
		k.aside = make(chan *task, asideBatch)
		k.busy.Go(k.putAside)
	}
	return k
}

// putAside makes room for others by what is too much for a lane.
func (k *keyLanes) putAside() {
	l := &lane{runner: k.runner, do: k.spare.work, batch: asideBatch, in: k.aside}
	for batch := l.next(k.ctx); len(batch) > 0; batch = l.next(k.ctx) {
		delayed := len(l.waiting)
		l.handle(k.hard, batch)
		for range len(batch) - (len(l.waiting) - delayed) {
			<-k.room
		}
	}
}

// take queues an input, and waits while there is no room. It may wait there for
// long: it must not hold the memory of those it came with.
func (k *keyLanes) take(t *task) bool {
	t.in = t.in.Clone()
	select {
	case k.room <- struct{}{}:
	case <-k.ctx.Done():
		return false
	}
	if k.queue(t) {
		return true
	}
	select {
	case k.aside <- t:
		return true
	case <-k.ctx.Done():
		return false
	}
}

// queue brings an input to its lane; false when it is to be put aside, until
// the turn that it has been given.
func (k *keyLanes) queue(t *task) bool {
	key := string(k.laneKey(t.in))
	k.mu.Lock()
	defer k.mu.Unlock()
	l := k.lanes[key]
	if l == nil {
		l = &keyLane{lane: lane{runner: k.runner, do: k.work}, set: k, key: key, more: make(chan struct{}, 1)}
		k.lanes[key] = l
		k.busy.Go(l.run)
	}
	if k.aside != nil && len(l.queue) >= k.share() && k.spare.roomy(t.in) {
		// Half of the queue is done by the time that the first comes back.
		soonest := time.Now().Add(k.spare.pace * time.Duration(len(l.queue)/2))
		if l.turn = l.turn.Add(k.spare.pace); l.turn.Before(soonest) {
			l.turn = soonest
		}
		t.turn = l.turn
		return false
	}
	l.queue = append(l.queue, t)
	select {
	case l.more <- struct{}{}:
	default:
	}
	return true
}

func (k *keyLanes) wait() { k.busy.Wait() }

func (l *keyLane) run() {
	for t := l.next(); t != nil; t = l.next() {
		delayed := len(l.waiting)
		l.handle(l.set.hard, []*task{t})
		if len(l.waiting) == delayed {
			<-l.set.room
		}
	}
}

// next waits for the next input, or the next one due for another attempt; nil
// when there is nothing left, or ctx ended.
func (l *keyLane) next() *task {
	for l.set.ctx.Err() == nil {
		if len(l.waiting) > 0 && !l.waiting[0].due.After(time.Now()) {
			t := l.waiting[0].task
			l.waiting = l.waiting[1:]
			return t
		}
		t, end := l.pop()
		if t != nil || end {
			return t
		}
		l.rest()
	}
	return nil
}

// pop takes an input off the queue. The lane ends when it has none at all.
func (l *keyLane) pop() (t *task, end bool) {
	l.set.mu.Lock()
	defer l.set.mu.Unlock()
	if len(l.queue) > 0 {
		t = l.queue[0]
		l.queue = l.queue[1:]
		return t, false
	}
	if len(l.waiting) > 0 {
		return nil, false
	}
	delete(l.set.lanes, l.key)
	return nil, true
}

// rest waits until an input comes or is due for another attempt.
func (l *keyLane) rest() {
	timer := time.NewTimer(time.Until(l.waiting[0].due))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-l.more:
	case <-l.set.ctx.Done():
	}
}
