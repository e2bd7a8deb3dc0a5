package pipeline

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/topic"
)

func TestRunnerStoresBeforeItCommits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFakeLog(inputs(10, 1)...)
		stored, failures := 0, 3
		r := testRunner(f, func(context.Context, *task) error { return nil })
		r.limits.Workers = 1
		r.store = func(_ context.Context, tasks []*task) error {
			if failures--; failures >= 0 {
				return errors.New("disk full")
			}
			f.mu.Lock()
			defer f.mu.Unlock()
			stored += len(tasks)
			f.history = append(f.history, "store")
			return nil
		}
		runFor(r, time.Minute, time.Second)
		if stored != 10 || f.commits[0] != 9 || f.history[0] != "store" {
			t.Errorf("stored %d, %v", stored, f.history)
		}
		if err := r.ready.Err(); err != nil {
			t.Error(err)
		}
	})
}

// One row that the store can never take must not hold up the others.
func TestRunnerMakesDeadLettersOfWhatTheStoreNeverTakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeLog(inputs(10, 1)...)
		r := testRunner(f, func(context.Context, *task) error { return nil })
		r.limits.Workers, r.limits.Batch = 1, 10
		stored, full := map[string]int{}, 2
		r.store = func(_ context.Context, tasks []*task) error {
			if full--; full >= 0 {
				return errors.New("the disk is full")
			}
			for _, task := range tasks {
				switch key := string(task.in.Key); {
				case task.refused != nil:
				case key == "k003":
					return &refusal{classUnstorable, errors.New("too big")}
				case key == "k007":
					panic("poison")
				}
			}
			for _, task := range tasks {
				if task.refused == nil {
					stored[string(task.in.Key)]++
				}
			}
			return nil
		}
		runFor(r, time.Minute, time.Second)
		if len(stored) != 8 || f.commits[0] != 9 {
			t.Errorf("stored %v, committed up to %d", stored, f.commits[0])
		}
		if dead := f.keys(topic.DeadLetterTopic); !slices.Equal(dead, []string{"k003", "k007"}) {
			t.Errorf("dead letters of %q", dead)
		}
		for _, w := range f.written {
			if want := map[string]string{"k003": "unstorable", "k007": "panic"}[string(w.Key)]; w.Header(event.HeaderClass) != want {
				t.Errorf("%s: class %s, want %s", w.Key, w.Header(event.HeaderClass), want)
			}
		}
	})
}
