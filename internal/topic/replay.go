package topic

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tradewire/tradewire/internal/event"
)

// DeadLetters says which dead letters are meant. Empty fields do not filter.
type DeadLetters struct {
	// Places name single letters.
	Places []Place
	// Stage and Class are those of the refusal, Key is the original's.
	Stage, Class, Key string
	// Source is a part of the address that the letter came from.
	Source string
	// Since leaves out letters that were written before.
	Since time.Time
}

// Place is where a record stands in its topic; written PARTITION/OFFSET, it
// names a dead letter.
type Place struct {
	Partition int
	Offset    int64
}

// PlaceOf is where a record was read.
func PlaceOf(r Record) Place { return Place{r.Partition, r.Offset} }

func (p Place) String() string { return fmt.Sprintf("%d/%d", p.Partition, p.Offset) }

// ParsePlace reads what String writes.
func ParsePlace(s string) (Place, error) {
	partition, offset, ok := strings.Cut(s, "/")
	p, err := strconv.ParseUint(partition, 10, 31)
	o, err2 := strconv.ParseUint(offset, 10, 63)
	if !ok || err != nil || err2 != nil {
		return Place{}, fmt.Errorf("read place %q: expected PARTITION/OFFSET, as in 0/12", s)
	}
	return Place{int(p), int64(o)}, nil
}

// All reports that nothing is filtered.
func (d DeadLetters) All() bool {
	return len(d.Places) == 0 && d.Stage == "" && d.Class == "" && d.Key == "" && d.Source == "" && d.Since.IsZero()
}

func (d DeadLetters) match(r Record) bool {
	is := func(want, got string) bool { return want == "" || want == got }
	return (len(d.Places) == 0 || slices.Contains(d.Places, PlaceOf(r))) &&
		is(d.Stage, r.Header(event.HeaderStage)) && is(d.Class, r.Header(event.HeaderClass)) && is(d.Key, string(r.Key)) &&
		strings.Contains(r.Header(event.HeaderSource), d.Source) && !r.Time.Before(d.Since.Truncate(time.Millisecond))
}

// start is where a scan for the letters begins. What marks a letter as
// replayed always comes after it.
func (d DeadLetters) start() Start {
	if d.Since.IsZero() {
		return FromBeginning()
	}
	return FromTime(d.Since)
}

// DeadLetters hands the dead letters to fn that are meant and have not been
// replayed, partition after partition, each in order. Errors as with Scan.
func (c *Cluster) DeadLetters(ctx context.Context, which DeadLetters, fn func(Record) error) error {
	replayed := map[Place]bool{}
	err := c.Scan(ctx, DeadLetterTopic, which.start(), func(r Record) error {
		if place, err := ParsePlace(r.Header(event.HeaderReplayed)); err == nil {
			replayed[place] = true
		}
		return nil
	})
	if err != nil {
		return err
	}
	return c.Scan(ctx, DeadLetterTopic, which.start(), func(r Record) error {
		if r.Header(event.HeaderStage) == "" || replayed[PlaceOf(r)] || !which.match(r) {
			return nil
		}
		return fn(r)
	})
}

// Again is the record of a dead letter as it is written to its topic once
// more: the original, and in event.HeaderAttempt how often it was tried. If it
// is refused again, its next dead letter counts on from there.
func Again(dead Record) Record {
	out := Original(dead)
	out.Headers = append(out.Headers, Header{Name: event.HeaderAttempt, Value: []byte(strconv.Itoa(attempts(dead)))})
	return out
}

// attempts is how often a record was tried before, as it says itself.
func attempts(r Record) int {
	n, err := strconv.Atoi(r.Header(event.HeaderAttempt))
	if err != nil {
		return 0
	}
	return n
}

// replayedMark takes a dead letter off the list: a record on the same topic
// with the letter's key, no body, and the letter's place in a header. The
// letter itself stays until its retention ends.
func replayedMark(dead Record) Record {
	return Record{Topic: DeadLetterTopic, Key: dead.Key, Headers: []Header{{event.HeaderReplayed, []byte(PlaceOf(dead).String())}}}
}

// Outcome is what Replay did with a dead letter.
type Outcome string

// Outcomes of Replay.
const (
	// Republished: written to its topic again, and off the list.
	Republished Outcome = "replayed"
	// Superseded: its topic is compacted and has a later record of the key,
	// which the old one must not replace; off the list.
	Superseded Outcome = "superseded"
	// Unwritable: the topic does not take it; still on the list.
	Unwritable Outcome = "unwritable"
)

// Replay is how to replay dead letters.
type Replay struct {
	Which DeadLetters
	// Compacted says whether a topic keeps only the last record of a key.
	Compacted func(topic string) bool
	// DryRun writes nothing and tells what would be done.
	DryRun bool
}

// replayBatch and replayBytes bound what is written together.
const (
	replayBatch = 256
	replayBytes = 8 << 20
)

// Replay writes dead letters to the topics they came from, and takes each off
// the list once that is acknowledged: cut short and run again, it goes on, and
// may repeat the last few, as every delivery may. told hears of each letter.
// Errors are those of Scan, of Write and of told.
func (c *Cluster) Replay(ctx context.Context, how Replay, told func(Record, Outcome) error) error {
	newest, err := c.newestOfKeys(ctx, how)
	if err != nil {
		return err
	}
	run := &replaying{cluster: c, dry: how.DryRun, told: told, newest: newest}
	err = c.DeadLetters(ctx, how.Which, func(dead Record) error { return run.add(ctx, dead) })
	if err != nil {
		return err
	}
	return run.flush(ctx)
}

type topicKey struct{ topic, key string }

// newestOfKeys finds the last offset of each key that a dead letter of a
// compacted topic has.
func (c *Cluster) newestOfKeys(ctx context.Context, how Replay) (map[topicKey]int64, error) {
	newest, topics := map[topicKey]int64{}, map[string]bool{}
	err := c.DeadLetters(ctx, how.Which, func(dead Record) error {
		if name := dead.Header(event.HeaderTopic); how.Compacted(name) {
			newest[topicKey{name, string(dead.Key)}], topics[name] = -1, true
		}
		return nil
	})
	for name := range topics {
		if err == nil {
			err = c.Scan(ctx, name, FromBeginning(), func(r Record) error {
				if _, asked := newest[topicKey{name, string(r.Key)}]; asked {
					newest[topicKey{name, string(r.Key)}] = r.Offset
				}
				return nil
			})
		}
	}
	return newest, err
}

// replaying is one run of Replay.
type replaying struct {
	cluster *Cluster
	dry     bool
	told    func(Record, Outcome) error
	newest  map[topicKey]int64
	letters []Record
	bytes   int
}

func (r *replaying) add(ctx context.Context, dead Record) error {
	r.letters = append(r.letters, dead)
	if r.bytes += recordSize(dead); len(r.letters) < replayBatch && r.bytes < replayBytes {
		return nil
	}
	return r.flush(ctx)
}

func (r *replaying) superseded(dead Record) bool {
	last, ok := r.newest[topicKey{dead.Header(event.HeaderTopic), string(dead.Key)}]
	offset, err := strconv.ParseInt(dead.Header(event.HeaderOffset), 10, 64)
	return ok && err == nil && last > offset
}

func (r *replaying) flush(ctx context.Context) error {
	letters := r.letters
	r.letters, r.bytes = nil, 0
	outcomes := make([]Outcome, len(letters))
	var again []Record
	var indexes []int
	for i, dead := range letters {
		if outcomes[i] = Republished; r.superseded(dead) {
			outcomes[i] = Superseded
			continue
		}
		again, indexes = append(again, Again(dead)), append(indexes, i)
	}
	if !r.dry {
		if err := r.write(ctx, letters, outcomes, again, indexes); err != nil {
			return err
		}
	}
	for i, dead := range letters {
		if err := r.told(dead, outcomes[i]); err != nil {
			return err
		}
	}
	return nil
}

// write writes the originals, and when they are safe the marks.
func (r *replaying) write(ctx context.Context, letters []Record, outcomes []Outcome, again []Record, indexes []int) error {
	err := r.cluster.Writer().Write(ctx, again...)
	var never *RejectedError
	switch {
	case errors.As(err, &never):
		for _, bad := range never.Rejected {
			outcomes[indexes[bad.Index]] = Unwritable
		}
	case err != nil:
		return fmt.Errorf("replay dead letters: %w", err)
	}
	var marks []Record
	for i, dead := range letters {
		if outcomes[i] != Unwritable {
			marks = append(marks, replayedMark(dead))
		}
	}
	if err := r.cluster.Writer().Write(ctx, marks...); err != nil {
		return fmt.Errorf("mark dead letters as replayed: %w", err)
	}
	return nil
}
