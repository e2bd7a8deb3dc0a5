package topic_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/tradewire/tradewire/internal/topic"
)

func at(partition int, offset, lease int64) topic.Record {
	return topic.Record{Topic: "t", Partition: partition, Offset: offset, Lease: lease}
}

func TestTrackerCommitsThePrefix(t *testing.T) {
	var tr topic.Tracker
	for _, offset := range []int64{3, 4, 7, 8} { // compaction leaves gaps
		tr.Begin(at(0, offset, 1))
	}
	for _, step := range []struct{ done, commit int64 }{{4, -1}, {8, -1}, {3, 4}, {3, -1}, {7, 8}} {
		got, ok := tr.Done(at(0, step.done, 1))
		if ok != (step.commit >= 0) || ok && got.Offset != step.commit {
			t.Errorf("done %d: commit %d %v, want %d", step.done, got.Offset, ok, step.commit)
		}
	}
	if tr.Pending() != 0 {
		t.Errorf("%d pending", tr.Pending())
	}
}

func TestTrackerForgetsWhatWasLost(t *testing.T) {
	var tr topic.Tracker
	tr.Begin(at(0, 5, 1))
	tr.Begin(at(0, 6, 1))
	tr.Begin(at(0, 5, 2)) // the partition was lost and came back
	if _, ok := tr.Done(at(0, 5, 1)); ok {
		t.Error("work of a lost lease is committed")
	}
	tr.Begin(at(0, 6, 1)) // a latecomer of the old lease
	if got, ok := tr.Done(at(0, 5, 2)); !ok || got.Offset != 5 || got.Lease != 2 {
		t.Errorf("commit %+v %v, want offset 5 of lease 2", got, ok)
	}
	if tr.Pending() != 0 {
		t.Errorf("%d pending", tr.Pending())
	}
	if _, ok := tr.Done(at(9, 1, 1)); ok {
		t.Error("an unknown partition is committed")
	}
}

// Whatever the order in which records finish, over partitions and leases, a
// commit covers only finished records of the current lease, only grows within
// it, and covers everything once everything is finished.
func TestTrackerProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var tr topic.Tracker
		const partitions = 3
		lease := [partitions]int64{1, 1, 1}
		next := [partitions]int64{}
		committed := [partitions]int64{-1, -1, -1}
		done := map[recordID]bool{}
		var open []topic.Record
		finish := func(i int) {
			r := open[i]
			open = append(open[:i], open[i+1:]...)
			done[id(r)] = true
			got, ok := tr.Done(r)
			if !ok {
				return
			}
			p := r.Partition
			if got.Lease != lease[p] || got.Partition != p {
				t.Fatalf("commit of %+v under lease %d", got, lease[p])
			}
			if got.Offset <= committed[p] {
				t.Fatalf("commit goes from %d back to %d", committed[p], got.Offset)
			}
			for o := committed[p] + 1; o <= got.Offset; o++ {
				if !done[id(at(p, o, lease[p]))] {
					t.Fatalf("commit %d covers %d, which is not done", got.Offset, o)
				}
			}
			committed[p] = got.Offset
		}
		for range rapid.IntRange(0, 200).Draw(t, "steps") {
			p := rapid.IntRange(0, partitions-1).Draw(t, "partition")
			switch rapid.SampledFrom([]string{"begin", "begin", "finish", "finish", "lose"}).Draw(t, "step") {
			case "begin":
				r := at(p, next[p], lease[p])
				next[p]++
				tr.Begin(r)
				open = append(open, r)
			case "finish":
				if len(open) > 0 {
					finish(rapid.IntRange(0, len(open)-1).Draw(t, "which"))
				}
			case "lose": // and read again from the first that is not committed
				lease[p]++
				next[p] = committed[p] + 1
				tr.Begin(at(p, next[p], lease[p]))
				open = append(open, at(p, next[p], lease[p]))
				next[p]++
			}
		}
		for len(open) > 0 {
			finish(rapid.IntRange(0, len(open)-1).Draw(t, "which"))
		}
		for p := range partitions {
			if committed[p] != next[p]-1 {
				t.Fatalf("partition %d: all is done, committed is %d of %d", p, committed[p], next[p]-1)
			}
		}
		if tr.Pending() != 0 {
			t.Fatalf("%d pending", tr.Pending())
		}
	})
}

type recordID struct {
	partition     int
	offset, lease int64
}

func id(r topic.Record) recordID { return recordID{r.Partition, r.Offset, r.Lease} }
