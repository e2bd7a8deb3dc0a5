package topic_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tradewire/tradewire/internal/topic"
)

// noise does not compress.
func noise(n int) []byte {
	random := rand.NewChaCha8([32]byte{})
	b := make([]byte, n)
	_, _ = random.Read(b) // never fails
	return b
}

// newSuperseded makes a directory whose one partition holds 50 keys, each
// written eight times, 20 KiB a record, and a group that has finished it.
func newSuperseded(t *testing.T) (d *damaged, want []string) {
	t.Helper()
	d = &damaged{t: t, dir: t.TempDir()}
	d.with(func(c *topic.Cluster) {
		ensure(t, c, topic.Spec{Name: "words", Partitions: 1, Cleanup: "compact"})
		body := noise(24 << 10)
		for round := range 8 {
			for key := range 50 {
				write(t, c, topic.Record{Topic: "words", Key: fmt.Append(nil, key), Value: append(fmt.Appendf(nil, "%d/%d ", key, round), body...)})
			}
		}
		r := join(t, c, "g", "words")
		var last topic.Record
		for range 400 {
			last = fetch(t, r)
		}
		commit(t, r, last)
		closed(t, r.Close)
	})
	for key := range 50 {
		want = append(want, fmt.Sprintf("%d/7", key))
	}
	return d, append([]string{"0/0"}, want...) // the first batch stays
}

func firstWords(t *testing.T, c *topic.Cluster) (words []string) {
	t.Helper()
	for _, r := range scan(t, c, "words", topic.FromBeginning()) {
		word, _, _ := bytes.Cut(r.Value, []byte(" "))
		words = append(words, string(word))
	}
	return words
}

// checkCompacted opens the directory: it holds what it has to, goes on where
// it ended, and a group reads what is new.
func (d *damaged) checkCompacted(want []string) {
	d.t.Helper()
	d.with(func(c *topic.Cluster) {
		if got := firstWords(d.t, c); !slices.Equal(got, want) {
			d.t.Errorf("left are %v, want %v", got, want)
		}
		write(d.t, c, text("new", "new "))
		r := join(d.t, c, "g", "words")
		if got := fetch(d.t, r); string(got.Value) != "new " || got.Offset != 400 {
			d.t.Errorf("the group goes on with %.10q at %d", got.Value, got.Offset)
		}
		closed(d.t, r.Close)
	})
	d.with(func(c *topic.Cluster) {
		if got := firstWords(d.t, c); !slices.Equal(got, append(slices.Clone(want), "new")) {
			d.t.Errorf("opened again, left are %v", got)
		}
	})
}

func TestEmbeddedCompactsWhenItStarts(t *testing.T) {
	d, want := newSuperseded(t)
	d.checkCompacted(want)
	if n := strings.Count(d.log.String(), "superseded records are removed"); n != 1 {
		t.Errorf("compacted %d times:\n%s", n, d.log.String())
	}
	if info, err := os.Stat(d.path("@/0.dat")); err != nil || info.Size() > 2<<20 {
		t.Errorf("the file has %d bytes: %v", info.Size(), err)
	}
}

// A crash while a partition is compacted loses nothing, whenever it comes.
func TestEmbeddedCrashWhileItCompacts(t *testing.T) {
	compactedDir, want := newSuperseded(t)
	whole := t.TempDir()
	copyDir(t, whole, compactedDir.dir)
	compactedDir.with(func(*topic.Cluster) {})
	for _, tc := range []struct {
		name  string
		leave func(partition, old, fresh string) error
	}{
		{"half of the new folder is there", func(partition, old, fresh string) error {
			if err := os.CopyFS(partition, os.DirFS(old)); err != nil {
				return err
			}
			if err := os.CopyFS(partition+".compacting", os.DirFS(fresh)); err != nil {
				return err
			}
			return os.Truncate(filepath.Join(partition+".compacting", "0.dat"), 100<<10)
		}},
		{"the old one is moved away", func(partition, old, fresh string) error {
			if err := os.CopyFS(partition+".replaced", os.DirFS(old)); err != nil {
				return err
			}
			return os.CopyFS(partition+".compacting", os.DirFS(fresh))
		}},
		{"the new one is in place", func(partition, old, fresh string) error {
			if err := os.CopyFS(partition+".replaced", os.DirFS(old)); err != nil {
				return err
			}
			return os.CopyFS(partition, os.DirFS(fresh))
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := &damaged{t: t, dir: t.TempDir()}
			copyDir(t, d.dir, whole)
			if err := os.RemoveAll(d.path("@")); err != nil {
				t.Fatal(err)
			}
			partition := filepath.Join("partitions", "test.words-0")
			if err := tc.leave(d.path("@"), filepath.Join(whole, partition), filepath.Join(compactedDir.dir, partition)); err != nil {
				t.Fatal(err)
			}
			d.checkCompacted(want)
			left, err := os.ReadDir(d.path("partitions"))
			if err != nil || len(left) != 1 {
				t.Errorf("left are %v: %v", left, err)
			}
		})
	}
}

// Segments of which every record is too old go, but never the last one.
func TestEmbeddedRemovesOldSegments(t *testing.T) {
	d := &damaged{t: t, dir: t.TempDir()}
	spec := topic.Spec{Name: "words", Partitions: 1, Cleanup: "delete", Retention: time.Hour}
	d.with(func(c *topic.Cluster) { ensure(t, c, spec) })
	d.change("topics.json", func(b []byte) []byte { // a segment for each batch
		var all map[string]any
		if err := json.Unmarshal(b, &all); err != nil {
			t.Fatal(err)
		}
		all["topics"].([]any)[0].(map[string]any)["configs"].(map[string]any)["segment.bytes"] = "1"
		b, err := json.Marshal(all)
		if err != nil {
			t.Fatal(err)
		}
		return b
	})
	put := func(value string, age time.Duration) func(*topic.Cluster) {
		return func(c *topic.Cluster) {
			r := text("k", value)
			r.Time = time.Now().Add(-age)
			write(t, c, r)
		}
	}
	for i, age := range []time.Duration{3 * time.Hour, 2 * time.Hour, 0} {
		d.with(put(fmt.Sprint(i), age))
	}
	d.with(func(c *topic.Cluster) {
		if got := d.values(c); got != "2" {
			t.Errorf("left are %s, want the third", got)
		}
	})
	d.with(put("3", 2*time.Hour))
	d.with(func(c *topic.Cluster) {
		if got := d.values(c); got != "2 3" {
			t.Errorf("left are %s", got)
		}
	})
}
