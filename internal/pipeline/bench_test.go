package pipeline_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/extract"
	"github.com/tradewire/tradewire/internal/ontology"
	"github.com/tradewire/tradewire/internal/pipeline"
	"github.com/tradewire/tradewire/internal/source"
)

// BenchmarkEndToEnd serves pages of about 600 words on eight hosts and takes
// them through all four stages into the archive: over HTTP on loopback and
// the Kafka protocol, on the embedded broker or the one KAFKA_BROKERS names.
// The real extractor reads them with the project's own knowledge.
func BenchmarkEndToEnd(b *testing.B) {
	const hosts, pages = 8, 100
	page := benchPage()
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, strings.ReplaceAll(page, "PATH", r.URL.Path))
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
	extractor, kinds := realExtractor(b)
	for b.Loop() {
		w := newWire(b)
		w.sources = sources
		var seen atomic.Int64
		var last time.Duration
		began := time.Now()
		o := w.options(b.TempDir())
		o.Once = true
		o.Extract, o.Kinds, o.Sectors = extractor, kinds, nil
		o.Log = slog.New(slog.DiscardHandler)
		o.Watch = func(event.Event) {
			seen.Add(1)
			last = time.Since(began)
		}
		if err := pipeline.Run(b.Context(), o); err != nil {
			b.Fatal(err)
		}
		if n := seen.Load(); n < hosts*pages || n%(hosts*pages) != 0 { // every page says the same
			b.Fatalf("%d events of %d equal pages", n, hosts*pages)
		}
		b.ReportMetric(float64(hosts*pages)/last.Seconds(), "articles/s")
	}
}

func realExtractor(b testing.TB) (pipeline.Extractor, []event.Kind) {
	b.Helper()
	o, problems := ontology.Load(os.DirFS("../../pipelines"))
	if len(problems) > 0 {
		b.Fatal(problems)
	}
	x, err := extract.New(o)
	if err != nil {
		b.Fatal(err)
	}
	return func(a event.Article) (event.Mentions, []event.Claim, error) {
		r, err := x.Extract(a)
		return r.Mentions, r.Claims, err
	}, o.Kinds
}

// benchPage is a page whose 18 paragraphs differ: equal ones are taken for
// boilerplate.
func benchPage() string {
	var b strings.Builder
	b.WriteString(`<html lang="en"><head><title>Page PATH</title></head><body><article><h1>Page PATH</h1>`)
	for paragraph := range strings.Lines(benchText()) {
		fmt.Fprintf(&b, "<p>%s</p>", strings.TrimSpace(paragraph))
	}
	b.WriteString("</article></body></html>")
	return b.String()
}

func benchText() string {
	var b strings.Builder
	for n := range 18 {
		fmt.Fprintf(&b, "In week %d Canada imposed a 25 percent tariff on Brazilian steel, its trade ministry said. "+
			"The harvest of year %d was late, people in the valley told our reporter, and road %d to the coast was closed.\n", n+1, 2000+n, 100+n)
	}
	return strings.TrimSpace(b.String())
}
