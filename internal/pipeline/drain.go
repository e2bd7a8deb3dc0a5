package pipeline

import (
	"context"
	"sync"
	"time"

	"github.com/tradewire/tradewire/internal/event"
)

// visits knows which sources have been visited at least once.
type visits struct {
	mu      sync.Mutex
	waiting map[string]bool
}

func newVisits() *visits { return &visits{waiting: map[string]bool{}} }

func (v *visits) expect(source string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.waiting[source] = true
}

func (v *visits) done(source string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.waiting, source)
}

func (v *visits) all() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.waiting) == 0
}

const (
	drainLook = 50 * time.Millisecond
	// drainQuiet is longer than a lag can be out of date.
	drainQuiet = 700 * time.Millisecond
)

// endWhenDrained ends the run when every source was visited, every record
// that was written is handled by each stage that reads it, and no reader is
// behind.
func (p *process) endWhenDrained(ctx context.Context, set *stageSet, end context.CancelCauseFunc) {
	readers := p.readersOf()
	for sleep(ctx, drainLook) {
		if set.visited.all() && p.flow.idle(readers, drainQuiet) && caughtUp(set.runners) {
			end(errDrained)
			return
		}
	}
}

// readersOf counts, for each topic, the stages of this process that read it.
func (p *process) readersOf() map[string]int {
	readers := map[string]int{}
	for _, stage := range p.Stages {
		switch stage {
		case StageScrape:
			readers[TopicFetches]++
		case StageExtract:
			readers[TopicArticles]++
		case StageCorrelate:
			readers[TopicClaims]++
		case StageServe:
			for _, name := range append(event.Families(), TopicArticles, TopicMentions) {
				readers[name]++
			}
		}
	}
	return readers
}

// caughtUp reports whether every reader has joined its group, and has read
// and finished all there is.
func caughtUp(runners []*runner) bool {
	for _, r := range runners {
		lags := r.reader.Lag()
		if len(lags) == 0 {
			return false
		}
		for _, lag := range lags {
			if lag.Position < 0 || lag.Lag() > 0 {
				return false
			}
		}
	}
	return true
}
