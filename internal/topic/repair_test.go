package topic_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tradewire/tradewire/internal/topic"
)

// damaged is a data directory that a test does something to.
type damaged struct {
	t   *testing.T
	dir string
	log bytes.Buffer
}

const damagedRecords, damagedCommitted = 40, 25

// newDamaged makes a directory with one partition of 40 records of one batch
// each, of which a group has finished 25.
func newDamaged(t *testing.T) *damaged {
	t.Helper()
	d := &damaged{t: t, dir: t.TempDir()}
	d.with(func(c *topic.Cluster) {
		ensure(t, c, words(1))
		for n := range damagedRecords {
			write(t, c, text("k", fmt.Sprint(n)))
		}
		r := join(t, c, "g", "words")
		for range damagedCommitted {
			commit(t, r, fetch(t, r))
		}
		closed(t, r.Close)
	})
	return d
}

// with opens the directory; an error of opening ends the test.
func (d *damaged) with(do func(*topic.Cluster)) {
	d.t.Helper()
	broker, err := topic.StartEmbedded(topic.EmbeddedConfig{Dir: d.dir, Listen: "127.0.0.1:0"}, slog.New(slog.NewTextHandler(&d.log, nil)))
	if err != nil {
		d.t.Fatal(err)
	}
	c, err := topic.Open(topic.Config{Brokers: []string{broker.Addr()}, Prefix: "test."}, logger(d.t))
	if err != nil {
		d.t.Fatal(err)
	}
	do(c)
	closed(d.t, c.Close)
	closed(d.t, broker.Close)
}

func (d *damaged) path(name string) string {
	return filepath.Join(d.dir, strings.ReplaceAll(name, "@", filepath.Join("partitions", "test.words-0")))
}

// change rewrites a file.
func (d *damaged) change(name string, how func([]byte) []byte) {
	d.t.Helper()
	body, err := os.ReadFile(d.path(name))
	if err != nil {
		d.t.Fatal(err)
	}
	if err := os.WriteFile(d.path(name), how(bytes.Clone(body)), 0o600); err != nil {
		d.t.Fatal(err)
	}
}

// values are those of the topic, in order.
func (d *damaged) values(c *topic.Cluster) string {
	d.t.Helper()
	var all []string
	for _, r := range scan(d.t, c, "words", topic.FromBeginning()) {
		all = append(all, string(r.Value))
	}
	return strings.Join(all, " ")
}

func count(from, to int) string {
	var all []string
	for n := from; n < to; n++ {
		all = append(all, fmt.Sprint(n))
	}
	return strings.Join(all, " ")
}

// TestEmbeddedOpensWhatACrashLeft damages a directory in the ways a crash, a
// full disk or a copy does: it opens, says what it did, and holds all whole
// records, before and after it has been written to and opened once more.
func TestEmbeddedOpensWhatACrashLeft(t *testing.T) {
	const segment, index, groups = "@/0.dat", "@/0.idx", "groups.log"
	cut := func(n int) func([]byte) []byte { return func(b []byte) []byte { return b[:len(b)-n] } }
	for _, tc := range []struct {
		name   string
		damage func(d *damaged)
		values string // what is left of count(0, 40)
		next   string // what the group reads first
		says   string
	}{
		{"nothing", func(*damaged) {}, count(0, 40), "25", ""},
		{"half a batch at the end", func(d *damaged) { d.change(segment, cut(10)) }, count(0, 39), "25", "a write that was not finished is cut off"},
		{"the begin of a batch", func(d *damaged) { d.change(segment, func(b []byte) []byte { return append(b, b[:40]...) }) }, count(0, 40), "25", "not finished is cut off"},
		{"zeros at the end", func(d *damaged) { d.change(segment, func(b []byte) []byte { return append(b, make([]byte, 4096)...) }) }, count(0, 40), "25", "not finished is cut off"},
		{"a short index", func(d *damaged) { d.change(index, cut(20)) }, count(0, 40), "25", ""},
		{"a long index", func(d *damaged) { d.change(index, func(b []byte) []byte { return append(b, b[:20]...) }) }, count(0, 40), "25", ""},
		{"no index", func(d *damaged) { d.change(index, func([]byte) []byte { return nil }) }, count(0, 40), "25", ""},
		{"a batch damaged in the midst", func(d *damaged) {
			d.change(segment, func(b []byte) []byte { b[len(b)/2+30] ^= 0x55; return b })
		}, "", "25", "the whole ones before and behind are kept"},
		{"half an entry of the groups", func(d *damaged) {
			d.change(groups, func(b []byte) []byte { return append(b, b[:30]...) })
		}, count(0, 40), "25", "an entry that was not finished is taken out"},
		{"half an entry, and others behind", func(d *damaged) {
			d.change(groups, func(b []byte) []byte { return append(b[:30:30], b...) })
		}, count(0, 40), "25", "an entry that was not finished is taken out"},
		{"groups copied later than records", func(d *damaged) {
			d.change(segment, func(b []byte) []byte { return b[:len(b)/2] })
		}, count(0, 20), "new", "a group is ahead of its partition"},
		{"no records at all", func(d *damaged) { d.change(segment, func([]byte) []byte { return nil }) }, "", "new", "a group is ahead of its partition"},
		{"no meta", func(d *damaged) {
			if err := os.Remove(d.path("meta.json")); err != nil {
				t.Fatal(err)
			}
		}, count(0, 40), "25", "is written anew"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := newDamaged(t)
			tc.damage(d)
			d.t = t
			d.check(tc.values, tc.next, tc.says)
		})
	}
}

func (d *damaged) check(values, next, says string) {
	t := d.t
	t.Helper()
	var left string
	d.with(func(c *topic.Cluster) {
		if left = d.values(c); left != values && values != "" {
			t.Errorf("left are %s, want %s", left, values)
		}
		write(t, c, text("k", "new"))
		r := join(t, c, "g", "words")
		first := fetch(t, r)
		if string(first.Value) != next {
			t.Errorf("the group goes on with %s, want %s", first.Value, next)
		}
		commit(t, r, first)
		closed(t, r.Close)
	})
	if values == "" && strings.Contains(says, "behind") && len(strings.Fields(left)) != damagedRecords-1 {
		t.Errorf("left are %s, want all but one", left)
	}
	if says == "" && d.log.Len() > 0 || !strings.Contains(d.log.String(), says) {
		t.Errorf("the log does not say %q:\n%s", says, d.log.String())
	}
	d.log.Reset()
	d.with(func(c *topic.Cluster) {
		if again := d.values(c); again != strings.TrimSpace(left+" new") {
			t.Errorf("opened again, left are %s, want %s and one more", again, left)
		}
	})
	if d.log.Len() > 0 {
		t.Errorf("the second start repairs again:\n%s", d.log.String())
	}
}

// A folder of a topic that is not known is moved away, so that the topic, made
// anew, does not read the old records as its own.
func TestEmbeddedMovesUnknownTopicsAway(t *testing.T) {
	d := newDamaged(t)
	d.change("topics.json", func([]byte) []byte { return []byte(`{"version":1,"topics":[]}`) })
	d.with(func(c *topic.Cluster) {
		ensure(t, c, words(1))
		write(t, c, text("k", "a"), text("k", "b"))
		if got := d.values(c); got != "a b" {
			t.Errorf("the new topic holds %s", got)
		}
	})
	if !strings.Contains(d.log.String(), "records of a topic that does not exist") {
		t.Errorf("the log says nothing:\n%s", d.log.String())
	}
	if body, err := os.ReadFile(filepath.Join(d.dir, "aside", "test.words-0.1", "0.dat")); err != nil || len(body) == 0 {
		t.Errorf("the old records are gone: %v", err)
	}
}

func TestEmbeddedRefusesRecordsWithoutTopics(t *testing.T) {
	d := newDamaged(t)
	if err := os.Remove(d.path("topics.json")); err != nil {
		t.Fatal(err)
	}
	broker, err := topic.StartEmbedded(topic.EmbeddedConfig{Dir: d.dir, Listen: "127.0.0.1:0"}, logger(t))
	if err == nil {
		closed(t, broker.Close)
	}
	if err == nil || !strings.Contains(err.Error(), "topics.json") || !strings.Contains(err.Error(), "--data") {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(d.path("topics.json")); err == nil {
		t.Error("the refused directory was written to")
	}
}
