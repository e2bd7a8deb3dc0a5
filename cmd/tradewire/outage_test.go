//go:build unix

package main

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// node is an Apache Kafka of one node that a test starts and ends.
type node struct {
	t    *testing.T
	dir  string
	port string
}

// newNode starts a node on the port that FAULTS_NODES names.
func newNode(t *testing.T) *node {
	t.Helper()
	port := os.Getenv("FAULTS_NODES")
	if port == "" || os.Getenv("FAULTS") == "" {
		t.Skip("FAULTS or FAULTS_NODES is not set: see make test-faults")
	}
	n := &node{t, t.TempDir(), port}
	n.script("kafka-up.sh", n.dir, port)
	t.Cleanup(func() { n.script("kafka-down.sh", n.dir) })
	return n
}

func (n *node) script(name string, args ...string) {
	n.t.Helper()
	if out, err := exec.Command(filepath.Join("..", "..", "deploy", "kafka", name), args...).CombinedOutput(); err != nil {
		n.t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

func (n *node) signal(s syscall.Signal) {
	n.t.Helper()
	body, err := os.ReadFile(filepath.Join(n.dir, "node-1", "pid"))
	if err != nil {
		n.t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(body)))
	if err != nil {
		n.t.Fatal(err)
	}
	if err := syscall.Kill(pid, s); err != nil {
		n.t.Fatal(err)
	}
}

// TestBrokerAway takes the broker away under load: once it only hangs, once it
// is killed and started again. Nothing is lost, order is kept, memory does not
// grow, /readyz tells, and the process catches up. FAULTS_AWAY says for how
// many seconds (8).
func TestBrokerAway(t *testing.T) {
	n := newNode(t)
	t.Run("hanging", func(t *testing.T) {
		n.away(t, func() { n.signal(syscall.SIGSTOP) }, func() { n.signal(syscall.SIGCONT) })
	})
	t.Run("killed", func(t *testing.T) {
		n.away(t, func() { n.signal(syscall.SIGKILL) }, func() { n.script("kafka-up.sh", n.dir, n.port) })
	})
}

const (
	liveRate   = 20 // articles a second
	readySoon  = 10 * time.Second
	mostGrowth = 64 << 20 // bytes, while the broker is away
)

func (n *node) away(t *testing.T, leave, comeBack func()) {
	r := newRig(t)
	r.brokers = "127.0.0.1:" + n.port
	running := r.start("extract,correlate,serve")
	eventually(t, time.Minute, "ready", func() bool { return r.ready() == http.StatusOK })
	c := r.cluster()
	fed := r.feed(c, liveRate)
	eventually(t, time.Minute, "work", func() bool { return r.scrape().through() > 5*liveRate })

	length := time.Duration(setting(t, "FAULTS_AWAY", 8)) * time.Second
	before := r.scrape().sum("process_resident_memory_bytes")
	leave()
	left, said, most := time.Now(), time.Duration(0), before
	for time.Since(left) < length {
		if said == 0 && r.ready() == http.StatusServiceUnavailable {
			said = time.Since(left)
		}
		most = max(most, r.scrape().sum("process_resident_memory_bytes"))
		time.Sleep(100 * time.Millisecond)
	}
	comeBack()
	back := time.Now()
	again, resumed, rate := r.catchUp(fed, back)
	t.Logf("away for %v: /readyz 503 after %v, 200 after %v; memory grew by %.1f MiB; work resumed after %v and caught up with %.0f articles a second, %.1f times the live rate",
		length, said.Round(time.Millisecond), again.Round(time.Millisecond), (most-before)/(1<<20), resumed.Round(time.Millisecond), rate, rate/liveRate)
	if said == 0 || said > readySoon || again > readySoon {
		t.Errorf("/readyz is late, want %v at most", readySoon)
	}
	if most-before > mostGrowth {
		t.Error("memory grew too much")
	}
	if rate < 5*liveRate {
		t.Errorf("it catches up with %.0f articles a second, want %d at least", rate, 5*liveRate)
	}
	fed.settled(r, c)
	r.kill(running)
}

// through is how many articles are through all stages: each makes one record
// of mentions and one event, and the last stage takes all three.
func (s scraped) through() float64 { return s.sum(`tradewire_stage_sent_total{stage="serve"}`) / 3 }

// catchUp waits until what was fed is through. It returns when the process was
// ready again and when work went on, both after the broker was back, and the
// articles a second from then on.
func (r *rig) catchUp(fed *feeder, back time.Time) (ready, resumed time.Duration, rate float64) {
	r.t.Helper()
	start := r.scrape().through()
	for deadline := back.Add(3 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		if ready == 0 && r.ready() == http.StatusOK {
			ready = time.Since(back)
		}
		now := r.scrape().through()
		if resumed == 0 && now > start {
			resumed, start = time.Since(back), now
		}
		// The live rate goes on: half a second of it may be under way.
		if ready > 0 && resumed > 0 && now+liveRate/2 >= float64(fed.due()) {
			return ready, resumed, (now - start) / (time.Since(back) - resumed).Seconds()
		}
		if time.Now().After(deadline) {
			r.t.Fatalf("%.0f of %d articles are through after %v", now, fed.due(), time.Since(back))
		}
	}
}
