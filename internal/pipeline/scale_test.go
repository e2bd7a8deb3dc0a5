package pipeline_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/fetch"
	"github.com/tradewire/tradewire/internal/pipeline"
	"github.com/tradewire/tradewire/internal/topic"
	"github.com/tradewire/tradewire/internal/weburl"
)

// scale is how large the tests of this file are: "full", "short" (within three
// minutes) or, for every run of all tests, small.
func scale[T any](small, short, full T) T {
	switch os.Getenv("TRADEWIRE_SCALE") {
	case "full":
		return full
	case "short":
		return short
	}
	return small
}

// faults are what the pages of the hosts suffer from, with the class that
// their dead letters must have; "" for those that end as articles. Each is
// told how often its page was asked for before.
func faults() []fault {
	return []fault{
		{name: "well", weight: 70, serve: wellServed},
		{name: "404", weight: 5, class: fetch.Status, serve: func(w http.ResponseWriter, r *http.Request, _, _ int) { http.NotFound(w, r) }},
		{name: "500 once", weight: 4, serve: func(w http.ResponseWriter, r *http.Request, n, before int) {
			unless(before > 0, w, r, n, func() { w.WriteHeader(http.StatusInternalServerError) })
		}},
		{name: "500 always", weight: 2, class: fetch.Status, serve: func(w http.ResponseWriter, _ *http.Request, _, _ int) {
			w.WriteHeader(http.StatusInternalServerError)
		}},
		{name: "429 once", weight: 4, serve: func(w http.ResponseWriter, r *http.Request, n, before int) {
			unless(before > 0, w, r, n, func() { w.Header().Set("Retry-After", "1"); w.WriteHeader(http.StatusTooManyRequests) })
		}},
		{name: "reset once", weight: 4, serve: func(w http.ResponseWriter, r *http.Request, n, before int) {
			unless(before > 0, w, r, n, func() { reset(w) })
		}},
		{name: "reset always", weight: 2, class: fetch.Network, serve: func(w http.ResponseWriter, _ *http.Request, _, _ int) { reset(w) }},
		{name: "slow", weight: 3, serve: func(w http.ResponseWriter, r *http.Request, n, _ int) {
			for part := range slices.Chunk([]byte(prose(n)), 200) {
				_, _ = w.Write(part)
				_ = http.NewResponseController(w).Flush()
				pause(r.Context(), 100*time.Millisecond)
			}
		}},
		{name: "hangs", weight: 2, class: fetch.Timeout, serve: func(_ http.ResponseWriter, r *http.Request, _, _ int) { <-r.Context().Done() }},
		{name: "hangs once", weight: 2, serve: func(w http.ResponseWriter, r *http.Request, n, before int) {
			unless(before > 0, w, r, n, func() { <-r.Context().Done() })
		}},
		{name: "bomb", weight: 1, class: fetch.TooLarge, serve: bomb},
		{name: "no text", weight: 1, class: "no_text", serve: func(w http.ResponseWriter, _ *http.Request, _, _ int) {
			fmt.Fprint(w, `<html><body><img src="a.png"></body></html>`)
		}},
	}
}

type fault struct {
	name, class string
	weight      int
	serve       func(w http.ResponseWriter, r *http.Request, n, before int)
}

func wellServed(w http.ResponseWriter, _ *http.Request, n, _ int) { fmt.Fprint(w, prose(n)) }

func unless(well bool, w http.ResponseWriter, r *http.Request, n int, fail func()) {
	if well {
		wellServed(w, r, n, 0)
		return
	}
	fail()
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// reset breaks the connection off.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	_ = conn.(*net.TCPConn).SetLinger(0) // so that Close sends RST
	_ = conn.Close()
}

func bomb(w http.ResponseWriter, _ *http.Request, _, _ int) {
	w.Header().Set("Content-Encoding", "gzip")
	z := gzip.NewWriter(w)
	zeros := make([]byte, 1<<20)
	for range 16 {
		_, _ = z.Write(zeros)
	}
	_ = z.Close()
}

// manyPages is a lot of hosts with many pages, each with a fault or none.
type manyPages struct {
	*hosts
	dead   []string // hosts that do not answer at all, not among names
	ill    int      // of names, how many answer nothing but 503
	byPage []fault  // drawn by weight

	mu     sync.Mutex
	before map[string]int
}

func newManyPages(t *testing.T, net4 byte, count, dead, ill int) *manyPages {
	m := &manyPages{before: map[string]int{}, ill: ill}
	for _, f := range faults() {
		m.byPage = append(m.byPage, slices.Repeat([]fault{f}, f.weight)...)
	}
	m.hosts = newHosts(t, net4, count-dead, m.serve)
	for i := range dead { // a port that was free a moment ago
		l, err := net.Listen("tcp", fmt.Sprintf("127.%d.250.%d:0", net4, i+1))
		if err != nil {
			t.Fatal(err)
		}
		m.dead = append(m.dead, l.Addr().String())
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

// page is address n of all, and the fault it has. Hosts take turns.
func (m *manyPages) page(n int) (string, fault) {
	all := len(m.names) + len(m.dead)
	host := n % all
	f := m.byPage[int(uint32(n)*2654435761>>8)%len(m.byPage)]
	if host >= len(m.names) {
		return fmt.Sprintf("http://%s/page/%d", m.dead[host-len(m.names)], n), fault{name: "dead host", class: fetch.Unavailable}
	}
	if host < m.ill {
		f = fault{name: "ill host", class: fetch.Unavailable}
	}
	return fmt.Sprintf("http://%s/page/%d", m.names[host], n), f
}

func (m *manyPages) serve(w http.ResponseWriter, r *http.Request, host int) {
	var n int
	switch {
	case host < m.ill && r.URL.Path != "/robots.txt":
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	case !scan(r.URL.Path, "/page/%d", &n):
		http.NotFound(w, r)
		return
	}
	m.mu.Lock()
	before := m.before[r.URL.Path]
	m.before[r.URL.Path]++
	m.mu.Unlock()
	_, f := m.page(n)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	f.serve(w, r, n, before)
}

// announceAll puts addresses 0 to n on trade.fetches.
func (m *manyPages) announceAll(t *testing.T, cluster *topic.Cluster, n int) {
	t.Helper()
	const atOnce = 5000
	for from := 0; from < n; from += atOnce {
		var records []topic.Record
		for i := from; i < min(n, from+atOnce); i++ {
			url, _ := m.page(i)
			records = append(records, topic.Record{
				Topic: pipeline.TopicFetches, Key: []byte(weburl.Host(url)), Time: time.Now(),
				Value:   fmt.Appendf(nil, `{"url":%q,"source":"scale","title":"Notice %d on the duty on tin","published":"2026-03-02T10:00:00Z"}`, url, i),
				Headers: topic.CloudHeaders(event.NewCloudEvent("fetch", fmt.Sprint(i), "tradewire/test", url, time.Now())),
			})
		}
		if err := cluster.Writer().Write(t.Context(), records...); err != nil {
			t.Fatal(err)
		}
	}
}

// ends is how addresses ended: articles by id, classes of dead letters by
// address.
type ends struct {
	mu       sync.Mutex
	articles map[string]bool
	letters  map[string]string
	reasons  int // dead letters that say why
}

// follow reads articles and dead letters until ctx ends.
func (e *ends) follow(ctx context.Context, t *testing.T, cluster *topic.Cluster) *sync.WaitGroup {
	var reading sync.WaitGroup
	for name, take := range map[string]func(topic.Record){
		pipeline.TopicArticles: func(r topic.Record) { e.articles[string(r.Key)] = true },
		topic.DeadLetterTopic: func(r topic.Record) {
			var f event.Fetch
			if err := json.Unmarshal(topic.Original(r).Value, &f); err != nil {
				t.Errorf("a dead letter without its input: %.200q", r.Value)
				return
			}
			e.letters[f.URL] = r.Header(event.HeaderClass)
			if r.Header(event.HeaderMessage) != "" {
				e.reasons++
			}
		},
	} {
		reading.Go(func() {
			err := cluster.Follow(ctx, name, topic.FromBeginning(), func(r topic.Record) error {
				e.mu.Lock()
				defer e.mu.Unlock()
				take(r)
				return nil
			})
			if ctx.Err() == nil {
				t.Errorf("follow %s: %v", name, err)
			}
		})
	}
	return &reading
}

func (e *ends) count() (articles, letters int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.articles), len(e.letters)
}

// TestManyPagesWithFaults: nothing is lost, every address ends as an article
// or as a dead letter with its reason, the pace is kept.
func TestManyPagesWithFaults(t *testing.T) {
	const gap = 200 * time.Millisecond
	if scale(true, false, false) {
		t.Parallel()
	}
	hosts, pages := scale(24, 60, 200), scale(120, 3000, 10_000)
	w, cluster := scaleWire(t)
	m := newManyPages(t, 50, hosts, scale(1, 2, 2), scale(1, 2, 2))
	w.config.Fetch.PerHost, w.config.Fetch.MinGap, w.config.Fetch.Timeout = 1000, gap, scale(time.Second, 2*time.Second, 2*time.Second)
	w.config.Fetch.Rest = scale(100*time.Millisecond, time.Second, time.Second)
	w.config.Scrape.GiveUp = scale(5*time.Second, 40*time.Second, 2*time.Minute)
	w.config.Stages.Scrape.Backoff, w.config.Stages.Scrape.MaxBackoff = 500*time.Millisecond, 5*time.Second
	m.announceAll(t, cluster, pages)

	ctx, stop := context.WithCancel(t.Context())
	found := &ends{articles: map[string]bool{}, letters: map[string]string{}}
	reading := found.follow(ctx, t, cluster)
	began := time.Now()
	s := startScraper(t, pipeline.Scraper{Config: w.config, Brokers: w.brokers})
	last, at, most := 0, time.Now(), time.Duration(0)
	for {
		articles, letters := found.count()
		n := articles + letters
		if n < pages*95/100 {
			most = time.Since(began)
		}
		if n >= pages {
			break
		} else if n > last {
			last, at = n, time.Now()
		}
		if time.Since(at) > 2*time.Minute {
			t.Errorf("nothing happens any more: %d articles and %d dead letters of %d pages", articles, letters, pages)
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	took, peak := time.Since(began), s.peak()
	bound := s.bound()
	s.term()
	stop()
	reading.Wait()
	m.accounts(t, found, pages)
	m.pace(t, gap)
	requests, overlaps := m.counts()
	t.Logf("%d pages of %d hosts in %v, 95%% of them in %v: %.0f pages/s; %d requests, %d MiB at most", pages, hosts,
		took.Round(time.Second/10), most.Round(time.Second/10), float64(pages*95/100)/most.Seconds(), requests, peak)
	t.Logf("the pace alone takes %v for each host; of %d requests at a time, %s",
		(time.Duration(pages/hosts) * gap).Round(time.Second/10), w.config.Stages.Scrape.Workers, bound)
	if overlaps != 0 {
		t.Errorf("%d requests overlapped another one to the same host", overlaps)
	}
}

// accounts compares how each address ended with what was wrong with it.
func (m *manyPages) accounts(t *testing.T, found *ends, pages int) {
	t.Helper()
	table := map[string]int{}
	for n := range pages {
		url, f := m.page(n)
		class, refused := found.letters[url]
		article := found.articles[event.ArticleID(url)]
		if article == refused {
			t.Errorf("%s (%s): an article %v, a dead letter %v", url, f.name, article, refused)
			continue
		}
		end := "article"
		if refused {
			end = "dead letter " + class
		}
		table[f.name+": "+end]++
		// A host that fails too often rests, which is a reason as good as its
		// last answer.
		temporary := f.class == fetch.Unavailable || f.class == fetch.Network || f.class == fetch.Timeout || f.name == "500 always"
		if class != f.class && !(refused && temporary && (class == fetch.Unavailable || f.class == fetch.Unavailable)) {
			t.Errorf("%s (%s) ended as %s", url, f.name, end)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(table)) {
		t.Logf("%6d  %s", table[name], name)
	}
	if found.reasons < len(found.letters) {
		t.Errorf("%d dead letters, %d with a message", len(found.letters), found.reasons)
	}
}

// TestBacklogInMemory: a backlog costs the topic, not the memory.
func TestBacklogInMemory(t *testing.T) {
	if scale(true, false, false) {
		t.Parallel()
	}
	pages, hosts, at := scale(20_000, 200_000, 1_000_000), 200, scale(5*time.Second, 30*time.Second, time.Minute)
	w, cluster := scaleWire(t)
	m := newManyPages(t, 60, hosts, 0, 0)
	m.byPage = faults()[:1]
	w.config.Fetch.PerHost, w.config.Fetch.MinGap = 1000, time.Millisecond
	w.config.Scrape.Budget.Pages = pages
	began := time.Now()
	m.announceAll(t, cluster, pages)
	t.Logf("%d addresses put on the topic in %v", pages, time.Since(began).Round(time.Second/10))
	ctx, stop := context.WithCancel(t.Context())
	found := &ends{articles: map[string]bool{}, letters: map[string]string{}}
	reading := found.follow(ctx, t, cluster)
	s := startScraper(t, pipeline.Scraper{Config: w.config, Brokers: w.brokers})
	eventually(t, "at work", func() bool { n, _ := found.count(); return n > 0 })
	begun, _ := found.count()
	began = time.Now()
	time.Sleep(at)
	articles, letters := found.count()
	peak, bound := s.peak(), s.bound()
	s.term()
	stop()
	reading.Wait()
	t.Logf("%d MiB at most; %d pages in %v: %.0f pages/s; %s", peak, articles-begun, time.Since(began).Round(time.Second/10),
		float64(articles-begun)/at.Seconds(), bound)
	if letters != 0 {
		t.Errorf("%d dead letters", letters)
	}
	if !raced() && peak >= 200 { // 256 are promised
		t.Errorf("%d MiB at most, 200 are allowed", peak)
	}
}

// scaleWire is a broker with the topics made on it.
func scaleWire(t *testing.T) (*wire, *topic.Cluster) {
	t.Helper()
	w := newWire(t)
	if len(w.brokers) == 0 {
		w.brokers = []string{embed(t, t.TempDir(), "127.0.0.1:0").Addr()}
	}
	cluster, err := topic.Open(topic.Config{Brokers: w.brokers, Prefix: w.config.Prefix}, w.options("").Log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cluster.Close() })
	// A process of no stages makes the topics as the configuration says.
	w.start(t.TempDir(), func(o *pipeline.Options) { o.Stages = []string{pipeline.StageCorrelate} }).stop()
	return w, cluster
}

// bound tells what a scraper waited for most, out of its metrics.
func (s *scraper) bound() string {
	s.t.Helper()
	resp, err := http.Get(s.at + "/metrics")
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	waits, cpu, underway := map[string]float64{}, 0.0, 0.0
	for line := range strings.SplitSeq(string(body), "\n") {
		var seconds float64
		var what string
		if scan(strings.Replace(line, `"}`, " ", 1), `tradewire_fetch_host_wait_seconds_sum{for="%s %f`, &what, &seconds) {
			waits[what] = seconds
		}
		scan(line, "process_cpu_seconds_total %f", &cpu)
		scan(line, "tradewire_fetch_request_seconds_sum %f", &underway)
	}
	var parts []string
	for _, what := range slices.Sorted(maps.Keys(waits)) {
		parts = append(parts, fmt.Sprintf("%s %.0f s", what, waits[what]))
	}
	return fmt.Sprintf("processor %.1f s; requests, added up, were under way for %.0f s and waited for %s", cpu, underway, strings.Join(parts, ", "))
}
