package pipeline

import (
	"context"
	"sync"
	"time"
)

// keyLanes gives each lane key a lane of its own for as long as it has work,
// so that one slow host holds up no other. Together they hold at most
// limits.Queue inputs in memory.
type keyLanes struct {
	*runner
	ctx, hard context.Context
	room      chan struct{} // holds a token for each input in memory
	busy      sync.WaitGroup

	mu    sync.Mutex
	lanes map[string]*keyLane
}

// keyLane is the lane of one key. It ends when nothing is left to do.
type keyLane struct {
	lane
	set   *keyLanes
	key   string
	queue []*task       // by set.mu
	more  chan struct{} // something was queued
}

func newKeyLanes(ctx, hard context.Context, r *runner) *keyLanes {
	return &keyLanes{runner: r, ctx: ctx, hard: hard, room: make(chan struct{}, r.limits.Queue), lanes: map[string]*keyLane{}}
}

// take queues an input, and waits while there is no room.
func (k *keyLanes) take(t *task) bool {
	select {
	case k.room <- struct{}{}:
	case <-k.ctx.Done():
		return false
	}
	key := string(k.laneKey(t.in))
	k.mu.Lock()
	defer k.mu.Unlock()
	l := k.lanes[key]
	if l == nil {
		l = &keyLane{lane: lane{runner: k.runner}, set: k, key: key, more: make(chan struct{}, 1)}
		k.lanes[key] = l
		k.busy.Go(l.run)
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
