package topic_test

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/tradewire/tradewire/internal/topic"
)

// What all clients of the comparison share.
const (
	rivalPartitions = 6
	rivalInFlight   = 10_000 // records that may wait for an acknowledgement
	rivalBatch      = 256    // records in a batch
	rivalLinger     = time.Millisecond
	rivalFetch      = 1 << 20 // bytes of a partition in an answer
	rivalWait       = 500 * time.Millisecond
	rivalCommit     = 100 * time.Millisecond
)

// spent is what a client took for some records.
type spent struct {
	took time.Duration
	cpu  time.Duration // of the client's process
	// allocated bytes and connections; of clients in this process only.
	allocated uint64
	conns     int64
}

// rival is a client under comparison. Produce returns when all records are
// acknowledged by all replicas. Consume measures from the first record to the
// last, and the commit of all that was read.
type rival interface {
	produce(t *testing.T, codec kafka.Compression, topic string, events []topic.Record) spent
	consume(t *testing.T, topic, group string, events []topic.Record) spent
}

// comparison is one run.
type comparison struct {
	cluster *topic.Cluster
	admin   *kafka.Client
	prefix  string
	events  []topic.Record
	rounds  int
	rivals  map[string]rival
	names   []string
	broker  int // process id, 0 when not known
	results map[string][]result
}

type result struct {
	spent
	broker time.Duration // its CPU time
}

// TestAgainstOtherClients compares our writer and our reader with franz-go
// and librdkafka, on the Apache Kafka that KAFKA_BROKERS names: rounds in
// turn, the first one dropped, medians. BENCH_KAFKA is full, or short: fewer
// records, and only a ratio below half of what is asked fails.
func TestAgainstOtherClients(t *testing.T) {
	form, brokers := os.Getenv("BENCH_KAFKA"), os.Getenv("KAFKA_BROKERS")
	if form == "" || brokers == "" {
		t.Skip("make bench-kafka sets BENCH_KAFKA and KAFKA_BROKERS")
	}
	records, rounds, asked := 120_000, 7, 1.0
	codecs := []kafka.Compression{kafka.Lz4, kafka.Snappy}
	if form == "short" {
		records, rounds, asked, codecs = 30_000, 3, 0.5, codecs[:1]
	}
	for _, headers := range []bool{false, true} {
		events := rivalEvents(records, headers)
		for _, codec := range codecs {
			if headers && codec != kafka.Snappy {
				continue
			}
			fmt.Printf("\n%s, headers: %v: what one round goes into\n", codec, headers)
			c := newComparison(t, strings.Split(brokers, ","), events, rounds, headers)
			c.run(t, codec)
			c.report(t, fmt.Sprintf("%s, headers: %v", codec, headers))
			c.judge(t, asked)
		}
	}
}

func newComparison(t *testing.T, brokers []string, events []topic.Record, rounds int, headers bool) *comparison {
	c := &comparison{events: events, rounds: rounds, rivals: map[string]rival{}, results: map[string][]result{}}
	c.broker, _ = strconv.Atoi(os.Getenv("BENCH_BROKER_PID"))
	cfg := topic.Config{Brokers: brokers, Prefix: "bench-" + strings.ToLower(rand.Text()[:8]) + "."}
	var err error
	if c.cluster, err = topic.Open(cfg, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, c.cluster.Close) })
	c.prefix = cfg.Prefix
	transport := &kafka.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	c.admin = &kafka.Client{Addr: kafka.TCP(brokers...), Transport: transport}
	c.add("tradewire", &ourRival{cfg})
	c.add("franz-go", &franzRival{cfg, true})
	c.add("franz-go, idempotent", &franzRival{cfg, false})
	if python := os.Getenv("BENCH_PYTHON"); python != "" && !headers {
		c.add("librdkafka", newPythonRival(t, python, cfg, events))
	}
	return c
}

func (c *comparison) add(name string, r rival) {
	c.names = append(c.names, name)
	c.rivals[name] = r
}

// rivalEvents are events of 1 KB, or of 1 KB and the headers of a CloudEvent.
// A thousand bodies come in turn: more than a codec's window can remember.
func rivalEvents(n int, headers bool) []topic.Record {
	words := strings.Fields("tariff quota duty import export steel wheat minister talks round ruling appeal measure safeguard " +
		"subsidy panel agreement delegation customs origin schedule annex notice hearing remedy levy port cargo season harvest")
	state := uint64(1)
	next := func(n int) int { state = state*6364136223846793005 + 1442695040888963407; return int(state>>33) % n }
	bodies := make([][]byte, 1000)
	for i := range bodies {
		var b strings.Builder
		fmt.Fprintf(&b, `{"id":"%016x%08x","rev":1,"op":"create","text":"`, state, next(1<<31))
		for b.Len() < 1022 {
			b.WriteString(words[next(len(words))])
			fmt.Fprintf(&b, " %d ", next(1000))
		}
		bodies[i] = []byte(b.String()[:1022] + `"}`)
	}
	events := make([]topic.Record, n)
	for i := range events {
		events[i] = topic.Record{Key: fmt.Appendf(nil, "%016d", i), Value: bodies[i%len(bodies)]}
		if headers {
			for _, name := range []string{"ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time", "ce_dataschema", "content-type", "traceparent"} {
				events[i].Headers = append(events[i].Headers, topic.Header{Name: name, Value: events[i].Value[7 : 7+24]})
			}
		}
	}
	return events
}

func (c *comparison) run(t *testing.T, codec kafka.Compression) {
	for round := range c.rounds {
		for i := range c.names {
			name := c.names[(i+round)%len(c.names)]
			where := fmt.Sprintf("p%d-%d", round, i)
			ensure(t, c.cluster, topic.Spec{Name: where, Partitions: rivalPartitions, Replication: 1})
			c.measure(t, round, "produce "+name, func() spent { return c.rivals[name].produce(t, codec, where, c.events) })
		}
		// All read what our writer wrote, as our consumers do.
		from := fmt.Sprintf("p%d-%d", round, slices.Index(c.order(round), "tradewire"))
		for i := range c.names {
			name := c.names[(i+round)%len(c.names)]
			if strings.Contains(name, ",") {
				continue // consumes as its namesake does
			}
			group := fmt.Sprintf("bench-%s-%d-%d", strings.ToLower(rand.Text()[:8]), round, i)
			c.measure(t, round, "consume "+name, func() spent { return c.rivals[name].consume(t, from, group, c.events) })
		}
		if round == c.rounds-1 {
			c.bounds(t, codec, from)
		}
		for i := range c.names {
			c.drop(t, fmt.Sprintf("p%d-%d", round, i))
		}
	}
}

func (c *comparison) order(round int) []string {
	names := make([]string, len(c.names))
	for i := range names {
		names[i] = c.names[(i+round)%len(c.names)]
	}
	return names
}

func (c *comparison) measure(t *testing.T, round int, what string, do func() spent) {
	t.Helper()
	runtime.GC() // nobody pays for the one before
	before := processCPU(c.broker)
	got := result{spent: do()}
	got.broker = processCPU(c.broker) - before
	if round > 0 { // the first is for warming up
		c.results[what] = append(c.results[what], got)
	}
}

// processCPU is the CPU time that a process has used; 0 when it cannot be told.
func processCPU(pid int) time.Duration {
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if pid == 0 || err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	user, err1 := strconv.Atoi(fields[11])
	system, err2 := strconv.Atoi(fields[12])
	if err1 != nil || err2 != nil {
		return 0
	}
	return time.Duration(user+system) * 10 * time.Millisecond // a tick is 10 ms on Linux
}

// middle is the median of a figure over the rounds.
func (c *comparison) middle(what string, figure func(result) float64) float64 {
	var all []float64
	for _, r := range c.results[what] {
		all = append(all, figure(r))
	}
	slices.SortFunc(all, cmp.Compare[float64])
	if len(all) == 0 {
		return 0
	}
	return (all[(len(all)-1)/2] + all[len(all)/2]) / 2
}

func (c *comparison) rate(what string) float64 {
	return c.middle(what, func(r result) float64 { return float64(len(c.events)) / r.took.Seconds() })
}

// report prints the medians. What a record costs in processor time, at the
// client and at the broker, and how many cores that kept busy, tell what bounds
// the rate: where they are all that the machine has, it is the processors, and
// the profiles printed above say what for.
func (c *comparison) report(t *testing.T, title string) {
	fmt.Printf("%s: %d events of %d bytes, %d partitions, acks=all, %d rounds\n", title, len(c.events), len(c.events[0].Value), rivalPartitions, c.rounds-1)
	fmt.Printf("%-30s %10s %8s %8s %10s %10s %6s %12s %6s\n", "", "events/s", "MB/s", "ratio", "client µs", "broker µs", "cores", "allocated B", "conns")
	for _, verb := range []string{"produce", "consume"} {
		for _, name := range c.names {
			what := verb + " " + name
			if len(c.results[what]) == 0 {
				continue
			}
			rate, n := c.rate(what), float64(len(c.events))
			fmt.Printf("%-30s %10.0f %8.0f %8.2f %10.2f %10.2f %6.1f %12.0f %6.0f\n", what, rate, rate*1024/1e6, c.ratio(verb, name),
				c.middle(what, func(r result) float64 { return float64(r.cpu.Microseconds()) / n }),
				c.middle(what, func(r result) float64 { return float64(r.broker.Microseconds()) / n }),
				c.middle(what, func(r result) float64 { return (r.cpu + r.broker).Seconds() / r.took.Seconds() }),
				c.middle(what, func(r result) float64 { return float64(r.allocated) / n }),
				c.middle(what, func(r result) float64 { return float64(r.conns) }))
		}
	}
}

// ratio is how a client compares with franz-go, round by round; with the
// faster of its two ways to produce.
func (c *comparison) ratio(verb, name string) float64 {
	least := 0.0
	for _, way := range []string{" franz-go", " franz-go, idempotent"} {
		theirs := c.results[verb+way]
		if len(theirs) == 0 {
			continue
		}
		var all []float64
		for i, ours := range c.results[verb+" "+name] {
			all = append(all, theirs[i].took.Seconds()/ours.took.Seconds())
		}
		slices.Sort(all)
		if median := (all[(len(all)-1)/2] + all[len(all)/2]) / 2; least == 0 || median < least {
			least = median
		}
	}
	return least
}

func (c *comparison) judge(t *testing.T, asked float64) {
	for verb, reach := range map[string]float64{"produce": 1.0, "consume": 0.9} {
		if got := c.ratio(verb, "tradewire"); got < reach*asked {
			t.Errorf("%s: %.2f times franz-go, expected %.2f", verb, got, reach*asked)
		}
	}
}

func (c *comparison) drop(t *testing.T, name string) {
	t.Helper()
	res, err := c.admin.DeleteTopics(soon(t), &kafka.DeleteTopicsRequest{Topics: []string{c.prefix + name}})
	if err != nil {
		t.Fatal(err)
	}
	for name, err := range res.Errors {
		if err != nil {
			t.Fatalf("delete %s: %v", name, err)
		}
	}
}
