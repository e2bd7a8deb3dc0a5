package pipeline

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/fetch"
	"github.com/tradewire/tradewire/internal/ops"
	"github.com/tradewire/tradewire/internal/topic"
)

// failed decides what a failed fetch means: ask another process, wait and ask
// again, or give up. When the stage gives up, the state of the page says so,
// lest it be announced again at once.
func (s *scraper) failed(ctx context.Context, t *task, v visit, err error) error {
	var why *fetch.Error
	if ctx.Err() != nil || !errors.As(err, &why) {
		return err
	}
	now := time.Now()
	page := event.Page{URL: v.URL, Status: why.Status, Fetched: now}
	switch {
	case why.Class == fetch.Elsewhere && why.Hops > 0:
		return s.handOver(t, v, why.At, why.Hops)
	case why.Class == fetch.Elsewhere, why.Class == fetch.Cancelled:
		// The group shares its hosts anew: the next attempt knows whose it is.
		return &later{refusal: refusal{why.Class, err}, free: true}
	case !isRest(why):
		page.Spent = v.shard.spend(budget{v.Source, v.host}, now, why.Wire)
	}
	if !why.Temporary || now.Sub(v.asked) > s.config.GiveUp {
		return errors.Join(err, s.remember(t, v, page))
	}
	out, encodeErr := pageMessage(page, t.in)
	t.state = []topic.Record{out}
	again := &later{refusal: refusal{why.Class, err}, wait: why.RetryAfter, free: isRest(why)}
	if again.wait > min(s.limits.MaxBackoff, parkOver) && (again.free || t.attempt < s.limits.Attempts) {
		if !again.free {
			v.Attempts = t.attempt
		}
		return s.park(t, v, now.Add(again.wait), event.WaitHost)
	}
	return errors.Join(again, encodeErr)
}

// parkOver is the longest wait for which an input stays in the memory of its
// lane.
const parkOver = time.Minute

// isRest says that the host was not asked at all, for it is to be left alone:
// that is no failed attempt at this page.
func isRest(why *fetch.Error) bool {
	return why.Temporary && (why.Class == fetch.Unavailable || why.Class == fetch.Robots)
}

// handOver puts an address that another process has to ask on trade.fetches;
// hops are the redirects that led there.
func (s *scraper) handOver(t *task, v visit, address string, hops int) error {
	next := v.Fetch
	next.URL, next.Asked, next.Hops = address, &v.asked, v.Hops+hops
	if next.Hops > fetch.MaxRedirects {
		return refuse(fetch.Redirect, "more than %d redirects from %s", fetch.MaxRedirects, v.URL)
	}
	out, err := fetchMessage(next, time.Now(), t.in.Header(event.TraceParent))
	if err != nil {
		return err
	}
	t.outs = append(t.outs, out)
	if address == v.URL {
		return nil
	}
	return s.remember(t, v, event.Page{URL: v.URL, Fetched: time.Now()})
}

// mostWaiting is how many fetches may wait in one partition's state, in
// memory, at some 400 bytes each. Those beyond it wait on trade.fetches, and
// hold up what is behind.
const mostWaiting = 20_000

// park puts a fetch aside until a time, in the state of its page: the input is
// done, and the address is announced again when its time has come.
func (s *scraper) park(t *task, v visit, until time.Time, reason string) error {
	if _, waiting := v.shard.size(); waiting >= mostWaiting {
		return &later{refusal: refusal{classFailed, errors.New("too many fetches wait")}, wait: time.Minute, free: true}
	}
	page := v.known
	if reason == event.WaitHost {
		v.Asked = &v.asked
	}
	page.Waits = &event.Wait{Until: until.UTC(), Reason: reason, Fetch: v.Fetch}
	t.outs = nil
	return s.remember(t, v, page)
}

// waker announces the fetches of this process that have waited long enough,
// and keeps the state of exactly those partitions that are ours.
type waker struct {
	*scraper
	writer  writer
	flow    *flow
	metrics *ops.Metrics
	grown   func(known, waiting int) // is told how many pages are known; may be nil
}

const (
	wakeEvery = time.Second
	wakeBatch = 256
)

func (w *waker) run(ctx context.Context) {
	for sleep(ctx, wakeEvery) {
		w.round(ctx)
	}
}

// round goes through the partitions once.
func (w *waker) round(ctx context.Context) {
	waiting := map[string]int{event.WaitBudget: 0, event.WaitHost: 0, event.WaitTurn: 0}
	shares := map[string][2]float64{}
	for partition := range w.hold.partitions {
		sh, ours, err := w.hold.shard(ctx, partition)
		if err == nil && ours {
			err = w.wake(ctx, sh)
			w.measure(sh, waiting, shares)
		}
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			w.log.Warn("fetches that waited cannot be announced", "partition", partition, "error", err)
		}
	}
	for reason, n := range waiting {
		w.metrics.FetchesWaiting(reason, n)
	}
	for name := range w.sources {
		w.metrics.SourceSpent(name, shares[name][0], shares[name][1])
	}
	if w.grown != nil {
		w.grown(w.hold.size())
	}
}

// measure adds up how many fetches wait, and how much of its budget each
// source has used where it used most.
func (w *waker) measure(sh *shard, waiting map[string]int, shares map[string][2]float64) {
	for reason := range waiting {
		waiting[reason] += sh.countWaiting(reason)
	}
	for _, spent := range sh.spentToday(time.Now()) {
		limit, most := w.budget(spent.Source), shares[spent.Source]
		shares[spent.Source] = [2]float64{
			max(most[0], float64(spent.Pages)/float64(limit.Pages)),
			max(most[1], float64(spent.Bytes)/float64(limit.Bytes)),
		}
	}
}

// wake announces what is due. The state of the pages goes on saying that they
// wait until they are fetched: after a crash they are announced twice, which
// costs a record.
func (w *waker) wake(ctx context.Context, sh *shard) error {
	now := time.Now()
	waits := sh.woken(now, wakeBatch)
	records := make([]topic.Record, 0, len(waits))
	for _, wait := range waits {
		record, err := fetchMessage(wait.Fetch, now, "")
		if err != nil {
			return err
		}
		records = append(records, record)
	}
	if len(records) == 0 {
		return nil
	}
	if err := w.writer.Write(ctx, records...); err != nil {
		return fmt.Errorf("announce %d fetches: %w", len(records), err)
	}
	w.flow.wrote(records...)
	for _, wait := range waits {
		w.announced.note(now, wait.Fetch.URL)
		sh.wake(wait)
	}
	return nil
}
