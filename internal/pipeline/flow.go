package pipeline

import (
	"sync"
	"time"

	"github.com/tradewire/tradewire/internal/topic"
)

// flow counts what this process wrote to each topic and what its stages
// finished of it, so that it can tell when all that was announced is through.
type flow struct {
	mu      sync.Mutex
	written map[string]int
	taken   map[string]int
	changed time.Time
}

func newFlow() *flow { return &flow{written: map[string]int{}, taken: map[string]int{}} }

func (f *flow) wrote(records ...topic.Record) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range records {
		f.written[r.Topic]++
	}
	f.changed = time.Now()
}

func (f *flow) handled(topic string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.taken[topic]++
	f.changed = time.Now()
}

// idle reports whether every record that was written to these topics was
// handled by as many readers as the value says, and nothing has happened for
// that long.
func (f *flow) idle(readers map[string]int, quiet time.Duration) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for name, n := range readers {
		if f.taken[name] < n*f.written[name] {
			return false
		}
	}
	return time.Since(f.changed) >= quiet
}
