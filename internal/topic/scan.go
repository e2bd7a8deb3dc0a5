package topic

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/segmentio/kafka-go"
)

// Start says where Scan and Follow begin. The zero Start is the beginning.
type Start struct {
	now    bool
	at     time.Time
	offset int64
}

// FromBeginning begins with the earliest record that the topic still has.
func FromBeginning() Start { return Start{} }

// FromNow begins after the last record.
func FromNow() Start { return Start{now: true} }

// FromOffset begins, in every partition, with the record at that offset, or
// with the first that is left after it.
func FromOffset(offset int64) Start { return Start{offset: offset} }

// FromTime begins with the first record of that time (milliseconds) or later.
func FromTime(t time.Time) Start { return Start{at: t} }

// Scan hands every record of a topic to fn, from a start to the end that the
// topic has when Scan is called, and then returns nil. It needs no group and
// commits nothing. Partitions come one after another, each in order. While
// the cluster is away it waits and retries; it ends with an error of fn (as
// it is), of ctx, or of a cluster that refuses us.
func (c *Cluster) Scan(ctx context.Context, topic string, from Start, fn func(Record) error) error {
	_, err := c.pass(ctx, topic, from, nil, fn)
	return err
}

// ScanPartition is Scan for one partition.
func (c *Cluster) ScanPartition(ctx context.Context, topic string, id int, fn func(Record) error) error {
	ranges, err := retry(ctx, c, "list offsets", func() ([]span, error) { return c.spans(ctx, c.wireName(topic), FromBeginning()) })
	if err != nil {
		return err
	}
	for _, s := range ranges {
		if s.partition.id != id {
			continue
		}
		_, err := c.readSpan(ctx, s, fn)
		return err
	}
	return fmt.Errorf("scan partition %d of topic %s: there is none", id, topic)
}

// followPause is how often Follow looks for new records.
const followPause = 100 * time.Millisecond

// Follow hands every record of a topic to fn, from a start on, and goes on
// with those that arrive until ctx ends (it returns the error of ctx) or fn
// fails (it returns that error). Order and errors are as with Scan.
func (c *Cluster) Follow(ctx context.Context, topic string, from Start, fn func(Record) error) error {
	var positions map[int]int64
	for {
		var err error
		if positions, err = c.pass(ctx, topic, from, positions, fn); err != nil {
			return err
		}
		if !wait(ctx, followPause) {
			return ctx.Err()
		}
	}
}

// pass reads each partition from its position to its current end, and returns
// the new positions. A partition without a position begins at from, or, when
// others have one, at its beginning: it is new.
func (c *Cluster) pass(ctx context.Context, topic string, from Start, positions map[int]int64, fn func(Record) error) (map[int]int64, error) {
	ranges, err := retry(ctx, c, "list offsets", func() ([]span, error) { return c.spans(ctx, c.wireName(topic), from) })
	if err != nil {
		return nil, err
	}
	reached := map[int]int64{}
	for _, s := range ranges {
		if at, ok := positions[s.partition.id]; ok {
			s.from = at
		} else if positions != nil {
			s.from = s.first
		}
		if s.from > s.end { // the topic was deleted and created again
			s.from = s.first
		}
		reached[s.partition.id], err = c.readSpan(ctx, s, fn)
		if err != nil {
			return nil, err
		}
	}
	return reached, nil
}

// span is the part of a partition that a pass reads.
type span struct {
	partition        partition
	first, from, end int64
}

func (c *Cluster) spans(ctx context.Context, topic string, from Start) ([]span, error) {
	ids, err := c.partitionIDs(ctx, topic)
	if err != nil {
		return nil, err
	}
	var ask []kafka.OffsetRequest
	for _, id := range ids {
		ask = append(ask, kafka.FirstOffsetOf(id), kafka.LastOffsetOf(id))
		if !from.at.IsZero() {
			ask = append(ask, kafka.TimeOffsetOf(id, from.at))
		}
	}
	found, err := c.offsets(ctx, topic, ask...)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(found, func(a, b kafka.PartitionOffsets) int { return cmp.Compare(a.Partition, b.Partition) })
	spans := make([]span, len(found))
	for i, f := range found {
		spans[i] = span{
			partition: partition{topic, f.Partition},
			first:     f.FirstOffset, from: from.in(f), end: f.LastOffset,
		}
	}
	return spans, nil
}

// in is the offset that the start means in a partition. A time after the last
// record has no offset there: the end, then.
func (s Start) in(f kafka.PartitionOffsets) int64 {
	switch {
	case s.now:
		return f.LastOffset
	case s.at.IsZero():
		return min(max(f.FirstOffset, s.offset), f.LastOffset)
	}
	from := f.LastOffset
	for offset := range f.Offsets {
		if offset >= 0 {
			from = min(from, offset)
		}
	}
	return from
}

func (c *Cluster) partitionIDs(ctx context.Context, topic string) ([]int, error) {
	meta, err := c.client.Metadata(ctx, &kafka.MetadataRequest{Topics: []string{topic}})
	if err != nil {
		return nil, fmt.Errorf("look up topic %s: %w", topic, err)
	}
	var ids []int
	for _, t := range meta.Topics {
		if errors.Is(t.Error, kafka.UnknownTopicOrPartition) && c.forbidden(ctx, topic) {
			return nil, fmt.Errorf("look up topic %s: it does not exist, or it is hidden from us: %w", topic, kafka.TopicAuthorizationFailed)
		}
		if t.Error != nil {
			return nil, fmt.Errorf("look up topic %s: %w", topic, t.Error)
		}
		for _, p := range t.Partitions {
			ids = append(ids, p.ID)
		}
	}
	return ids, nil
}

// forbidden reports that a topic which cannot be seen is one that we have no
// right to: a cluster does not list those, so that they look as if they were
// still to be made.
func (c *Cluster) forbidden(ctx context.Context, topic string) bool {
	res, err := c.client.DescribeConfigs(ctx, &kafka.DescribeConfigsRequest{Resources: []kafka.DescribeConfigRequestResource{
		{ResourceType: kafka.ResourceTypeTopic, ResourceName: topic, ConfigNames: []string{"cleanup.policy"}},
	}})
	if err != nil {
		return false
	}
	for _, r := range res.Resources {
		if errors.Is(r.Error, kafka.TopicAuthorizationFailed) {
			return true
		}
	}
	return false
}

// readSpan hands the records of a span to fn and returns where it got to.
func (c *Cluster) readSpan(ctx context.Context, s span, fn func(Record) error) (int64, error) {
	at := s.from
	for at < s.end {
		got, err := retry(ctx, c, "read", func() (chunk, error) { return c.poll(ctx, s.partition, at, pollWait) })
		if err != nil {
			return at, err
		}
		for _, r := range got.records {
			if r.Offset >= s.end {
				return s.end, nil
			}
			if err := fn(r); err != nil {
				return at, err
			}
			at = r.Offset + 1
		}
		if got.moved && got.next < at { // shorter than it was: leave it for the next pass
			return got.next, nil
		}
		at = max(at, got.next)
	}
	return at, nil
}

// retry calls do until it succeeds, the cluster refuses, or ctx ends.
func retry[T any](ctx context.Context, c *Cluster, doing string, do func() (T, error)) (T, error) {
	for attempt := 0; pause(ctx, attempt); attempt++ {
		got, err := do()
		if err == nil {
			c.health.worked()
			return got, nil
		}
		if refused(err) {
			return got, denied(err)
		}
		if ctx.Err() == nil {
			c.health.failed(doing, err)
		}
	}
	var none T
	return none, ctx.Err()
}
