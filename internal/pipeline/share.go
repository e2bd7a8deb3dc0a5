package pipeline

import (
	"hash/fnv"

	"github.com/tradewire/tradewire/internal/source"
	"github.com/tradewire/tradewire/internal/topic"
)

// holding tells what this process looks after, by the partitions of
// trade.fetches that its consumer group gave it.
type holding struct {
	reader     reader
	partitions int
}

// record reports whether the partition of a record is still ours.
func (h holding) record(r topic.Record) bool {
	for _, lag := range h.reader.Lag() {
		if lag.Topic == r.Topic && lag.Partition == r.Partition {
			return true
		}
	}
	return false
}

// source reports whether this process visits a source. Any fixed assignment
// of sources to partitions makes exactly one process visit each.
func (h holding) source(s source.Source) bool {
	hash := fnv.New32a()
	// A hash never fails to write.
	_, _ = hash.Write([]byte(s.Name))
	return h.record(topic.Record{Topic: TopicFetches, Partition: int(hash.Sum32() % uint32(h.partitions))})
}
