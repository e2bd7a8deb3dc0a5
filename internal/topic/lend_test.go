package topic_test

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tradewire/tradewire/internal/topic"
)

// A partition is lent by one member at a time: the next one has it only when
// the loans of the last are back.
func TestLoansComeBackBeforePartitionsMove(t *testing.T) {
	onEachCluster(t, func(t *testing.T, cfg topic.Config) {
		c := open(t, cfg)
		ensure(t, c, topic.Spec{Name: "words", Partitions: 2, Replication: 1, Cleanup: "delete"})
		first := join(t, c, "lenders", "words")
		var out [2]atomic.Bool
		var returned [2]chan struct{}
		for id := range out {
			loan, ok, err := first.Lend(soon(t), "words", id)
			if err != nil || !ok {
				t.Fatalf("partition %d: %v %v", id, ok, err)
			}
			out[id].Store(true)
			returned[id] = make(chan struct{})
			go func() {
				defer close(returned[id])
				<-loan.Context.Done()
				time.Sleep(100 * time.Millisecond) // what stops takes a moment
				out[id].Store(false)
				loan.Return()
			}()
		}
		second := join(t, open(t, cfg), "lenders", "words")
		moved := -1
		for id := range out {
			loan, ok, err := second.Lend(soon(t), "words", id)
			if err != nil {
				t.Fatal(err)
			}
			if !ok {
				continue
			}
			if out[id].Load() {
				t.Errorf("partition %d is lent twice", id)
			}
			moved = id
			loan.Return()
		}
		if moved < 0 {
			t.Fatal("no partition moved")
		}
		for id := range returned {
			<-returned[id]
			if _, ok, err := first.Lend(soon(t), "words", id); err != nil || ok == (id == moved) {
				t.Errorf("partition %d, %d moved: lent %v by its old member, %v", id, moved, ok, err)
			}
		}
	})
}

// Borrowers that ask no more are enough for a member to stay: nobody has to
// be in Fetch.
func TestLendingSurvivesRebalancesWithoutFetch(t *testing.T) {
	onEachCluster(t, func(t *testing.T, cfg topic.Config) {
		c := open(t, cfg)
		ensure(t, c, topic.Spec{Name: "words", Partitions: 1, Replication: 1, Cleanup: "delete"})
		only := join(t, c, "lenders", "words")
		before, ok, err := only.Lend(soon(t), "words", 0)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		before.Return()
		passing := join(t, open(t, cfg), "lenders", "words")
		if _, _, err := passing.Lend(soon(t), "words", 0); err != nil {
			t.Fatal(err)
		}
		if err := passing.Close(); err != nil {
			t.Fatal(err)
		}
		deadline := time.Now().Add(30 * time.Second)
		for {
			loan, ok, err := only.Lend(soon(t), "words", 0)
			if err != nil {
				t.Fatal(err)
			}
			if ok {
				loan.Return()
				break
			}
			if time.Now().After(deadline) {
				t.Fatal("the partition did not come back")
			}
			time.Sleep(50 * time.Millisecond)
		}
		if err := only.Close(); err != nil {
			t.Fatal(err)
		}
		if _, _, err := only.Lend(soon(t), "words", 0); !errors.Is(err, topic.ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
	})
}

// PartitionOf and the writer agree.
func TestPartitionOf(t *testing.T) {
	onEachCluster(t, func(t *testing.T, cfg topic.Config) {
		c := open(t, cfg)
		ensure(t, c, topic.Spec{Name: "words", Partitions: 6, Replication: 1, Cleanup: "delete"})
		for _, host := range []string{"www.example.org", "a.example", "127.0.0.1:8081", "x"} {
			write(t, c, topic.Record{Topic: "words", Key: []byte(host + "/page"), PartitionKey: []byte(host), Value: []byte(host)})
		}
		for id := range 6 {
			err := c.ScanPartition(soon(t), "words", id, func(r topic.Record) error {
				if want := topic.PartitionOf(r.Value, 6); r.Partition != id || want != id {
					t.Errorf("%s is in partition %d, read from %d, expected in %d", r.Value, r.Partition, id, want)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := c.ScanPartition(soon(t), "words", 6, nil); err == nil {
			t.Error("a partition that is not there was scanned")
		}
	})
}
