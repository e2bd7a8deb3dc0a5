//go:build unix

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/topic"
)

// TestSoak keeps a process at full load for as long as SOAK says (30m) and
// measures what must not grow: goroutines, descriptors, metric series and the
// heap. It works on Kafka when KAFKA_BROKERS names one, else on its embedded
// broker. See make test-soak.
func TestSoak(t *testing.T) {
	length, err := time.ParseDuration(os.Getenv("SOAK"))
	if err != nil {
		t.Skip("SOAK is not a duration: see make test-soak")
	}
	r := newRigOf(t)
	if r.brokers == "" {
		r.embed()
	}
	running := r.start("extract,correlate,serve")
	eventually(t, time.Minute, "ready", func() bool { return r.ready() == http.StatusOK })
	c, texts := r.cluster(), longTexts(t)
	warm := min(length/2, 5*time.Minute)
	every := max(time.Second, min(length/100, 5*time.Second))
	var course course
	written, begun := 0, time.Now()
	for next := begun; time.Since(begun) < length; {
		state := r.scrape()
		if now := time.Now(); now.After(next) {
			next = now.Add(every)
			if now.Sub(begun) > warm {
				course.add(now.Sub(begun).Minutes(), state)
			}
		}
		// The lag is told every two seconds only.
		extracted := state.sum(`tradewire_stage_sent_total{stage="extract"}`)
		if float64(written)-extracted > soakBacklog/4 || state.sum("tradewire_kafka_lag") > soakBacklog {
			time.Sleep(100 * time.Millisecond)
			continue
		}
		var batch []topic.Record
		for range 100 {
			batch = append(batch, r.record(longArticle(texts, written)))
			written++
		}
		if err := c.Writer().Write(t.Context(), batch...); err != nil {
			t.Fatal(err)
		}
	}
	broker := "Kafka"
	if r.embedded {
		broker = "the embedded broker"
	}
	t.Logf("%d articles of some %d words in %v on %s (%.0f a second), measured after %v; load of the machine %s",
		written, len(strings.Fields(texts[0])), length, broker, float64(written)/length.Seconds(), warm, load())
	course.judge(t)
	r.kill(running)
}

// soakBacklog is how many records may wait, over all stages: enough that no
// stage is ever idle.
const soakBacklog = 2000

// longTexts are our own labelled articles, strung together to some 600 words.
func longTexts(t *testing.T) []string {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "testdata", "gold", "articles.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var texts, parts []string
	words := 0
	for lines := bufio.NewReader(f); ; {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return texts
		}
		var a struct{ Text string }
		if err := errors.Join(err, json.Unmarshal(line, &a)); err != nil {
			t.Fatal(err)
		}
		parts = append(parts, a.Text)
		if words += len(strings.Fields(a.Text)); words > 600 {
			texts = append(texts, strings.Join(parts, "\n\n"))
			parts, words = nil, 0
		}
	}
}

// longArticle is another article for every n.
func longArticle(texts []string, n int) event.Article {
	text := fmt.Sprintf("%s\n\nThis is note %d.", texts[n%len(texts)], n)
	return event.Article{ID: fmt.Sprintf("long-%d", n), Version: event.TextHash(text), URL: fmt.Sprintf("https://soak.example/%d", n),
		Title: "Note", Published: "2026-11-20", Language: "en", Text: text}
}

// scraped are the metrics of a process at one moment.
type scraped []byte

// scrape asks for the metrics. The process has to answer.
func (r *rig) scrape() scraped {
	r.t.Helper()
	resp, err := http.Get("http://" + r.listen + "/metrics")
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return body
}

// sum adds up a metric over its labels, or takes the one that is named with
// its labels.
func (s scraped) sum(name string) (sum float64) {
	for _, m := range regexp.MustCompile(`(?m)^`+regexp.QuoteMeta(name)+`(?:\{[^}]*\})? (\S+)$`).FindAllSubmatch(s, -1) {
		if v, err := strconv.ParseFloat(string(m[1]), 64); err == nil {
			sum += v
		}
	}
	return sum
}

func (s scraped) series() (n float64) {
	for line := range bytes.Lines(s) {
		if line[0] != '#' {
			n++
		}
	}
	return n
}

// course is how a process went on.
type course struct {
	minutes                                    []float64
	goroutines, descriptors, series, heap, rss []float64
}

func (c *course) add(minute float64, s scraped) {
	c.minutes = append(c.minutes, minute)
	c.goroutines = append(c.goroutines, s.sum("go_goroutines"))
	c.descriptors = append(c.descriptors, s.sum("process_open_fds"))
	c.series = append(c.series, s.series())
	c.heap = append(c.heap, s.sum("go_gc_heap_live_bytes")/(1<<20))
	c.rss = append(c.rss, s.sum("process_resident_memory_bytes")/(1<<20))
}

// judge prints the slopes a minute and fails for one that is too steep beyond
// twice its standard error. A growth over all of the time that load alone
// explains is allowed: it matters in the short form only.
func (c *course) judge(t *testing.T) {
	t.Helper()
	if len(c.minutes) < 10 {
		t.Fatalf("only %d measurements", len(c.minutes))
	}
	for i := 0; i < len(c.minutes); i += (len(c.minutes) + 9) / 10 {
		t.Logf("minute %5.1f: %4.0f goroutines, %4.0f descriptors, %4.0f series, %6.1f MiB live, %6.1f MiB resident",
			c.minutes[i], c.goroutines[i], c.descriptors[i], c.series[i], c.heap[i], c.rss[i])
	}
	span := c.minutes[len(c.minutes)-1] - c.minutes[0]
	heap := 1.
	if span < 10 { // what is under way hides so little
		heap = 32 / span
	}
	for _, m := range []struct {
		name   string
		values []float64
		most   float64 // a minute; negative: only told
	}{
		{"goroutines", c.goroutines, 20 / span},
		{"descriptors", c.descriptors, 10 / span},
		{"series", c.series, 1 / span},
		{"live heap, MiB", c.heap, heap},
		{"resident memory, MiB", c.rss, -1},
	} {
		slope, deviation := trend(least(c.minutes, m.values))
		first, last := m.values[0], m.values[len(m.values)-1]
		t.Logf("%-20s %8.1f at first, %8.1f at last, %+.3f ± %.3f a minute", m.name, first, last, slope, deviation)
		if m.most >= 0 && slope-2*deviation > m.most {
			t.Errorf("%s: %+.3f a minute, want %.3f at most", m.name, slope, m.most)
		}
		if first == 0 {
			t.Errorf("%s: not measured", m.name)
		}
	}
}

// least takes the least value of each twentieth of the time: what is under way
// at the moment comes on top of what is kept.
func least(x, y []float64) (at, low []float64) {
	n := max(1, len(x)/20)
	for i := 0; i+n <= len(x); i += n {
		j := i
		for k := i; k < i+n; k++ {
			if y[k] < y[j] {
				j = k
			}
		}
		at, low = append(at, x[j]), append(low, y[j])
	}
	return at, low
}

// trend is the slope of y over x by least squares, and its standard error.
func trend(x, y []float64) (slope, deviation float64) {
	n := float64(len(x))
	var mx, my, xx, xy, rest float64
	for i := range x {
		mx, my = mx+x[i]/n, my+y[i]/n
	}
	for i := range x {
		xx += (x[i] - mx) * (x[i] - mx)
		xy += (x[i] - mx) * (y[i] - my)
	}
	slope = xy / xx
	for i := range x {
		e := y[i] - my - slope*(x[i]-mx)
		rest += e * e
	}
	return slope, math.Sqrt(rest / (n - 2) / xx)
}

func TestLeast(t *testing.T) {
	var x, y, wantX, wantY []float64
	for i := range 60 {
		x, y = append(x, float64(i)), append(y, float64(i+100*(i%3)))
		if i%3 == 0 {
			wantX, wantY = append(wantX, float64(i)), append(wantY, float64(i))
		}
	}
	if at, low := least(x, y); !slices.Equal(at, wantX) || !slices.Equal(low, wantY) {
		t.Errorf("%v %v", at, low)
	}
}

func TestTrend(t *testing.T) {
	x := []float64{0, 1, 2, 3, 4, 5}
	for _, tc := range []struct {
		y                []float64
		slope, deviation float64
	}{
		{[]float64{7, 7, 7, 7, 7, 7}, 0, 0},
		{[]float64{1, 3, 5, 7, 9, 11}, 2, 0},
		{[]float64{0, 1, 0, 1, 0, 1}, 1.5 / 17.5, math.Sqrt((1.5 - 1.5*1.5/17.5) / 4 / 17.5)},
	} {
		slope, deviation := trend(x, tc.y)
		if math.Abs(slope-tc.slope) > 1e-9 || math.Abs(deviation-tc.deviation) > 1e-9 {
			t.Errorf("%v: %v ± %v, want %v ± %v", tc.y, slope, deviation, tc.slope, tc.deviation)
		}
	}
}
