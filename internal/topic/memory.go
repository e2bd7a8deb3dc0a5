package topic

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
)

// place is where a group stands in a partition, as far as we had a part in it.
type place struct {
	// Committed is the last offset that the coordinator took from us.
	Committed int64 `json:"committed"`
	// Mark is a record that we read.
	Mark mark `json:"mark"`
}

// mark tells one record from all others that may stand at its offset: a
// topic that is deleted and created again has the same offsets again, and
// nothing in an offset shows it. The zero mark is of no record.
type mark struct {
	Offset int64  `json:"offset"`
	Time   int64  `json:"time"` // Unix milliseconds
	Sum    uint32 `json:"sum"`  // CRC-32 of key and value
}

func markOf(r Record) mark {
	return mark{Offset: r.Offset, Time: r.Time.UnixMilli(), Sum: crc32.Update(crc32.ChecksumIEEE(r.Key), crc32.IEEETable, r.Value)}
}

// memory keeps places in a file from one process to the next, by group and
// partition. It is no part of delivery: without it, or with an old one, only
// what it is there to notice is not noticed.
type memory struct {
	path string // "" keeps nothing
	log  *slog.Logger

	mu     sync.Mutex
	places map[string]map[string]place
	saved  time.Time
}

// saveEvery is how often the file is written while offsets are committed.
const saveEvery = 5 * time.Second

func newMemory(path string, log *slog.Logger) *memory {
	m := &memory{path: path, log: log, places: map[string]map[string]place{}}
	if path == "" {
		return m
	}
	body, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(body, &m.places)
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		log.Warn("cannot read where the groups stood; a topic that was created anew may go unnoticed this once", "file", path, "error", err)
		m.places = map[string]map[string]place{}
	}
	return m
}

func (m *memory) of(group string, p partition) (place, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	at, ok := m.places[group][p.String()]
	return at, ok
}

// keep takes note of places, and saves them now and then.
func (m *memory) keep(group string, at map[partition]place) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.places[group] == nil {
		m.places[group] = map[string]place{}
	}
	for p, where := range at {
		m.places[group][p.String()] = where
	}
	if time.Since(m.saved) >= saveEvery {
		m.save()
	}
}

// save writes the file; m.mu is held.
func (m *memory) save() {
	if m.path == "" {
		return
	}
	m.saved = time.Now()
	if err := m.write(); err != nil {
		m.log.Warn("cannot keep where the groups stand", "file", m.path, "error", err)
	}
}

func (m *memory) write() error {
	body, err := json.Marshal(m.places)
	if err != nil {
		return err
	}
	part := m.path + ".part"
	if err := os.WriteFile(part, body, 0o644); err != nil {
		return err
	}
	return os.Rename(part, filepath.Clean(m.path))
}

func (m *memory) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.places) > 0 {
		m.save()
	}
}

// remember says when the group's offset is not where we left it, and returns a
// record that we read before it.
func (r *Reader) remember(p partition, stored int64) mark {
	was, known := r.cluster.memory.of(r.group, p)
	if !known {
		return mark{}
	}
	log := r.cluster.log.With("group", r.group, "topic", p.topic, "partition", p.id, "old_offset", was.Committed)
	switch {
	case stored < 0:
		log.Warn("the group has no offset any more: it was deleted or has expired, or its topic was deleted; "+
			"reading from the start, and what is known already is ignored by its id and revision", "new_offset", "first")
		return mark{}
	case stored < was.Committed:
		log.Warn("the offset of the group was set back: the records behind it are read again, "+
			"and what is known already is ignored by its id and revision", "new_offset", stored)
	}
	return was.Mark
}

// anew reports whether another record stands where m was read, or the topic
// ends before it: it was deleted and created again. When the place is empty,
// nothing can be said.
func (c *Cluster) anew(ctx context.Context, p partition, m mark) (bool, error) {
	if m == (mark{}) {
		return false, nil
	}
	res, err := c.fetch(ctx, p, m.Offset, time.Millisecond)
	switch {
	case errors.Is(err, kafka.OffsetOutOfRange):
		return c.endsBefore(ctx, p, m)
	case err != nil:
		return false, fmt.Errorf("read %s: %w", p, err)
	case res.end <= m.Offset: // or a new leader does not know yet how far the others are
		pause(ctx, 5)
		return c.endsBefore(ctx, p, m)
	}
	got, err := c.decode(p, m.Offset, res)
	if err != nil {
		return false, fmt.Errorf("decode %s at offset %d: %w", p, m.Offset, err)
	}
	return len(got.records) > 0 && got.records[0].Offset == m.Offset && markOf(got.records[0]) != m, nil
}

func (c *Cluster) endsBefore(ctx context.Context, p partition, m mark) (bool, error) {
	_, last, err := c.bounds(ctx, p)
	return last <= m.Offset, err
}

// restart is the beginning of a topic that was created anew.
func (c *Cluster) restart(ctx context.Context, p partition, position int64) (chunk, error) {
	first, last, err := c.bounds(ctx, p)
	if err != nil {
		return chunk{}, err
	}
	c.toldAnew(p, position, first)
	return chunk{next: first, end: last, moved: true}, nil
}

func (c *Cluster) toldAnew(p partition, position, first int64) {
	c.log.Warn("the topic was deleted and created again: it is read from its start, and what is known already is ignored by its id and revision; "+
		"what was deleted before it was read is lost", "topic", p.topic, "partition", p.id, "old_offset", position, "new_offset", first)
}
