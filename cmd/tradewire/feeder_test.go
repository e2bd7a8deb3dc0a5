//go:build unix

package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/topic"
)

// feeder writes articles at a steady rate; what it is late with, because the
// broker was away, it writes in one go. There are feederKeys articles, each in
// ever new versions.
type feeder struct {
	acked atomic.Int64 // how many are acknowledged
	due   func() int   // how many there should be by now
	stop  func()

	mu  sync.Mutex
	ids []string       // of the event of each version
	nth map[string]int // which version of its article has that ce_id
}

const feederKeys = 50

// feed writes that many articles a second until it is stopped.
func (r *rig) feed(c *topic.Cluster, perSecond int) *feeder {
	r.t.Helper()
	began := time.Now()
	return r.feedDue(c, func() int { return int(time.Since(began).Seconds() * float64(perSecond)) })
}

// feedFull writes articles until it is stopped, so that a process always has
// some to work on.
func (r *rig) feedFull(c *topic.Cluster) *feeder {
	r.t.Helper()
	return r.feedDue(c, func() int { return int(r.scrape().through()) + soakBacklog/2 })
}

func (r *rig) feedDue(c *topic.Cluster, due func() int) *feeder {
	r.t.Helper()
	extract := r.extractor()
	ctx, cancel := context.WithCancel(r.t.Context())
	var running sync.WaitGroup
	f := &feeder{due: due, stop: func() { cancel(); running.Wait() }, nth: map[string]int{}}
	r.t.Cleanup(f.stop)
	running.Go(func() {
		for n := 0; ctx.Err() == nil; time.Sleep(5 * time.Millisecond) {
			var batch []topic.Record
			for due := f.due(); n < due && len(batch) < 500; n++ {
				a := f.article(n)
				_, claims, err := extract(a)
				if err != nil || len(claims) != 1 {
					r.t.Errorf("%d claims in an article, want 1: %v", len(claims), err)
					return
				}
				f.note(a, claims[0], n)
				batch = append(batch, r.record(a))
			}
			if err := c.Writer().Write(r.t.Context(), batch...); err != nil {
				if ctx.Err() == nil {
					r.t.Error(err)
				}
				return
			}
			f.acked.Store(int64(n))
		}
	})
	return f
}

func (f *feeder) article(n int) event.Article {
	a := note(n)
	a.ID = fmt.Sprintf("article-%d", n%feederKeys)
	a.Text = strings.Replace(a.Text, "%", fmt.Sprintf(".%04d%%", n/60), 1) // another measure each time
	a.Version = event.TextHash(a.Text)
	return a
}

func (f *feeder) note(a event.Article, claim event.Claim, n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ids = append(f.ids, event.EventID(claim.ID))
	f.nth[a.ID+"."+a.Version] = n / feederKeys
}

// missing counts the events of the first n articles that are not among those.
func (f *feeder) missing(n int64, have map[string]int) (missing int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, id := range f.ids[:n] {
		if have[id] == 0 {
			missing++
		}
	}
	return missing
}

// order reads what was made of the versions of each article: how many are
// missing, came twice, and came out of order. One that was there before may
// come again, a new one must be the next of its article, and the last on the
// topic must be the latest.
func (f *feeder) order(r *rig, c *topic.Cluster) (missing, twice, disordered int) {
	r.t.Helper()
	seen, last, atLast := map[string]bool{}, map[string]int{}, map[string]int{}
	f.mu.Lock()
	defer f.mu.Unlock()
	err := c.Scan(r.t.Context(), "mentions", topic.FromBeginning(), func(in topic.Record) error {
		id := in.Header("ce_id")
		nth, ok := f.nth[id]
		switch {
		case !ok:
			return fmt.Errorf("nobody wrote %s", id)
		case seen[id]:
			twice++
		case nth != last[string(in.Key)]:
			disordered++
		}
		if !seen[id] {
			last[string(in.Key)] = nth + 1
		}
		seen[id], atLast[string(in.Key)] = true, nth+1
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
	for key, n := range last {
		if atLast[key] != n {
			disordered++
		}
	}
	return len(f.nth) - len(seen), twice, disordered
}

// settled waits until everything that was fed is on the topics and in the
// feed, and fails when some is missing or out of order.
func (f *feeder) settled(r *rig, c *topic.Cluster) {
	r.t.Helper()
	f.stop()
	n := f.acked.Load()
	var lost, missing, unserved, twice, disordered int
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(time.Second) {
		revs, _ := r.events(c)
		lost, unserved = f.missing(n, revs), f.missing(n, r.served())
		missing, twice, disordered = f.order(r, c)
		if lost+missing+unserved == 0 || time.Now().After(deadline) {
			break
		}
	}
	r.t.Logf("%d articles: %d events lost, %d not in the feed, %d mentions lost, %d out of order, %d twice; load of the machine %s",
		n, lost, unserved, missing, disordered, twice, load())
	if lost+missing+unserved+disordered > 0 {
		r.t.Error("something was lost or out of order")
	}
}
