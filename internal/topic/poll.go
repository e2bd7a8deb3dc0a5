package topic

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/segmentio/kafka-go"
)

// pollWait is how long a broker may hold a request for want of records.
const pollWait = 500 * time.Millisecond

// partition is one partition of a topic; the topic by its name on the wire.
type partition struct {
	topic string
	id    int
}

func (p partition) String() string { return fmt.Sprintf("%s[%d]", p.topic, p.id) }

// chunk is what one request to a partition brought.
type chunk struct {
	records []Record
	// next is the offset to ask for next, end the offset after the last
	// record that can be read.
	next, end int64
	// moved says that the position was out of range and is another now.
	moved bool
}

// poll reads the records of a partition from an offset on, which may also be
// kafka.FirstOffset or kafka.LastOffset. It waits up to wait for some.
func (c *Cluster) poll(ctx context.Context, p partition, offset int64, wait time.Duration) (chunk, error) {
	if offset < 0 {
		return c.resolve(ctx, p, offset)
	}
	res, err := c.fetch(ctx, p, offset, wait)
	if errors.Is(err, kafka.OffsetOutOfRange) {
		return c.reposition(ctx, p, offset)
	}
	if err != nil {
		return chunk{}, fmt.Errorf("read %s: %w", p, err)
	}
	got, err := c.decode(p, offset, res)
	if err != nil {
		return chunk{}, fmt.Errorf("decode %s at offset %d: %w", p, offset, err)
	}
	return got, nil
}

// decode takes the records out of an answer. A batch may begin before the
// offset asked for. When no batch holds a record for us (a transaction marker,
// or what compaction left), the next offset is after them all the same, or a
// reader would ask for the same one for ever.
func (c *Cluster) decode(p partition, offset int64, res fetched) (chunk, error) {
	d := decoder{topic: c.ourName(p.topic), partition: p.id, from: offset, next: offset, room: &c.buffers, names: map[string]string{}}
	if err := d.batches(res.batches); err != nil {
		return chunk{}, err
	}
	if !d.shares {
		c.answers.give(res.body)
	}
	return chunk{records: d.records, next: d.next, end: res.end}, nil
}

// resolve turns kafka.FirstOffset or kafka.LastOffset into an offset.
func (c *Cluster) resolve(ctx context.Context, p partition, which int64) (chunk, error) {
	first, last, err := c.bounds(ctx, p)
	if err != nil {
		return chunk{}, err
	}
	if which == kafka.LastOffset {
		return chunk{next: last, end: last}, nil
	}
	return chunk{next: first, end: last}, nil
}

// reposition finds where to go on when the log has no such offset.
func (c *Cluster) reposition(ctx context.Context, p partition, offset int64) (chunk, error) {
	first, last, err := c.bounds(ctx, p)
	switch {
	case err != nil:
		return chunk{}, err
	case offset < first:
		c.log.Warn("records expired before they were read and are lost; going on with the first that is left: "+
			"give the topic a longer retention, or its readers more processes",
			"topic", p.topic, "partition", p.id, "old_offset", offset, "new_offset", first, "missed", first-offset)
	case offset > last:
		c.toldAnew(p, offset, first)
	default:
		return chunk{}, fmt.Errorf("read %s at offset %d: %w", p, offset, kafka.OffsetOutOfRange)
	}
	return chunk{next: first, end: last, moved: true}, nil
}

// bounds are the first offset of a partition and the one after its last.
func (c *Cluster) bounds(ctx context.Context, p partition) (first, last int64, err error) {
	found, err := c.offsets(ctx, p.topic, kafka.FirstOffsetOf(p.id), kafka.LastOffsetOf(p.id))
	if err != nil {
		return 0, 0, err
	}
	if len(found) != 1 {
		return 0, 0, fmt.Errorf("list offsets of %s: %w", p, kafka.UnknownTopicOrPartition)
	}
	return found[0].FirstOffset, found[0].LastOffset, nil
}

func (c *Cluster) offsets(ctx context.Context, topic string, ask ...kafka.OffsetRequest) ([]kafka.PartitionOffsets, error) {
	res, err := c.client.ListOffsets(ctx, &kafka.ListOffsetsRequest{
		Topics: map[string][]kafka.OffsetRequest{topic: ask},
	})
	if err != nil {
		return nil, fmt.Errorf("list offsets of %s: %w", topic, err)
	}
	for _, p := range res.Topics[topic] {
		if p.Error != nil {
			return nil, fmt.Errorf("list offsets of %s[%d]: %w", topic, p.Partition, p.Error)
		}
	}
	return res.Topics[topic], nil
}

// keepPolling polls a partition until ctx ends or deliver says stop, through
// outages and moved leaders. Errors that waiting cannot mend are delivered.
// read is a record that was read of the partition, if there is one.
func (c *Cluster) keepPolling(ctx context.Context, p partition, offset int64, read func() mark, deliver func(chunk, error) bool) {
	var w watch
	for attempt := 0; pause(ctx, attempt); {
		w.begin()
		got, err := c.poll(ctx, p, offset, pollWait)
		if err == nil && w.due(got) {
			var again bool
			if again, err = c.anew(ctx, p, read()); again {
				got, err = c.restart(ctx, p, offset)
			}
		}
		w.end(got, err)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && !refused(err):
			c.health.failed("read", err)
			attempt++
			continue
		case err != nil:
			attempt++
		default:
			c.health.worked()
			attempt, offset = 0, got.next
		}
		if !deliver(got, err) {
			return
		}
	}
}

// watch decides when to make sure that a partition is still the same. A topic
// that is deleted and created again between two polls has offsets that go on
// where the old ones ended, and neither poll need fail.
type watch struct {
	busy           bool // the last poll brought records
	gap            bool // there was time for a topic to be made between the polls
	ended, checked time.Time
}

const (
	// blink is less time than it takes to delete a topic and to create it.
	blink = 50 * time.Millisecond
	// recheck is for a partition that brings nothing.
	recheck = 15 * time.Second
)

func (w *watch) begin() { w.gap = !w.busy || time.Since(w.ended) > blink }

func (w *watch) due(got chunk) bool {
	due := !got.moved && (len(got.records) > 0 && w.gap || time.Since(w.checked) > recheck)
	if due {
		w.checked = time.Now()
	}
	return due
}

func (w *watch) end(got chunk, err error) {
	w.busy, w.ended = len(got.records) > 0, time.Now()
	if err != nil {
		w.checked = time.Time{}
	}
}
