package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/fetch"
	"github.com/tradewire/tradewire/internal/ops"
	"github.com/tradewire/tradewire/internal/source"
	"github.com/tradewire/tradewire/internal/topic"
)

// fakeWeb answers requests out of a map.
type fakeWeb struct {
	mu      sync.Mutex
	answers map[string]func(fetch.Request) (*fetch.Response, error)
	asked   []fetch.Request
}

func (w *fakeWeb) Get(_ context.Context, r fetch.Request) (*fetch.Response, error) {
	w.mu.Lock()
	w.asked = append(w.asked, r)
	answer := w.answers[r.URL]
	w.mu.Unlock()
	if answer == nil {
		return nil, &fetch.Error{Class: fetch.Status, Status: 404, URL: r.URL}
	}
	return answer(r)
}

func (w *fakeWeb) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.asked)
}

// page answers with HTML and an ETag, and 304 to who knows it.
func page(html, etag string) func(fetch.Request) (*fetch.Response, error) {
	return func(r fetch.Request) (*fetch.Response, error) {
		resp := &fetch.Response{URL: r.URL, Status: 200, ETag: etag, ContentType: "text/html; charset=utf-8", Body: []byte(html), Fetched: time.Now()}
		if etag != "" && r.ETag == etag {
			resp.Status, resp.NotModified, resp.Body = 304, true, nil
		}
		return resp, nil
	}
}

func failing(e fetch.Error) func(fetch.Request) (*fetch.Response, error) {
	return func(r fetch.Request) (*fetch.Response, error) {
		e.URL = r.URL
		return nil, &e
	}
}

const sample = `<html lang="en"><head><title>Freedonia raises duty on steel</title></head><body><article><h1>Freedonia raises duty on steel</h1>
<p>Freedonia said on Monday that it would raise its duty on imported steel to 25 percent from next month, after weeks of talks.</p>
<p>The trade minister said that the measure would protect jobs in the north of the country, and that other goods would follow.</p></article></body></html>`

const address = "https://news.example/steel"

func scrapeTask(url string) *task {
	body, err := json.Marshal(event.Fetch{URL: url, Source: "example"})
	if err != nil {
		panic(err)
	}
	return &task{attempt: 1, first: time.Now(), in: topic.Record{Topic: TopicFetches, Key: []byte("news.example"), Value: body, Time: time.Now()}}
}

// fakeGroup lends the one partition there is while it is ours, under lease 0.
type fakeGroup struct{ away func() bool }

func (g fakeGroup) Lend(ctx context.Context, _ string, _ int) (topic.Loan, bool, error) {
	if g.away != nil && g.away() {
		return topic.Loan{}, false, ctx.Err()
	}
	return topic.NewLoan(ctx, 0, func() {}), true, ctx.Err()
}

// fakeHosts takes note of which hosts have to rest.
type fakeHosts map[string]time.Time

func (h fakeHosts) Rest(host string, until time.Time) { h[host] = until }
func (fakeHosts) Forget(func(string) bool)            {}

func testLister(w web) *lister {
	const revisit = 24 * time.Hour
	hold := &holding{partitions: 1, group: fakeGroup{}, hosts: fakeHosts{}, shards: map[int]*shard{},
		load: func(context.Context, int, func(topic.Record) error) error { return nil }}
	return &lister{web: w, hold: hold, announced: newAnnouncements(revisit), revisit: revisit, log: slog.New(slog.DiscardHandler)}
}

func testScraper(w web) *scraper {
	return &scraper{
		lister: testLister(w), reading: make(chan struct{}, 1),
		config:  Scrape{Revisit: 24 * time.Hour, GiveUp: 72 * time.Hour, Budget: Budget{1000, 1 << 30}},
		limits:  Limits{Attempts: 4, Backoff: time.Second, MaxBackoff: 5 * time.Minute},
		sources: map[string]source.Source{"example": {Name: "example", Publisher: "The Example", Country: "GB", Official: true}},
	}
}

// shardOf is the state of the one partition.
func shardOf(t *testing.T, l *lister) *shard {
	t.Helper()
	sh, ours, err := l.hold.shard(t.Context(), 0)
	if err != nil || !ours {
		t.Fatal(ours, err)
	}
	return sh
}

func pageState(t *testing.T, job *task) event.Page {
	t.Helper()
	if len(job.state) != 1 {
		t.Fatalf("%d states", len(job.state))
	}
	var p event.Page
	if err := json.Unmarshal(job.state[0].Value, &p); err != nil {
		t.Fatal(err)
	}
	if string(job.state[0].Key) != address || string(job.state[0].PartitionKey) != "news.example" {
		t.Errorf("state has key %q on partition of %q", job.state[0].Key, job.state[0].PartitionKey)
	}
	return p
}

func TestScrapeMakesAnArticleOnce(t *testing.T) {
	t.Parallel()
	w := &fakeWeb{answers: map[string]func(fetch.Request) (*fetch.Response, error){address: page(sample, `"v1"`)}}
	s := testScraper(w)
	first := scrapeTask(address)
	if err := s.work(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	if len(first.outs) != 1 || first.outs[0].Topic != TopicArticles {
		t.Fatalf("outs = %v", first.outs)
	}
	var a event.Article
	if err := json.Unmarshal(first.outs[0].Value, &a); err != nil {
		t.Fatal(err)
	}
	if a.ID != event.ArticleID(address) || a.Publisher != "The Example" || !a.Official || a.Source != "example" || !strings.Contains(a.Text, "25 percent") {
		t.Errorf("%+v", a)
	}
	if first.outs[0].Header(event.CloudType) == "" || !strings.HasPrefix(first.outs[0].Header(event.TraceParent), "00-") {
		t.Errorf("headers %v", first.outs[0].Headers)
	}
	if p := pageState(t, first); p.ETag != `"v1"` || p.Article != a.ID || p.ContentHash != a.Version || p.Status != 200 {
		t.Errorf("%+v", p)
	}

	// Announced again at once, by a process that does not know the page.
	if again := scrapeTask(address); s.work(t.Context(), again) != nil || len(again.outs)+len(again.state) != 0 || w.count() != 1 {
		t.Errorf("%+v, %d requests", again, w.count())
	}

	second := scrapeTask(address) // asked again the next day: 304, state only
	second.in.Time = time.Now().Add(24 * time.Hour)
	if err := s.work(t.Context(), second); err != nil {
		t.Fatal(err)
	}
	if p := pageState(t, second); len(second.outs) != 0 || p.ETag != `"v1"` || p.Article != a.ID || w.asked[1].ETag != `"v1"` {
		t.Errorf("%v %+v", second.outs, p)
	}

	// Another page around the same text: no new article.
	w.answers[address] = page(strings.Replace(sample, "<body>", "<body><!-- 17 visitors -->", 1), `"v2"`)
	third := scrapeTask(address)
	third.in.Time = time.Now().Add(24 * time.Hour)
	if err := s.work(t.Context(), third); err != nil {
		t.Fatal(err)
	}
	if p := pageState(t, third); len(third.outs) != 0 || p.ETag != `"v2"` {
		t.Errorf("%v %+v", third.outs, p)
	}

	// An input that is older than the last visit was done before.
	fourth := scrapeTask(address)
	fourth.in.Time = time.Now().Add(-time.Hour)
	if err := s.work(t.Context(), fourth); err != nil || len(fourth.outs)+len(fourth.state) != 0 || w.count() != 3 {
		t.Errorf("%v %+v, %d requests", err, fourth, w.count())
	}
}

func TestScrapeSortsFailures(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		answer func(fetch.Request) (*fetch.Response, error)
		url    string
		class  string
		later  time.Duration // -1: not at all
	}{
		"gone":        {failing(fetch.Error{Class: fetch.Status, Status: 410}), address, fetch.Status, -1},
		"too large":   {failing(fetch.Error{Class: fetch.TooLarge}), address, fetch.TooLarge, -1},
		"robots":      {failing(fetch.Error{Class: fetch.Robots}), address, fetch.Robots, -1},
		"slow":        {failing(fetch.Error{Class: fetch.Timeout, Temporary: true}), address, fetch.Timeout, 0},
		"rest please": {failing(fetch.Error{Class: fetch.Status, Status: 429, Temporary: true, RetryAfter: time.Minute}), address, fetch.Status, time.Minute},
		"no text":     {page("<html><body><img src=x></body></html>", ""), address, "no_text", -1},
		"no address":  {nil, "nowhere", classBadJSON, -1},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := testScraper(&fakeWeb{answers: map[string]func(fetch.Request) (*fetch.Response, error){c.url: c.answer}})
			job := scrapeTask(c.url)
			err := s.work(t.Context(), job)
			var again *later
			if errors.As(err, &again) != (c.later >= 0) || again != nil && again.wait != c.later {
				t.Errorf("later = %+v", again)
			}
			if err == nil || refusalOf(err).class != c.class {
				t.Fatalf("%v", err)
			}
			if c.url != address {
				return
			}
			pageState(t, job)
			if wants := name == "no text"; (job.page != nil) != wants || wants && (job.page.url != address || !strings.Contains(string(job.page.body), "<img")) {
				t.Errorf("page for the dead letter: %+v", job.page)
			}
			if _, known := shardOf(t, s.lister).get(address); known == (c.later >= 0) {
				t.Error("a page that will be tried again must not count as visited, one that was given up must")
			}
		})
	}
}

// A page that waited on the topic for longer than pages are tried for has its
// attempts all the same.
func TestScrapeTriesOldAnnouncements(t *testing.T) {
	t.Parallel()
	s := testScraper(&fakeWeb{answers: map[string]func(fetch.Request) (*fetch.Response, error){
		address: failing(fetch.Error{Class: fetch.Status, Status: 500, Temporary: true}),
	}})
	job := scrapeTask(address)
	job.in.Time = time.Now().Add(-30 * 24 * time.Hour)
	var again *later
	if err := s.work(t.Context(), job); !errors.As(err, &again) {
		t.Errorf("%v", err)
	}
}

func TestScrapeLeavesLostPartitionsAlone(t *testing.T) {
	t.Parallel()
	w := &fakeWeb{}
	s := testScraper(w)
	s.hold.group = fakeGroup{away: func() bool { return true }}
	job := scrapeTask(address)
	if err := s.work(t.Context(), job); err != nil || !job.gone || w.count() != 0 {
		t.Errorf("%v %+v %d", err, job, w.count())
	}
}

// A failed log between the article and the state of its page must not make
// the next attempt believe that the article is there.
func TestScrapeWritesStateAfterArticles(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFakeLog(scrapeTask(address).in)
		s := testScraper(&fakeWeb{answers: map[string]func(fetch.Request) (*fetch.Response, error){address: page(sample, "")}})
		runFor(testRunner(f, s.work), time.Minute, time.Second)
		if len(f.written) != 2 || f.written[0].Topic != TopicArticles || f.written[1].Topic != TopicPages {
			t.Errorf("%v", f.history)
		}
	})
}

const rss = `<?xml version="1.0"?><rss version="2.0"><channel><title>x</title><link>https://news.example/</link><description>x</description>%s</channel></rss>`

func item(path string) string {
	return fmt.Sprintf("<item><title>%s</title><link>https://news.example/%s?utm_source=rss</link></item>", path, path)
}

func testPoller(w *fakeWeb, f *fakeLog, m *ops.Metrics) *poller {
	return &poller{
		source: source.Source{Name: "example", Kind: source.Feed, URL: "https://news.example/feed", Every: time.Hour, MaxPages: 3, MaxItems: 100},
		config: Scrape{Revisit: 24 * time.Hour, Retry: time.Minute, MaxRetry: 10 * time.Minute},
		eager:  true, lister: testLister(w), writer: f, flow: newFlow(), metrics: m,
		visited: func(string) {}, log: slog.New(slog.DiscardHandler),
	}
}

func pollFor(p *poller, d time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	var running sync.WaitGroup
	running.Go(func() { p.run(ctx) })
	running.Wait()
}

func TestPollerAnnouncesWhatIsNew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const feed = "https://news.example/feed"
		w := &fakeWeb{answers: map[string]func(fetch.Request) (*fetch.Response, error){feed: page(fmt.Sprintf(rss, item("a")+item("b")), `"1"`)}}
		f, m := newFakeLog(), ops.NewMetrics()
		p := testPoller(w, f, m)
		pollFor(p, 30*time.Minute)
		if got := f.keys(TopicFetches); len(got) != 2 || got[0] != "news.example" {
			t.Fatalf("fetches = %v", got)
		}
		var first event.Fetch
		if err := json.Unmarshal(f.written[0].Value, &first); err != nil || first.URL != "https://news.example/a" || first.Source != "example" {
			t.Errorf("%+v %v", first, err)
		}
		if f.written[len(f.written)-1].Topic != TopicPages {
			t.Error("the feed's validators were kept before its items")
		}
		pollFor(p, 3*time.Hour) // 304, nothing new
		if w.asked[1].ETag != `"1"` || len(f.keys(TopicFetches)) != 2 {
			t.Errorf("asked %+v, %d fetches", w.asked[1], len(f.keys(TopicFetches)))
		}
		shardOf(t, p.lister).put(event.Page{URL: "https://news.example/a", Fetched: time.Now()}, "news.example")
		w.answers[feed] = page(fmt.Sprintf(rss, item("a")+item("b")+item("c")), `"2"`)
		pollFor(p, time.Hour+10*time.Minute)
		if got := f.keys(TopicFetches); len(got) != 3 { // only c: a is fresh, b on its way
			t.Errorf("fetches = %v", got)
		}
		time.Sleep(25 * time.Hour)
		w.answers[feed] = page(fmt.Sprintf(rss, item("a")), `"3"`)
		pollFor(p, time.Minute)
		if got := f.keys(TopicFetches); len(got) != 4 { // a again: a day has passed
			t.Errorf("fetches = %v", got)
		}
	})
}

func TestPollerBacksOffFromABrokenSource(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		m := ops.NewMetrics()
		p := testPoller(&fakeWeb{}, newFakeLog(), m)
		p.log = slog.New(slog.NewTextHandler(&log, nil))
		w := &fakeWeb{}
		p.web = w
		pollFor(p, time.Hour) // at 0, 1, 3, 7, 15, 25, 35, 45, 55 minutes, give or take
		if n := w.count(); n < 7 || n > 10 {
			t.Errorf("%d attempts in an hour", n)
		}
		if !strings.Contains(log.String(), "level=WARN") || !strings.Contains(log.String(), "source=example") {
			t.Errorf("log: %s", log.String())
		}
		families, err := m.Registry().Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, family := range families {
			if family.GetName() == "tradewire_source_failures_total" && int(family.GetMetric()[0].GetCounter().GetValue()) != w.count() {
				t.Errorf("%v", family)
			}
		}
	})
}

func TestPollerLeavesSourcesOfOthersAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &fakeWeb{}
		p := testPoller(w, newFakeLog(), ops.NewMetrics())
		start := time.Now()
		p.hold.group = fakeGroup{away: func() bool { return time.Since(start) <= time.Minute }}
		pollFor(p, 30*time.Second)
		if w.count() != 0 {
			t.Error("visited another's source")
		}
		time.Sleep(time.Minute)
		pollFor(p, 5*time.Second)
		if w.count() == 0 {
			t.Error("did not take the source over")
		}
	})
}

func TestRestoreReadsPages(t *testing.T) {
	t.Parallel()
	l := testLister(&fakeWeb{})
	now := time.Now().UTC().Truncate(time.Millisecond)
	rest := event.Page{URL: "https://tired.example/a", Waits: &event.Wait{Until: now.Add(time.Hour), Reason: event.WaitHost,
		Fetch: event.Fetch{URL: "https://tired.example/a", Source: "example"}}}
	l.hold.load = func(_ context.Context, _ int, apply func(topic.Record) error) error {
		for _, state := range []event.Page{
			{URL: address, Fetched: now, ETag: "new", Article: "a", ContentHash: "v", Status: 200},
			{URL: address, Fetched: now.Add(-time.Hour), ETag: "old"}, rest,
		} {
			r, err := pageMessage(state, topic.Record{})
			if err != nil {
				return err
			}
			if err := apply(r); err != nil {
				return err
			}
		}
		for _, odd := range []topic.Record{{}, {Value: []byte("{")}, {Value: []byte(`{"url":""}`)}} {
			if err := apply(odd); err != nil {
				return err
			}
		}
		return nil
	}
	p := shardOf(t, l)
	want := event.Page{URL: address, Fetched: now, ETag: "new", Article: "a", ContentHash: "v", Status: 200}
	if got, ok := p.get(address); !ok || got != want {
		t.Errorf("%+v", got)
	}
	if got, ok := p.get(rest.URL); !ok || got.Waits == nil || *got.Waits != *rest.Waits || !got.Fetched.IsZero() {
		t.Errorf("%+v", got)
	}
	if until := l.hold.hosts.(fakeHosts)["tired.example"]; !until.Equal(now.Add(time.Hour)) {
		t.Errorf("the host rests until %v", until)
	}
	for _, c := range []struct {
		url        string
		asked, now time.Time
		want       bool
	}{
		{address, time.Time{}, now.Add(time.Hour), false},
		{address, time.Time{}, now.Add(25 * time.Hour), true},
		{address, now.Add(24 * time.Hour), now.Add(25 * time.Hour), false}, // on its way
		{address, now.Add(24 * time.Hour), now.Add(31 * time.Hour), true},  // for too long
		{address, now.Add(-time.Minute), now.Add(time.Hour), false},
		{rest.URL, time.Time{}, now.Add(48 * time.Hour), false},
		{"https://news.example/new", time.Time{}, now, true},
		{"https://news.example/new", now, now, false},
	} {
		if got := p.due(c.url, c.asked, c.now, 24*time.Hour); got != c.want {
			t.Errorf("%+v: due = %v", c, got)
		}
	}
}
