package story

import (
	"slices"
	"time"

	"github.com/tradewire/tradewire/internal/event"
)

// Correlate makes the event that a claim tells of: on its own, revision 1,
// with the claim's slots and the claim's article as its only source; or, when
// the claim is a correction, the revision that it asks for. The same claim
// gives the same event, however often it comes.
func Correlate(c event.Claim) event.Event {
	e := event.Event{
		ID:         event.EventID(c.ID),
		Rev:        1,
		Op:         event.OpCreate,
		Family:     c.Family,
		Kind:       c.Kind,
		Published:  c.Published,
		Slots:      copied(c.Slots),
		Factuality: c.Factuality,
		Confidence: c.Confidence,
		Rule:       c.Rule,
		Claims:     []string{c.ID},
		Sources:    []event.Source{source(c)},
		Known:      instant(c.Published),
	}
	if r := c.Revision; r != nil {
		e.ID, e.Rev, e.Op, e.Replaced = r.Event, r.Rev, r.Op, slices.Clone(r.Replaced)
	}
	return e
}

// source is the article behind a claim, with the evidence for it.
func source(c event.Claim) event.Source {
	var s event.Source
	if c.Source != nil {
		s = *c.Source
	}
	s.Article, s.Claim = c.Article, c.ID
	if s.Published == "" {
		s.Published = c.Published
	}
	s.Evidence = slices.Clone(c.Evidence)
	return s
}

// copied keeps an event apart from the claim it was made of.
func copied(slots event.Slots) event.Slots {
	out := make(event.Slots, len(slots))
	for name, v := range slots {
		v.List, v.Rates = slices.Clone(v.List), slices.Clone(v.Rates)
		out[name] = v
	}
	return out
}

// instant reads a publication time (RFC 3339, or a date, which stands for its
// first moment in UTC); zero when it says none.
func instant(published string) time.Time {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", time.DateOnly} {
		if t, err := time.Parse(layout, published); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}
