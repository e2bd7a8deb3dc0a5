package extract

import (
	"slices"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/ontology"
)

// litigants are the two sides of a case: who brought it, and whose act it is
// about.
type litigants struct{ by, against []string }

// litigants reads the sides that the words around the countries of a sentence
// give them: "Brazil's complaint", "a suit brought by Brazil", "against
// Thailand", "over Thailand's subsidies", "Thailand lost".
func (v *view) litigants(first, end int) litigants {
	var out litigants
	for i := first; i < end; i++ {
		e, ok := v.at(i, ontology.LabelCountry)
		if !ok || isBody(e.Value) || e.Value == "WORLD" {
			continue
		}
		codes, next := v.coParties(e)
		switch {
		case v.sues(e, next):
			out.by = append(out.by, codes...)
		case v.isSued(e, next):
			out.against = append(out.against, codes...)
		}
		i = next - 1
	}
	out.by = unique(out.by)
	out.against = slices.DeleteFunc(unique(out.against), func(c string) bool { return slices.Contains(out.by, c) })
	return out
}

// coParties are e and the countries that commas and "and" join to it, with
// where the list ends.
func (v *view) coParties(e ontology.Entity) (codes []string, end int) {
	codes, end = []string{e.Value}, e.End
	for at := end; v.lower(at) == "," || v.lower(at) == "and" || v.lower(at) == "the"; at++ {
		if next, ok := v.at(at+1, ontology.LabelCountry); ok && !isBody(next.Value) {
			codes, end = append(codes, next.Value), next.End
			at = end - 1
		}
	}
	return codes, end
}

// leftOf is the place of the word before a country, articles and "the
// government of" left out.
func (v *view) leftOf(e ontology.Entity) int {
	at := e.First - 1
	for v.hasAt(at, "%determiner") || v.lower(at) == "a" || v.lower(at) == "an" {
		at--
	}
	if v.lower(at) == "of" && v.hasAt(at-1, "%side") {
		return v.leftOf(ontology.Entity{First: at - 1})
	}
	return at
}

// sues is true for a country that the words around it make the complainant.
func (v *view) sues(e ontology.Entity, next int) bool {
	left := v.leftOf(e)
	owns := v.possessiveAt(next) || e.How == ontology.HowDemonym
	switch {
	case v.lower(left) == "from" && v.hasAt(left-1, "%asks_talks"):
		return true
	case (v.lower(left) == "by" || v.lower(left) == "from") && (v.hasAt(left-1, "%taken") || v.hasAt(left-1, "%challenged") || v.has(left-3, left, "%case")):
		return true
	case v.endsAt("%sided_with", left+1):
		return true
	case v.lower(left) == "of" && v.hasAt(left-1, "%case") && v.lower(next) == "against":
		return true
	case v.lower(left) == "with" && v.has(left-7, left, "%lost_case"):
		return true
	case owns && (v.hasAt(next+1, "%owns_case") || v.has(next, next+4, "%case") || v.has(next, next+3, "%case_victory")):
		return true
	case v.has(next, next+3, "%wins_case"):
		return true
	}
	for i := next; i < next+5 && !v.hasAt(left, "%preposition"); i++ {
		if v.hasAt(i, "%lodge") {
			return v.has(i, i+9, "%case")
		}
	}
	return false
}

// isSued is true for a country that the words around it make the respondent.
func (v *view) isSued(e ontology.Entity, next int) bool {
	left := v.leftOf(e)
	owns := v.possessiveAt(next) || e.How == ontology.HowDemonym || v.modifiesNoun(e)
	switch {
	case v.hasAt(left, "%takes_to") && v.lower(next) == "to":
		return true
	case v.lower(left) == "against":
		return v.has(left-6, left, "%case") || v.has(left-3, left, "%rules_on") || v.has(left-6, left, "%taken")
	case v.lower(left) == "with" && (v.has(left-5, left, "%case") || v.lower(left-1) == "consultations"):
		return true
	case v.has(next, next+3, "%loses_case") && !v.hasAt(left, "%preposition"):
		return true
	}
	return owns && !v.has(next, next+3, "%court_word") && (v.hasAt(left, "%case_about") || v.lower(left) == "that" && v.has(left-5, left, "%rules_on")) && (v.has(next, next+6, "%trade_noun") || v.has(next, next+5, "%case_matter"))
}

// nearby reads the sides from the three sentences on either side of the
// claim's, for what it leaves open.
func (d *draft) nearby() litigants {
	var out litigants
	for step := 1; step <= 3; step++ {
		for _, k := range []int{d.sentence.Index - step, d.sentence.Index + step} {
			if k < 0 || k >= len(d.v.doc.Sentences) {
				continue
			}
			s := d.v.doc.Sentences[k]
			near := d.v.litigants(s.First, s.End)
			if len(out.by) == 0 {
				out.by = near.by
			}
			if len(out.against) == 0 {
				out.against = near.against
			}
		}
	}
	return out
}

// suitor is who brought the case: whom the sentence says, else its subject
// where it tells of the suitor's own act ("dropped its complaint"), else whom
// the sentences around say. Before a national court it is nobody, when no
// government is said to have sued.
func (d *draft) suitor() event.Value {
	sides := d.v.litigants(d.sentence.First, d.sentence.End)
	if len(sides.by) > 0 {
		return event.List(sides.by...)
	}
	if d.courtCountry() != "" || d.privateSuit() {
		return event.Value{}
	}
	if s := d.slots["status"].Text; s == "filed" || s == "settled" || s == "panel" {
		if code := d.firstSubject(); code != "" && !slices.Contains(sides.against, code) {
			return event.List(code)
		}
	}
	if near := d.nearby().by; len(near) > 0 && !slices.Equal(near, sides.against) {
		return event.List(near...)
	}
	if d.v.bilateral() && len(sides.against) == 1 {
		return list(d.v.otherThan(sides.against))
	}
	return event.List(d.bearer()...)
}

// bearer is whose goods the act bears that a panel of the WTO judged: "ruled
// that American duties on Turkish pipe break the rules". Only the country that
// an act hits brings such a case.
func (d *draft) bearer() []string {
	if d.slots["status"].Text != "ruled" || d.forum().Text != "WTO" {
		return nil
	}
	for _, e := range d.v.within(d.trigger.First, d.sentence.End, ontology.LabelCountry) {
		if w := d.v.lower(e.First - 1); (w == "on" || w == "against") && !isBody(e.Value) && e.Value != "WORLD" && e.How == ontology.HowDemonym {
			return []string{e.Value}
		}
	}
	return nil
}

// firstSubject is the first country in the sentence before the trigger that
// acts: no object of a preposition and no attribute.
func (d *draft) firstSubject() string {
	for i := d.sentence.First; i < d.trigger.First; i++ {
		a, ok := d.v.actor(i)
		if !ok || len(a.codes) == 0 || isBody(a.codes[0]) || a.kind == "pair" {
			continue
		}
		if (!a.possessive || a.kind != "country") && !d.v.governed(a) {
			return a.codes[0]
		}
	}
	return ""
}

// sued is whose act the case is about: the country whose court decides, where
// it is a national one; else who the words make the respondent, else the other
// country of the sentence, else of the article.
func (d *draft) sued() event.Value {
	if c := d.courtCountry(); c != "" {
		return event.List(c)
	}
	by := d.slots["complainant"].List
	if sides := d.v.litigants(d.sentence.First, d.sentence.End); len(sides.against) > 0 {
		return event.List(sides.against...)
	}
	for _, e := range d.v.within(d.sentence.First, d.sentence.End, ontology.LabelCountry) {
		if !isBody(e.Value) && e.Value != "WORLD" && !slices.Contains(by, e.Value) && !(d.privateSuit() && d.v.fallsOn(e)) {
			return event.List(e.Value)
		}
	}
	if d.privateSuit() && len(d.v.topic) > 0 {
		return event.List(d.v.topic[0])
	}
	if near := d.nearby().against; len(near) > 0 && !slices.Equal(near, by) {
		return event.List(near...)
	}
	if len(by) == 0 {
		return event.Value{}
	}
	return list(d.v.otherThan(by))
}

// bothSides is the pair that settled a case of each against the other; empty
// where fewer or more than two are named.
func (d *draft) bothSides() event.Value {
	codes := slices.DeleteFunc(d.v.partiesIn(d.sentence.First, d.sentence.End), isBody)
	if len(codes) != 2 {
		return event.Value{}
	}
	return event.List(codes...)
}

// courtCountry is the country of the national court that the sentence names:
// it decides on its own government's acts.
func (d *draft) courtCountry() string {
	v := d.v
	for i := d.sentence.First; i < d.sentence.End; i++ {
		if e, ok := v.at(i, ontology.LabelBody); ok {
			if b := v.o.Bodies[e.Ref]; b.Kind == "court" && b.Country != "" && !isBody(b.Country) {
				return b.Country
			}
		}
		e, ok := v.at(i, ontology.LabelCountry)
		if ok && !isBody(e.Value) && v.has(e.End, e.End+4, "%court_word") && (v.possessiveAt(e.End) || e.How == ontology.HowDemonym || v.hasAt(e.End, "%court_word")) {
			return e.Value
		}
	}
	if v.has(d.sentence.First, d.sentence.End, "%us_court") {
		return "US"
	}
	return ""
}

// privateSuit is true where companies, states or groups sue, no government.
func (d *draft) privateSuit() bool {
	return d.v.has(d.sentence.First, d.trigger.First, "%private_suitor")
}
