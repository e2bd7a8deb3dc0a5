package extract

import (
	"slices"
	"strings"

	"github.com/tradewire/tradewire/internal/document"
	"github.com/tradewire/tradewire/internal/ontology"
)

// quoted reports whether token i stands between quotation marks.
func (v *view) quoted(i int) bool {
	for k := i; k >= max(0, i-120); k-- {
		if e, ok := v.at(k, labelQuote); ok {
			return e.End > i
		}
	}
	return false
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

// goesOn is who speaks in the sentences around sentence s, where it is one and
// the same: what stands between goes on with what was said.
func (v *view) goesOn(s int) actor {
	before, after := v.nextSaid(s, -1), v.nextSaid(s, 1)
	_, strange := v.saidIn(s)
	if strange || len(before.codes) == 0 || !slices.Equal(before.codes, after.codes) {
		return actor{}
	}
	if before.name == "" || after.kind == "person" {
		return after
	}
	return before
}

// spokenReach is how many sentences somebody goes on to speak whom the text
// does not name again.
const spokenReach = 2

// nextSaid is the speaker of the nearest sentence before or behind sentence s
// in which somebody speaks.
func (v *view) nextSaid(s, step int) actor {
	for k := s + step; k >= 0 && k < len(v.doc.Sentences) && k >= s-spokenReach && k <= s+spokenReach; k += step {
		if a, said := v.saidIn(k); said {
			return a
		}
	}
	return actor{}
}

// saidNear is who says the words at token i of a sentence in which several
// speak: whoever does it last before them, else first behind.
func (v *view) saidNear(i int) (actor, bool) {
	voices := v.voicesIn(v.sentence(i))
	var last actor
	n := 0
	for _, o := range voices {
		if o.at >= i && n > 0 {
			break
		}
		last = o.actor
		n++
	}
	return last, n > 1
}

// voice is who says something by the verb at a token.
type voice struct {
	at    int
	actor actor
}

// voicesIn lists who speaks in sentence s, looked up once.
func (v *view) voicesIn(s document.Sentence) []voice {
	if out, ok := v.voices[s.Index]; ok {
		return out
	}
	var out []voice
	for at := s.First; at < s.End; at++ {
		if !v.speaksAt(at) {
			continue
		}
		if a, ok := v.beside(at, s.First, s.End); ok {
			out = append(out, voice{at, a})
		}
	}
	v.voices[s.Index] = out
	return out
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
	if a, ok := v.behind(at, first, end); ok {
		return a, true
	}
	if a, ok := v.asideGroup(v.skipAside(at-1, first), at); ok {
		return a, true
	}
	if a, ok := v.introduced(at, first); ok {
		return a, true
	}
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
			if k = v.quoteStart(k); k < 0 {
				break
			}
		}
	}
	if a, ok := v.issuer(at, first); ok {
		return a, true
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
		if a, ok := v.actor(k); ok && a.kind == "country" && v.has(a.end, a.end+3, "%no_holder") {
			return actor{}, true // "according to Peruvian media"
		} else if ok && (a.possessive || v.lower(a.end) == "-") && k > at+2 && v.doc.Tokens[at+1].Capital() && !v.hasAt(at+1, labelActor) {
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

// behind is who stands just behind an inverted verb of saying, and begins no
// clause: "…, said the ministry" but not "the office, on Monday, said Peru will".
func (v *view) behind(at, first, end int) (actor, bool) {
	if at == first || !v.inverted(at) || v.lower(at) == "according" {
		return actor{}, false
	}
	k := at + 1
	for k < end && (v.lower(k) == "the" || v.hasAt(k, "%determiner")) {
		k++
	}
	for _, i := range []int{at + 1, k} {
		if a, ok := v.actor(i); ok && !a.possessive && !v.verbal(a.end) && v.tag(a.end) != "RB" && v.lower(a.end) != "and" {
			return v.office(a), true
		}
	}
	return actor{}, false
}

// quoteStart is the opening mark of the quotation that ends before the mark at
// token k, -1 where none does.
func (v *view) quoteStart(k int) int {
	for i := k - 1; i >= max(0, k-60); i-- {
		if e, ok := v.at(i, labelQuote); ok && e.End == k {
			return i - 1
		}
	}
	return -1
}

// introduced is nobody where an aside says of a name before the verb of saying
// that it is no holder of a stance: "Jane Roe, a fellow at a think tank, said".
func (v *view) introduced(at, first int) (actor, bool) {
	k := v.skipAside(at-1, first)
	if k == at-1 || k < first || !v.doc.Tokens[k].Capital() || !v.has(k+1, at, "%no_holder") && !v.has(k+1, at, "%scholarly") {
		return actor{}, false
	}
	_, known := v.covering(k, labelActor)
	return actor{}, !known && v.tag(k) == "NNP"
}

// issuer is who speaks in a document beside the verb of saying ("said the
// statement", "the paper stressed"): the body named last before it.
func (v *view) issuer(at, first int) (actor, bool) {
	k := at - 1
	for k > first && v.hasAt(k, "%adverb") {
		k--
	}
	switch {
	case v.hasAt(k, "%document") && v.lower(k-1) == "the":
	case v.inverted(at) && v.lower(at) != "according" && v.lower(at+1) == "the" && v.hasAt(at+2, "%document"):
	case v.lower(at) == "according" && v.lower(at+2) == "the" && v.hasAt(at+3, "%document") && v.lower(at+4) != "of":
	default:
		return actor{}, false
	}
	for _, a := range slices.Backward(v.actorsLately(at)) {
		if a.kind == "body" && len(a.codes) > 0 && !isBody(a.codes[0]) {
			return a, true
		}
	}
	return v.house(), true
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
			if o, said := v.saidIn(k); said && (len(o.codes) > 0 || o.name != "") {
				return o
			}
		}
	}
	if home := v.inPlace(a.first); len(home.codes) > 0 {
		home.first, home.end = a.first, a.end
		return home
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

// inPlace is the country whose place opens the clause before token at: "In Lima,
// the ministry said".
func (v *view) inPlace(at int) actor {
	for i := at - 1; i > max(v.sentence(at).First, at-4); i-- {
		if v.lower(i) != "," {
			continue
		}
		e, ok := v.covering(i-1, ontology.LabelCountry)
		if !ok || v.lower(e.First-1) != "in" || e.How == ontology.HowDemonym {
			return actor{}
		}
		return actor{codes: []string{e.Value}, kind: "country"}
	}
	return actor{}
}
