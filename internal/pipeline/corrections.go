package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/ops"
	"github.com/tradewire/tradewire/internal/story"
	"github.com/tradewire/tradewire/internal/topic"
)

// corrections knows which events have been corrected, from the topics of
// events themselves, so that a claim that comes again cannot undo it. Other
// processes correct too: it follows the topics.
type corrections struct {
	known chan struct{} // closed when the topics have been read once

	mu      sync.Mutex
	revised story.Revised
}

func newCorrections() *corrections { return &corrections{known: make(chan struct{})} }

// settled waits until the state is known, and reports whether the claim would
// change nothing any more.
func (c *corrections) settled(ctx context.Context, claim event.Claim) (bool, error) {
	select {
	case <-c.known:
	case <-ctx.Done():
		return false, ctx.Err()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.revised.Settled(claim), nil
}

func (c *corrections) add(e event.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.revised.Add(e)
}

// apply takes note of a record of an event topic. One that is no event is not
// ours to judge.
func (c *corrections) apply(r topic.Record) error {
	var e event.Event
	if r.Value != nil && json.Unmarshal(r.Value, &e) == nil {
		c.add(e)
	}
	return nil
}

// overlap is how far before the first reading the following begins: clocks
// of writers differ.
const overlap = time.Minute

// follow reads the topics of events, and goes on with what arrives, until ctx
// ends.
func (c *corrections) follow(ctx context.Context, cluster *topic.Cluster, ready *ops.Readiness, log *slog.Logger) {
	const check = StageCorrelate + " restore"
	began := time.Now()
	for attempt := 1; ; attempt++ {
		err := c.restore(ctx, cluster)
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			break
		}
		if ready.Set(check, err) {
			log.Warn("stage waits", "doing", "restore", "error", err)
		}
		sleep(ctx, backoff(attempt))
	}
	ready.Forget(check)
	close(c.known)
	var all sync.WaitGroup
	for _, family := range event.Families() {
		all.Go(func() {
			err := cluster.Follow(ctx, family, topic.FromTime(began.Add(-overlap)), c.apply)
			if ctx.Err() == nil {
				log.Error("corrections by other processes are no longer seen", "topic", family, "error", err)
			}
		})
	}
	all.Wait()
}

func (c *corrections) restore(ctx context.Context, cluster *topic.Cluster) error {
	for _, family := range event.Families() {
		if err := cluster.Scan(ctx, family, topic.FromBeginning(), c.apply); err != nil {
			return fmt.Errorf("read which events were corrected: %w", err)
		}
	}
	return nil
}
