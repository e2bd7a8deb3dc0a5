package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/fetch"
	"github.com/tradewire/tradewire/internal/ops"
	"github.com/tradewire/tradewire/internal/topic"
)

// anyPage answers every address with an article of its own.
type anyPage struct {
	mu    sync.Mutex
	asked []string
	wire  int64
}

func (w *anyPage) Get(_ context.Context, r fetch.Request) (*fetch.Response, error) {
	w.mu.Lock()
	w.asked = append(w.asked, r.URL)
	w.mu.Unlock()
	resp, err := page(sample, "")(r)
	resp.Wire = w.wire
	return resp, err
}

func (w *anyPage) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.asked)
}

// follow hands what was written to trade.fetches since from in again, as the
// topic does.
func (f *fakeLog) follow(from int) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range f.written[from:] {
		if r.Topic == TopicFetches {
			r.Offset = int64(len(f.in))
			f.in = append(f.in, r)
			select {
			case f.arrived <- struct{}{}:
			default:
			}
		}
	}
	return len(f.written)
}

// loop runs a scraper with its waker on a log that brings back what they
// write.
func loop(s *scraper, f *fakeLog, d time.Duration, change ...func(*runner)) {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	r := testRunner(f, s.work)
	r.ownLane, r.limits = true, s.limits
	for _, c := range change {
		c(r)
	}
	w := &waker{scraper: s, writer: f, flow: newFlow(), metrics: ops.NewMetrics()}
	var running sync.WaitGroup
	from := len(f.written) // what is written from here on comes back
	running.Go(func() { r.run(ctx, context.Background()) })
	running.Go(func() { w.run(ctx) })
	for sleep(ctx, 10*time.Second) {
		from = f.follow(from)
	}
	running.Wait()
}

func fetchesOf(n int, host string) []topic.Record {
	var records []topic.Record
	for i := range n {
		r, err := fetchMessage(event.Fetch{URL: fmt.Sprintf("https://%s/%d", host, i), Source: "example"}, time.Now(), "")
		if err != nil {
			panic(err)
		}
		r.Offset = int64(i)
		records = append(records, r)
	}
	return records
}

// stateOf loads what a log holds of pages, as a process that takes over does.
func stateOf(f *fakeLog) func(context.Context, int, func(topic.Record) error) error {
	return func(_ context.Context, _ int, apply func(topic.Record) error) error {
		f.mu.Lock()
		defer f.mu.Unlock()
		for _, r := range f.written {
			if r.Topic == TopicPages {
				if err := apply(r); err != nil {
					return err
				}
			}
		}
		return nil
	}
}

// Ten pages with a budget of four a day take three days, whoever asks for
// them: the budget and what waits survive a restart.
func TestBudgetOfPagesSurvivesRestarts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(20 * time.Hour) // the bubble begins at midnight
		f := newFakeLog(fetchesOf(10, "news.example")...)
		w := &anyPage{wire: 100}
		start := func() *scraper {
			s := testScraper(w)
			s.limits.Queue = 16
			s.config.Budget = Budget{Pages: 4, Bytes: 1 << 30}
			s.hold.load = stateOf(f)
			return s
		}
		loop(start(), f, time.Minute)
		if w.count() != 4 || f.commits[0] != 9 {
			t.Fatalf("%d pages on the first day, committed up to %d", w.count(), f.commits[0])
		}
		loop(start(), f, 2*time.Hour) // a new process on the same day
		if w.count() != 4 {
			t.Fatalf("%d pages after a restart", w.count())
		}
		loop(start(), f, 3*time.Hour) // over midnight
		if w.count() != 8 {
			t.Fatalf("%d pages on the second day", w.count())
		}
		loop(start(), f, 24*time.Hour)
		if w.count() != 10 {
			t.Errorf("%d pages in the end", w.count())
		}
		if got := f.keys(TopicArticles); len(got) != 10 {
			t.Errorf("%d articles", len(got))
		}
		if got := f.keys(topic.DeadLetterTopic); len(got) != 0 {
			t.Errorf("dead letters %v", got)
		}
	})
}

func TestBudgetOfBytesAndOfTheSource(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFakeLog(fetchesOf(10, "news.example")...)
		w := &anyPage{wire: 1000}
		s := testScraper(w)
		s.limits.Queue = 16
		example := s.sources["example"]
		example.Budget.Bytes = 3500
		s.sources["example"] = example
		loop(s, f, time.Minute)
		if w.count() != 4 { // the fourth goes over it
			t.Errorf("%d pages of 1000 bytes for 3500", w.count())
		}
		if n := shardOf(t, s.lister).countWaiting(event.WaitBudget); n != 6 {
			t.Errorf("%d wait", n)
		}
		m := ops.NewMetrics()
		(&waker{scraper: s, writer: f, flow: newFlow(), metrics: m}).round(t.Context())
		if got := gauge(t, m, "tradewire_fetches_waiting"); got != 6 { // of which 0 for the host
			t.Errorf("%v wait, say the metrics", got)
		}
		if got := gauge(t, m, "tradewire_source_budget_bytes_ratio"); got != 4000.0/3500 {
			t.Errorf("bytes: %v of the budget", got)
		}
		if got := gauge(t, m, "tradewire_source_budget_pages_ratio"); got != 4.0/1000 {
			t.Errorf("pages: %v of the budget", got)
		}
	})
}

// gauge sums up a metric over its labels.
func gauge(t *testing.T, m *ops.Metrics, name string) (sum float64) {
	t.Helper()
	families, err := m.Registry().Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		for _, one := range family.GetMetric() {
			if family.GetName() == name {
				sum += one.GetGauge().GetValue()
			}
		}
	}
	return sum
}

// A host that asks for an hour's peace has it, across a restart too; that
// costs no attempts.
func TestHostThatRestsIsWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFakeLog(fetchesOf(3, "news.example")...)
		until := time.Now().Add(time.Hour)
		early, asked := 0, 0
		w := webFunc(func(r fetch.Request) (*fetch.Response, error) {
			asked++
			if wait := time.Until(until); wait > 0 {
				early++
				class := fetch.Unavailable
				if asked == 1 {
					class = fetch.Status
				}
				return nil, &fetch.Error{Class: class, Status: 503, Temporary: true, RetryAfter: wait}
			}
			return page(sample, "")(r)
		})
		s := testScraper(w)
		s.limits.Queue = 16
		loop(s, f, 10*time.Minute)
		if early != 3 {
			t.Errorf("asked %d times during the rest, expected once for each page", early)
		}
		if f.commits[0] != 2 {
			t.Errorf("committed up to %d while the host rests", f.commits[0])
		}
		again := testScraper(w)
		again.limits.Queue = 16
		again.hold.load = stateOf(f)
		loop(again, f, time.Hour)
		if rest := again.hold.hosts.(fakeHosts)["news.example"]; rest.Sub(until).Abs() > time.Second {
			t.Errorf("the next process lets the host rest until %v, not %v", rest, until)
		}
		if got := f.keys(TopicArticles); len(got) != 3 || early != 3 {
			t.Errorf("%d articles, %d requests during the rest", len(got), early)
		}
		if got := f.keys(topic.DeadLetterTopic); len(got) != 0 {
			t.Errorf("dead letters %v", got)
		}
	})
}

// A fetch that is put aside again before its waker has seen its announcement
// acknowledged goes on waiting.
func TestWakingLosesNothing(t *testing.T) {
	t.Parallel()
	p := newPages()
	wait := func(until time.Time) event.Page {
		return event.Page{URL: address, Waits: &event.Wait{Until: until, Reason: event.WaitHost, Fetch: event.Fetch{URL: address, Source: "example"}}}
	}
	now := time.Now()
	p.put(wait(now), "news.example")
	woken := p.woken(now, 10)
	if len(woken) != 1 {
		t.Fatalf("%v", woken)
	}
	p.put(wait(now.Add(time.Minute)), "news.example") // already fetched, in vain
	p.wake(woken[0])
	if again := p.woken(now.Add(time.Minute), 10); len(again) != 1 || p.countWaiting(event.WaitHost) != 1 {
		t.Errorf("%v, %d wait", again, p.countWaiting(event.WaitHost))
	} else if p.wake(again[0]); p.countWaiting(event.WaitHost) != 0 || len(p.resting()) != 0 {
		t.Errorf("%d wait", p.countWaiting(event.WaitHost))
	}
}

type webFunc func(fetch.Request) (*fetch.Response, error)

func (w webFunc) Get(_ context.Context, r fetch.Request) (*fetch.Response, error) { return w(r) }

// A host that never comes back is given up in the end, with the reason.
func TestHostThatStaysAwayIsGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFakeLog(fetchesOf(4, "gone.example")...)
		s := testScraper(webFunc(func(fetch.Request) (*fetch.Response, error) {
			return nil, &fetch.Error{Class: fetch.Unavailable, Temporary: true, RetryAfter: 20 * time.Minute, Err: errors.New("the host rests")}
		}))
		s.limits.Queue = 16
		s.config.GiveUp = 4 * time.Hour
		loop(s, f, 4*time.Hour-time.Minute)
		if got := f.keys(topic.DeadLetterTopic); len(got) != 0 {
			t.Errorf("given up within four hours: %v", got)
		}
		loop(s, f, time.Hour)
		letters := 0
		for _, r := range f.written {
			if r.Topic == topic.DeadLetterTopic && r.Header(event.HeaderClass) == fetch.Unavailable {
				letters++
			}
		}
		if letters != 4 {
			t.Errorf("%d dead letters of 4", letters)
		}
	})
}

// What another process has to ask is put on the partition of its host.
func TestFetchesAreHandedOver(t *testing.T) {
	t.Parallel()
	elsewhere := func(hops int) *fakeWeb {
		return &fakeWeb{answers: map[string]func(fetch.Request) (*fetch.Response, error){
			address: failing(fetch.Error{Class: fetch.Elsewhere, Temporary: true, At: "https://other.example/steel", Hops: hops}),
		}}
	}
	s := testScraper(elsewhere(2))
	job := scrapeTask(address)
	if err := s.work(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	var next event.Fetch
	if len(job.outs) != 1 || json.Unmarshal(job.outs[0].Value, &next) != nil {
		t.Fatalf("%v", job.outs)
	}
	if job.outs[0].Topic != TopicFetches || string(job.outs[0].Key) != "other.example" || next.URL != "https://other.example/steel" ||
		next.Hops != 2 || next.Source != "example" || next.Asked == nil || !next.Asked.Equal(job.first) {
		t.Errorf("%s %+v", job.outs[0].Key, next)
	}
	if p := pageState(t, job); p.URL != address || p.Article != "" {
		t.Errorf("%+v", p)
	}

	// Redirects add up over processes.
	far := scrapeTask(address)
	far.in.Value = fmt.Appendf(nil, `{"url":%q,"source":"example","hops":4}`, address)
	if err := testScraper(elsewhere(2)).work(t.Context(), far); err == nil || refusalOf(err).class != fetch.Redirect {
		t.Errorf("six redirects: %v", err)
	}

	// While the group shares its hosts anew, an attempt counts for nothing.
	var again *later
	if err := testScraper(elsewhere(0)).work(t.Context(), scrapeTask(address)); !errors.As(err, &again) || !again.free {
		t.Errorf("%v", err)
	}
}

func TestAnnouncementsAreHandedOver(t *testing.T) {
	t.Parallel()
	const feed, real = "https://news.example/feed", "https://feeds.example/all"
	f := newFakeLog()
	p := testPoller(&fakeWeb{answers: map[string]func(fetch.Request) (*fetch.Response, error){
		feed: failing(fetch.Error{Class: fetch.Elsewhere, Temporary: true, At: real, Hops: 1}),
	}}, f, ops.NewMetrics())
	if n, err := p.visit(t.Context(), shardOf(t, p.lister)); err != nil || n != 0 || len(f.written) != 1 {
		t.Fatalf("%d %v %v", n, err, f.written)
	}
	s := testScraper(&fakeWeb{answers: map[string]func(fetch.Request) (*fetch.Response, error){real: page(fmt.Sprintf(rss, item("a")+item("b")), `"1"`)}})
	s.sources["example"] = p.source
	job := &task{in: f.written[0], attempt: 1}
	if err := s.work(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	if len(job.outs) != 2 || job.outs[0].Topic != TopicFetches || string(job.outs[0].Key) != "news.example" {
		t.Errorf("outs %v", job.outs)
	}
	if known, ok := shardOf(t, s.lister).get(real); !ok || known.ETag != `"1"` || len(job.state) != 1 {
		t.Errorf("%+v %d", known, len(job.state))
	}
	second := &task{in: f.written[0], attempt: 1} // the same bytes: 304
	second.in.Time = time.Now().Add(time.Hour)
	if err := s.work(t.Context(), second); err != nil || len(second.outs) != 0 {
		t.Errorf("%v %v", err, second.outs)
	}
}

// One slow host holds up no other, and memory holds no more than the queue.
func TestKeysHaveLanesOfTheirOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var in []topic.Record
		for i := range 60 {
			in = append(in, topic.Record{Topic: "in", Offset: int64(i), Key: []byte{byte('a' + i%20)}, Value: fmt.Appendf(nil, "%d", i)})
		}
		f := newFakeLog(in...)
		var mu sync.Mutex
		under, held, most := map[string]int{}, 0, 0
		r := testRunner(f, func(ctx context.Context, t *task) error {
			key := string(t.in.Key)
			mu.Lock()
			under[key]++
			held++
			most = max(most, held)
			if under[key] > 1 {
				panic("two at a time of " + key)
			}
			mu.Unlock()
			if key == "a" {
				time.Sleep(time.Hour)
			} else {
				time.Sleep(time.Second)
			}
			mu.Lock()
			under[key]--
			held--
			mu.Unlock()
			return echo(ctx, t)
		})
		r.ownLane, r.limits.Queue = true, 30
		runFor(r, time.Minute, 3*time.Hour)
		if got := f.keys("out"); len(got) != 58 { // all but the second and third "a", whose turn did not come
			t.Errorf("%d of 60 done", len(got))
		}
		if most != 20 {
			t.Errorf("%d at a time, 20 keys", most)
		}
		if f.commits[0] != 19 {
			t.Errorf("committed up to %d", f.commits[0])
		}
		if r.stage.Counts().Refused() != 0 {
			t.Errorf("%+v", r.stage.Counts())
		}
	})
}

// A host with far more fetches in a row than there is room for holds up no
// other; all of them are fetched in the end, at its pace, across a restart.
func TestHostWithManyFetchesHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const many, pace = 500, 2 * time.Second
		records := append(fetchesOf(many, "long.example"), fetchesOf(3, "short.example")...)
		for i := range records {
			records[i].Offset = int64(i)
		}
		f := newFakeLog(records...)
		began := time.Now()
		var mu sync.Mutex
		var last time.Duration // when the short host was through
		asked := map[string]int{}
		w := webFunc(func(r fetch.Request) (*fetch.Response, error) {
			time.Sleep(pace)
			mu.Lock()
			defer mu.Unlock()
			if asked[r.URL]++; strings.HasPrefix(r.URL, "https://short.example/") {
				last = time.Since(began)
			}
			return page(sample, "")(r)
		})
		start := func() (*scraper, func(*runner)) {
			s := testScraper(w)
			s.limits.Queue = 64
			s.hold.load = stateOf(f)
			return s, func(r *runner) {
				r.spare = &spare{work: s.putAside, pace: pace, roomy: func(topic.Record) bool { return s.hold.roomy(0) }}
			}
		}
		s, spared := start()
		loop(s, f, 5*time.Minute, spared)
		if last == 0 || last > time.Minute {
			t.Errorf("the short host was through after %v", last)
		}
		if n := shardOf(t, s.lister).countWaiting(event.WaitTurn); n < many/2 {
			t.Errorf("%d fetches were put aside", n)
		}
		s, spared = start()
		loop(s, f, 30*time.Minute, spared)
		if got := f.keys(TopicArticles); len(got) != many+3 {
			t.Errorf("%d articles of %d", len(got), many+3)
		}
		for url, n := range asked {
			if n > 1 {
				t.Errorf("%s was asked for %d times", url, n)
			}
		}
		if got := f.keys(topic.DeadLetterTopic); len(got) != 0 {
			t.Errorf("dead letters %v", got)
		}
	})
}
