package topic

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/segmentio/kafka-go"
)

// shortGeneration is the least time between generations that we ask for: a
// topic that is missing would otherwise make the group rebalance in a tight
// loop.
const shortGeneration = 500 * time.Millisecond

// join waits for the next generation and starts to read its partitions.
func (r *Reader) join(ctx context.Context) error {
	if time.Since(r.joined) < shortGeneration && !pause(ctx, 3) {
		return ctx.Err()
	}
	members, err := r.member(ctx)
	if err != nil {
		return err
	}
	gen, err := members.Next(ctx)
	switch {
	case err == nil:
	case errors.Is(err, kafka.ErrGroupClosed):
		return ErrClosed
	case ctx.Err() != nil:
		return ctx.Err()
	case refused(err):
		return fmt.Errorf("join group %s: %w", r.group, denied(err))
	case rebalancing(err):
		return nil
	default:
		r.cluster.health.failed("join group "+r.group, err)
		return nil
	}
	r.joined = time.Now()
	f := r.install(gen)
	if err := r.enter(ctx, r.committing); err != nil {
		return err
	}
	defer func() { <-r.committing }()
	return r.store(ctx, gen, f)
}

// member enters the group when it is first needed.
func (r *Reader) member(ctx context.Context) (*kafka.ConsumerGroup, error) {
	r.mu.Lock()
	members := r.members
	r.mu.Unlock()
	if members != nil {
		return members, nil
	}
	r.bury(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	select {
	case <-r.closed:
		return nil, ErrClosed
	default:
	}
	members, err := kafka.NewConsumerGroup(r.config)
	if err != nil {
		return nil, fmt.Errorf("join group %s: %w", r.group, err)
	}
	r.members = members
	return members, nil
}

// install makes gen the current generation.
func (r *Reader) install(gen *kafka.Generation) *flow {
	r.mu.Lock()
	defer r.mu.Unlock()
	next := map[partition]*hold{}
	kept := 0
	for topic, assigned := range gen.Assignments {
		for _, a := range assigned {
			p := partition{topic, a.ID}
			if old := r.held[p]; old != nil && r.follows(gen) && old.agrees(a.Offset) {
				old.committed = a.Offset
				next[p] = old
				kept++
				continue
			}
			r.leases++
			next[p] = &hold{lease: r.leases, position: a.Offset, committed: a.Offset, finished: a.Offset, read: r.remember(p, a.Offset)}
		}
	}
	r.cluster.log.Debug("joined group", "group", r.group, "generation", gen.ID,
		"partitions", len(next), "kept", kept, "lost", len(r.held)-kept)
	r.gen, r.held = gen, next
	r.flow = &flow{chunks: make(chan flowing), ended: make(chan struct{})}
	r.start(gen, r.flow)
	close(r.changed)
	r.changed = make(chan struct{})
	return r.flow
}

// follows reports that nobody else can have held our partitions between the
// last generation and gen.
func (r *Reader) follows(gen *kafka.Generation) bool {
	return r.gen != nil && gen.MemberID == r.gen.MemberID && gen.ID == r.gen.ID+1
}

// agrees reports that the coordinator's offset is one that we stored, or
// tried to.
func (h *hold) agrees(stored int64) bool {
	return stored == h.committed || stored >= 0 && stored >= h.committed && stored <= h.finished
}

// start runs one poller for each partition, within the generation.
func (r *Reader) start(gen *kafka.Generation, f *flow) {
	gen.Start(func(ctx context.Context) {
		<-ctx.Done()
		close(f.ended)
		f.loans.end(r.cluster.cfg.RebalanceTimeout)
	})
	gen.Start(r.watchShares)
	for p, h := range r.held {
		offset := h.position
		read := func() mark {
			r.mu.Lock()
			defer r.mu.Unlock()
			return h.read
		}
		gen.Start(func(generation context.Context) {
			ctx, cancel := context.WithCancel(generation)
			defer cancel()
			r.cluster.keepPolling(ctx, p, offset, read, func(got chunk, err error) bool {
				select {
				case f.chunks <- flowing{p, got, err}:
					return true
				case <-ctx.Done():
					return false
				}
			})
		})
	}
}
