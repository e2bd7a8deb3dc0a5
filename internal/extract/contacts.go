package extract

import (
	"slices"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/ontology"
)

// contact is the two sides of a verb of meeting or of speaking with each
// other: governments, or people and teams that act for them. One side stands
// before the verb and one behind it ("hosted her Peruvian counterpart"), or
// both before it ("the ministers of Peru and Chile met"). Empty where the
// sentence and its neighbours say nothing of trade.
func (d *draft) contact() event.Value {
	if !d.aboutTrade() || d.asks() || !d.tradeNear() || d.notYet() {
		return event.Value{}
	}
	first, end := d.clause()
	before, behind := d.v.delegates(first, d.trigger.First), d.v.delegates(d.trigger.End, min(end, d.trigger.End+16))
	if len(before) == 0 {
		before = d.pronounBefore()
	}
	before = slices.DeleteFunc(before, isBody)
	behind = slices.DeleteFunc(behind, func(c string) bool { return isBody(c) || slices.Contains(before, c) })
	switch {
	case len(before) == 0 || len(before) > 3 || len(behind) > 3:
		return event.Value{}
	case len(behind) == 0 && (len(before) != 2 || !d.v.together(first, d.trigger.First)):
		return event.Value{}
	case len(behind) > 0 && len(before) > 1 && !d.v.together(first, d.trigger.First):
		before = before[len(before)-1:]
	}
	return thoseWhoMet(append(before, behind...))
}

// thoseWhoMet are the parties of a meeting, each once and in one order.
func thoseWhoMet(codes []string) event.Value {
	return list(slices.Sorted(slices.Values(unique(codes))))
}

// notYet reports "not" or "never" just before the trigger: nobody met, unless
// the sentence says since when.
func (d *draft) notYet() bool {
	for i := d.trigger.First - 1; i >= max(d.sentence.First, d.trigger.First-4); i-- {
		switch d.v.lower(i) {
		case "not", "never", "n't", "no":
			return !d.since()
		case "should", "must", "need", "needs", "through":
			return true
		case "to":
			if w := d.v.lower(i - 1); w == "have" || w == "has" {
				return true
			}
		}
	}
	return false
}

// since reports "since" behind the trigger: "have not spoken since August".
func (d *draft) since() bool {
	for i := d.trigger.End; i < d.sentence.End; i++ {
		if d.v.lower(i) == "since" {
			return true
		}
	}
	return false
}

// tradeNear reports a word of trade in the sentence or beside it.
func (d *draft) tradeNear() bool {
	s := d.v.doc.Sentences
	from, to := max(0, d.sentence.Index-1), min(len(s)-1, d.sentence.Index+1)
	return d.v.has(s[from].First, s[to].End, "%trade_context")
}

// together reports "and" between two sides in tokens [first, end), or a pair.
func (v *view) together(first, end int) bool {
	for i := first; i < end; i++ {
		if a, ok := v.actor(i); ok && a.kind == "pair" {
			return true
		}
		if w := v.lower(i); w == "and" || w == "between" || w == "-" {
			return true
		}
	}
	return false
}

// delegates lists whose governments, or whose people and teams, tokens
// [first, end) name as somebody who can meet: not the owners of goods or
// measures, not places.
func (v *view) delegates(first, end int) []string {
	var out []string
	for i := first; i < end; i++ {
		codes, next := v.partyAt(i)
		if e, ok := v.at(i, ontology.LabelCountry); ok && len(codes) == 0 && v.sender(e) {
			codes, next = []string{e.Value}, e.End
		}
		if len(codes) > 0 && v.delegate(i, next, end) {
			out = append(out, codes...)
		}
		i = max(i, next-1)
	}
	return slices.DeleteFunc(unique(out), func(c string) bool { return c == "WORLD" })
}

// delegate reports that the actor at tokens [i, next) can meet somebody: a
// person, a body, or a country that is no modifier of goods and bears no act.
func (v *view) delegate(i, next, end int) bool {
	e, named := v.at(i, ontology.LabelCountry)
	if !named || e.End < next {
		return true // a person, a ministry, "the two sides"
	}
	if w := v.lower(i - 1); w == "on" || w == "over" || w == "of" && !v.hasAt(i-2, "%team") && !v.hasAt(i-2, ontology.LabelRole) {
		return false
	}
	if e.How != ontology.HowDemonym && !v.possessiveAt(e.End) && v.lower(e.End) != "-" {
		return v.lower(i-1) != "from" || v.has(i-4, i, "%team") || v.has(i-4, i, ontology.LabelRole)
	}
	for k := e.End; k < min(e.End+6, end); k++ {
		if v.hasAt(k, "%team") || v.hasAt(k, ontology.LabelRole) || v.hasAt(k, "%counterpart") {
			return true
		}
		if v.lower(k) == "," || v.hasAt(k, "%preposition") {
			return false
		}
	}
	return v.lower(e.End) == "and" || v.lower(e.End) == "-"
}

// sender is true for a capital behind the team that comes from it: "trade
// chiefs from Beijing and Washington".
func (v *view) sender(e ontology.Entity) bool {
	at := e.First - 1
	if v.lower(at) == "and" {
		if c, ok := v.covering(at-1, ontology.LabelCountry); ok {
			at = c.First - 1
		}
	}
	return v.lower(at) == "from" && !isBody(e.Value) && v.has(at-3, at, "%team")
}

// meetingParties is the two sides of a meeting or call told by its noun:
// those that its words bind, else those before and behind it.
func (d *draft) meetingParties() event.Value {
	if !d.tradeNear() || d.notYet() || d.v.has(d.trigger.First-8, d.trigger.First, "CONSENSUS") {
		return event.Value{} // the outcome of a meeting is spoken of, not the meeting
	}
	if pair := d.boundPair(); !pair.Empty() {
		return pair
	}
	if out := d.contact(); !out.Empty() {
		return out
	}
	_, end := d.clause()
	behind := slices.DeleteFunc(d.v.delegates(d.trigger.End, min(end, d.trigger.End+16)), isBody)
	if len(behind) != 2 || !d.aboutTrade() || d.asks() {
		return event.Value{}
	}
	return thoseWhoMet(behind)
}

// visit is who sends a team and where it goes: the official's country before
// the trigger and the country or capital behind it.
func (d *draft) visit() event.Value {
	v := d.v
	if !d.aboutTrade() || d.asks() || d.notYet() {
		return event.Value{}
	}
	first, end := d.clause()
	from := slices.DeleteFunc(v.delegates(first, d.trigger.First), isBody)
	if len(from) != 1 {
		return event.Value{}
	}
	for _, e := range v.within(d.trigger.First, min(end, d.trigger.End+12), ontology.LabelCountry) {
		if e.How == ontology.HowDemonym || isBody(e.Value) || e.Value == "WORLD" {
			continue
		}
		if e.Value == from[0] {
			return event.Value{}
		}
		return thoseWhoMet([]string{from[0], e.Value})
	}
	return event.Value{}
}

// boundPair is the parties that the words around the noun name, where they name
// two at least, else the two before it that begin them.
func (d *draft) boundPair() event.Value {
	if !d.aboutTrade() || d.asks() {
		return event.Value{}
	}
	codes := slices.DeleteFunc(d.boundParties(), isBody)
	if len(codes) == 1 && d.v.lower(d.trigger.End) == "with" {
		codes = d.withSpeaker(codes)
	}
	if len(codes) < 2 {
		first, _ := d.clause()
		codes = slices.DeleteFunc(d.v.delegates(first, d.trigger.First), isBody)
		if len(codes) != 2 || !d.v.together(first, d.trigger.First) || !d.v.has(d.trigger.First-4, d.trigger.First, "%talk_begin") || d.notYet() {
			return event.Value{}
		}
	}
	return thoseWhoMet(codes)
}

// withSpeaker adds whose official speaks of the talks: "talks with Brazil are
// at an early stage, the Indonesian minister said".
func (d *draft) withSpeaker(codes []string) []string {
	a := d.v.speakerAt(d.trigger.First)
	if a.kind == "pair" || len(a.codes) != 1 || isBody(a.codes[0]) || slices.Contains(codes, a.codes[0]) {
		return codes
	}
	return append(codes, a.codes[0])
}
