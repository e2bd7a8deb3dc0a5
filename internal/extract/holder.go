package extract

import (
	"maps"
	"slices"
	"strings"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/ontology"
)

// holder is who takes the position: the country for those who speak for one
// (EVENTS.md), the person for legislators and the like.
func (d *draft) holder() event.Value { return d.v.holds(d.holderActor()) }

// reputed is the holder of what is said of a person: it is the person's own,
// whatever the office.
func (d *draft) reputed() event.Value {
	a := d.holderActor()
	if a.kind == "person" && a.name != "" {
		return event.Text(a.name)
	}
	return d.v.holds(a)
}

// sayer is the holder where the sentence's subject is the matter itself ("the
// duties are unfair"): who says so. Nobody decries an act of their own: then it
// is the other side of the two that the article is about.
func (d *draft) sayer() event.Value {
	v := d.v
	a := v.speakerAt(d.trigger.First)
	if len(a.codes) > 0 && a.codes[0] == "WTO" && !v.has(d.sentence.First, d.sentence.End, "%adjudication") { // it speaks for itself, elsewhere it is where others meet
		return event.Text(a.codes[0])
	}
	if len(a.codes) == 0 && a.name == "" {
		a = v.goesOn(d.sentence.Index)
	}
	holder := v.holds(a)
	if holder.Empty() || d.slots["position"].Text != "oppose" {
		return holder
	}
	if own := d.subjectCountry(); own == holder.Text {
		return first(v.otherThan([]string{own}))
	}
	return holder
}

// subjectCountry is the country whose act the clause before the trigger is
// about: the first one there on which the act does not fall.
func (d *draft) subjectCountry() string {
	v := d.v
	from := d.trigger.First
	for from > max(d.sentence.First, d.first-maxTarget) && !v.opensTheme(from-1) {
		from--
	}
	for from > d.sentence.First+1 && v.lower(from-1) == "," && v.predicate(from) { // the subject stands before
		from = d.clauseStart(from - 1)
	}
	for _, e := range v.within(from, min(from+5, d.trigger.First), ontology.LabelCountry) {
		if v.fallsOn(e) || e.First > from+1 && e.How != ontology.HowDemonym && !v.possessiveAt(e.End) && !v.modifiesNoun(e) {
			continue // "any attempt to pressure Peru" is none of Peru's
		}
		return e.Value
	}
	return ""
}

// agent is the holder named behind a passive: "opposed by X".
func (d *draft) agent() event.Value {
	v := d.v
	for i := d.trigger.End; i < min(d.sentence.End, d.trigger.End+6); i++ {
		for k := i; k < min(d.sentence.End, i+4); k++ {
			if a, ok := v.groupAt(k, d.trigger.End); ok {
				return v.holds(a)
			}
		}
		if a, ok := v.actor(i); ok {
			return v.holds(a)
		}
	}
	return event.Value{}
}

// holds names the actor as the holder of a stance.
func (v *view) holds(a actor) event.Value {
	switch {
	case a.kind == "pair":
		return event.Value{}
	case a.kind == "person" && !v.speaksForCountry(a):
		return event.Text(a.name)
	case a.kind != "person" && len(a.codes) > 0 && a.codes[0] == "WTO":
		return event.Value{}
	case len(a.codes) > 0 && a.codes[0] != "WORLD":
		return event.Text(a.codes[0])
	case a.name != "":
		return event.Text(a.name)
	}
	return event.Value{}
}

// speaksForCountry is false for legislators, governors and those out of office.
func (v *view) speaksForCountry(a actor) bool {
	for _, p := range v.people {
		if p.Official.Name == a.name {
			return p.Kind != "legislator" && p.Kind != "governor" && len(a.codes) > 0
		}
	}
	return len(a.codes) > 0
}

// holderActor is the subject of the trigger: an actor or group to the left
// that no preposition governs, the speaker for "we", who was named last for
// "he" and "it"; where none is, the speaker.
func (d *draft) holderActor() actor {
	v := d.v
	if a, ok := d.whose(); ok {
		return a
	}
	if a, ok := v.asideGroup(v.skipAside(d.trigger.First-1, d.sentence.First), d.trigger.First); ok {
		return a
	}
	for i := v.skipRelative(d.trigger.First-1, d.sentence.First); i >= d.sentence.First; i-- {
		switch {
		case v.shortQuote(i): // a word at which the writer looks askance
			continue
		case v.lower(i) == ";", v.lower(i) == `"` && i < d.trigger.First-1 && !v.weAt(i+1) && !v.quoted(d.trigger.First):
			return v.speakerAt(d.trigger.First)
		case v.hasAt(i, "%no_holder"), v.lower(i) == "you", v.strangeSubject(i):
			return actor{}
		case v.weAt(i):
			return v.speakerAt(i)
		case v.hasAt(i, "%third_person") && d.trigger.First-i <= 6:
			if a, said := v.saidIn(d.sentence.Index); said && a.end > 0 && a.end <= i {
				return a // "the growers said they would fight it"
			}
			if v.lower(i) == "it" && i+2 == d.trigger.First && v.hasAt(i+1, "%copula") && v.tag(i+2) == "VBN" {
				return v.speakerAt(d.trigger.First) // "it is hoped"
			}
			return v.actedLastBut(i)
		}
		if a, ok := v.groupAt(i, d.sentence.First); ok && (!v.governed(a) || v.spokenFor(a)) {
			return a
		}
		a, ok := v.actor(i)
		if ok && (a.kind == "country" && v.has(a.end, a.end+3, "%company_word") || a.possessive && strings.HasSuffix(v.lower(d.trigger.First), "ing") && !v.possessiveAt(a.end)) {
			continue // "the US carmaker"; "the Peruvian tactics, describing"
		}
		if ok && a.possessive && a.end+2 >= d.trigger.First && v.possessiveAt(a.end) {
			return a
		}
		if !ok || v.governed(a) || v.acted(a) || v.hasAt(a.first-1, "%urge") || v.lower(a.first-1) == "the" && v.hasAt(a.first-2, "%urge") || a.possessive && a.end+5 < d.trigger.First && !v.eventNoun(a.end) {
			continue
		}
		return a
	}
	return v.speakerAt(d.trigger.First)
}

// whose is whose the trigger is where it is a noun with its holder just before
// it: the US in "China will address US concerns about".
func (d *draft) whose() (actor, bool) {
	v := d.v
	e, ok := v.covering(d.trigger.First-1, labelActor)
	if !ok || !strings.HasPrefix(v.tag(d.trigger.First), "NN") || !v.hasAt(d.trigger.First, "%stance_concern") {
		return actor{}, false
	}
	return v.actors[e.Ref], true
}

// shared gives the stance once more for every other holder that "and" joins to
// the one found: "Spain and Portugal back the accord".
func (d *draft) shared() []*draft {
	if d.resolve["holder"] != "holder" {
		return nil
	}
	var out []*draft
	a := d.holderActor()
	for at := a.first - 1; at > d.sentence.First && slices.Contains([]string{"and", ",", "the", "or"}, d.v.lower(at)); at-- {
		e, ok := d.v.covering(at-1, labelActor)
		if !ok || e.End != at {
			continue
		}
		other := d.v.actors[e.Ref]
		holder := d.v.holds(other)
		if at = e.First; holder.Empty() || holder.Text == d.slots["holder"].Text || d.v.governed(other) {
			continue
		}
		c := *d
		c.slots = maps.Clone(d.slots)
		c.slots["holder"] = holder
		delete(c.slots, "speaker")
		out = append(out, &c)
	}
	return out
}

// weAt is true for "we", "our", "us" and "I", but not for "US".
func (v *view) weAt(i int) bool {
	return v.hasAt(i, "%we") && v.doc.Tokens[i].Norm != "US" || v.lower(i) == "i" && v.doc.Tokens[i].Norm == "I"
}

// governed reports whether a preposition governs the actor, or one that "and"
// joins it to.
func (v *view) governed(a actor) bool {
	if v.isObject(a) {
		return true
	}
	at := a.first - 1
	for v.hasAt(at, "%determiner") {
		at--
	}
	if v.lower(at) != "and" && v.lower(at) != "," || v.lower(at) == "," && v.verbal(a.end) {
		return v.hasAt(at, "%number_word") && v.hasAt(at-1, "%preposition")
	}
	e, ok := v.covering(at-1, labelActor)
	return ok && v.isObject(v.actors[e.Ref])
}

// acted reports whether the actor is the object of a verb just before it and no
// subject of its own: the WTO in "upholds the WTO rules, and supports".
func (v *view) acted(a actor) bool {
	at := a.first - 1
	for v.hasAt(at, "%determiner") {
		at--
	}
	switch tag := v.tag(at); {
	case at < v.sentence(a.first).First, v.closesTarget(at, false), !strings.HasPrefix(tag, "VB"), v.hasAt(at, "%say"):
		return false
	case tag == "VBN" && !v.hasAt(at-1, "%perfect"), tag == "VBG" && v.hasAt(at-1, "%determiner"): // "those opposed China says", "the visiting French official"
		return false
	}
	end := a.end
	for v.tag(end) == "RB" {
		end++
	}
	switch v.tag(end) {
	case "MD", "VBZ", "VBP", "VBD":
		return false
	}
	return true
}

// actedLast is the last actor before token i that is no object and no mere
// modifier, in this sentence or the two before it.
func (v *view) actedLast(i int) actor {
	from := v.doc.Sentences[max(0, v.doc.SentenceOf(i)-2)].First
	for _, a := range slices.Backward(v.actorsBefore(i)) {
		if a.first < from {
			break
		}
		if !a.possessive && !v.governed(a) && a.kind != "pair" {
			return a
		}
	}
	return actor{}
}

// strangeSubject reports whether token i ends a name that nothing knows and that
// a verb follows: the subject of a clause, not the name behind an office.
func (v *view) strangeSubject(i int) bool {
	first := i
	for first >= 0 && v.doc.Tokens[first].Capital() && v.tag(first) == "NNP" && len(v.found[first]) == 0 {
		first--
	}
	if first == i || !v.finite(i+1) || v.lower(first) != "," && v.lower(first) != "that" {
		return false
	}
	_, known := v.covering(i, labelActor)
	return !known
}

// actedLastBut is whom the pronoun at token i means: for "he" and "she" a person,
// for others who acted last, though in words that somebody speaks "they" are not
// the speaker.
func (v *view) actedLastBut(i int) actor {
	if v.lower(i) == "he" || v.lower(i) == "she" {
		return v.pronounced(i)
	}
	a := v.actedLast(i)
	if len(a.codes) > 0 && v.lower(i) == "they" && v.quoted(i) && slices.Equal(a.codes, v.speakerAt(i).codes) {
		return actor{}
	}
	return a
}

// speaker is the person who spoke for the holder; empty when nobody is named.
func (d *draft) speaker() event.Value {
	a := d.v.speakerAt(d.trigger.First)
	if own := d.holderActor(); own.kind == "person" && d.resolve["holder"] == "holder" {
		a = own
	}
	holder := d.slots["holder"].Text
	if a.kind != "person" || a.name == "" || a.name == holder || !slices.Contains(a.codes, holder) {
		return event.Value{}
	}
	return event.Text(a.name)
}
