//go:build unix

package topic_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/tradewire/tradewire/internal/topic"
)

// TestNodeOfThreeKilled kills one of three nodes of Apache Kafka under load,
// and starts it again: with three replicas, of which two must agree, nothing
// is lost, the order of a key is kept, and the group goes on. It starts its
// nodes on the ports from FAULTS_NODES on, and does not run without.
func TestNodeOfThreeKilled(t *testing.T) {
	base, err := strconv.Atoi(os.Getenv("FAULTS_NODES"))
	if err != nil {
		t.Skip("FAULTS_NODES is not a port: see make test-faults")
	}
	dir := t.TempDir()
	script := func(name string, args ...string) string {
		t.Helper()
		out, err := exec.Command(filepath.Join("..", "..", "deploy", "kafka", name), args...).Output()
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	up := func() string { return script("kafka-up.sh", dir, strconv.Itoa(base), "3") }
	t.Cleanup(func() { script("kafka-down.sh", dir) })
	c := open(t, topic.Config{Brokers: strings.Split(up(), ","), Prefix: "test."})
	ensure(t, c, topic.Spec{Name: "words", Partitions: 6, Replication: 3, MinInSync: 2})

	read := newTally()
	ctx, stop := context.WithCancel(t.Context())
	var reading sync.WaitGroup
	r := join(t, c, "g", "words")
	reading.Go(func() {
		for {
			got, err := r.Fetch(ctx)
			if err != nil {
				return
			}
			read.add(got)
			if err := r.Commit(ctx, got); err != nil && ctx.Err() == nil {
				t.Error(err)
			}
		}
	})
	const writers = 4
	var written [writers]int
	var writing sync.WaitGroup
	load, end := context.WithCancel(t.Context())
	for w := range writers {
		writing.Go(func() {
			for ; load.Err() == nil; written[w]++ {
				if err := c.Writer().Write(soon(t), text(fmt.Sprint("key-", w), fmt.Sprint(written[w]))); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	var longest time.Duration
	for node := 1; node <= 3; node++ { // one of them leads each partition
		time.Sleep(2 * time.Second)
		longest = max(longest, killNode(t, dir, node, read))
		up()
	}
	time.Sleep(2 * time.Second)
	end()
	writing.Wait()
	total := 0
	for w := range writers {
		total += written[w]
	}
	for deadline := time.Now().Add(time.Minute); read.distinct() < total && time.Now().Before(deadline); {
		time.Sleep(100 * time.Millisecond)
	}
	stop()
	reading.Wait()
	t.Logf("%d records, 3 nodes killed one after another: %d lost, %d came twice, %d out of order; the longest silence was %v",
		total, total-read.distinct(), read.repeated(), read.disordered(), longest.Round(time.Millisecond))
	if read.distinct() != total || read.disordered() > 0 {
		t.Error("something was lost or out of order")
	}
}

// killNode kills a node and waits until records come again; it returns how
// long that took.
func killNode(t *testing.T, dir string, node int, read *tally) time.Duration {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(dir, fmt.Sprint("node-", node), "pid"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	time.Sleep(8 * time.Second) // while it is away
	return read.silence()
}

// tally follows the values of each key, which count up from 0.
type tally struct {
	mu             sync.Mutex
	seen           map[string]map[int]bool
	twice, outside int
	at             time.Time
	longest        time.Duration
}

func newTally() *tally {
	return &tally{seen: map[string]map[int]bool{}, at: time.Now()}
}

// add takes note of a record. One that was there before may come again, in
// order from where it begins; a new one must be the next of its key.
func (y *tally) add(r topic.Record) {
	y.mu.Lock()
	defer y.mu.Unlock()
	now := time.Now()
	y.longest, y.at = max(y.longest, now.Sub(y.at)), now
	key := string(r.Key)
	n, err := strconv.Atoi(string(r.Value))
	if y.seen[key] == nil {
		y.seen[key] = map[int]bool{}
	}
	switch {
	case err != nil:
		y.outside++
	case y.seen[key][n]:
		y.twice++
	case n != len(y.seen[key]):
		y.outside++
	}
	y.seen[key][n] = true
}

func (y *tally) distinct() int {
	y.mu.Lock()
	defer y.mu.Unlock()
	n := 0
	for _, values := range y.seen {
		n += len(values)
	}
	return n
}

func (y *tally) repeated() int   { y.mu.Lock(); defer y.mu.Unlock(); return y.twice }
func (y *tally) disordered() int { y.mu.Lock(); defer y.mu.Unlock(); return y.outside }

// silence is the longest time without a record since it was last asked for.
func (y *tally) silence() time.Duration {
	y.mu.Lock()
	defer y.mu.Unlock()
	longest := y.longest
	y.longest = 0
	return longest
}
