package topic_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tradewire/tradewire/internal/topic"
)

// copyDir copies a directory as cp -r does, file after file, while others
// write to it. What goes away meanwhile is not there.
func copyDir(t *testing.T, to, from string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, relative), 0o755)
		}
		err = copyFile(filepath.Join(to, relative), path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// load writes to a topic and reads it in a group until it is ended. Each
// writer has keys of its own, whose values count up from 0.
type load struct {
	acked [4]atomic.Int64
	ended context.CancelFunc
	all   sync.WaitGroup
}

func newLoad(t *testing.T, c *topic.Cluster) *load {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	l := &load{ended: cancel}
	for w := range l.acked {
		l.all.Go(func() {
			for n := int64(0); ctx.Err() == nil; n++ {
				if err := c.Writer().Write(soon(t), text(fmt.Sprint("key-", w), fmt.Sprint(n))); err != nil {
					t.Error(err)
					return
				}
				l.acked[w].Store(n + 1)
			}
		})
	}
	r := join(t, c, "g", "words")
	l.all.Go(func() {
		for n := 0; ; n++ {
			got, err := r.Fetch(ctx)
			if err != nil {
				return
			}
			if n%7 == 0 && r.Commit(ctx, got) != nil {
				return
			}
		}
	})
	return l
}

func (l *load) end() { l.ended(); l.all.Wait() }

// TestEmbeddedCopiedUnderLoad copies the data directory at many instants, file
// after file, while it is written to. Each copy opens, and holds for every key
// all that was acknowledged before the copy began, without a gap; a group that
// goes on in the copy misses nothing that is written there.
func TestEmbeddedCopiedUnderLoad(t *testing.T) {
	copies := 20
	if n, err := strconv.Atoi(os.Getenv("FAULTS_COPIES")); err == nil {
		copies = n
	}
	dir := t.TempDir()
	c := open(t, topic.Config{Brokers: []string{startEmbedded(t, dir, "127.0.0.1:0").Addr()}, Prefix: "test."})
	ensure(t, c, words(3))
	l := newLoad(t, c)
	defer l.end()
	total := int64(0)
	for i := range copies {
		time.Sleep(time.Duration(rand.IntN(30)) * time.Millisecond)
		var before [len(l.acked)]int64
		for w := range l.acked {
			before[w] = l.acked[w].Load()
		}
		to := t.TempDir()
		if i%2 == 1 { // the groups are copied last, in a moment in which they have gone on
			copyDir(t, filepath.Join(to, "partitions"), filepath.Join(dir, "partitions"))
			time.Sleep(5 * time.Millisecond)
			ahead := t.TempDir()
			copyDir(t, ahead, dir)
			if err := os.RemoveAll(filepath.Join(ahead, "partitions")); err != nil {
				t.Fatal(err)
			}
			copyDir(t, to, ahead)
		} else {
			copyDir(t, to, dir)
		}
		total += readCopy(t, fmt.Sprint("copy ", i), to, before[:])
		if t.Failed() {
			return
		}
	}
	t.Logf("%d copies: all opened, %d records read from them, none lost", copies, total)
}

func readCopy(t *testing.T, what, dir string, before []int64) (total int64) {
	t.Helper()
	broker, err := topic.StartEmbedded(topic.EmbeddedConfig{Dir: dir, Listen: "127.0.0.1:0"}, logger(t))
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return 0
	}
	defer func() { closed(t, broker.Close) }()
	c, err := topic.Open(topic.Config{Brokers: []string{broker.Addr()}, Prefix: "test."}, logger(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { closed(t, c.Close) }()
	next := map[string]int64{}
	for _, r := range scan(t, c, "words", topic.FromBeginning()) {
		total++
		if n, err := strconv.ParseInt(string(r.Value), 10, 64); err != nil || n != next[string(r.Key)] {
			t.Errorf("%s: %s is followed by %q, want %d", what, r.Key, r.Value, next[string(r.Key)])
		}
		next[string(r.Key)]++
	}
	for w, n := range before {
		if have := next[fmt.Sprint("key-", w)]; have < n {
			t.Errorf("%s: key-%d has %d records, %d were acknowledged before", what, w, have, n)
		}
	}
	const more = 3
	for i := range more {
		write(t, c, text("key-0", fmt.Sprint("later-", i)))
	}
	r, err := c.Reader("g", "words")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { closed(t, r.Close) }()
	for later := 0; later < more; {
		if got := fetch(t, r); string(got.Value) == fmt.Sprint("later-", later) {
			later++
		}
	}
	return total
}
