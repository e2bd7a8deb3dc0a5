package extract

import (
	"slices"
	"strings"

	"github.com/tradewire/tradewire/internal/event"
)

// theme is what a stance is about where it stands before the match as the
// subject of a clause ("the levy is unfair"); for "this" and "it", the act
// told before.
func (d *draft) theme() event.Value {
	v := d.v
	end := d.first
	for end > d.sentence.First && v.hasAt(end-1, "%theme_tail") {
		end--
	}
	if v.lower(end-1) == "," {
		if at := v.skipAside(end-1, d.sentence.First) + 1; v.hasAt(at+1, "%conjunction") {
			end-- // "smiling, or even threatening, will not help"
		} else {
			end = at // "the levy, in force since May, is unfair"
		}
	}
	if v.nounAt(d.trigger.First) || v.has(max(d.sentence.First, d.trigger.First-8), d.trigger.First, "%disbelief") {
		return event.Value{}
	}
	if d.denied() && !v.has(max(d.sentence.First, d.trigger.First-8), d.trigger.End, "%not_only") || v.lower(d.trigger.First-1) == "if" {
		return event.Value{}
	}
	first := d.clauseStart(end)
	for first > d.sentence.First+1 && v.lower(first-1) == "," && v.predicate(first) { // "the levy breaks the rules, harms trade and is unfair"
		end = first - 1
		first = d.clauseStart(end)
	}
	for first > d.sentence.First+1 && v.lower(first-1) == "," && v.hasAt(first, "%insertion") { // "the levy on all goods, including tea, under any pretext"
		first = d.clauseStart(first - 1)
	}
	if v.lower(first-1) == "whether" {
		return event.Value{}
	}
	first = d.wholeList(first)
	if v.lower(first) == "," && v.hasAt(first+1, "%conjunction") {
		first += 2 // "he said, and pressure leads nowhere"
	}
	end = v.untilVerb(first, end)
	for end > first+1 && v.hasAt(end-1, "%theme_tail") {
		end--
	}
	if end-first == 1 && (v.hasAt(first, "%back_reference") || v.lower(first) == "they") || v.saidBefore(first, end) {
		return d.pointed(first, end, d.lately())
	}
	subject := end + 1
	for v.lower(subject) == "the" {
		subject++
	}
	if _, named := v.actor(subject); v.tag(first) == "VBG" && v.lower(end) == "," && named {
		return event.Value{} // "ignoring the pact, Peru did so, hurting trade"
	}
	if a, ok := v.actor(first); ok && a.end == end && a.kind != "pair" {
		return d.means()
	}
	if v.lower(d.first) == "as" && v.has(first, end, "%call") {
		return event.Value{} // who views it as unfair is no part of it
	}
	for first < end && (v.hasAt(first, "%target_lead") || v.hasAt(first, "%also_even")) {
		first++
	}
	end = min(end, first+maxTarget)
	for i := first + 1; i < end; i++ {
		if v.lower(i) == "," && v.hasAt(i+1, "%insertion") {
			end = i
		}
	}
	if first >= end || v.verbal(first) || !v.ofTrade(first, end) && !v.has(first, end, "%theme_matter") && !d.ofPolicy(first, end) {
		return event.Value{}
	}
	for end > first+1 && v.dangles(end-1) {
		end--
	}
	d.vague = v.unnamed(first, end)
	return event.Text(strings.TrimSpace(v.doc.Span(first, end)))
}

// lately is the act told last in the draft's sentence or the one before it in
// the paragraph, for "this" and "they"; else what another way refers to.
func (d *draft) lately() event.Value { return d.actSince(d.sentence.Index - 1) }

// actSince is the act told last before the trigger, in this paragraph and not
// before the sentence of that index, else what another way refers to.
func (d *draft) actSince(sentence int) event.Value {
	for _, a := range slices.Backward(d.v.told) {
		if a.v != d.v || a.sentence.Paragraph != d.sentence.Paragraph || a.sentence.Index < sentence {
			break
		}
		if a.isAct() && (a.sentence.Index < d.sentence.Index || a.trigger.First < d.trigger.First) {
			return event.Text(a.phrased())
		}
	}
	return d.referred()
}

// means is by what a country does what it is blamed for: "breaks the rules by
// launching a probe"; empty where the words do not tell.
func (d *draft) means() event.Value {
	v := d.v
	for i := d.trigger.End; i+1 < min(d.sentence.End, d.end+2*maxTarget); i++ {
		if v.lower(i) == "by" && v.tag(i+1) == "VBG" {
			return d.strict(i + 1)
		}
	}
	return event.Value{}
}

// nounAt reports whether token i is a noun where a verb of its form would do
// harm ("the damage caused"), or a participle behind a preposition ("for
// violating the pact").
func (v *view) nounAt(i int) bool {
	if !v.hasAt(i, "%harms") {
		return false
	}
	return strings.HasPrefix(v.tag(i), "NN") && (v.hasAt(i-1, "%determiner") || v.lower(i-1) == "the") || v.tag(i) == "VBG" && v.hasAt(i-1, "%preposition")
}

// saidBefore reports whether tokens [first, end) only point to an act that was
// told: "these measures", "such a one-sided move by Peru", "the step".
func (v *view) saidBefore(first, end int) bool {
	switch v.lower(first) {
	case "this", "these", "such", "those":
		return v.hasAt(v.headOf(first, end), "%empty_noun")
	case "the":
		return end-first == 2 && v.hasAt(first+1, "%empty_noun")
	}
	return false
}

// headOf is the noun that the phrase at tokens [first, end) is about: the last
// one before a preposition.
func (v *view) headOf(first, end int) int {
	head := first
	for i := first; i < end && !(v.hasAt(i, "%preposition") && i > first); i++ {
		if strings.HasPrefix(v.tag(i), "NN") {
			head = i
		}
	}
	return head
}

// clauseStart is where the clause begins that ends before token end.
func (d *draft) clauseStart(end int) int {
	first := end
	for first > max(d.sentence.First, end-2*maxTarget) && !d.v.opensTheme(first-1) {
		first--
	}
	return first
}

// wholeList is where the list begins whose last item starts at token first:
// "talks built on trust, fairness, and respect are".
func (d *draft) wholeList(first int) int {
	v := d.v
	if v.lower(first) != "and" || v.lower(first-1) != "," {
		return first
	}
	for at := first; v.lower(at-1) == ","; {
		at = d.clauseStart(at - 1)
		for i := at; i < first; i++ {
			if v.verbal(i) {
				return first
			}
		}
		if v.lower(at-1) != "," {
			return at
		}
	}
	return first
}

// predicate reports whether a finite verb opens the clause at token i, which
// then has its subject before it.
func (v *view) predicate(i int) bool {
	for v.hasAt(i, "%adverb") || v.tag(i) == "RB" || v.lower(i) == "and" {
		i++
	}
	switch v.tag(i) {
	case "VB", "VBP", "VBZ", "VBD":
		return true
	}
	if v.hasAt(i, "%harms") && !v.hasAt(i+1, "%preposition") { // a tagger takes "violate" for a noun
		return true
	}
	return v.tag(i) == "VBG" && v.tag(i-1) == "RB"
}

// verbal reports whether token i is a finite verb or a modal, which no noun
// phrase begins with.
func (v *view) verbal(i int) bool {
	switch v.tag(i) {
	case "MD", "VBZ", "VBD", "VBP":
		return true
	}
	return v.lower(i) == "cannot"
}

// untilVerb is where the subject at tokens [first, end) gives way to a finite
// verb: "the bill goes against the pact and" has the subject "the bill".
func (v *view) untilVerb(first, end int) int {
	for i := first + 1; i < end; i++ {
		if v.verbal(i) {
			if !v.hasAt(i-1, "%relative") && !v.hasAt(i-1, "%adverb") {
				return i
			}
		}
	}
	return end
}

// opensTheme reports whether token i stands before the subject of a clause.
func (v *view) opensTheme(i int) bool {
	if v.hasAt(i, "%say") && !v.doc.Tokens[i].Capital() || v.hasAt(i, "%describe") {
		return true
	}
	return slices.Contains([]string{",", ";", ":", "--", `"`, "that", "(", ")", "but", "which", "because", "when", "whether", "."}, v.lower(i))
}
