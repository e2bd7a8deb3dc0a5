package pipeline_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/pipeline"
	"github.com/tradewire/tradewire/internal/source"
	"github.com/tradewire/tradewire/pipelines"
	"github.com/tradewire/tradewire/testdata/site"
)

// The suites of this file run on the embedded broker, or on the one that
// KAFKA_BROKERS names.

// siteArticles is how many articles the sample site has beside the page that
// holds no text.
const siteArticles = 18

// wire is what a test runs its processes against.
type wire struct {
	t       testing.TB
	brokers []string // empty: the first process embeds one
	config  *pipeline.Config
	sources []source.Source
	hits    func(path string) int
	total   func() int
}

func newWire(t testing.TB) *wire {
	t.Helper()
	w := &wire{t: t}
	if named := os.Getenv("KAFKA_BROKERS"); named != "" {
		w.brokers = strings.Split(named, ",")
	}
	config, problems := pipeline.LoadConfig(pipelines.FS())
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	config.Prefix = "e2e-" + strings.ToLower(rand.Text()[:8]) + "."
	if os.Getenv("KAFKA_NODES") == "3" {
		config.Replication, config.MinInSync = 3, 2
	}
	w.config = config
	w.startSite()
	return w
}

func (w *wire) startSite() {
	var mu sync.Mutex
	counts := map[string]int{}
	handler := site.Handler()
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		mu.Lock()
		counts[r.URL.Path]++
		mu.Unlock()
		handler.ServeHTTP(rw, r)
	}))
	w.t.Cleanup(server.Close)
	w.hits = func(path string) int { mu.Lock(); defer mu.Unlock(); return counts[path] }
	w.total = func() int {
		mu.Lock()
		defer mu.Unlock()
		n := 0
		for path, c := range counts {
			if strings.Count(path, "/") >= 2 && !strings.HasSuffix(path, "/") && !strings.HasSuffix(path, ".xml") {
				n += c
			}
		}
		return n
	}
	sources, problems := source.Load(site.Sources(strings.TrimPrefix(server.URL, "http://")), ".")
	if err := problems.Err(); err != nil {
		w.t.Fatal(err)
	}
	w.sources = sources
}

func oneStance(a event.Article) (event.Mentions, []event.Claim, error) { return pipeline.OneStance(a) }

func stanceKinds() []event.Kind {
	return []event.Kind{{Name: "stance", Family: "stances", Description: "Who stands where.", Slots: []event.Slot{
		{Name: "holder", Type: event.TypeText, Core: true, Description: "Who."},
		{Name: "position", Type: event.TypeEnum, Core: true, Values: []string{"support", "oppose"}, Description: "How."},
		{Name: "target", Type: event.TypeText, Core: true, Description: "On what."},
	}}}
}

// running is one process under test.
type running struct {
	t       testing.TB
	at      pipeline.Addresses
	cancel  context.CancelFunc
	done    chan error
	stopped bool
}

// start runs a process until the test stops it.
func (w *wire) start(dir string, change func(*pipeline.Options)) *running {
	w.t.Helper()
	o := w.options(dir)
	up := make(chan pipeline.Addresses, 1)
	o.Up = func(at pipeline.Addresses) { up <- at }
	if change != nil {
		change(&o)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{t: w.t, cancel: cancel, done: make(chan error, 1)}
	go func() { r.done <- pipeline.Run(ctx, o) }()
	w.t.Cleanup(func() { r.stop() })
	select {
	case r.at = <-up:
	case err := <-r.done:
		r.stopped = true
		w.t.Fatalf("ended before it was up: %v", err)
	case <-time.After(time.Minute):
		w.t.Fatal("not up after a minute")
	}
	return r
}

func (w *wire) options(dir string) pipeline.Options {
	return pipeline.Options{
		Config: w.config, Sources: w.sources, Extract: oneStance, Kinds: stanceKinds(), Brokers: w.brokers,
		Listen: "127.0.0.1:0", KafkaListen: "127.0.0.1:0", DataDir: dir, Local: true,
		Log: slog.New(slog.NewTextHandler(w.t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})),
	}
}

// stop ends the process as SIGTERM does, and checks that it goes in time.
func (r *running) stop() {
	if r.stopped {
		return
	}
	r.stopped = true
	began := time.Now()
	r.cancel()
	select {
	case err := <-r.done:
		if err != nil {
			r.t.Errorf("shutdown: %v", err)
		}
		if took := time.Since(began); took > 10*time.Second {
			r.t.Errorf("shutdown took %v", took)
		}
	case <-time.After(20 * time.Second):
		r.t.Error("no shutdown after 20 s")
	}
}

func (r *running) get(path string) (int, string) {
	r.t.Helper()
	resp, err := http.Get(r.at.Feed + path)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// events reads all pages of the feed.
func (r *running) events() map[string]event.Event {
	r.t.Helper()
	all := map[string]event.Event{}
	for cursor := ""; ; {
		_, body := r.get("/api/v1/events?limit=5&cursor=" + cursor)
		var page struct {
			Events []event.Event `json:"events"`
			Next   string        `json:"next"`
		}
		if err := json.Unmarshal([]byte(body), &page); err != nil {
			r.t.Fatalf("%v: %s", err, body)
		}
		for _, e := range page.Events {
			if _, twice := all[e.ID]; twice {
				r.t.Errorf("event %s twice in the feed", e.ID)
			}
			all[e.ID] = e
		}
		if page.Next == "" {
			return all
		}
		cursor = page.Next
	}
}

// eventually waits until a condition holds.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("after a minute: not %s", what)
		}
		time.Sleep(50 * time.Millisecond)
	}
}
