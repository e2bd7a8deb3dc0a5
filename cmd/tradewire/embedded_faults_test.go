//go:build unix

package main

import (
	"context"
	"net/http"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/topic"
)

// TestEmbeddedKilledAtRandomPoints is TestKilledAtRandomPoints on the embedded
// broker, which dies and comes back with the process.
func TestEmbeddedKilledAtRandomPoints(t *testing.T) {
	r := newRig(t)
	r.embed()
	killedAtRandomPoints(t, r, time.Millisecond)
}

// feeder writes articles one after another, each as a batch of its own.
type feeder struct {
	acked atomic.Int64 // how many are acknowledged
	mu    sync.Mutex
	ids   []string // of the event of each article
	stop  func()
}

// feed writes articles, with a pause after each, until it is stopped. A write
// that fails for ever ends the test.
func (r *rig) feed(c *topic.Cluster, pause time.Duration) *feeder {
	r.t.Helper()
	ontology, err := loadOntology(r.rules)
	if err != nil {
		r.t.Fatal(err)
	}
	extract, err := extractor(ontology)
	if err != nil {
		r.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(r.t.Context())
	var running sync.WaitGroup
	f := &feeder{stop: func() { cancel(); running.Wait() }}
	r.t.Cleanup(f.stop)
	running.Go(func() {
		for n := 0; ctx.Err() == nil; n++ {
			a := note(n)
			_, claims, err := extract(a)
			if err != nil || len(claims) != 1 {
				r.t.Errorf("%d claims in an article, want 1: %v", len(claims), err)
				return
			}
			f.mu.Lock()
			f.ids = append(f.ids, event.EventID(claims[0].ID))
			f.mu.Unlock()
			if err := c.Writer().Write(r.t.Context(), r.record(a)); err != nil {
				if ctx.Err() == nil {
					r.t.Error(err)
				}
				return
			}
			f.acked.Store(int64(n + 1))
			time.Sleep(pause)
		}
	})
	return f
}

// missing counts the events of the first n articles that are not among those.
func (f *feeder) missing(n int64, have map[string]int) (missing int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, id := range f.ids[:n] {
		if have[id] == 0 {
			missing++
		}
	}
	return missing
}

// TestEmbeddedDataCopied copies the data directory of a process under load,
// file after file with cp, and starts another process on each copy: it starts,
// and serves the event of every article that was acknowledged before.
func TestEmbeddedDataCopied(t *testing.T) {
	r := newRig(t)
	r.embed()
	copies := setting(t, "FAULTS", 8)
	const stages = "extract,correlate,serve"
	running := r.start(stages)
	eventually(t, time.Minute, "ready", func() bool { return r.ready() == http.StatusOK })
	fed := r.feed(r.cluster(), 5*time.Millisecond)
	eventually(t, time.Minute, "work begins", func() bool { return r.done() > 0 })
	var slowest time.Duration
	for i := range copies {
		time.Sleep(time.Duration(r.rand.Int64N(int64(500 * time.Millisecond))))
		before := fed.acked.Load()
		other := *r
		other.data, other.listen, other.brokers = filepath.Join(t.TempDir(), "data"), free(t), free(t)
		// Every other time the archive is copied well before the broker.
		copying := `cp -R "$0" "$1"`
		if i%2 == 1 {
			copying = `mkdir "$1" && cp "$0"/archive.* "$1" && sleep 0.3 && cp -R "$0"/kafka "$1"`
		}
		if out, err := exec.Command("sh", "-c", copying, r.data, other.data).CombinedOutput(); err != nil {
			t.Logf("cp: %s", out) // a file that goes away while it copies
		}
		began := time.Now()
		copied := other.start(stages)
		eventually(t, time.Minute, "ready on a copy", func() bool { return other.ready() == http.StatusOK })
		slowest = max(slowest, time.Since(began))
		missing := 0
		for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
			if missing = fed.missing(before, other.served()); missing == 0 || time.Now().After(deadline) {
				break
			}
		}
		other.kill(copied)
		if missing > 0 {
			t.Fatalf("copy %d: %d of %d articles have no event in its feed", i, missing, before)
		}
	}
	fed.stop()
	eventually(t, time.Minute, "all events in the feed", func() bool { return fed.missing(fed.acked.Load(), r.served()) == 0 })
	t.Logf("%d copies while %d articles came: all started, none lost; ready after %v at most; load of the machine %s",
		copies, fed.acked.Load(), slowest.Round(time.Millisecond), load())
	r.kill(running)
}
