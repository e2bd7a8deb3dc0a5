package topic_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/tradewire/tradewire/internal/topic"
)

// stopwatch measures what a client of this process takes.
type stopwatch struct {
	began     time.Time
	cpu       time.Duration
	allocated uint64
}

func startWatch() stopwatch {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return stopwatch{time.Now(), ownCPU(), m.TotalAlloc}
}

func (s stopwatch) stop(conns int64) spent {
	got := spent{took: time.Since(s.began), cpu: ownCPU() - s.cpu, conns: conns}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	got.allocated = m.TotalAlloc - s.allocated
	return got
}

func ownCPU() time.Duration {
	var used syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &used) != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// heard counts what a consumer read.
type heard struct{ seen, bytes int }

func (c *heard) add(value []byte) { c.seen, c.bytes = c.seen+1, c.bytes+len(value) }

func (c *heard) check(t *testing.T, events []topic.Record) {
	t.Helper()
	var want heard
	for _, e := range events {
		want.add(e.Value)
	}
	if *c != want {
		t.Errorf("consumed %d events of %d bytes, expected %d of %d", c.seen, c.bytes, want.seen, want.bytes)
	}
}

// now and then does something until the returned function is called, and
// once more then.
func nowAndThen(every time.Duration, do func()) (stop func()) {
	end := make(chan struct{})
	var done sync.WaitGroup
	done.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				do()
			case <-end:
				do()
				return
			}
		}
	})
	return func() { close(end); done.Wait() }
}

// ourRival is the client under test, as the stages use it: several callers
// write batches at the same time, and what is finished is committed now and
// then.
type ourRival struct{ cfg topic.Config }

func (r *ourRival) produce(t *testing.T, codec kafka.Compression, name string, events []topic.Record) spent {
	cfg := r.cfg
	cfg.Compression, cfg.BatchDelay = codec, rivalLinger
	c, err := topic.Open(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	const callers = 20
	parts := make(chan []topic.Record, len(events))
	for i := 0; i < len(events); i += rivalInFlight / callers {
		part := slices.Clone(events[i:min(len(events), i+rivalInFlight/callers)])
		for j := range part {
			part[j].Topic = name
		}
		parts <- part
	}
	watch := startWatch()
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for part := range parts {
				if err := c.Writer().Write(t.Context(), part...); err != nil {
					t.Error(err)
				}
			}
		})
	}
	close(parts)
	all.Wait()
	return watch.stop(c.Connections())
}

func (r *ourRival) consume(t *testing.T, name, group string, events []topic.Record) spent {
	cfg := r.cfg
	cfg.PollBytes = rivalFetch
	c, err := topic.Open(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	reader, err := c.Reader(group, name)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	last := map[int]topic.Record{}
	commit := func() {
		mu.Lock()
		var records []topic.Record
		for _, r := range last {
			records = append(records, r)
		}
		clear(last)
		mu.Unlock()
		if err := reader.Commit(t.Context(), records...); err != nil {
			t.Error(err)
		}
	}
	var got heard
	var watch stopwatch
	var stop func()
	for got.seen < len(events) {
		record, err := reader.Fetch(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got.seen == 0 {
			watch, stop = startWatch(), nowAndThen(rivalCommit, commit)
		}
		got.add(record.Value)
		mu.Lock()
		last[record.Partition] = record
		mu.Unlock()
	}
	stop()
	s := watch.stop(c.Connections())
	got.check(t, events)
	return s
}

// franzRival is franz-go.
type franzRival struct {
	cfg   topic.Config
	plain bool // without idempotence
}

func (r *franzRival) client(t *testing.T, conns *atomic.Int64, more ...kgo.Opt) *kgo.Client {
	t.Helper()
	dialer := &net.Dialer{}
	cl, err := kgo.NewClient(append([]kgo.Opt{
		kgo.SeedBrokers(r.cfg.Brokers...),
		kgo.Dialer(func(ctx context.Context, network, host string) (net.Conn, error) {
			conns.Add(1)
			return dialer.DialContext(ctx, network, host)
		}),
	}, more...)...)
	if err != nil {
		t.Fatal(err)
	}
	return cl
}

func (r *franzRival) produce(t *testing.T, codec kafka.Compression, name string, events []topic.Record) spent {
	codecs := map[kafka.Compression]kgo.CompressionCodec{kafka.Lz4: kgo.Lz4Compression(), kafka.Snappy: kgo.SnappyCompression()}
	opts := []kgo.Opt{
		kgo.DefaultProduceTopic(r.cfg.Prefix + name), kgo.RequiredAcks(kgo.AllISRAcks()), kgo.ProducerBatchCompression(codecs[codec]),
		kgo.ProducerLinger(rivalLinger), kgo.MaxBufferedRecords(rivalInFlight),
	}
	if r.plain {
		opts = append(opts, kgo.DisableIdempotentWrite(), kgo.MaxProduceRequestsInflightPerBroker(rivalPartitions))
	}
	var conns atomic.Int64
	cl := r.client(t, &conns, opts...)
	defer cl.Close()
	if err := cl.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	records := make([]*kgo.Record, len(events))
	for i, e := range events {
		records[i] = &kgo.Record{Key: e.Key, Value: e.Value}
		for _, h := range e.Headers {
			records[i].Headers = append(records[i].Headers, kgo.RecordHeader{Key: h.Name, Value: h.Value})
		}
	}
	watch := startWatch()
	for _, record := range records {
		cl.Produce(t.Context(), record, func(_ *kgo.Record, err error) {
			if err != nil {
				t.Error(err)
			}
		})
	}
	if err := cl.Flush(t.Context()); err != nil {
		t.Error(err)
	}
	return watch.stop(conns.Load())
}

func (r *franzRival) consume(t *testing.T, name, group string, events []topic.Record) spent {
	var conns atomic.Int64
	cl := r.client(t, &conns, kgo.ConsumeTopics(r.cfg.Prefix+name), kgo.ConsumerGroup(group), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.DisableAutoCommit(), kgo.FetchMaxPartitionBytes(rivalFetch), kgo.FetchMaxWait(rivalWait))
	defer cl.Close()
	var mu sync.Mutex
	last := map[int32]*kgo.Record{}
	commit := func() {
		mu.Lock()
		var records []*kgo.Record
		for _, r := range last {
			records = append(records, r)
		}
		clear(last)
		mu.Unlock()
		if err := cl.CommitRecords(t.Context(), records...); err != nil {
			t.Error(err)
		}
	}
	var got heard
	var watch stopwatch
	var stop func()
	for got.seen < len(events) {
		fetches := cl.PollFetches(t.Context())
		if err := fetches.Err(); err != nil {
			t.Fatal(err)
		}
		if got.seen == 0 {
			watch, stop = startWatch(), nowAndThen(rivalCommit, commit)
		}
		fetches.EachRecord(func(record *kgo.Record) {
			got.add(record.Value)
			mu.Lock()
			last[record.Partition] = record
			mu.Unlock()
		})
	}
	stop()
	s := watch.stop(conns.Load())
	got.check(t, events)
	return s
}

// pythonRival is librdkafka behind its Python client, in a process that lives
// as long as the test: testdata/librdkafka.py.
type pythonRival struct {
	prefix string
	ask    func(command string) (reply, error)
}

type reply struct {
	Seconds float64
	CPU     float64
	Bytes   int
	Error   string
}

func newPythonRival(t *testing.T, python string, cfg topic.Config, events []topic.Record) rival {
	t.Helper()
	file := filepath.Join(t.TempDir(), "events")
	var lines strings.Builder
	for _, e := range events[:1000] {
		lines.Write(e.Value)
		lines.WriteByte('\n')
	}
	if err := os.WriteFile(file, []byte(lines.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	shared, err := json.Marshal(map[string]any{
		"batch_records": rivalBatch, "linger_ms": rivalLinger.Milliseconds(), "in_flight": rivalInFlight, "fetch_bytes": rivalFetch,
		"wait_ms": rivalWait.Milliseconds(), "commit_ms": rivalCommit.Milliseconds(), "events": file,
	})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "testdata/librdkafka.py", strings.Join(cfg.Brokers, ","), string(shared))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		closed(t, in.Close)
		closed(t, cmd.Wait)
	})
	lineReader := bufio.NewReader(out)
	return &pythonRival{prefix: cfg.Prefix, ask: func(command string) (a reply, err error) {
		if _, err := fmt.Fprintln(in, command); err != nil {
			return a, err
		}
		line, err := lineReader.ReadBytes('\n')
		if err != nil {
			return a, err
		}
		if err := json.Unmarshal(line, &a); err != nil {
			return a, err
		}
		if a.Error != "" {
			return a, fmt.Errorf("librdkafka: %s", a.Error)
		}
		return a, nil
	}}
}

func (r *pythonRival) produce(t *testing.T, codec kafka.Compression, name string, events []topic.Record) spent {
	a, err := r.ask(fmt.Sprintf("produce %s%s %d %s", r.prefix, name, len(events), codec))
	if err != nil {
		t.Fatal(err)
	}
	return a.spent()
}

func (r *pythonRival) consume(t *testing.T, name, group string, events []topic.Record) spent {
	a, err := r.ask(fmt.Sprintf("consume %s%s %d %s", r.prefix, name, len(events), group))
	if err != nil {
		t.Fatal(err)
	}
	(&heard{len(events), a.Bytes}).check(t, events)
	return a.spent()
}

func (a reply) spent() spent {
	return spent{took: time.Duration(a.Seconds * float64(time.Second)), cpu: time.Duration(a.CPU * float64(time.Second))}
}
