package pipeline_test

import (
	"cmp"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/pipeline"
	"github.com/tradewire/tradewire/internal/topic"
)

// TestLatency measures the time from the moment that an article has been
// fetched until all of its events can be read from their topics, at 100
// articles a second, with the stages extract, correlate and serve at work:
// on the embedded broker, and on Apache Kafka where KAFKA_BROKERS names it.
//
// Articles come at fixed times, whatever became of those before, and the time
// runs from when one was due: a system that stands still for a second is
// charged for everybody who waited. BENCH_KAFKA is full, or short, which fails
// only at ten times what is asked.
func TestLatency(t *testing.T) {
	form := os.Getenv("BENCH_KAFKA")
	if form == "" {
		t.Skip("make bench-kafka sets BENCH_KAFKA")
	}
	l := latency{warm: 5 * time.Second, lasts: 30 * time.Second, rate: 100, p50: 50 * time.Millisecond, p99: 250 * time.Millisecond}
	if form == "short" {
		l.lasts, l.p50, l.p99 = 5*time.Second, 10*l.p50, 10*l.p99
	}
	t.Run("embedded", func(t *testing.T) { l.measure(t, nil) })
	if named := os.Getenv("KAFKA_BROKERS"); named != "" {
		t.Run("kafka", func(t *testing.T) { l.measure(t, strings.Split(named, ",")) })
	}
}

type latency struct {
	warm, lasts time.Duration // the first is not counted
	rate        int           // articles a second
	p50, p99    time.Duration
}

// arrival is one article on its way.
type arrival struct {
	record topic.Record
	events int // not read yet
	due    time.Time
	acked  time.Duration // until it was on trade.articles
	made   time.Duration // until the last event was made
	took   time.Duration // until it was read
}

func (l latency) measure(t *testing.T, brokers []string) {
	extractor, kinds := realExtractor(t)
	arrivals, byID := l.arrivals(t, extractor)
	w := newWire(t)
	w.brokers, w.sources = brokers, nil
	r := w.start(t.TempDir(), func(o *pipeline.Options) {
		o.Stages = []string{pipeline.StageExtract, pipeline.StageCorrelate, pipeline.StageServe}
		o.Extract, o.Kinds = extractor, kinds
	})
	cluster, err := topic.Open(topic.Config{Brokers: r.at.Kafka, Prefix: w.config.Prefix}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	consumer, err := cluster.Reader("latency-"+strings.ToLower(rand.Text()), event.Families()...)
	if err != nil {
		t.Fatal(err)
	}
	var writes sync.WaitGroup
	writes.Go(func() { l.send(t, cluster, arrivals, &writes) })
	l.receive(t, consumer, byID, len(arrivals))
	writes.Wait()
	l.report(t, arrivals[int(l.warm.Seconds()*float64(l.rate)):])
}

// arrivals are articles of 680 words that differ in their address.
func (l latency) arrivals(t *testing.T, x pipeline.Extractor) ([]*arrival, map[string]*arrival) {
	t.Helper()
	text := benchText()
	all, byID := make([]*arrival, int((l.warm+l.lasts).Seconds())*l.rate), map[string]*arrival{}
	for i := range all {
		url := fmt.Sprintf("https://latency.example/%d", i)
		a := event.Article{
			ID: event.ArticleID(url), Version: event.TextHash(text), URL: url, Title: fmt.Sprintf("Article %d", i), Publisher: "Bench",
			Language: "en", Published: "2026-11-20", Text: text,
		}
		value, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		all[i] = &arrival{record: topic.Record{
			Topic: pipeline.TopicArticles, Key: []byte(a.ID), Value: value, Headers: topic.CloudHeaders(a.CloudEvent("bench", time.Now())),
		}}
		byID[a.ID] = all[i]
		if i == 0 {
			_, claims, err := x(a)
			if err != nil || len(claims) == 0 {
				t.Fatalf("%d claims: %v", len(claims), err)
			}
			all[0].events = len(claims)
		}
		all[i].events = all[0].events
	}
	return all, byID
}

// send writes each article when it is due.
func (l latency) send(t *testing.T, cluster *topic.Cluster, arrivals []*arrival, writes *sync.WaitGroup) {
	begin := time.Now().Add(time.Second)
	for i, a := range arrivals {
		a.due = begin.Add(time.Duration(i) * time.Second / time.Duration(l.rate))
	}
	for _, a := range arrivals {
		time.Sleep(time.Until(a.due))
		writes.Go(func() {
			if err := cluster.Writer().Write(t.Context(), a.record); err != nil {
				t.Error(err)
			}
			a.acked = time.Since(a.due)
		})
	}
}

// receive reads events until those of all articles are there.
func (l latency) receive(t *testing.T, consumer *topic.Reader, byID map[string]*arrival, left int) {
	seen := map[string]bool{}
	for left > 0 {
		r, err := consumer.Fetch(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		now := time.Now()
		var e event.Event
		if err := json.Unmarshal(r.Value, &e); err != nil {
			t.Fatal(err)
		}
		a := byID[e.Sources[0].Article]
		if a == nil || seen[e.ID] {
			continue // of an earlier run, or written twice
		}
		seen[e.ID] = true
		if a.events--; a.events == 0 {
			a.made, a.took = r.Time.Sub(a.due), now.Sub(a.due)
			left--
		}
	}
}

func (l latency) report(t *testing.T, arrivals []*arrival) {
	at := func(p float64, figure func(*arrival) time.Duration) time.Duration {
		sorted := slices.SortedFunc(slices.Values(arrivals), func(a, b *arrival) int { return cmp.Compare(figure(a), figure(b)) })
		return figure(sorted[min(len(sorted)-1, int(p*float64(len(sorted))))]).Round(100 * time.Microsecond)
	}
	acked := func(a *arrival) time.Duration { return a.acked }
	took, made := func(a *arrival) time.Duration { return a.took }, func(a *arrival) time.Duration { return a.made }
	load, _ := os.ReadFile("/proc/loadavg")
	fmt.Printf("%s: fetched to readable event, %d articles at %d/s: p50 %v, p90 %v, p99 %v, most %v; until the article is acknowledged p50 %v, p99 %v, until its event is made p50 %v, p99 %v; load %.5s\n",
		t.Name(), len(arrivals), l.rate, at(0.5, took), at(0.9, took), at(0.99, took), at(1, took), at(0.5, acked), at(0.99, acked), at(0.5, made), at(0.99, made), load)
	if p50, p99 := at(0.5, took), at(0.99, took); p50 > l.p50 || p99 > l.p99 {
		t.Errorf("p50 %v and p99 %v, expected %v and %v at most", p50, p99, l.p50, l.p99)
	}
}
