package topic_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/topic"
)

func words(partitions int) topic.Spec { return topic.Spec{Name: "words", Partitions: partitions} }

func TestRecordsComeBackWholeAndInOrder(t *testing.T) {
	onEachCluster(t, func(t *testing.T, cfg topic.Config) {
		c := open(t, cfg)
		spec := words(3)
		spec.Retention = -time.Millisecond // for ever: the records below are years old
		ensure(t, c, spec)
		ce := event.CloudEvent{ID: "1", Source: "/test", Type: "t", Time: time.Unix(1_700_000_000, 0)}
		at := time.UnixMilli(1_712_345_678_901)
		const keys, each = 20, 15
		for i := range each {
			var batch []topic.Record
			for k := range keys {
				r := text(fmt.Sprint("key-", k), fmt.Sprint(i))
				r.Headers, r.Time = topic.CloudHeaders(ce), at
				batch = append(batch, r)
			}
			write(t, c, batch...)
		}
		r := join(t, c, "g", "words")
		seen, partition := map[string]int{}, map[string]int{}
		for range keys * each {
			got := fetch(t, r)
			key := string(got.Key)
			if string(got.Value) != fmt.Sprint(seen[key]) {
				t.Fatalf("%s: value %s, want %d", key, got.Value, seen[key])
			}
			if p, ok := partition[key]; ok && p != got.Partition {
				t.Errorf("%s stands in partitions %d and %d", key, p, got.Partition)
			}
			seen[key]++
			partition[key] = got.Partition
			if got.Topic != "words" || !got.Time.Equal(at) || got.Header("ce_id") != "1" || got.Header("ce_time") != "2023-11-14T22:13:20Z" {
				t.Fatalf("record came back as %+v", got)
			}
		}
		if len(seen) != keys {
			t.Errorf("%d keys, want %d", len(seen), keys)
		}
		nothing(t, r)
	})
}

// The partitions are those of Kafka's Java client: murmur2 of the key. The
// expected ones were computed by kafka.Murmur2Balancer's published test data
// ("foobar" hashes to -790332482, "21" to -973932308).
func TestPartitionFollowsKeyAsInJava(t *testing.T) {
	onEachCluster(t, func(t *testing.T, cfg topic.Config) {
		c := open(t, cfg)
		ensure(t, c, words(6))
		java := func(hash int32) int { return int(uint32(hash)&0x7fffffff) % 6 }
		byHost := text("https://a.example/1", "x")
		byHost.PartitionKey = []byte("21")
		write(t, c, text("foobar", "x"), text("21", "x"), byHost)
		want := map[string]int{"foobar": java(-790332482), "21": java(-973932308), "https://a.example/1": java(-973932308)}
		for _, r := range scan(t, c, "words", topic.FromBeginning()) {
			if r.Partition != want[string(r.Key)] {
				t.Errorf("key %s is in partition %d, want %d", r.Key, r.Partition, want[string(r.Key)])
			}
		}
	})
}

func TestTombstonesAndRecordsWithoutKey(t *testing.T) {
	onEachCluster(t, func(t *testing.T, cfg topic.Config) {
		c := open(t, cfg)
		ensure(t, c, topic.Spec{Name: "words", Partitions: 1, Cleanup: "compact"}, topic.Spec{Name: "loose", Partitions: 2})
		write(t, c, topic.Record{Topic: "words", Key: []byte("k")}, topic.Record{Topic: "loose", Value: []byte("v")})
		if got := scan(t, c, "words", topic.FromBeginning()); len(got) != 1 || got[0].Value != nil || string(got[0].Key) != "k" {
			t.Errorf("tombstone came back as %+v", got)
		}
		if got := scan(t, c, "loose", topic.FromBeginning()); len(got) != 1 || got[0].Key != nil || string(got[0].Value) != "v" {
			t.Errorf("record without key came back as %+v", got)
		}
	})
}

func TestUncommittedRecordsComeAgain(t *testing.T) {
	onEachCluster(t, func(t *testing.T, cfg topic.Config) {
		c := open(t, cfg)
		ensure(t, c, words(1))
		for i := range 10 {
			write(t, c, text("k", fmt.Sprint(i)))
		}
		first := join(t, c, "g", "words")
		var got []topic.Record
		for range 10 {
			got = append(got, fetch(t, first))
		}
		commit(t, first, got[3])
		if l := first.Lag(); len(l) != 1 || l[0].Lag() != 6 || l[0].Committed != 4 || l[0].Position != 10 || l[0].End != 10 {
			t.Errorf("lag = %+v, want 6 of 10 open", l)
		}
		commit(t, first, got[1]) // behind what is stored: changes nothing
		closed(t, first.Close)
		if _, err := first.Fetch(soon(t)); !errors.Is(err, topic.ErrClosed) {
			t.Errorf("fetch from a closed reader: %v", err)
		}
		second := join(t, c, "g", "words")
		for i := 4; i < 10; i++ {
			if r := fetch(t, second); string(r.Value) != fmt.Sprint(i) {
				t.Fatalf("read %s, want %d", r.Value, i)
			}
		}
		other := join(t, c, "another group", "words")
		if r := fetch(t, other); string(r.Value) != "0" {
			t.Errorf("a new group begins with %s, want the earliest", r.Value)
		}
	})
}

// gather reads until ctx ends and commits everything at once.
func gather(t *testing.T, ctx context.Context, r *topic.Reader, got chan<- topic.Record) {
	for {
		record, err := r.Fetch(ctx)
		if err != nil {
			return
		}
		got <- record
		if err := r.Commit(ctx, record); err != nil && ctx.Err() == nil && !errors.Is(err, topic.ErrClosed) {
			t.Error(err)
		}
	}
}

func TestMembersShareAndLeaversPartitionsMove(t *testing.T) {
	onEachCluster(t, func(t *testing.T, cfg topic.Config) {
		c := open(t, cfg)
		ensure(t, c, words(6))
		a, b := join(t, c, "g", "words"), join(t, c, "g", "words")
		ctx, stop := context.WithCancel(soon(t))
		fromA, fromB := make(chan topic.Record, 1000), make(chan topic.Record, 1000)
		var wait sync.WaitGroup
		wait.Go(func() { gather(t, ctx, a, fromA) })
		wait.Go(func() { gather(t, ctx, b, fromB) })
		eventually(t, "three partitions each", func() bool { return len(a.Lag()) == 3 && len(b.Lag()) == 3 })
		for i := range 60 {
			write(t, c, text(fmt.Sprint(i), fmt.Sprint("shared ", i)))
		}
		eventually(t, "all read by the two", func() bool { return len(fromA)+len(fromB) >= 60 })
		if len(fromA) == 0 || len(fromB) == 0 {
			t.Errorf("a read %d, b read %d of 60", len(fromA), len(fromB))
		}
		began := time.Now()
		closed(t, a.Close)
		eventually(t, "b has all partitions", func() bool { return len(b.Lag()) == 6 })
		t.Logf("partitions moved in %v", time.Since(began).Round(time.Millisecond))
		for i := range 60 {
			write(t, c, text(fmt.Sprint(i), fmt.Sprint("moved ", i)))
		}
		eventually(t, "all read by the one that stays", func() bool { return len(fromA)+len(fromB) >= 120 })
		stop()
		wait.Wait()
		checkOnce(t, 120, fromA, fromB)
	})
}

// checkOnce: everything was committed, so nothing was lost, and nothing came
// twice either.
func checkOnce(t *testing.T, want int, from ...chan topic.Record) {
	t.Helper()
	seen := map[string]int{}
	for _, c := range from {
		close(c)
		for r := range c {
			seen[string(r.Value)]++
		}
	}
	if len(seen) != want {
		t.Errorf("%d values were read, want %d", len(seen), want)
	}
	for v, n := range seen {
		if n > 1 {
			t.Errorf("%q was read %d times", v, n)
		}
	}
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatal("waited in vain: " + what)
}

// A partition that goes to another member takes its records along: the old
// owner's commit must not step over what the new one has not done. One that
// stays keeps its lease, so work in flight is neither lost nor repeated.
func TestLostPartitionsAreNotCommitted(t *testing.T) {
	onEachCluster(t, func(t *testing.T, cfg topic.Config) {
		c := open(t, cfg)
		ensure(t, c, words(2))
		for i := range 40 {
			write(t, c, text(fmt.Sprint(i), fmt.Sprint(i)))
		}
		a := join(t, c, "g", "words")
		inFlight := map[int]topic.Record{} // the last of each partition
		for range 40 {
			r := fetch(t, a)
			inFlight[r.Partition] = r
		}
		b := join(t, c, "g", "words")
		ctx, stop := context.WithCancel(soon(t))
		fromA, fromB := make(chan topic.Record, 100), make(chan topic.Record, 100)
		var wait sync.WaitGroup
		wait.Go(func() { gather(t, ctx, a, fromA) })
		eventually(t, "one partition each", func() bool {
			probe, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
			defer cancel()
			if r, err := b.Fetch(probe); err == nil {
				fromB <- r
			}
			return len(a.Lag()) == 1 && len(b.Lag()) == 1
		})
		kept, lost := a.Lag()[0].Partition, b.Lag()[0].Partition
		commit(t, a, inFlight[0], inFlight[1])
		if l := a.Lag()[0]; l.Lag() != 0 {
			t.Errorf("work of the partition that stayed was not committed: %+v", l)
		}
		closed(t, b.Close) // it committed nothing
		eventually(t, "a has both again", func() bool { return len(a.Lag()) == 2 })
		again := int(inFlight[lost].Offset) + 1
		eventually(t, "the lost partition comes again", func() bool { return len(fromA) >= again })
		stop()
		wait.Wait()
		close(fromA)
		for r := range fromA {
			if r.Partition == kept {
				t.Errorf("%s[%d]@%d was read twice, its partition never left", r.Topic, r.Partition, r.Offset)
			}
			if r.Lease <= inFlight[lost].Lease {
				t.Errorf("a partition that came back has the old lease %d", r.Lease)
			}
			again--
		}
		if again != 0 {
			t.Errorf("%d records of the lost partition did not come again", again)
		}
	})
}

func TestEnsureRefusesWhatDiffers(t *testing.T) {
	onEachCluster(t, func(t *testing.T, cfg topic.Config) {
		c := open(t, cfg)
		good := []topic.Spec{
			{Name: "a", Partitions: 3, Replication: 1, Cleanup: "delete", Retention: 48 * time.Hour, MinInSync: 1},
			{Name: "b", Partitions: 2, Replication: 1, Cleanup: "compact", Retention: -1},
			{Name: "both", Partitions: 1, Cleanup: "compact,delete"},
			{Name: "open"},
		}
		ensure(t, c, good...)
		ensure(t, c, good...)
		ensure(t, c, topic.Spec{Name: "a"}, topic.Spec{Name: "both", Cleanup: "delete,compact"})
		bad := []topic.Spec{
			{Name: "a", Partitions: 6, Cleanup: "compact", Retention: time.Hour, MinInSync: 2},
			{Name: "b", Partitions: 1, Replication: 3},
			{Name: "both", Partitions: 1},
			{Name: "created", Partitions: 2},
		}
		err := c.Ensure(soon(t), bad)
		var mismatch *topic.MismatchError
		if !errors.As(err, &mismatch) || len(mismatch.Topics) != 2 {
			t.Fatalf("error is %v, want two mismatches", err)
		}
		for _, want := range []string{
			cfg.Prefix + "a", "3 partitions, wanted are 6", "cleanup.policy is delete, wanted is compact",
			"retention.ms is 172800000, wanted is 3600000", "min.insync.replicas is 1, wanted is 2",
			cfg.Prefix + "b", "2 partitions, wanted are 1", "replicas, wanted are 3", "never altered",
		} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("error does not say %q:\n%v", want, err)
			}
		}
		ensure(t, c, good...) // nothing was altered
		if err := c.Ensure(soon(t), []topic.Spec{{Name: "many", Replication: 99}}); err == nil || !strings.Contains(err.Error(), "many") {
			t.Errorf("99 replicas: %v", err)
		}
		large := cfg
		large.MaxMessageBytes = 3_000_000
		if err := open(t, large).Ensure(soon(t), good[:1]); !errors.As(err, &mismatch) || !strings.Contains(err.Error(), "max.message.bytes") {
			t.Errorf("a topic too narrow for our records: %v", err)
		}
	})
}

func TestScanAndFollow(t *testing.T) {
	onEachCluster(t, func(t *testing.T, cfg topic.Config) {
		c := open(t, cfg)
		ensure(t, c, words(4), topic.Spec{Name: "empty", Partitions: 2})
		if got := scan(t, c, "empty", topic.FromBeginning()); len(got) != 0 {
			t.Errorf("an empty topic has %d records", len(got))
		}
		old, young := time.UnixMilli(1_700_000_000_000), time.UnixMilli(1_700_000_600_000)
		for i := range 100 {
			r := text(fmt.Sprint(i), fmt.Sprint(i))
			if r.Time = old; i >= 50 {
				r.Time = young
			}
			write(t, c, r)
		}
		for name, tc := range map[string]struct {
			from topic.Start
			want int
		}{
			"beginning": {topic.FromBeginning(), 100}, "now": {topic.FromNow(), 0},
			"between": {topic.FromTime(old.Add(time.Minute)), 50}, "young": {topic.FromTime(young), 50},
			"before": {topic.FromTime(old.Add(-time.Hour)), 100}, "after": {topic.FromTime(young.Add(time.Hour)), 0},
		} {
			if got := scan(t, c, "words", tc.from); len(got) != tc.want {
				t.Errorf("scan from %s gives %d records, want %d", name, len(got), tc.want)
			}
		}
		enough := errors.New("enough")
		if err := c.Scan(soon(t), "words", topic.FromBeginning(), func(topic.Record) error { return enough }); !errors.Is(err, enough) {
			t.Errorf("scan hides the error of its function: %v", err)
		}
		follow(t, c)
	})
}

// follow starts at the end of 100 records and at their beginning, and must see
// 10 more.
func follow(t *testing.T, c *topic.Cluster) {
	var wait sync.WaitGroup
	defer wait.Wait()
	for from, want := range map[topic.Start]int{topic.FromNow(): 10, topic.FromBeginning(): 110} {
		ctx, stop := context.WithCancel(soon(t))
		wait.Go(func() {
			defer stop()
			var got []string
			err := c.Follow(ctx, "words", from, func(r topic.Record) error {
				if got = append(got, string(r.Value)); len(got) == want {
					stop()
				}
				return nil
			})
			slices.Sort(got)
			if !errors.Is(err, context.Canceled) || len(slices.Compact(got)) != want {
				t.Errorf("followed %d different records, want %d: %v", len(slices.Compact(got)), want, err)
			}
		})
	}
	time.Sleep(500 * time.Millisecond) // the end must be found before more is written
	for i := range 10 {
		write(t, c, text(fmt.Sprint(i), fmt.Sprint("new ", i)))
	}
}

func TestOversizedRecordsAreRejectedAlone(t *testing.T) {
	onEachCluster(t, func(t *testing.T, cfg topic.Config) {
		c := open(t, cfg)
		ensure(t, c, words(1), topic.Spec{Name: topic.DeadLetterTopic, Partitions: 1})
		fits := make([]byte, 999_900) // does not compress
		_, _ = rand.Read(fits)        // never fails
		big := topic.Record{Topic: "words", Key: []byte("big"), Value: make([]byte, 1_000_001)}
		err := c.Writer().Write(soon(t), text("a", "1"), big, topic.Record{Topic: "words", Key: []byte("b"), Value: fits})
		var rejected *topic.RejectedError
		if !errors.As(err, &rejected) || len(rejected.Rejected) != 1 {
			t.Fatalf("error is %v, want one rejected record", err)
		}
		if r := rejected.Rejected[0]; r.Index != 1 || r.Class != topic.RejectTooLarge || string(r.Key) != "big" || r.Topic != "words" || r.Limit != 1_000_000 {
			t.Errorf("rejected %+v", r)
		}
		got := scan(t, c, "words", topic.FromBeginning())
		if len(got) != 2 || !bytes.Equal(got[1].Value, fits) {
			t.Fatalf("%d records were written, want the two that fit", len(got))
		}
		// A record of full size still fits as a dead letter.
		write(t, c, topic.DeadLetter(got[1], "test", "large", errors.New(strings.Repeat("long ", 1000)), 1))
	})
}

// The broker's own limit may be lower than ours: it refuses whole batches, and
// only the record that is too large may fail.
func TestBrokersLimitRejectsOneRecordOfABatch(t *testing.T) {
	onEachCluster(t, func(t *testing.T, cfg topic.Config) {
		ensure(t, open(t, cfg), words(1))
		cfg.MaxMessageBytes = 3_000_000
		wide := open(t, cfg)
		noise := make([]byte, 1_500_000)
		_, _ = rand.Read(noise) // never fails
		err := wide.Writer().Write(soon(t), text("a", "1"), topic.Record{Topic: "words", Key: []byte("b"), Value: noise}, text("c", "2"))
		var rejected *topic.RejectedError
		if !errors.As(err, &rejected) || len(rejected.Rejected) != 1 || rejected.Rejected[0].Index != 1 || rejected.Rejected[0].Class != topic.RejectTooLarge {
			t.Fatalf("error is %v, want record 1 rejected", err)
		}
		var values []string
		for _, r := range scan(t, wide, "words", topic.FromBeginning()) {
			values = append(values, string(r.Value))
		}
		if !slices.Equal(values, []string{"1", "2"}) {
			t.Errorf("written are %.20q, want the two small ones", values)
		}
	})
}

func TestDeadLetterRoundTrip(t *testing.T) {
	onEachCluster(t, func(t *testing.T, cfg topic.Config) {
		c := open(t, cfg)
		ensure(t, c, words(1), topic.Spec{Name: topic.DeadLetterTopic, Partitions: 1})
		in := topic.Record{Topic: "words", Key: []byte("https://a.example/x"), Value: []byte("\xff\x00 not JSON"),
			Headers: []topic.Header{{"ce_id", []byte("7")}, {"twice", []byte("1")}, {"twice", []byte("2")}}}
		write(t, c, text("k", "0"), in)
		bad := scan(t, c, "words", topic.FromBeginning())[1]
		write(t, c, topic.DeadLetter(bad, "extract", "bad_json", errors.New("no JSON"), 2))
		dead := scan(t, c, topic.DeadLetterTopic, topic.FromBeginning())[0]
		for name, want := range map[string]string{
			event.HeaderStage: "extract", event.HeaderClass: "bad_json", event.HeaderMessage: "no JSON",
			event.HeaderAttempt: "2", event.HeaderTopic: "words", event.HeaderPartition: "0", event.HeaderOffset: "1",
			event.HeaderSource: "https://a.example/x", "ce_id": "7",
		} {
			if got := dead.Header(name); got != want {
				t.Errorf("%s = %q, want %q", name, got, want)
			}
		}
		write(t, c, topic.Original(dead))
		back := scan(t, c, "words", topic.FromBeginning())[2]
		if !bytes.Equal(back.Key, in.Key) || !bytes.Equal(back.Value, in.Value) || fmt.Sprint(back.Headers) != fmt.Sprint(in.Headers) {
			t.Errorf("replayed as %+v, want %+v", back, in)
		}
	})
}

// A letter that holds a page gives its input back all the same.
func TestDeadLetterWithBody(t *testing.T) {
	for name, headers := range map[string][]topic.Header{
		"typed": {{"ce_id", []byte("7")}, {event.ContentType, []byte(event.ContentJSON)}, {event.TraceParent, []byte("00-")}},
		"bare":  {{"ce_id", []byte("7")}},
	} {
		in := topic.Record{Topic: "fetches", Key: []byte("a.example"), Value: []byte("{}"), Headers: headers}
		letter := topic.DeadLetter(topic.WithSourceURL(in, "https://a.example/x"), "scrape", "no_text", errors.New("nothing"), 1)
		dead := topic.WithBody(letter, "text/html", []byte("\xff<p>"))
		if string(dead.Value) != "\xff<p>" || dead.Header(event.ContentType) != "text/html" || dead.Header(event.HeaderClass) != "no_text" ||
			dead.Header(event.HeaderSource) != "https://a.example/x" || dead.Topic != topic.DeadLetterTopic {
			t.Errorf("%s: %+v", name, dead)
		}
		if back := topic.Original(dead); fmt.Sprint(back) != fmt.Sprint(in) {
			t.Errorf("%s: input came back as %+v, want %+v", name, back, in)
		}
	}
}

func TestPing(t *testing.T) {
	onEachCluster(t, func(t *testing.T, cfg topic.Config) {
		if err := open(t, cfg).Ping(soon(t)); err != nil {
			t.Error(err)
		}
		cfg.Brokers = []string{"127.0.0.1:1", cfg.Brokers[0]}
		if err := open(t, cfg).Ping(soon(t)); err != nil {
			t.Errorf("one of two brokers answers: %v", err)
		}
		cfg.Brokers = cfg.Brokers[:1]
		if err := open(t, cfg).Ping(soon(t)); err == nil {
			t.Error("nobody listens there, and ping says all is well")
		}
	})
}
