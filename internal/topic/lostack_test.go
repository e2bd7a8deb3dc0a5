package topic_test

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/tradewire/tradewire/internal/topic"
)

// cutter is a broker's side of the network that loses answers: what was asked
// for has happened, and the connection is cut before the client hears of it.
type cutter struct {
	net.Listener
	mu   sync.Mutex
	rand *rand.Rand
	on   atomic.Bool
	cuts atomic.Int64
}

func (c *cutter) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &cutConn{conn, c}, nil
}

type cutConn struct {
	net.Conn
	by *cutter
}

// Write sends an answer, or cuts the connection in its place.
func (c *cutConn) Write(answer []byte) (int, error) {
	if c.by.on.Load() && c.by.lose() {
		c.by.cuts.Add(1)
		return 0, c.Close()
	}
	return c.Conn.Write(answer)
}

func (c *cutter) lose() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.rand.IntN(6) == 0
}

// TestLostAcknowledgements cuts connections after the broker has appended and
// before it answers: nothing is lost, what is written twice has one id, and
// the last record of a key is the last that was written. FAULTS_ACKS says how
// many seeds are tried (10).
func TestLostAcknowledgements(t *testing.T) {
	seeds := 10
	if n, err := strconv.Atoi(os.Getenv("FAULTS_ACKS")); err == nil {
		seeds = n
	}
	cuts, twice := int64(0), 0
	for seed := range seeds {
		c, d := loseAcknowledgements(t, uint64(seed))
		cuts, twice = cuts+c, twice+d
	}
	t.Logf("%d seeds: %d connections cut, %d records written twice, none lost", seeds, cuts, twice)
	if cuts == 0 || seeds >= 10 && twice == 0 {
		t.Errorf("%d connections were cut and %d records came twice: nothing was tried", cuts, twice)
	}
}

func loseAcknowledgements(t *testing.T, seed uint64) (cuts int64, twice int) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	cut := &cutter{Listener: listener, rand: rand.New(rand.NewPCG(seed, seed))}
	broker, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.ListenFn(func(string, string) (net.Listener, error) { return cut, nil }))
	if err != nil {
		t.Fatal(err)
	}
	defer broker.Close()
	c := open(t, topic.Config{Brokers: []string{listener.Addr().String()}, Prefix: "test.", Timeout: time.Second})
	ensure(t, c, words(3))
	cut.on.Store(true)
	const writers, rounds, keys = 4, 5, 3
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for round := range rounds {
				var batch []topic.Record
				for k := range keys {
					batch = append(batch, text(fmt.Sprintf("w%d-k%d", w, k), fmt.Sprint(round)))
				}
				if err := c.Writer().Write(soon(t), batch...); err != nil {
					t.Errorf("seed %d: %v", seed, err)
				}
			}
		})
	}
	all.Wait()
	cut.on.Store(false)
	times, last := map[string]int{}, map[string]string{}
	for _, r := range scan(t, c, "words", topic.FromBeginning()) {
		times[string(r.Key)+"="+string(r.Value)]++
		last[string(r.Key)] = string(r.Value)
	}
	if len(times) != writers*rounds*keys {
		t.Errorf("seed %d: %d records, want %d", seed, len(times), writers*rounds*keys)
	}
	for key, value := range last {
		if value != fmt.Sprint(rounds-1) {
			t.Errorf("seed %d: the last of %s is %s", seed, key, value)
		}
	}
	for _, n := range times {
		twice += n - 1
	}
	closed(t, c.Close)
	return cut.cuts.Load(), twice
}
