//go:build unix

package main

import (
	"net/http"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// TestEmbeddedKilledAtRandomPoints is TestKilledAtRandomPoints on the embedded
// broker, which dies and comes back with the process.
func TestEmbeddedKilledAtRandomPoints(t *testing.T) {
	r := newRig(t)
	r.embed()
	killedAtRandomPoints(t, r, time.Millisecond)
}

// TestEmbeddedDataCopied copies the data directory of a process under load,
// file after file with cp, and starts another process on each copy: it starts,
// and serves the event of every article that was acknowledged before.
func TestEmbeddedDataCopied(t *testing.T) {
	r := newRig(t)
	r.embed()
	copies := max(setting(t, "FAULTS", 0)/2, 2)
	const stages = "extract,correlate,serve"
	running := r.start(stages)
	eventually(t, time.Minute, "ready", func() bool { return r.ready() == http.StatusOK })
	c := r.cluster()
	fed := r.feed(c, 20)
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
		// An archive that is made anew takes as long as its articles do.
		missing := int(before)
		for deadline := time.Now().Add(time.Minute); missing > 0 && time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
			if now := fed.missing(before, other.served()); now < missing {
				missing, deadline = now, time.Now().Add(time.Minute)
			}
		}
		other.kill(copied)
		if missing > 0 {
			t.Fatalf("copy %d: %d of %d articles have no event in its feed", i, missing, before)
		}
	}
	fed.settled(r, c)
	t.Logf("%d copies while %d articles came: all started, none lost; ready after %v at most; load of the machine %s",
		copies, fed.acked.Load(), slowest.Round(time.Millisecond), load())
	r.kill(running)
}
