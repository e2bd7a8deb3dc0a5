package story

import (
	"maps"
	"slices"

	"github.com/tradewire/tradewire/internal/event"
)

// Revised knows the events that have been corrected, and which claims they
// rest on or once did: a claim that comes again must not bring back what was
// corrected. It is not safe for concurrent use. Its zero value is ready.
type Revised struct {
	events  map[string]revisedEvent
	byClaim map[string]string // the event of a claim
}

type revisedEvent struct {
	rev       int
	claim     string // "" when it was retracted
	replaced  []string
	retracted bool
}

// Add takes note of an event; the higher revision wins, and one that was
// never corrected does not count.
func (r *Revised) Add(e event.Event) {
	if len(e.Claims) == 0 || e.Rev < 2 && e.ID == event.EventID(e.Claims[0]) {
		return
	}
	if r.events == nil {
		r.events, r.byClaim = map[string]revisedEvent{}, map[string]string{}
	}
	if known, ok := r.events[e.ID]; ok && known.rev >= e.Rev {
		return
	}
	now := revisedEvent{rev: e.Rev, claim: e.Claims[0], replaced: e.Replaced, retracted: e.Op == event.OpRetract}
	r.events[e.ID] = now
	for _, c := range append([]string{now.claim}, now.replaced...) {
		if r.byClaim[c] == "" || c == now.claim && !now.retracted {
			r.byClaim[c] = e.ID
		}
	}
}

// Settled reports whether the event of a claim has been corrected since, so
// that the claim, coming again, changes nothing. A correction itself is
// settled when its event is at that revision or beyond.
func (r *Revised) Settled(c event.Claim) bool {
	if c.Revision != nil {
		known, ok := r.events[c.Revision.Event]
		return ok && known.rev > c.Revision.Rev
	}
	if _, ok := r.byClaim[c.ID]; ok {
		return true
	}
	_, ok := r.events[event.EventID(c.ID)]
	return ok
}

// Standing is a claim that stands behind an event as it is now.
type Standing struct {
	Claim    event.Claim
	Event    string
	Rev      int
	Replaced []string
	// Key is the key of its record on the log.
	Key string
}

// recorded is a claim of the log and the key of its record.
type recorded struct {
	event.Claim
	key string
}

// Asserted gathers what an article is on record for: its claims from the log,
// in any order, corrections included. Its zero value is ready.
type Asserted struct {
	plain       map[string]recorded
	corrections map[string]recorded // by event, the highest revision
	touched     map[string][]string // claims that corrections speak of, and their events
}

// Add takes note of a claim of the log, and of the key of its record.
func (a *Asserted) Add(c event.Claim, key string) {
	if a.plain == nil {
		a.plain, a.corrections, a.touched = map[string]recorded{}, map[string]recorded{}, map[string][]string{}
	}
	r := c.Revision
	if r == nil {
		a.plain[c.ID] = recorded{c, key}
		return
	}
	for _, id := range append([]string{c.ID}, r.Replaced...) {
		if !slices.Contains(a.touched[id], r.Event) {
			a.touched[id] = append(a.touched[id], r.Event)
		}
	}
	if old, ok := a.corrections[r.Event]; !ok || old.Revision.Rev < r.Rev {
		a.corrections[r.Event] = recorded{c, key}
	}
}

// Standing lists what stands now, in order of the claims' ids.
func (a *Asserted) Standing() []Standing {
	var out []Standing
	for id, c := range a.plain {
		_, corrected := a.corrections[event.EventID(id)]
		if _, touched := a.touched[id]; !corrected && !touched {
			out = append(out, Standing{Claim: c.Claim, Event: event.EventID(id), Rev: 1, Key: c.key})
		}
	}
	for id, c := range a.corrections {
		if c.Revision.Op != event.OpRetract {
			out = append(out, Standing{Claim: c.Claim, Event: id, Rev: c.Revision.Rev, Replaced: c.Revision.Replaced, Key: c.key})
		}
	}
	slices.SortFunc(out, func(x, y Standing) int { return compare(x.Claim.ID+x.Event, y.Claim.ID+y.Event) })
	return out
}

// origin is how a claim that is not standing is to be told, and under which
// key: nil as a claim of its own, or as a correction, because the record
// speaks of it already.
func (a *Asserted) origin(c event.Claim) (*event.Revision, string) {
	own := event.EventID(c.ID)
	events := append([]string{own}, a.touched[c.ID]...)
	slices.Sort(events[1:])
	if _, corrected := a.corrections[own]; len(events) == 1 && !corrected {
		return nil, CorrelationKey(c)
	}
	for _, id := range events {
		if last, ok := a.corrections[id]; ok && last.Revision.Op == event.OpRetract {
			return &event.Revision{Event: id, Rev: last.Revision.Rev + 1, Op: event.OpUpdate, Replaced: without(last.Claim, c.ID)}, last.key
		}
	}
	split := event.SplitID(c.ID, own)
	for { // the events are taken by other claims: one of its own
		if _, taken := a.corrections[split]; !taken {
			return &event.Revision{Event: split, Rev: 1, Op: event.OpCreate}, CorrelationKey(c)
		}
		split = event.SplitID(c.ID, split)
	}
}

// without lists the claims of a correction but for one.
func without(last event.Claim, id string) []string {
	set := map[string]bool{}
	for _, c := range append([]string{last.ID}, last.Revision.Replaced...) {
		set[c] = c != id
	}
	maps.DeleteFunc(set, func(_ string, keep bool) bool { return !keep })
	return slices.Sorted(maps.Keys(set))
}
