//go:build unix

package main

import (
	"net/http"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// TestGroupKeepsRebalancing lets another process join the groups and leave
// them every five seconds while articles come: nothing is lost, the order of a
// key is kept, and work never stands still for long. It compares with a
// time without the other one. FAULTS_REBALANCES says how often it comes and
// goes (2).
func TestGroupKeepsRebalancing(t *testing.T) {
	r := newRig(t)
	if r.brokers == "" {
		t.Skip("KAFKA_BROKERS is not set: see make test-faults")
	}
	const each, stages = 5 * time.Second, "extract,correlate"
	running := r.start(stages + ",serve")
	eventually(t, time.Minute, "ready", func() bool { return r.ready() == http.StatusOK })
	c := r.cluster()
	fed := r.feedFull(c)
	eventually(t, time.Minute, "work", func() bool { return r.scrape().through() > 100 })
	rounds := setting(t, "FAULTS_REBALANCES", 2)
	length := 2 * each * time.Duration(rounds)

	calm, _ := r.pace(length/2, func(time.Duration) {})
	other := *r
	other.listen, other.data = free(t), t.TempDir()
	var visitor *exec.Cmd
	gone := make(chan error, 1)
	gone <- nil
	busy, silence := r.pace(length, func(at time.Duration) {
		switch here := visitor != nil; {
		case !here && at/each%2 == 1:
			if err := <-gone; err != nil {
				t.Errorf("the other process: %v", err)
			}
			visitor = other.start(stages)
		case here && at/each%2 == 0:
			if err := visitor.Process.Signal(syscall.SIGTERM); err != nil {
				t.Error(err)
			}
			go func(leaving *exec.Cmd) { gone <- leaving.Wait() }(visitor)
			visitor = nil
		}
	})
	if visitor != nil {
		other.kill(visitor)
	}
	t.Logf("%d times another process came and went, every %v: %.0f articles a second through, %.0f undisturbed; the longest silence was %v",
		rounds, each, busy, calm, silence.Round(time.Millisecond))
	if silence > 2*each {
		t.Errorf("work stood still for %v", silence)
	}
	fed.settled(r, c)
	r.kill(running)
}

// pace measures for a while how many articles a second are through, and the
// longest time in which none was. It tells do the time again and again.
func (r *rig) pace(length time.Duration, do func(at time.Duration)) (perSecond float64, silence time.Duration) {
	r.t.Helper()
	began, last, first := time.Now(), time.Now(), r.scrape().through()
	for now := first; time.Since(began) < length; time.Sleep(50 * time.Millisecond) {
		do(time.Since(began))
		if next := r.scrape().through(); next > now {
			now, last = next, time.Now()
		}
		silence = max(silence, time.Since(last))
	}
	return (r.scrape().through() - first) / length.Seconds(), silence
}
