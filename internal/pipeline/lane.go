package pipeline

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"time"

	"github.com/tradewire/tradewire/internal/topic"
)

// lane works on inputs one after another.
type lane struct {
	*runner
	do      work
	batch   int // most inputs taken together
	in      <-chan *task
	waiting []delayed // for another attempt, in order of due
}

type delayed struct {
	due  time.Time
	task *task
}

func (l *lane) run(ctx, hard context.Context) {
	for {
		batch := l.next(ctx)
		if len(batch) == 0 {
			return
		}
		l.handle(hard, batch)
	}
}

// next waits for an input and takes those that are queued behind it, up to
// the size of a batch; none when ctx ends.
func (l *lane) next(ctx context.Context) []*task {
	first := l.wait(ctx)
	if first == nil {
		return nil
	}
	batch := []*task{first}
	for len(batch) < l.batch {
		select {
		case t := <-l.in:
			batch = append(batch, t)
		default:
			return batch
		}
	}
	return batch
}

// wait returns the next input or the next one due for another attempt. While
// as many wait for that as a queue holds, no new input is taken.
func (l *lane) wait(ctx context.Context) *task {
	if ctx.Err() != nil {
		return nil
	}
	var due <-chan time.Time
	if len(l.waiting) > 0 {
		timer := time.NewTimer(time.Until(l.waiting[0].due))
		defer timer.Stop()
		due = timer.C
	}
	in := l.in
	if len(l.waiting) >= l.limits.Queue {
		in = nil
	}
	select {
	case t := <-in:
		return t
	case <-due:
		t := l.waiting[0].task
		l.waiting = l.waiting[1:]
		return t
	case <-ctx.Done():
		return nil
	}
}

// handle works on a batch and makes its outputs safe. Tasks that hard cuts
// short stay unfinished and come again at the next start.
func (l *lane) handle(hard context.Context, batch []*task) {
	var finished []*task
	for _, t := range batch {
		if l.attempt(hard, t) {
			finished = append(finished, t)
		}
	}
	if len(finished) == 0 || l.deliver(hard, finished) != nil {
		return
	}
	l.settle(finished)
}

// attempt works on one task and reports whether it is finished, with outputs
// or refused.
func (l *lane) attempt(hard context.Context, t *task) bool {
	t.reset()
	if t.attempt++; t.first.IsZero() {
		t.first = time.Now()
	}
	err := l.guarded(hard, t)
	var again *later
	switch {
	case err == nil:
		return true
	case hard.Err() != nil:
		return false
	case errors.As(err, &again) && (again.free || t.attempt < l.limits.Attempts):
		l.delay(t, again)
		return false
	}
	l.reject(t, refusalOf(err))
	return true
}

// reject makes a task refused: its only outputs are what the work set beside
// its error, and the dead letter.
func (l *lane) reject(t *task, why *refusal) {
	t.refused = why
	t.outs = append(t.outs, t.letter(l.name, why))
	l.log.Warn("input refused", "class", why.class, "error", why.err, "key", string(t.in.Key),
		"topic", t.in.Topic, "partition", t.in.Partition, "offset", t.in.Offset)
}

// guarded turns a panic into a refusal: one bad input must not stop a stage.
func (l *lane) guarded(hard context.Context, t *task) (err error) {
	defer func() {
		if p := recover(); p != nil {
			page := t.page
			t.reset()
			t.page = page
			err = &refusal{classPanic, fmt.Errorf("panic: %v", p)}
			l.log.Error("panic in stage", "panic", p, "stack", string(debug.Stack()))
		}
	}()
	return l.do(hard, t)
}

// shortestDelay keeps attempts that count for nothing from spinning.
const shortestDelay = 100 * time.Millisecond

// delay puts a task aside for another attempt.
func (l *lane) delay(t *task, why *later) {
	wait := min(max(why.wait, l.limits.Backoff<<min(t.attempt-1, 16)), l.limits.MaxBackoff)
	wait += rand.N(wait/5 + 1) // later, never earlier: the host may have named the time
	if why.free {
		t.attempt--
		wait = max(why.wait, shortestDelay)
	}
	due := time.Now().Add(wait)
	i := len(l.waiting)
	for i > 0 && l.waiting[i-1].due.After(due) {
		i--
	}
	l.waiting = append(l.waiting, delayed{})
	copy(l.waiting[i+1:], l.waiting[i:])
	l.waiting[i] = delayed{due, t}
	l.log.Info("input will be tried again", "class", why.class, "error", why.err, "key", string(t.in.Key),
		"attempt", t.attempt, "wait", wait)
}

// deliver makes everything safe that was made of the tasks: first the
// outputs, then the state that speaks of them, then the rows of the store.
// While one of them fails it waits and retries; only the end of hard ends
// that.
func (l *lane) deliver(hard context.Context, tasks []*task) error {
	for _, part := range []func(*task) []topic.Record{
		func(t *task) []topic.Record { return t.outs },
		func(t *task) []topic.Record { return t.state },
	} {
		if err := l.deliverPart(hard, tasks, part); err != nil {
			return err
		}
	}
	if l.store == nil {
		return nil
	}
	return l.deliverRows(hard, tasks)
}

// deliverRows stores the rows of tasks together. When one of them can never be
// stored, each is stored alone, and the one becomes a dead letter.
func (l *lane) deliverRows(hard context.Context, tasks []*task) error {
	var letters []topic.Record
	err := l.insist(hard, "store", func() error {
		err := l.stored(hard, tasks)
		var poison *refusal
		if !errors.As(err, &poison) {
			return err
		}
		for _, t := range tasks {
			err := l.stored(hard, []*task{t})
			switch {
			case errors.As(err, &poison):
				t.refused = poison
				letters = append(letters, t.letter(l.name, poison))
				l.log.Warn("input refused", "class", poison.class, "error", poison.err, "key", string(t.in.Key),
					"topic", t.in.Topic, "partition", t.in.Partition, "offset", t.in.Offset)
			case err != nil:
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	l.flow.wrote(letters...)
	return l.writeLetters(hard, letters)
}

// stored stores the rows of tasks that are not refused; a panic is a refusal.
func (l *lane) stored(hard context.Context, tasks []*task) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &refusal{classPanic, fmt.Errorf("panic: %v", p)}
			l.log.Error("panic in store", "panic", p, "stack", string(debug.Stack()))
		}
	}()
	return l.store(hard, tasks)
}

func (l *lane) deliverPart(hard context.Context, tasks []*task, part func(*task) []topic.Record) error {
	var records []topic.Record
	var owners []*task
	for _, t := range tasks {
		for _, out := range part(t) {
			records, owners = append(records, out), append(owners, t)
		}
	}
	if len(records) == 0 {
		return nil
	}
	return l.insist(hard, "write", func() error { return l.write(hard, records, owners) })
}

// write writes records. What the log will never take makes its owner a dead
// letter; the rest of it stands.
func (l *lane) write(hard context.Context, records []topic.Record, owners []*task) error {
	err := l.writer.Write(hard, records...)
	var never *topic.RejectedError
	if !errors.As(err, &never) {
		if err == nil {
			l.flow.wrote(records...)
		}
		return err
	}
	var letters []topic.Record
	for _, bad := range never.Rejected {
		t := owners[bad.Index]
		switch {
		case t.refused == nil:
			t.refused = &refusal{bad.Class, bad.Err}
		case t.page == nil || bad.Topic != topic.DeadLetterTopic:
			l.log.Error("record cannot be written", "topic", bad.Topic, "key", string(bad.Key), "error", bad.Err)
			continue
		}
		t.page = nil // a page may be larger than the log takes, its address is not
		letters = append(letters, t.letter(l.name, t.refused))
	}
	l.flow.wrote(records...)
	l.flow.wrote(letters...)
	return l.writeLetters(hard, letters)
}

func (l *lane) writeLetters(hard context.Context, letters []topic.Record) error {
	if len(letters) == 0 {
		return nil
	}
	return l.insist(hard, "write", func() error {
		err := l.writer.Write(hard, letters...)
		var never *topic.RejectedError
		if errors.As(err, &never) {
			l.log.Error("dead letter cannot be written", "error", err)
			return nil
		}
		return err
	})
}

// insist repeats do with back-off until it succeeds or hard ends.
func (l *lane) insist(hard context.Context, doing string, do func() error) error {
	for attempt := 1; ; attempt++ {
		err := do()
		switch {
		case err == nil:
			l.well(doing)
			return nil
		case hard.Err() != nil, errors.Is(err, topic.ErrClosed):
			return err
		}
		l.trouble(doing, err, attempt)
		sleep(hard, backoff(attempt))
	}
}
