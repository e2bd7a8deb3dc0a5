package pipeline

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/fetch"
	"github.com/tradewire/tradewire/internal/topic"
	"github.com/tradewire/tradewire/internal/weburl"
)

// lender is a member of the group that shares the hosts (*topic.Reader).
type lender interface {
	Lend(ctx context.Context, topicName string, partition int) (topic.Loan, bool, error)
}

// neighbours is what the client remembers of hosts (*fetch.Client).
type neighbours interface {
	Rest(host string, until time.Time)
	Forget(match func(host string) bool)
}

// holding is what this process looks after: the hosts whose partitions of
// trade.fetches its consumer group gave it, and the state of their pages. A
// host is asked only while its partition is borrowed, announcements, robots.txt
// and redirects included, so that no two processes ask one host at a time.
type holding struct {
	partitions int
	group      lender
	hosts      neighbours
	// load reads the state of a partition's pages.
	load func(ctx context.Context, partition int, apply func(topic.Record) error) error

	mu     sync.Mutex
	shards map[int]*shard
}

// shard is the state of one partition, under one lease.
type shard struct {
	*pages
	lease  int64
	loaded chan struct{} // closed when pages is complete, or failed says why not
	failed error
}

func (h *holding) partition(host string) int {
	return topic.PartitionOf([]byte(host), h.partitions)
}

// shard returns the state of a partition; false when it is another process's.
// It waits while the group rebalances and while the state is read.
func (h *holding) shard(ctx context.Context, partition int) (*shard, bool, error) {
	for {
		loan, ours, err := h.group.Lend(ctx, TopicFetches, partition)
		if err != nil {
			return nil, false, fmt.Errorf("hold partition %d of %s: %w", partition, TopicFetches, err)
		}
		if !ours {
			h.drop(partition)
			return nil, false, nil
		}
		loan.Return()
		s, err := h.restored(ctx, partition, loan.Lease)
		if s != nil || err != nil {
			return s, s != nil, err
		}
	}
}

// gate lets one request to a host through (fetch.Config.Gate).
func (h *holding) gate(ctx context.Context, host string) (context.Context, func(), error) {
	partition := h.partition(host)
	for {
		loan, ours, err := h.group.Lend(ctx, TopicFetches, partition)
		switch {
		case err != nil:
			return nil, nil, fmt.Errorf("hold %s: %w", host, err)
		case !ours:
			return nil, nil, fetch.ErrElsewhere
		case h.ready(partition, loan.Lease):
			return loan.Context, loan.Return, nil
		}
		loan.Return()
		if _, err := h.restored(ctx, partition, loan.Lease); err != nil {
			return nil, nil, err
		}
	}
}

// ready reports whether the state of a partition is complete.
func (h *holding) ready(partition int, lease int64) bool {
	h.mu.Lock()
	s := h.shards[partition]
	h.mu.Unlock()
	if s == nil || s.lease != lease {
		return false
	}
	select {
	case <-s.loaded:
		return s.failed == nil
	default:
		return false
	}
}

// at is the state of the partition of an address, nil when it is not here.
func (h *holding) at(url string) *shard {
	partition := h.partition(weburl.Host(url))
	h.mu.Lock()
	s := h.shards[partition]
	h.mu.Unlock()
	if s == nil || !h.ready(partition, s.lease) {
		return nil
	}
	return s
}

// restored returns the state of a partition that we hold under a lease. The
// first who asks reads it, the others wait. Nil without an error means that
// there is a newer lease by now.
func (h *holding) restored(ctx context.Context, partition int, lease int64) (*shard, error) {
	h.mu.Lock()
	s := h.shards[partition]
	mine := s == nil || s.lease < lease
	if mine {
		s = &shard{pages: newPages(), lease: lease, loaded: make(chan struct{})}
		h.shards[partition] = s
	}
	h.mu.Unlock()
	if s.lease > lease {
		return nil, nil
	}
	if mine {
		h.restore(ctx, partition, s)
	}
	select {
	case <-s.loaded:
		return s, s.failed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (h *holding) restore(ctx context.Context, partition int, s *shard) {
	defer close(s.loaded)
	// Whoever had the hosts before us may have asked them just now.
	h.hosts.Forget(func(host string) bool { return h.partition(host) == partition })
	if err := h.load(ctx, partition, s.apply); err != nil {
		s.failed = fmt.Errorf("restore the state of pages: %w", err)
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.shards[partition] == s {
			delete(h.shards, partition)
		}
		return
	}
	for _, w := range s.resting() {
		h.hosts.Rest(weburl.Host(w.Fetch.URL), w.Until)
	}
}

// apply takes up what trade.pages says of one page.
func (s *shard) apply(r topic.Record) error {
	var page event.Page
	if r.Value == nil || read(r, &page) != nil || page.URL == "" {
		return nil // a page we cannot read about is one we have not seen
	}
	s.put(page, weburl.Host(page.URL))
	return nil
}

// roomy reports whether more fetches may be put aside in a partition's state.
func (h *holding) roomy(partition int) bool {
	h.mu.Lock()
	s := h.shards[partition]
	h.mu.Unlock()
	if s == nil {
		return false
	}
	_, waiting := s.size()
	return waiting < mostWaiting
}

// size is how many pages are known, and how many of them wait.
func (h *holding) size() (known, waiting int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, s := range h.shards {
		k, w := s.size()
		known, waiting = known+k, waiting+w
	}
	return known, waiting
}

// drop forgets the state of a partition that another process has now.
func (h *holding) drop(partition int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.shards, partition)
}
