package pipeline_test

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tradewire/tradewire/internal/pipeline"
	"github.com/tradewire/tradewire/internal/topic"
)

// TestStageCosts works off a backlog of articles of 680 words, one stage
// after another, each alone in a process, and tells what an article costs
// there: processor time of ours and of the broker's, and with it how many a
// core can do. pipelines/README.md has the figures. It needs KAFKA_BROKERS;
// BENCH_BROKER_PID is the broker's process.
func TestStageCosts(t *testing.T) {
	form, named := os.Getenv("BENCH_KAFKA"), os.Getenv("KAFKA_BROKERS")
	if form == "" || named == "" {
		t.Skip("make bench-kafka sets BENCH_KAFKA and KAFKA_BROKERS")
	}
	l := latency{lasts: 20 * time.Second, rate: 100}
	if form == "short" {
		l.lasts = 3 * time.Second
	}
	extractor, kinds := realExtractor(t)
	arrivals, _ := l.arrivals(t, extractor)
	w := newWire(t)
	w.sources = nil
	idle := w.start(t.TempDir(), func(o *pipeline.Options) { o.Stages = []string{pipeline.StageCorrelate} }) // makes the topics
	idle.stop()
	backlog(t, w, arrivals)
	events := len(arrivals) * arrivals[0].events
	c := costs{t, w, len(arrivals), func(o *pipeline.Options) { o.Extract, o.Kinds = extractor, kinds }}
	c.measure(pipeline.StageExtract, len(arrivals), 1)
	c.measure(pipeline.StageCorrelate, events, 1)
	c.measure(pipeline.StageServe, 2*len(arrivals)+events, 1)
	backlog(t, w, arrivals)
	c.measure(pipeline.StageExtract, len(arrivals), 2)
}

// costs measures stages on one backlog.
type costs struct {
	t        *testing.T
	w        *wire
	articles int
	with     func(*pipeline.Options)
}

// measure runs a stage until it is through with its inputs, in one process or
// in two that share its group.
func (c costs) measure(stage string, inputs, processes int) {
	c.t.Helper()
	before, broker, began := processorTime(), brokerTime(), time.Now()
	var all []*running
	for range processes {
		all = append(all, c.w.start(c.t.TempDir(), func(o *pipeline.Options) {
			c.with(o)
			o.Stages = []string{stage}
		}))
	}
	var first time.Duration // until there was work
	eventually(c.t, stage+" through", func() bool {
		sent := 0
		for _, r := range all {
			sent += r.sent(stage)
		}
		if sent > 0 && first == 0 {
			first = time.Since(began)
		}
		return sent >= inputs
	})
	took, ours, theirs := time.Since(began)-first, processorTime()-before, brokerTime()-broker
	for _, r := range all {
		r.stop()
	}
	each := float64(ours.Microseconds()) / float64(c.articles) / 1000
	load, _ := os.ReadFile("/proc/loadavg")
	fmt.Printf("%-9s processes %d: %d articles (%d inputs) in %v, %.0f articles/s; of processor time an article takes %.2f ms, which is %.0f articles/s a core, and %.2f ms of the broker's; load %.5s\n",
		stage, processes, c.articles, inputs, took.Round(time.Second/10), float64(c.articles)/took.Seconds(), each, 1000/each,
		float64(theirs.Microseconds())/float64(c.articles)/1000, load)
}

// backlog writes all articles.
func backlog(t *testing.T, w *wire, arrivals []*arrival) {
	t.Helper()
	cluster, err := topic.Open(topic.Config{Brokers: w.brokers, Prefix: w.config.Prefix}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	var records []topic.Record
	for _, a := range arrivals {
		records = append(records, a.record)
	}
	if err := cluster.Writer().Write(t.Context(), records...); err != nil {
		t.Fatal(err)
	}
}

// sent counts the inputs that a stage is through with.
func (r *running) sent(stage string) int {
	r.t.Helper()
	_, body := r.get("/metrics")
	for line := range strings.Lines(body) {
		if rest, ok := strings.CutPrefix(line, fmt.Sprintf("tradewire_stage_sent_total{stage=%q} ", stage)); ok {
			n, err := strconv.ParseFloat(strings.TrimSpace(rest), 64)
			if err != nil {
				r.t.Fatal(err)
			}
			return int(n)
		}
	}
	return 0
}

// processorTime is what this process has used.
func processorTime() time.Duration {
	var used syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &used) != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// brokerTime is what the broker's process has used; 0 when it is not known.
func brokerTime() time.Duration {
	stat, err := os.ReadFile(filepath.Join("/proc", os.Getenv("BENCH_BROKER_PID"), "stat"))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	const user, system, tick = 11, 12, 10 * time.Millisecond // of proc(5), on Linux
	ticks := 0
	for _, field := range []int{user, system} {
		n, err := strconv.Atoi(fields[field])
		if err != nil {
			return 0
		}
		ticks += n
	}
	return time.Duration(ticks) * tick
}
