package pipeline_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/pipeline"
	"github.com/tradewire/tradewire/internal/source"
	"github.com/tradewire/tradewire/internal/topic"
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
	t       *testing.T
	brokers []string // empty: the first process embeds one
	config  *pipeline.Config
	sources []source.Source
	hits    func(path string) int
	total   func() int
}

func newWire(t *testing.T) *wire {
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

// oneStance is an extractor whose result is known: every article holds one
// stance, whose target is the article's title.
func oneStance(a event.Article) (event.Mentions, []event.Claim, error) {
	slots := event.Slots{"holder": event.Text("GB"), "position": event.Text("support"), "target": event.Text(a.Title)}
	first, _, _ := strings.Cut(a.Text, "\n")
	evidence := []event.Evidence{{Start: 0, End: len([]rune(first)), Text: first}}
	return event.Mentions{}, []event.Claim{{
		ID: event.ClaimID(a.ID, "stance", slots), Article: a.ID, Family: "stances", Kind: "stance", Published: a.Published,
		Slots: slots, Evidence: evidence, Rule: "test", Confidence: 0.5,
		Source: &event.Source{Article: a.ID, URL: a.URL, Title: a.Title, Publisher: a.Publisher, Published: a.Published},
	}}, nil
}

func stanceKinds() []event.Kind {
	return []event.Kind{{Name: "stance", Family: "stances", Description: "Who stands where.", Slots: []event.Slot{
		{Name: "holder", Type: event.TypeText, Core: true, Description: "Who."},
		{Name: "position", Type: event.TypeEnum, Core: true, Values: []string{"support", "oppose"}, Description: "How."},
		{Name: "target", Type: event.TypeText, Core: true, Description: "On what."},
	}}}
}

// running is one process under test.
type running struct {
	t       *testing.T
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
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("after a minute: not %s", what)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func TestEndToEnd(t *testing.T) {
	w, dir := newWire(t), t.TempDir()
	began := time.Now()
	first := w.start(dir, nil)
	eventually(t, "all events in the feed", func() bool { return len(first.events()) == siteArticles })
	t.Logf("%d events in %v", siteArticles, time.Since(began).Round(time.Millisecond))
	eventually(t, "ready", func() bool { code, _ := first.get("/readyz"); return code == http.StatusOK })
	for _, e := range first.events() {
		s := e.Sources[0]
		if e.Rev != 1 || e.Op != event.OpCreate || s.Evidence[0].Text == "" || s.Title != e.Slots["target"].Text || s.URL == "" {
			t.Errorf("%+v", e)
		}
	}
	w.metricsAddUp(first)
	w.records(first.at.Kafka)
	visits := w.total()
	if visits != siteArticles+1 {
		t.Errorf("%d pages asked for, want %d", visits, siteArticles+1)
	}
	first.stop()

	// Another start with the same data knows its pages and asks for none.
	second := w.start(dir, nil)
	eventually(t, "sources visited again", func() bool {
		_, body := second.get("/metrics")
		return strings.Count(body, "tradewire_source_last_success_timestamp_seconds{") == len(w.sources)
	})
	time.Sleep(time.Second)
	if n := len(second.events()); n != siteArticles {
		t.Errorf("%d events after a restart", n)
	}
	if w.total() != visits {
		t.Errorf("%d pages asked for again after a restart", w.total()-visits)
	}
}

// metricsAddUp checks that the metrics are there and that they add up.
func (w *wire) metricsAddUp(r *running) {
	w.t.Helper()
	var metrics string
	eventually(w.t, "nothing in flight and lag shown", func() bool {
		_, metrics = r.get("/metrics")
		idle := strings.Count(metrics, "tradewire_stage_in_flight{") == 4
		for _, line := range strings.Split(metrics, "\n") {
			if strings.HasPrefix(line, "tradewire_stage_in_flight{") || strings.HasPrefix(line, "tradewire_kafka_lag{") {
				idle = idle && strings.HasSuffix(line, " 0")
			}
		}
		return idle && strings.Contains(metrics, "tradewire_kafka_lag{")
	})
	value := func(name string) int {
		for _, line := range strings.Split(metrics, "\n") {
			if rest, ok := strings.CutPrefix(line, name+" "); ok {
				n, err := strconv.Atoi(rest)
				if err != nil {
					w.t.Fatal(err)
				}
				return n
			}
		}
		return 0
	}
	for stage, sent := range map[string]int{"scrape": siteArticles, "extract": siteArticles, "correlate": siteArticles, "serve": 3 * siteArticles} {
		received := value(`tradewire_stage_received_total{stage="` + stage + `"}`)
		rejected := value(`tradewire_stage_rejected_total{reason="no_text",stage="` + stage + `"}`)
		if got := value(`tradewire_stage_sent_total{stage="` + stage + `"}`); got < sent || received != got+rejected {
			w.t.Errorf("%s: received %d, sent %d, rejected %d", stage, received, got, rejected)
		}
		if (stage == "scrape") != (rejected == 1) {
			w.t.Errorf("%s rejected %d", stage, rejected)
		}
	}
}

// records reads every topic and holds each record against its schema and the
// rules of CloudEvents.
func (w *wire) records(brokers []string) {
	w.t.Helper()
	schemas := compiled(w.t)
	nouns := map[string]string{"fetches": "fetch", "pages": "page", "articles": "article", "mentions": "mentions", "claims": "claim"}
	for _, family := range event.Families() {
		nouns[family] = "event"
	}
	cluster, err := topic.Open(topic.Config{Brokers: brokers, Prefix: w.config.Prefix}, slog.New(slog.DiscardHandler))
	if err != nil {
		w.t.Fatal(err)
	}
	defer cluster.Close()
	counts := map[string]int{}
	for _, name := range pipeline.Topics() {
		err := cluster.Scan(w.t.Context(), name, topic.FromBeginning(), func(r topic.Record) error {
			counts[name]++
			if name == topic.DeadLetterTopic {
				w.deadLetter(r)
				return nil
			}
			return checkRecord(r, nouns[name], schemas)
		})
		if err != nil {
			w.t.Errorf("%s: %v", name, err)
		}
	}
	want := map[string]int{"fetches": siteArticles + 1, "articles": siteArticles, "mentions": siteArticles, "claims": siteArticles, "stances": siteArticles, "deadletter": 1}
	for name, n := range want {
		if counts[name] != n {
			w.t.Errorf("%d records on %s, want %d", counts[name], name, n)
		}
	}
}

func compiled(t *testing.T) map[string]*jsonschema.Schema {
	t.Helper()
	texts, err := event.Schemas(stanceKinds())
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	out := map[string]*jsonschema.Schema{}
	for noun, text := range texts {
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
		if err != nil {
			t.Fatal(err)
		}
		if err := compiler.AddResource(event.SchemaID(noun), doc); err != nil {
			t.Fatal(err)
		}
	}
	for noun := range texts {
		if out[noun], err = compiler.Compile(event.SchemaID(noun)); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func checkRecord(r topic.Record, noun string, schemas map[string]*jsonschema.Schema) error {
	body, err := jsonschema.UnmarshalJSON(strings.NewReader(string(r.Value)))
	if err != nil {
		return err
	}
	if err := schemas[noun].Validate(body); err != nil {
		return fmt.Errorf("%s: %w\n%s", noun, err, r.Value)
	}
	ce, err := event.ParseCloudEvent(r.Header)
	if err != nil {
		return err
	}
	if ce.DataSchema != event.SchemaID(noun) || !strings.HasPrefix(ce.Source, "tradewire/") || r.Header(event.TraceParent) == "" || len(r.Key) == 0 {
		return fmt.Errorf("headers %+v, key %q", ce, r.Key)
	}
	return nil
}

func (w *wire) deadLetter(r topic.Record) {
	w.t.Helper()
	var f event.Fetch
	if err := json.Unmarshal(r.Value, &f); err != nil || !strings.HasSuffix(f.URL, "/fish-auction") {
		w.t.Errorf("dead letter is not the original: %s", r.Value)
	}
	if r.Header(event.HeaderStage) != "scrape" || r.Header(event.HeaderClass) != "no_text" || r.Header(event.HeaderTopic) != "fetches" || r.Header(event.HeaderSource) != f.URL {
		w.t.Errorf("dead letter headers %v", r.Headers)
	}
}

func TestStagesInProcessesOfTheirOwn(t *testing.T) {
	w := newWire(t)
	if len(w.brokers) == 0 {
		w.brokers = []string{embed(t, t.TempDir(), "127.0.0.1:0").Addr()}
	}
	var serve *running
	for _, stage := range pipeline.Stages() {
		r := w.start(t.TempDir(), func(o *pipeline.Options) { o.Stages = []string{stage} })
		if code, body := r.get("/healthz"); code != http.StatusOK {
			t.Errorf("%s: healthz %d %s", stage, code, body)
		}
		serve = r
	}
	eventually(t, "all events in the feed", func() bool { return len(serve.events()) == siteArticles })
}

func embed(t *testing.T, dir, listen string) *topic.Embedded {
	t.Helper()
	broker, err := topic.StartEmbedded(topic.EmbeddedConfig{Dir: dir, Listen: listen}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = broker.Close() }) // closed by the test itself, where it matters
	return broker
}

// A new archive hears everything again; the topics are the truth.
func TestArchiveIsRebuiltFromTopics(t *testing.T) {
	w := newWire(t)
	if len(w.brokers) == 0 {
		w.brokers = []string{embed(t, t.TempDir(), "127.0.0.1:0").Addr()}
	}
	first := w.start(t.TempDir(), nil)
	eventually(t, "all events in the feed", func() bool { return len(first.events()) == siteArticles })
	want := first.events()
	first.stop()
	second := w.start(t.TempDir(), func(o *pipeline.Options) { o.Stages = []string{"serve"} })
	eventually(t, "all events in the new archive", func() bool { return len(second.events()) == siteArticles })
	for id := range second.events() {
		if _, ok := want[id]; !ok {
			t.Errorf("event %s is new", id)
		}
	}
}

// Extraction that panics or fails costs that article alone.
func TestPoisonBecomesDeadLetters(t *testing.T) {
	w := newWire(t)
	r := w.start(t.TempDir(), func(o *pipeline.Options) {
		o.Extract = func(a event.Article) (event.Mentions, []event.Claim, error) {
			switch {
			case strings.Contains(a.URL, "port-fees"):
				panic("poison")
			case strings.Contains(a.URL, "chip-subsidy"):
				return event.Mentions{}, nil, errors.New("cannot read this")
			}
			return oneStance(a)
		}
	})
	eventually(t, "the other events in the feed", func() bool { return len(r.events()) == siteArticles-2 })
	eventually(t, "both counted", func() bool {
		_, metrics := r.get("/metrics")
		return strings.Contains(metrics, `tradewire_stage_rejected_total{reason="panic",stage="extract"} 1`) &&
			strings.Contains(metrics, `tradewire_stage_rejected_total{reason="failed",stage="extract"} 1`)
	})
}

// The broker goes away under load and comes back: not ready meanwhile, and
// nothing is lost.
func TestBrokerGoesAndComesBack(t *testing.T) {
	if os.Getenv("KAFKA_BROKERS") != "" {
		t.Skip("stops its own broker only")
	}
	w, dir := newWire(t), t.TempDir()
	broker := embed(t, dir, "127.0.0.1:0")
	address := broker.Addr()
	w.brokers = []string{address}
	var once sync.Once
	gone := make(chan struct{})
	r := w.start(t.TempDir(), func(o *pipeline.Options) {
		o.Extract = func(a event.Article) (event.Mentions, []event.Claim, error) {
			once.Do(func() {
				if err := broker.Close(); err != nil {
					t.Error(err)
				}
				close(gone)
			})
			return oneStance(a)
		}
	})
	<-gone
	eventually(t, "not ready", func() bool { code, _ := r.get("/readyz"); return code == http.StatusServiceUnavailable })
	if code, _ := r.get("/healthz"); code != http.StatusOK {
		t.Errorf("healthz = %d while Kafka is away", code)
	}
	embed(t, dir, address)
	eventually(t, "ready again", func() bool { code, _ := r.get("/readyz"); return code == http.StatusOK })
	eventually(t, "all events in the feed", func() bool { return len(r.events()) == siteArticles })
}

func TestOnceEndsWhenDrained(t *testing.T) {
	w := newWire(t)
	o := w.options(t.TempDir())
	o.Once = true
	var mu sync.Mutex
	seen := map[string]bool{}
	o.Watch = func(e event.Event) { mu.Lock(); defer mu.Unlock(); seen[e.ID] = true }
	began := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := pipeline.Run(ctx, o); err != nil {
		t.Fatal(err)
	}
	if ctx.Err() != nil || len(seen) != siteArticles {
		t.Errorf("%d events seen, %v", len(seen), ctx.Err())
	}
	t.Logf("drained after %v", time.Since(began).Round(time.Millisecond))
}

func TestTakenPortsNameTheirFlags(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	w := newWire(t)
	o := w.options(t.TempDir())
	o.Listen = l.Addr().String()
	if err := pipeline.Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), "--listen") || !strings.Contains(err.Error(), o.Listen) {
		t.Errorf("%v", err)
	}
	o = w.options(t.TempDir())
	o.Brokers, o.KafkaListen = nil, l.Addr().String()
	if err := pipeline.Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), "--kafka-listen") {
		t.Errorf("%v", err)
	}
}

func TestWrongOptions(t *testing.T) {
	w := newWire(t)
	for want, change := range map[string]func(*pipeline.Options){
		"unknown stage":  func(o *pipeline.Options) { o.Stages = []string{"scrap"} },
		"not host:port":  func(o *pipeline.Options) { o.Brokers = []string{"kafka"} },
		"data directory": func(o *pipeline.Options) { o.DataDir = "/dev/null/x" },
	} {
		o := w.options(t.TempDir())
		change(&o)
		var usage *pipeline.UsageError
		if err := pipeline.Run(t.Context(), o); !errors.As(err, &usage) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}
