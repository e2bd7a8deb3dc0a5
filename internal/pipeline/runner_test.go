package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/ops"
	"github.com/tradewire/tradewire/internal/topic"
)

// fakeLog is a topic in memory: it hands out its records once, and keeps what
// is written and committed in the order in which that happened.
type fakeLog struct {
	mu      sync.Mutex
	in      []topic.Record
	next    int
	written []topic.Record
	commits map[int]int64 // offset of the last commit by partition
	history []string
	fail    func(n int, records []topic.Record) error // answers write n, from 1
	writes  int
	arrived chan struct{}
}

func newFakeLog(in ...topic.Record) *fakeLog {
	return &fakeLog{in: in, commits: map[int]int64{}, arrived: make(chan struct{}, 1)}
}

func (f *fakeLog) Fetch(ctx context.Context) (topic.Record, error) {
	for {
		f.mu.Lock()
		if f.next < len(f.in) {
			r := f.in[f.next]
			f.next++
			f.mu.Unlock()
			return r, nil
		}
		f.mu.Unlock()
		select {
		case <-ctx.Done():
			return topic.Record{}, ctx.Err()
		case <-f.arrived:
		}
	}
}

func (f *fakeLog) Commit(_ context.Context, records ...topic.Record) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range records {
		if last, ok := f.commits[r.Partition]; ok && r.Offset <= last {
			f.history = append(f.history, "commit goes back")
		}
		f.commits[r.Partition] = r.Offset
		f.history = append(f.history, fmt.Sprintf("commit %d/%d", r.Partition, r.Offset))
	}
	return nil
}

func (f *fakeLog) Lag() []topic.PartitionLag { return nil }

func (f *fakeLog) Write(ctx context.Context, records ...topic.Record) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.writes++
	var err error
	var never *topic.RejectedError
	if f.fail != nil {
		if err = f.fail(f.writes, records); err != nil && !errors.As(err, &never) {
			return err
		}
	}
	for i, r := range records {
		if never != nil && slices.ContainsFunc(never.Rejected, func(bad topic.Rejected) bool { return bad.Index == i }) {
			continue
		}
		f.written = append(f.written, r)
		f.history = append(f.history, "write "+string(r.Key))
	}
	return err
}

func (f *fakeLog) keys(topicName string) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var keys []string
	for _, r := range f.written {
		if r.Topic == topicName {
			keys = append(keys, string(r.Key))
		}
	}
	return keys
}

// inputs are n records with their offset for a key, over so many partitions.
func inputs(n, partitions int) []topic.Record {
	var records []topic.Record
	for i := range n {
		records = append(records, topic.Record{
			Topic: "in", Partition: i % partitions, Offset: int64(i / partitions),
			Key: fmt.Appendf(nil, "k%03d", i), Value: fmt.Appendf(nil, "v%d", i),
		})
	}
	return records
}

func echo(_ context.Context, t *task) error {
	t.outs = []topic.Record{{Topic: "out", Key: t.in.Key, Value: t.in.Value}}
	return nil
}

func testRunner(f *fakeLog, w work) *runner {
	return &runner{
		name: "test", reader: f, writer: f, work: w,
		limits:  Limits{Workers: 3, Queue: 30, Batch: 4, Attempts: 3, Backoff: time.Second, MaxBackoff: time.Minute},
		laneKey: func(r topic.Record) []byte { return r.Key },
		stage:   ops.NewMetrics().Stage("test"), ready: ops.NewReadiness(), flow: newFlow(),
		log: slog.New(slog.DiscardHandler),
	}
}

// runFor runs a stage for that long (of the bubble's time) and shuts it down.
func runFor(r *runner, d, grace time.Duration) {
	ctx, cancel := context.WithCancel(context.Background())
	hard, cut := context.WithCancel(context.Background())
	defer cut()
	var running sync.WaitGroup
	running.Go(func() { r.run(ctx, hard) })
	time.Sleep(d)
	cancel()
	timer := time.AfterFunc(grace, cut)
	running.Wait()
	timer.Stop()
}

func balanced(t *testing.T, c ops.Counts) {
	t.Helper()
	if c.Received != c.Sent+c.Refused()+uint64(c.InFlight) {
		t.Errorf("received %d is not sent %d + rejected %d + in flight %d", c.Received, c.Sent, c.Refused(), c.InFlight)
	}
}

func TestRunnerSendsEverythingInOrderAndCommits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFakeLog(inputs(100, 4)...)
		r := testRunner(f, echo)
		r.laneKey = func(r topic.Record) []byte { return []byte{byte(r.Partition)} }
		runFor(r, time.Minute, time.Second)
		got := f.keys("out")
		if len(got) != 100 {
			t.Fatalf("%d of 100 written", len(got))
		}
		last := map[int]string{}
		for _, w := range f.written { // v0, v4, v8 … are of partition 0
			var i int
			if _, err := fmt.Sscanf(string(w.Value), "v%d", &i); err != nil {
				t.Fatal(err)
			}
			if last[i%4] > string(w.Key) {
				t.Errorf("%s after %s", w.Key, last[i%4])
			}
			last[i%4] = string(w.Key)
		}
		if want := map[int]int64{0: 24, 1: 24, 2: 24, 3: 24}; !maps.Equal(f.commits, want) {
			t.Errorf("commits = %v", f.commits)
		}
		if slices.Contains(f.history, "commit goes back") {
			t.Error("a commit went back")
		}
		c := r.stage.Counts()
		balanced(t, c)
		if c.Sent != 100 || c.InFlight != 0 {
			t.Errorf("%+v", c)
		}
	})
}

// A slow input holds back the commit of its partition, not the work.
func TestRunnerCommitsNothingBeyondWorkUnderWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFakeLog(inputs(10, 1)...)
		r := testRunner(f, func(ctx context.Context, t *task) error {
			if t.in.Offset == 3 {
				time.Sleep(10 * time.Second)
			}
			return echo(ctx, t)
		})
		r.limits.Batch = 1
		r.laneKey = func(r topic.Record) []byte { return fmt.Append(nil, r.Offset) }
		ctx, cancel := context.WithCancel(context.Background())
		var running sync.WaitGroup
		running.Go(func() { r.run(ctx, context.Background()) })
		time.Sleep(5 * time.Second)
		f.mu.Lock()
		if f.commits[0] != 2 {
			t.Errorf("committed up to %d while 3 is under way", f.commits[0])
		}
		f.mu.Unlock()
		time.Sleep(10 * time.Second)
		cancel()
		running.Wait()
		if f.commits[0] != 9 || len(f.keys("out")) != 10 {
			t.Errorf("committed %d, wrote %d", f.commits[0], len(f.keys("out")))
		}
	})
}

func TestRunnerRejectsAndGoesOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFakeLog(inputs(9, 1)...)
		r := testRunner(f, func(ctx context.Context, t *task) error {
			switch t.in.Offset {
			case 2:
				panic("poison")
			case 4:
				return refuse("no_text", "nothing here")
			case 6:
				return errors.New("odd")
			}
			return echo(ctx, t)
		})
		runFor(r, time.Minute, time.Second)
		c := r.stage.Counts()
		balanced(t, c)
		if c.Sent != 6 || c.Rejected["panic"] != 1 || c.Rejected["no_text"] != 1 || c.Rejected["failed"] != 1 {
			t.Errorf("%+v", c)
		}
		if f.commits[0] != 8 {
			t.Errorf("committed up to %d", f.commits[0])
		}
		letters := map[string]topic.Record{}
		for _, w := range f.written {
			if w.Topic == topic.DeadLetterTopic {
				letters[w.Header(event.HeaderClass)] = w
			}
		}
		panicked := letters["panic"]
		if string(panicked.Value) != "v2" || panicked.Header(event.HeaderStage) != "test" ||
			panicked.Header(event.HeaderOffset) != "2" || !strings.Contains(panicked.Header(event.HeaderMessage), "poison") {
			t.Errorf("dead letter = %+v", panicked)
		}
		if len(letters) != 3 {
			t.Errorf("%d dead letters", len(letters))
		}
	})
}

func TestRunnerTriesAgainWithBackoffAndThenRejects(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var mu sync.Mutex
		tries := map[int64][]time.Duration{}
		f := newFakeLog(inputs(5, 1)...)
		r := testRunner(f, func(ctx context.Context, t *task) error {
			mu.Lock()
			tries[t.in.Offset] = append(tries[t.in.Offset], time.Since(start))
			n := len(tries[t.in.Offset])
			mu.Unlock()
			if t.in.Offset == 1 || t.in.Offset == 3 && n == 1 {
				return &later{refusal: refusal{"timeout", errors.New("slow")}, wait: 7 * time.Second * time.Duration(t.in.Offset%3)}
			}
			return echo(ctx, t)
		})
		runFor(r, 5*time.Minute, time.Second)
		about := func(got, want time.Duration) bool { return got >= want && got <= want*6/5 }
		if got := tries[1]; len(got) != 3 || !about(got[1], 7*time.Second) || !about(got[2]-got[1], 7*time.Second) {
			t.Errorf("tries of 1 at %v", got)
		}
		if got := tries[3]; len(got) != 2 || !about(got[1], time.Second) {
			t.Errorf("tries of 3 at %v", got)
		}
		c := r.stage.Counts()
		balanced(t, c)
		if c.Sent != 4 || c.Rejected["timeout"] != 1 || f.commits[0] != 4 {
			t.Errorf("%+v, committed %d", c, f.commits[0])
		}
		for _, w := range f.written {
			if w.Topic == topic.DeadLetterTopic && w.Header(event.HeaderAttempt) != "3" {
				t.Errorf("attempt %s", w.Header(event.HeaderAttempt))
			}
		}
	})
}

// While the log fails, nothing is committed and nothing is lost, and the
// stage says that it is not ready.
func TestRunnerWaitsForAFailingLog(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFakeLog(inputs(50, 2)...)
		down := true
		f.fail = func(int, []topic.Record) error {
			if down {
				return errors.New("no broker")
			}
			return nil
		}
		r := testRunner(f, echo)
		ctx, cancel := context.WithCancel(context.Background())
		var running sync.WaitGroup
		running.Go(func() { r.run(ctx, context.Background()) })
		time.Sleep(time.Minute)
		if err := r.ready.Err(); err == nil || !strings.Contains(err.Error(), "test write: no broker") {
			t.Errorf("ready = %v", err)
		}
		f.mu.Lock()
		if len(f.commits) != 0 {
			t.Errorf("committed %v", f.commits)
		}
		down = false
		f.mu.Unlock()
		time.Sleep(time.Minute)
		if err := r.ready.Err(); err != nil {
			t.Errorf("still not ready: %v", err)
		}
		cancel()
		running.Wait()
		keys := f.keys("out")
		slices.Sort(keys)
		if len(slices.Compact(keys)) != 50 || f.commits[0] != 24 || f.commits[1] != 24 {
			t.Errorf("%d written, commits %v", len(keys), f.commits)
		}
	})
}

func TestRunnerMakesDeadLettersOfWhatTheLogNeverTakes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFakeLog(inputs(6, 1)...)
		f.fail = func(_ int, records []topic.Record) error {
			var e topic.RejectedError
			for i, r := range records {
				if r.Topic == "out" && string(r.Key) == "k002" {
					e.Rejected = append(e.Rejected, topic.Rejected{Index: i, Topic: "out", Key: r.Key, Class: topic.RejectTooLarge, Err: errors.New("big")})
				}
			}
			if len(e.Rejected) > 0 {
				return &e
			}
			return nil
		}
		r := testRunner(f, echo)
		runFor(r, time.Minute, time.Second)
		c := r.stage.Counts()
		balanced(t, c)
		if c.Rejected["too_large"] != 1 || c.Sent != 5 || f.commits[0] != 5 {
			t.Errorf("%+v, commits %v", c, f.commits)
		}
		if got := f.keys(topic.DeadLetterTopic); len(got) != 1 || got[0] != "k002" {
			t.Errorf("dead letters %v", got)
		}
	})
}

// A dead letter holds the page that its input led to, also after a panic; when
// the log takes no page of that size, it holds the input.
func TestRunnerKeepsPagesInDeadLetters(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		page := enclosure{"https://news.example/a", "text/html", []byte("\xff<p>")}
		f := newFakeLog(inputs(3, 1)...)
		f.fail = func(_ int, records []topic.Record) error {
			for i, r := range records {
				if string(r.Key) == "k002" && string(r.Value) == string(page.body) {
					return &topic.RejectedError{Rejected: []topic.Rejected{{Index: i, Topic: r.Topic, Key: r.Key, Class: topic.RejectTooLarge, Err: errors.New("big")}}}
				}
			}
			return nil
		}
		r := testRunner(f, func(_ context.Context, t *task) error {
			t.page = &page
			if t.in.Offset == 1 {
				panic("poison")
			}
			return refuse("no_text", "nothing in it")
		})
		runFor(r, time.Minute, time.Second)
		balanced(t, r.stage.Counts())
		letters := map[int]topic.Record{}
		for _, w := range f.written {
			offset, err := strconv.Atoi(w.Header(event.HeaderOffset))
			if err != nil {
				t.Fatal(err)
			}
			letters[offset] = w
		}
		for offset, class := range []string{"no_text", "panic", "no_text"} {
			got, want := letters[offset], string(page.body)
			if offset == 2 {
				want = "v2"
			}
			back := topic.Original(got)
			if string(got.Value) != want || got.Header(event.HeaderClass) != class || string(back.Value) != fmt.Sprintf("v%d", offset) {
				t.Errorf("offset %d: %q of class %s, made of %q", offset, got.Value, got.Header(event.HeaderClass), back.Value)
			}
			if offset != 2 && (got.Header(event.ContentType) != page.contentType || got.Header(event.HeaderSource) != page.url) {
				t.Errorf("offset %d: headers %v", offset, got.Headers)
			}
		}
	})
}

// On shutdown, work under way is finished and queued work is left for the
// next start; work that does not end in time is cut and left too.
func TestRunnerDrainsOnShutdown(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		grace time.Duration
		sent  uint64
	}{"in time": {10 * time.Second, 1}, "too slow": {time.Second, 0}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newFakeLog(inputs(20, 1)...)
				r := testRunner(f, func(ctx context.Context, t *task) error {
					if !sleep(ctx, 5*time.Second) {
						return ctx.Err()
					}
					return echo(ctx, t)
				})
				r.limits.Batch, r.limits.Workers = 1, 1
				start := time.Now()
				runFor(r, 2*time.Second, c.grace)
				if took := time.Since(start); took > 2*time.Second+c.grace {
					t.Errorf("took %v", took)
				}
				n := r.stage.Counts()
				balanced(t, n)
				if n.Sent != c.sent || n.Refused() != 0 || uint64(len(f.commits)) != c.sent {
					t.Errorf("%+v, commits %v", n, f.commits)
				}
			})
		})
	}
}
