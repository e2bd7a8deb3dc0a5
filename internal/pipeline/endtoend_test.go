package pipeline_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/pipeline"
	"github.com/tradewire/tradewire/internal/topic"
)

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
	since := time.Now()
	truth := func(what string) {
		if took := time.Since(since); took > 10*time.Second {
			t.Errorf("/readyz said %s after %v, expected 10 s at most", what, took)
		}
	}
	eventually(t, "not ready", func() bool { code, _ := r.get("/readyz"); return code == http.StatusServiceUnavailable })
	truth("that it is not ready")
	if code, _ := r.get("/healthz"); code != http.StatusOK {
		t.Errorf("healthz = %d while Kafka is away", code)
	}
	embed(t, dir, address)
	since = time.Now()
	eventually(t, "ready again", func() bool { code, _ := r.get("/readyz"); return code == http.StatusOK })
	truth("that it is ready again")
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
