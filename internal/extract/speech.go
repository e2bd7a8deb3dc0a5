package extract

import (
	"maps"
	"slices"
	"strings"

	"github.com/tradewire/tradewire/internal/document"
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

// sayer is the holder where the sentence's subject is the matter itself
// ("the duties are unfair"): who says so.
// Nobody decries an act of their own: then it is the other side of the two that
// the article is about.
func (d *draft) sayer() event.Value {
	v := d.v
	holder := v.holds(v.speakerAt(d.trigger.First))
	if holder.Empty() || d.slots["position"].Text == "support" {
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
	for _, e := range v.within(from, min(from+5, d.trigger.First), ontology.LabelCountry) {
		if a, ok := v.actor(e.First); !v.fallsOn(e) && !(ok && v.acted(a)) {
			return e.Value
		}
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
	for i := v.skipRelative(d.trigger.First-1, d.sentence.First); i >= d.sentence.First; i-- {
		switch {
		case v.shortQuote(i): // a word at which the writer looks askance
			continue
		case v.lower(i) == ";", v.lower(i) == `"` && i < d.trigger.First-1 && !v.weAt(i+1) && !v.quoted(d.trigger.First):
			return v.speakerAt(d.trigger.First)
		case v.hasAt(i, "%no_holder"):
			return actor{}
		case v.weAt(i):
			return v.speakerAt(i)
		case v.hasAt(i, "%third_person") && d.trigger.First-i <= 6:
			if a, said := v.saidIn(d.sentence.Index); said && a.end > 0 && a.end <= i {
				return a // "the growers said they would fight it"
			}
			return v.actedLast(i)
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
	if v.lower(at) != "and" && v.lower(at) != "," {
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
	switch tag := v.tagAt(at); {
	case at < v.sentence(a.first).First, v.closesTarget(at, false), !strings.HasPrefix(tag, "VB"), v.hasAt(at, "%say"):
		return false
	case tag == "VBN" && !v.hasAt(at-1, "%perfect"), tag == "VBG" && v.hasAt(at-1, "%determiner"): // "those opposed China says", "the visiting French official"
		return false
	}
	end := a.end
	for v.tagAt(end) == "RB" {
		end++
	}
	switch v.tagAt(end) {
	case "MD", "VBZ", "VBP", "VBD":
		return false
	}
	return true
}

// tagAt is the tag of token i, empty outside the text.
func (v *view) tagAt(i int) string {
	if i < 0 || i >= len(v.doc.Tokens) {
		return ""
	}
	return v.tag(i)
}

// quoted reports whether token i stands between quotation marks.
func (v *view) quoted(i int) bool {
	for k := i; k >= max(0, i-120); k-- {
		if e, ok := v.at(k, labelQuote); ok {
			return e.End > i
		}
	}
	return false
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

// speakerAt is who says the words at token i: the actor beside a verb of
// saying in the sentence; in a transcript whose turn it is; where the words
// are quoted, who speaks in the sentences around; at last the official source
// itself. Nobody, where a name that is no actor's does the saying.
func (v *view) speakerAt(i int) actor {
	s := v.doc.SentenceOf(i)
	if a, ok := v.saidNear(i); ok {
		return a
	}
	if a, said := v.saidIn(s); said {
		return a
	}
	if a, turn := v.turn(s); turn {
		if len(a.codes) == 0 && a.name == "" {
			return v.answerer(i)
		}
		return a
	}
	for k := s - 1; k >= max(0, s-3); k-- {
		if a, said := v.saidIn(k); said && v.quoted(i) {
			return a
		}
	}
	if v.quoted(i) && s+1 < len(v.doc.Sentences) {
		if a, said := v.saidIn(s + 1); said {
			return a
		}
	}
	return v.house()
}

// saidNear is who says the words at token i of a sentence in which several
// speak: whoever does it last before them, else first behind.
func (v *view) saidNear(i int) (actor, bool) {
	s := v.sentence(i)
	var last actor
	n, found := 0, false
	for at := s.First; at < s.End && (at < i || !found); at++ {
		if !v.speaksAt(at) {
			continue
		}
		if a, ok := v.beside(at, s.First, s.End); ok {
			last, found = a, true
			n++
		}
	}
	return last, n > 1
}

// speaksAt reports whether token at is a verb of saying outside a quotation.
func (v *view) speaksAt(at int) bool {
	return v.hasAt(at, "%say") && !v.inCountry(at) && !v.quoted(at) && (!strings.HasSuffix(v.lower(at), "ing") || v.lower(at) == "according")
}

// saidIn looks for the speaker of sentence k; said is true where somebody
// speaks, even if it is nobody who counts.
func (v *view) saidIn(k int) (a actor, said bool) {
	if known, ok := v.speakers[k]; ok {
		return known.actor, known.said
	}
	a, said = v.findSpeaker(v.doc.Sentences[k])
	v.speakers[k] = speaker{a, said}
	return a, said
}

// speaker is what is known of who speaks in a sentence.
type speaker struct {
	actor actor
	said  bool
}

func (v *view) findSpeaker(s document.Sentence) (a actor, said bool) {
	for at := s.First; at < s.End; at++ {
		if !v.speaksAt(at) {
			continue
		}
		if a, ok := v.beside(at, s.First, s.End); ok {
			return a, true
		}
		if a, ok := v.calledAt(at, s); ok {
			return a, true
		}
		said = said || v.strangerAt(at, s)
	}
	return actor{}, said
}

// inCountry reports whether token i belongs to the name of a country: the
// "States" of the United States say nothing.
func (v *view) inCountry(i int) bool {
	_, ok := v.covering(i, ontology.LabelCountry)
	return ok
}

// calledAt is the official whom the text calls by a part of the name beside
// the verb of saying at token at ("said Anneli" after "Minister Anneli Aho").
func (v *view) calledAt(at int, s document.Sentence) (actor, bool) {
	for _, k := range []int{at + 1, at - 1} {
		if k < s.First || k >= s.End || !v.doc.Tokens[k].Capital() || len(v.lower(k)) < 4 {
			continue
		}
		for _, p := range v.people {
			if p.End < k && slices.Contains(strings.FieldsFunc(strings.ToLower(p.Official.Name), nameBreak), v.lower(k)) {
				return actor{codes: codeList(p.Official.Country), name: p.Official.Name, kind: "person", first: k, end: k + 1}, true
			}
		}
	}
	return actor{}, false
}

func nameBreak(r rune) bool { return r == ' ' || r == '-' }

// strangerAt is true where a name that no lexicon knows stands beside the
// verb of saying.
func (v *view) strangerAt(at int, s document.Sentence) bool {
	for _, k := range []int{at + 1, at + 2, at - 1} {
		if k > s.First && k < s.End && v.doc.Tokens[k].Capital() {
			return true
		}
	}
	return false
}

// beside returns the actor that does the saying at token at: the nearest on
// the left, else the one just behind ("…," said X).
func (v *view) beside(at, first, end int) (actor, bool) {
	for k := v.skipAside(at-1, first); k >= max(first, at-30) && v.lower(at) != "according"; k-- {
		if k >= at-3 && v.hasAt(k, "%no_holder") {
			return actor{}, true
		}
		if a, ok := v.groupAt(k, first); ok && (!v.governed(a) || v.spokenFor(a)) {
			return a, true
		}
		if e, ok := v.covering(k, labelActor); ok {
			a := v.actors[e.Ref]
			if a.kind == "country" && v.has(a.end, at, "%company_word") {
				return actor{}, true // "US carmaker Foo said"
			}
			if !v.governed(a) && (!a.possessive || a.kind != "country" || v.has(a.end, a.end+4, "%house") || v.has(a.end, min(at, a.end+5), "%voice")) {
				return v.office(a), true
			}
			k = e.First
		}
		if v.hasAt(k, "%third_person") && at-k <= 3 {
			return v.pronounced(k), true
		}
		if v.lower(k) == `"` {
			break
		}
	}
	if !v.inverted(at) {
		return actor{}, false
	}
	if a, ok := v.affiliated(at+1, end); ok {
		return a, true
	}
	reach := 6
	if v.lower(at) == "according" {
		reach = 12
	}
	for k := at + 1; k < min(end, at+reach); k++ {
		if a, ok := v.actor(k); ok && a.possessive && k > at+2 && v.doc.Tokens[at+1].Capital() && !v.hasAt(at+1, labelActor) {
			return actor{}, true // "said Jane Roe, a US-based baker"
		} else if ok {
			return v.office(a), true
		}
		if v.hasAt(k, "%third_person") && k == at+1 {
			return v.pronounced(k), true
		}
		for g := k; g < min(end, k+6); g++ {
			if a, ok := v.groupAt(g, k); ok && a.first == k {
				return a, true
			}
		}
	}
	return actor{}, false
}

// pronounced is whom the pronoun at token k beside a verb of saying means: for
// "he" and "she" the person named before in the sentence, or who spoke last,
// nobody where that was a stranger; for others who acted last.
func (v *view) pronounced(k int) actor {
	if v.lower(k) != "he" && v.lower(k) != "she" {
		return v.actedLast(k)
	}
	s := v.sentence(k)
	for i := k - 1; i >= s.First; i-- {
		if a, ok := v.actor(i); ok && a.kind == "person" {
			return a
		}
	}
	for n := s.Index - 1; n >= max(0, s.Index-4); n-- {
		if a, said := v.saidIn(n); said {
			return a
		}
		for i := v.doc.Sentences[n].End - 1; i >= v.doc.Sentences[n].First; i-- {
			if a, ok := v.actor(i); ok && a.kind == "person" {
				return a
			}
		}
	}
	return actor{}
}

// skipRelative steps over ", which …," before a verb.
func (v *view) skipRelative(k, first int) int {
	if at := v.skipAside(k, first); at != k && v.hasAt(at+2, "%relative") {
		return at
	}
	return k
}

// skipAside steps over ", who …," before a verb of saying.
func (v *view) skipAside(k, first int) int {
	if v.lower(k) != "," {
		return k
	}
	for i := k - 1; i > max(first, k-25); i-- {
		if v.lower(i) == "," {
			return i - 1
		}
	}
	return k
}

// inverted reports whether the speaker may follow the verb of saying at token
// at: behind a quotation or a clause ("…," said X), or after "according to".
func (v *view) inverted(at int) bool {
	return slices.Contains([]string{`"`, ",", ""}, v.lower(at-1)) || v.lower(at) == "according"
}

// office resolves "the ministry" and "the spokesperson" to the body or person
// named last, rather to one whose name holds the word ("the commission");
// other actors stay as they are.
func (v *view) office(a actor) actor {
	if !v.hasAt(a.first, "%anaphor") {
		return a
	}
	word := v.lower(a.end - 1)
	if v.hasAt(a.end-1, "%spokesperson") {
		s := v.doc.SentenceOf(a.first)
		for k := s - 1; k >= max(0, s-turnReach); k-- {
			if o, said := v.saidIn(k); said {
				return o
			}
		}
	}
	last := actor{}
	for _, o := range slices.Backward(v.actorsLately(a.first)) {
		if v.hasAt(o.first, "%anaphor") || o.kind != "body" && o.kind != "person" || len(o.codes) == 0 || isBody(o.codes[0]) {
			continue
		}
		if o.kind == "body" && strings.Contains(strings.ToLower(o.name), word) {
			return o
		}
		if last.name == "" && (o.kind == "body" || !v.hasAt(a.end-1, "%organ")) {
			last = o // a ministry is no person
		}
	}
	switch person := v.hasAt(a.end-1, "%spokesperson") || v.hasAt(a.end-1, ontology.LabelRole); {
	case last.name == "":
		return a
	case last.kind == "person" && !person: // a ministry is of the country of the minister named last, it is not he
		return actor{codes: last.codes, kind: "country", first: a.first, end: a.end}
	}
	return last
}
