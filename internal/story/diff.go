package story

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/tradewire/tradewire/internal/event"
)

// Change is one difference between what an article is on record for and what
// is read in it now. Without Old it is an addition, without New the claim has
// vanished.
type Change struct {
	Old *Standing
	New *event.Claim
	// Record is the claim to write so that the events follow.
	Record event.Claim
	// Key is the key to write it under: a correction has that of the record
	// that it must come after.
	Key string
}

// Diff compares what stands for an article with the claims that are found in
// it now. Claims of one id are the same assertion, and changed when they say
// anything else otherwise (evidence, factuality, rule, confidence). Of the
// rest, an old and a new one of a kind that rest on the same words are one
// claim that changed. The order is that of the found claims, then of those
// that vanished. A found claim given twice counts once. The record takes note
// of what was added.
func Diff(record *Asserted, found []event.Claim) []Change {
	old := map[string]*Standing{}
	var left []*Standing
	for _, s := range record.Standing() {
		old[s.Claim.ID] = &s
		left = append(left, &s)
	}
	var changes []Change
	var fresh []event.Claim
	seen := map[string]bool{}
	for _, c := range found {
		if seen[c.ID] {
			continue
		}
		seen[c.ID] = true
		s, ok := old[c.ID]
		if !ok {
			fresh = append(fresh, c)
			continue
		}
		left = slices.DeleteFunc(left, func(l *Standing) bool { return l == s })
		if !same(s.Claim, c) {
			changes = append(changes, changed(s, c))
		}
	}
	for _, c := range fresh {
		s := closest(left, c)
		if s == nil {
			changes = append(changes, added(record, c))
			continue
		}
		left = slices.DeleteFunc(left, func(l *Standing) bool { return l == s })
		changes = append(changes, changed(s, c))
	}
	for _, s := range left {
		changes = append(changes, vanished(s))
	}
	return changes
}

func added(record *Asserted, c event.Claim) Change {
	var key string
	c.Revision, key = record.origin(c)
	record.Add(c, key) // another claim cannot take the same event
	return Change{New: &c, Record: c, Key: key}
}

func changed(s *Standing, c event.Claim) Change {
	c.Revision = &event.Revision{Event: s.Event, Rev: s.Rev + 1, Op: event.OpUpdate, Replaced: replacing(s, c.ID)}
	return Change{Old: s, New: &c, Record: c, Key: s.Key}
}

func vanished(s *Standing) Change {
	c := s.Claim
	c.Revision = &event.Revision{Event: s.Event, Rev: s.Rev + 1, Op: event.OpRetract, Replaced: s.Replaced}
	return Change{Old: s, Record: c, Key: s.Key}
}

// replacing lists the claims that a new one leaves behind.
func replacing(s *Standing, id string) []string {
	all := append([]string{s.Claim.ID}, s.Replaced...)
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(c string) bool { return c == id })
}

// same reports that two claims of one id say the same in every respect. The
// article behind them is described by its own topic.
func same(a, b event.Claim) bool {
	a.Source, b.Source, a.Revision, b.Revision = nil, nil, nil, nil
	left, err := json.Marshal(a)
	right, err2 := json.Marshal(b)
	return err == nil && err2 == nil && string(left) == string(right)
}

// closest finds the old claim that a new one most likely was: of its kind, on
// the same words, and with the most slots alike.
func closest(left []*Standing, c event.Claim) *Standing {
	var best *Standing
	alike := -1
	for _, s := range left {
		if s.Claim.Kind != c.Kind || !sameWords(s.Claim.Evidence, c.Evidence) {
			continue
		}
		if n := equalSlots(s.Claim.Slots, c.Slots); n > alike {
			best, alike = s, n
		}
	}
	return best
}

// sameWords reports that a passage of one holds a passage of the other; where
// they stand may have moved with the text.
func sameWords(a, b []event.Evidence) bool {
	for _, x := range a {
		for _, y := range b {
			if x.Text != "" && y.Text != "" && (strings.Contains(x.Text, y.Text) || strings.Contains(y.Text, x.Text)) {
				return true
			}
		}
	}
	return false
}

func equalSlots(a, b event.Slots) int {
	n := 0
	for name := range a {
		if _, ok := b[name]; ok && slotText(a[name]) == slotText(b[name]) {
			n++
		}
	}
	return n
}

// slotText is a value as JSON; of a rate, what it says and not where.
func slotText(v event.Value) string {
	v.Rates = slices.Clone(v.Rates)
	for i := range v.Rates {
		v.Rates[i].Evidence, v.Rates[i].Rule = nil, ""
	}
	body, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(body)
}

// Differences names what two claims say otherwise: members and slots, sorted.
func Differences(a, b event.Claim) []string {
	var names []string
	note := func(name string, differ bool) {
		if differ {
			names = append(names, name)
		}
	}
	for name := range a.Slots {
		note(name, slotText(a.Slots[name]) != slotText(b.Slots[name]))
	}
	for name, v := range b.Slots {
		_, there := a.Slots[name]
		note(name, !there && !v.Empty())
	}
	note("factuality", a.Factuality != b.Factuality)
	note("rule", a.Rule != b.Rule)
	note("confidence", a.Confidence != b.Confidence)
	note("published", a.Published != b.Published)
	note("evidence", !slices.Equal(a.Evidence, b.Evidence))
	slices.Sort(names)
	return names
}

func compare(a, b string) int { return cmp.Compare(a, b) }
