package topic

import "sort"

// Tracker turns work that finishes in any order into commits in order: for
// each partition it knows the longest run of finished records without a gap.
// It keeps nothing else, starts nothing and is not safe for concurrent use.
// The zero Tracker is ready.
type Tracker struct {
	parts map[trackedPartition]*run
}

type trackedPartition struct {
	topic string
	id    int
}

// run is the unfinished part of a partition: begun records in order of offset.
type run struct {
	lease int64
	begun []tracked
}

type tracked struct {
	record Record
	done   bool
}

// Begin takes note of a record that work begins on. Records of a partition
// must begin in the order of their offsets. A record of a new lease, or one
// that goes back in the log, forgets what was known of the partition: it was
// lost and will come again, or has come again.
func (t *Tracker) Begin(r Record) {
	key := trackedPartition{r.Topic, r.Partition}
	if t.parts == nil {
		t.parts = map[trackedPartition]*run{}
	}
	p := t.parts[key]
	switch {
	case p == nil || r.Lease > p.lease:
		p = &run{lease: r.Lease}
		t.parts[key] = p
	case r.Lease < p.lease:
		return
	case len(p.begun) > 0 && r.Offset <= p.begun[len(p.begun)-1].record.Offset:
		p.begun = nil
	}
	// The bytes of the record are not needed to commit it.
	p.begun = append(p.begun, tracked{record: Record{
		Topic: r.Topic, Partition: r.Partition, Offset: r.Offset, Lease: r.Lease,
	}})
}

// Done takes note that all results of a record are safe. When that lengthens
// the run of finished records, it returns the last record of the run and
// true: the one to commit. Records that are unknown (of an older lease, or
// finished before) change nothing.
func (t *Tracker) Done(r Record) (Record, bool) {
	p := t.parts[trackedPartition{r.Topic, r.Partition}]
	if p == nil || p.lease != r.Lease {
		return Record{}, false
	}
	i := sort.Search(len(p.begun), func(i int) bool { return p.begun[i].record.Offset >= r.Offset })
	if i == len(p.begun) || p.begun[i].record.Offset != r.Offset {
		return Record{}, false
	}
	p.begun[i].done = true
	n := 0
	for n < len(p.begun) && p.begun[n].done {
		n++
	}
	if n == 0 {
		return Record{}, false
	}
	last := p.begun[n-1].record
	p.begun = p.begun[n:]
	return last, true
}

// Pending counts the records that are begun and neither finished nor
// forgotten, over all partitions.
func (t *Tracker) Pending() int {
	n := 0
	for _, p := range t.parts {
		for _, r := range p.begun {
			if !r.done {
				n++
			}
		}
	}
	return n
}
