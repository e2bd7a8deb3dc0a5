package pipeline_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/pipeline"
	"github.com/tradewire/tradewire/internal/source"
)

// BenchmarkEndToEnd serves pages of about 600 words on eight hosts and takes
// them through all four stages into the archive: over HTTP on loopback and
// the Kafka protocol, on the embedded broker or the one KAFKA_BROKERS names.
// Extraction is left out of it: it has a benchmark of its own.
func BenchmarkEndToEnd(b *testing.B) {
	const hosts, pages = 8, 100
	body := "<html lang=\"en\"><head><title>Page %s</title></head><body><article><h1>Page %s</h1>" +
		strings.Repeat("<p>The ministry said on Monday that it would look at the duty on imported steel again before the end of the year, and that nothing had been decided yet.</p>", 21) +
		"</article></body></html>"
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, body, r.URL.Path, r.URL.Path)
	})
	var sources []source.Source
	for i := range hosts {
		server := httptest.NewServer(handler)
		b.Cleanup(server.Close)
		s := source.Source{
			Name: fmt.Sprintf("host-%d", i), Kind: source.URLs, Every: time.Hour, Publisher: "Bench",
			Language: "en", Enabled: true, MaxItems: pages, MaxPages: 1,
		}
		for n := range pages {
			s.URLs = append(s.URLs, fmt.Sprintf("%s/%d", server.URL, n))
		}
		sources = append(sources, s)
	}
	for b.Loop() {
		w := newWire(b)
		w.sources = sources
		var seen atomic.Int64
		var last time.Duration
		began := time.Now()
		o := w.options(b.TempDir())
		o.Once = true
		o.Log = slog.New(slog.DiscardHandler)
		o.Watch = func(event.Event) {
			seen.Add(1)
			last = time.Since(began)
		}
		if err := pipeline.Run(b.Context(), o); err != nil {
			b.Fatal(err)
		}
		if seen.Load() != hosts*pages {
			b.Fatalf("%d events, want %d", seen.Load(), hosts*pages)
		}
		b.ReportMetric(float64(hosts*pages)/last.Seconds(), "articles/s")
	}
}
