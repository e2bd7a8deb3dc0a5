package pipeline

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"log/slog"
	"math"
	"strings"
	"sync"
	"time"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/ops"
	"github.com/tradewire/tradewire/internal/source"
	"github.com/tradewire/tradewire/internal/topic"
)

// rhythms learn how often each source announces something new, and warn when
// one is quiet for three times as long: ministries redesign their pages
// without a word, and a list that no selector matches any more is no error.
// What was learned is kept on trade.pages. It is safe for concurrent use; a
// nil *rhythms does nothing.
type rhythms struct {
	mu      sync.Mutex
	by      map[string]*rhythm
	writer  writer
	metrics *ops.Metrics
	log     *slog.Logger
}

// rhythm is that of one source.
type rhythm struct {
	event.Rhythm
	items   map[uint32]bool // what the last visit that announced something did
	fresh   int             // items of this visit that were not there before
	current map[uint32]bool // all items of this visit
	warned  bool
}

const (
	// quietTimes is how many usual gaps make a source silent.
	quietTimes = 3
	// memory is how fast old gaps are forgotten.
	memory = 21 * 24 * time.Hour
	// unknownGap is the usual gap of a source that has been watched for less
	// than knownAfter, or has announced fewer than knownGaps times: a first
	// weekend must not surprise.
	unknownGap = 7 * 24 * time.Hour
	knownAfter = 5 * 24 * time.Hour
	knownGaps  = 5
	// shortestGap keeps a newsroom's quiet night from being called silence.
	shortestGap = 8 * time.Hour
	// keepEvery is how often what was learned is written although nothing new
	// was announced, so that it stays among the recent records.
	keepEvery = 24 * time.Hour
	// rhythmURL begins the key of a source's rhythm on trade.pages.
	rhythmURL = "source:"
)

func newRhythms(w writer, m *ops.Metrics, log *slog.Logger) *rhythms {
	return &rhythms{by: map[string]*rhythm{}, writer: w, metrics: m, log: log}
}

func (r *rhythms) of(name string) *rhythm {
	if r.by[name] == nil {
		r.by[name] = &rhythm{items: map[uint32]bool{}, current: map[uint32]bool{}}
	}
	return r.by[name]
}

// heard notes what one document of a source announces.
func (r *rhythms) heard(name string, items []source.Item) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	h := r.of(name)
	for _, item := range items {
		key := shortHash(item.URL)
		if !h.items[key] && !h.current[key] {
			h.fresh++
		}
		h.current[key] = true
	}
}

// visited ends a visit that succeeded: it learns from it, shows when the
// source last announced something and how often it does, and warns of a
// silence once. Its error is that of the log.
func (r *rhythms) visited(ctx context.Context, s source.Source, now time.Time) error {
	if r == nil || s.Kind == source.URLs {
		return nil
	}
	r.mu.Lock()
	h := r.of(s.Name)
	first := h.Last.IsZero()
	keep := h.fresh > 0 || first || now.Sub(h.Kept) >= keepEvery
	h.learn(s, now)
	usual := h.usual()
	r.metrics.SourceNews(s.Name, h.Last, usual)
	if quiet := now.Sub(h.Last); quiet > quietTimes*usual && !h.warned {
		h.warned = true
		r.log.Warn("source is silent: it may have been redesigned, ask `tradewire sources check`",
			"source", s.Name, "quiet_for", quiet.Round(time.Minute), "usual_gap", usual.Round(time.Minute))
	}
	var state event.Rhythm
	if keep {
		h.Kept = now
		state = h.Rhythm
	}
	r.mu.Unlock()
	if !keep {
		return nil
	}
	return r.keep(ctx, s.Name, state, now)
}

// learn takes a visit into the rhythm.
func (h *rhythm) learn(s source.Source, now time.Time) {
	watched := now.Sub(h.Visited) <= max(3*s.Every, time.Hour)
	if h.fresh > 0 {
		// Of a gap in which nobody looked, the length is not known.
		if gap := now.Sub(h.Last).Seconds(); watched && !h.Last.IsZero() && gap > 0 {
			fade := math.Exp(-gap / memory.Seconds())
			h.Gaps, h.Sum, h.Squares = h.Gaps+1, h.Sum*fade+gap, h.Squares*fade+gap*gap
		}
		h.Last, h.warned = now, false
		h.items = h.current
		h.Items = packed(h.items)
	}
	if h.Last.IsZero() {
		h.Last = now // nothing so far: the silence begins here
	}
	h.Visited, h.fresh, h.current = now, 0, map[uint32]bool{}
}

// usual is the mean length of the gap that a moment lies in, which long gaps
// (nights, weekends) weigh on by their length: the sum of squares over the
// sum.
func (h *rhythm) usual() time.Duration {
	if h.Gaps < knownGaps || h.Sum < knownAfter.Seconds() {
		return unknownGap
	}
	return max(time.Duration(h.Squares/h.Sum*float64(time.Second)), shortestGap)
}

// keep writes a rhythm to trade.pages.
func (r *rhythms) keep(ctx context.Context, name string, state event.Rhythm, now time.Time) error {
	record, err := pageMessage(event.Page{URL: rhythmURL + name, Fetched: now, Rhythm: &state}, topic.Record{})
	if err != nil {
		return err
	}
	record.PartitionKey = []byte(name)
	if err := r.writer.Write(ctx, record); err != nil {
		return fmt.Errorf("keep the rhythm of %s: %w", name, err)
	}
	return nil
}

// learned takes a rhythm from the topic, unless a later one is known.
func (r *rhythms) learned(page event.Page) {
	name, ok := strings.CutPrefix(page.URL, rhythmURL)
	if r == nil || !ok || page.Rhythm == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if h := r.of(name); h.Visited.Before(page.Rhythm.Visited) {
		h.Rhythm, h.items = *page.Rhythm, unpacked(page.Rhythm.Items)
	}
}

// shortHash tells the items of one source apart well enough: of a thousand,
// one new one is taken for an old one in four million.
func shortHash(url string) uint32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(url)) // a hash never fails to write
	return h.Sum32()
}

// maxPacked bounds how many items are kept on the topic.
const maxPacked = 4000

func packed(items map[uint32]bool) string {
	var data []byte
	for key := range items {
		if len(data) < 4*maxPacked {
			data = binary.BigEndian.AppendUint32(data, key)
		}
	}
	return base64.RawURLEncoding.EncodeToString(data)
}

func unpacked(text string) map[uint32]bool {
	items := map[uint32]bool{}
	data, err := base64.RawURLEncoding.DecodeString(text)
	for err == nil && len(data) >= 4 {
		items[binary.BigEndian.Uint32(data)] = true
		data = data[4:]
	}
	return items
}
