package pipeline_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/pipeline"
	"github.com/tradewire/tradewire/internal/topic"
)

func quietLog() *log.Logger { return log.New(io.Discard, "", 0) }

// prose is a page that makes an article; n makes it unlike others.
func prose(n int) string {
	return fmt.Sprintf(`<html lang="en"><head><title>Notice %d on the duty on tin</title></head><body><article><h1>Notice %d on the duty on tin</h1>
<p>Ruritania said in its notice number %d that the duty on tin would stay at 12 percent until the end of the season, and be looked at again then.</p>
<p>The ministry added that %d importers had written to it, and that each of them would have an answer within two weeks of the notice.</p></article></body></html>`, n, n, n, n)
}

// announcing are hosts with a feed each, which announces a page every step on
// its own host and on the next one. Every third feed has moved to the host
// after it.
type announcing struct {
	*hosts
	begun time.Time
	step  time.Duration
	total int // pages announced by each feed
}

func (a *announcing) serve(w http.ResponseWriter, r *http.Request, host int) {
	wait := time.NewTimer(40 * time.Millisecond)
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-r.Context().Done():
		return
	}
	var feed, n int
	switch {
	case r.URL.Path == "/robots.txt":
		http.NotFound(w, r)
	case r.URL.Path == "/feed" && host%3 == 2:
		http.Redirect(w, r, fmt.Sprintf("http://%s/moved/%d", a.names[(host+1)%len(a.names)], host), http.StatusFound)
	case r.URL.Path == "/feed":
		a.feed(w, host)
	case scan(r.URL.Path, "/moved/%d", &feed):
		a.feed(w, feed)
	case scan(r.URL.Path, "/page/%d/%d", &feed, &n):
		fmt.Fprint(w, prose(feed*1000+n))
	default:
		http.NotFound(w, r)
	}
}

func scan(path, format string, into ...any) bool {
	n, err := fmt.Sscanf(path, format, into...)
	return err == nil && n == len(into)
}

func (a *announcing) feed(w http.ResponseWriter, feed int) {
	w.Header().Set("Content-Type", "application/rss+xml")
	fmt.Fprint(w, `<?xml version="1.0"?><rss version="2.0"><channel><title>x</title><link>http://x.example/</link><description>x</description>`)
	for n := range min(a.total, int(time.Since(a.begun)/a.step)) {
		fmt.Fprintf(w, "<item><title>Notice %d</title><link>%s</link><pubDate>Mon, 02 Mar 2026 10:00:00 GMT</pubDate></item>", n, a.page(feed, n))
	}
	fmt.Fprint(w, "</channel></rss>")
}

func (a *announcing) page(feed, n int) string {
	return fmt.Sprintf("http://%s/page/%d/%d", a.names[(feed+n%2)%len(a.names)], feed, n)
}

// sources writes a source file for each feed.
func (a *announcing) sources(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for i, name := range a.names {
		file := fmt.Sprintf("name: feed-%d\nkind: rss\nurl: http://%s/feed\nevery: 1m\npublisher: Feed %d\ncountry: FR\nlanguage: en\n", i, name, i)
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("feed-%d.yaml", i)), []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// agents are the processes that asked a host since a time.
func (h *hosts) agents(since time.Time) map[string][]string {
	asked := map[string][]string{}
	for _, name := range h.names {
		for _, v := range h.visits(name) {
			if v.at.After(since) && !slices.Contains(asked[v.agent], name) {
				asked[v.agent] = append(asked[v.agent], name)
			}
		}
	}
	return asked
}

// sharable reports whether either half of the partitions has that many hosts.
// Where a host falls is a matter of its port: by chance, one time in fifty, a
// process would have hardly any.
func sharable(names []string, partitions, least int) bool {
	low := 0
	for _, name := range names {
		if topic.PartitionOf([]byte(name), partitions) < partitions/2 {
			low++
		}
	}
	return low >= least && len(names)-low >= least
}

// Two processes share the hosts: one starts, another joins, the first is
// killed and its hosts move to the other with all that is known of them. No
// host ever sees two requests at a time, nor more than its pace, be it for
// pages, feeds or robots.txt.
func TestProcessesShareHosts(t *testing.T) {
	if scale(true, false, false) {
		t.Parallel()
	}
	const count, perFeed, gap = 12, 30, 200 * time.Millisecond
	w := newWire(t)
	if len(w.brokers) == 0 {
		w.brokers = []string{embed(t, t.TempDir(), "127.0.0.1:0").Addr()}
	}
	a := &announcing{begun: time.Now(), step: 600 * time.Millisecond, total: perFeed}
	for a.hosts == nil || !sharable(a.names, w.config.Topics[pipeline.TopicFetches].Partitions, 3) {
		a.hosts = newHosts(t, 40, count, a.serve)
	}
	spec := pipeline.Scraper{Config: w.config, Brokers: w.brokers, Sources: a.sources(t), Every: 2 * time.Second}
	w.config.Fetch.PerHost, w.config.Fetch.MinGap = 1000, gap
	start := func(agent string) *scraper {
		w.config.Fetch.UserAgent = agent + "/1.0 (+https://example.org/contact)"
		return startScraper(t, spec)
	}
	first := start("first")
	eventually(t, "every host asked", func() bool { return len(a.agents(a.begun)["first"]) == count })
	start("second")
	eventually(t, "hosts shared", func() bool { return len(a.agents(a.begun)["second"]) >= 3 })
	settled := time.Now()
	eventually(t, "both at work", func() bool {
		asked := a.agents(settled)
		return len(asked["first"])+len(asked["second"]) >= count && time.Since(settled) > 3*time.Second
	})
	a.disjoint(t, settled.Add(time.Second))
	lost := a.agents(settled.Add(time.Second))["first"]

	first.kill()
	killed := time.Now()
	eventually(t, "the other at all hosts", func() bool { return len(a.agents(killed.Add(100 * time.Millisecond))["second"]) == count })
	for _, name := range lost {
		for _, v := range a.visits(name) {
			if v.agent == "second" && v.at.After(killed) {
				if took := v.at.Sub(killed); took > 30*time.Second {
					t.Errorf("%s was taken over after %v", name, took)
				} else {
					t.Logf("%s was taken over after %v", name, took.Round(100*time.Millisecond))
				}
				break
			}
		}
	}
	articles := a.wait(t, w)
	requests, overlaps := a.counts()
	t.Logf("%d hosts, %d of them moved, %d articles, %d requests, %d overlaps", count, len(lost), articles, requests, overlaps)
	if overlaps != 0 {
		t.Errorf("%d requests overlapped another one to the same host", overlaps)
	}
	a.pace(t, gap)
	// What the first knew the second knows: only what was under way when the
	// first was killed, one page a host at most, is asked for twice.
	if twice := a.twice(); len(twice) > len(lost) {
		t.Errorf("%d pages were asked for twice, %d were under way at most: %v", len(twice), len(lost), twice)
	}
}

// disjoint checks that each host is asked by one process alone.
func (a *announcing) disjoint(t *testing.T, since time.Time) {
	t.Helper()
	asked := a.agents(since)
	for _, name := range asked["first"] {
		if slices.Contains(asked["second"], name) {
			t.Errorf("%s is asked by both processes", name)
		}
	}
	t.Logf("the first process has %d hosts, the second %d", len(asked["first"]), len(asked["second"]))
}

// wait waits until every page is an article, and counts them.
func (a *announcing) wait(t *testing.T, w *wire) int {
	t.Helper()
	cluster, err := topic.Open(topic.Config{Brokers: w.brokers, Prefix: w.config.Prefix}, w.options("").Log)
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	missing := map[string]bool{}
	for feed := range a.names {
		for n := range a.total {
			missing[event.ArticleID(a.page(feed, n))] = true
		}
	}
	all := len(missing)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	err = cluster.Follow(ctx, pipeline.TopicArticles, topic.FromBeginning(), func(r topic.Record) error {
		if delete(missing, string(r.Key)); len(missing) == 0 {
			return io.EOF
		}
		return nil
	})
	if err != io.EOF {
		t.Fatalf("%d of %d articles are missing: %v", len(missing), all, err)
	}
	return all
}

// twice are the pages that were asked for more than once.
func (a *announcing) twice() []string {
	times := map[string]int{}
	for _, name := range a.names {
		for _, v := range a.visits(name) {
			if strings.HasPrefix(v.path, "/page/") {
				times[v.path]++
			}
		}
	}
	maps.DeleteFunc(times, func(_ string, n int) bool { return n == 1 })
	return slices.Sorted(maps.Keys(times))
}
