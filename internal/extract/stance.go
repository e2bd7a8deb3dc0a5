package extract

import (
	"slices"
	"strings"

	"github.com/tradewire/tradewire/internal/event"
)

// maxTarget is the length of a stance's target in tokens.
const maxTarget = 14

// object is what a stance is about where it stands behind the trigger
// ("opposes the levy"); for "this" and "it", the matter named before.
func (d *draft) object() event.Value {
	if !d.asserted() || d.slots["position"].Text == "neutral" && (d.wished() || d.ownAct()) {
		return event.Value{}
	}
	return d.strict(d.trigger.End)
}

// ownAct reports whether what is weighed is an act of the holder's own, or
// another is asked to look at it ("a panel to examine the ban").
func (d *draft) ownAct() bool {
	v, at := d.v, d.trigger.First
	if v.lower(at-1) == "to" && !v.hasAt(at-2, "%goes_on") || v.lower(d.trigger.End) == "whether" {
		return true
	}
	for _, a := range slices.Backward(v.told) {
		if a.v != v || a.sentence.Index != d.sentence.Index {
			break
		}
		if a.isAct() && a.doneBy(d.slots["holder"].Text) {
			return true
		}
	}
	return false
}

// phrase is the noun phrase that starts at token first or behind the words
// that lead to it.
func (d *draft) phrase(first int) (from, end int) {
	v := d.v
	if e, ok := v.at(first, "%back_reference"); ok && (v.closesTarget(e.End, true) || v.hasAt(e.End, "%conjunction")) {
		return first, e.End
	}
	if v.lower(first) == "and" {
		return first, first
	}
	for first < d.sentence.End && (v.hasAt(first, "%target_lead") || v.lower(first) == `"`) {
		first++
	}
	end = first
	for end < min(d.sentence.End, first+maxTarget) && (v.lower(end) == "," && (v.hasAt(end+1, "%stop_act") || v.listGoes(end, first+maxTarget)) || !v.closesTarget(end, end > first) || end > first && v.shortQuote(end)) {
		end++
	}
	for i := first + 1; i < end && v.tag(first) != "VB"; i++ {
		if v.lower(i) == "that" && v.verbal(i+1) && v.ofTrade(first, i) { // "tariffs that hurt"
			end = i
		}
		if v.lower(i) == "and" && v.tag(i+1) == "VB" && !v.hasAt(i+1, "%stance_matter") { // "their ways and act"
			end = i
		}
	}
	for i := first + 1; i < end; i++ {
		if v.hasAt(i, "%harms") && v.lower(i+1) == "the" && v.tag(first) != "VB" { // "the levy breaks the rules", whatever its tag
			end = i
		}
	}
	if (v.lower(end) == "by" || v.lower(end) == "from") && end > first+1 && v.tag(end-1) == "VBN" {
		end-- // "the curbs imposed by Peru", "the levy on fuel made from palm oil"
	}
	for end > first+1 && v.dangles(end-1) {
		end--
	}
	return first, end
}

// listGoes reports whether the comma at token i parts the items of a list of
// nouns that ends before token stop: "unilateralism, protectionism and bullying".
func (v *view) listGoes(i, stop int) bool {
	for k := i + 1; k < min(stop, len(v.doc.Tokens)-1); k++ {
		switch tag := v.tag(k); {
		case k == i+1 && (v.lower(k) == "and" || v.lower(k) == "or") && !v.commaIn(i-5, i):
			return false // ", and seek dialogue" goes on with another verb
		case v.lower(k) == "and" || v.lower(k) == "or":
			return (strings.HasPrefix(v.tag(k+1), "NN") || strings.HasPrefix(v.tag(k+1), "JJ")) && !v.verbal(k+2) && !v.hasAt(k+1, labelActor)
		case v.hasAt(k, labelActor), !strings.HasPrefix(tag, "NN") && !strings.HasPrefix(tag, "JJ") && v.lower(k) != "," && v.lower(k) != "-":
			return false
		}
	}
	return false
}

// commaIn reports whether a comma stands in tokens [first, end).
func (v *view) commaIn(first, end int) bool {
	for i := max(first, 0); i < end; i++ {
		if v.lower(i) == "," {
			return true
		}
	}
	return false
}

// dangles reports whether token i cannot end a noun phrase.
func (v *view) dangles(i int) bool {
	return v.tag(i) == "RB" || v.lower(i) == "such" || v.lower(i) == "be" || v.hasAt(i, "%conjunction") || v.hasAt(i, "%determiner") || v.lower(i) == "the" || v.hasAt(i, "%preposition") && v.tag(i) != "RP"
}

// shortQuote reports whether token i is a quotation mark around a word or two
// inside a phrase: the so-called "review" of prices.
func (v *view) shortQuote(i int) bool {
	if v.lower(i) != `"` {
		return false
	}
	if e, ok := v.at(i+1, labelQuote); ok {
		return e.End-e.First < leastQuote
	}
	for k := i - 1; k > i-leastQuote && k >= 0; k-- {
		if e, ok := v.at(k, labelQuote); ok {
			return e.End == i
		}
	}
	return false
}

// stopped is what somebody is urged to stop: the phrase behind the verb of
// ending inside the match.
func (d *draft) stopped() event.Value {
	acts := d.v.within(d.trigger.End, d.sentence.End, "%stop_act")
	nothing := false
	for _, e := range acts {
		from, end := d.phrase(e.End)
		if from >= end || !d.v.saysNothing(from, end) {
			return d.strict(e.End)
		}
		nothing = true
	}
	if nothing {
		return d.resumed()
	}
	return event.Value{}
}

// denied reports whether the trigger is negated.
func (d *draft) denied() bool {
	if d.v.has(max(d.sentence.First, d.trigger.First-8), d.trigger.First, "%neither") {
		return true
	}
	return d.v.has(max(d.sentence.First, d.trigger.First-3), d.trigger.First, "%negation")
}

// wished reports whether the trigger is only what another is asked to do.
func (d *draft) wished() bool {
	if d.v.has(d.sentence.First, d.trigger.First, "%hoping") {
		return true
	}
	if d.v.tag(d.trigger.First) == "VB" { // "we urge them to act, keep their word and uphold the rules"
		for i := d.trigger.First - 1; i >= d.sentence.First && d.v.tag(i) != "MD" && d.v.lower(i) != ";"; i-- {
			if d.v.hasAt(i, "%urge") && !d.v.weAt(i+1) {
				return true
			}
		}
	}
	if d.v.lower(d.trigger.First-1) == "be" { // "they must face the facts, show good will and be prepared to"
		for i := d.trigger.First - 1; i >= d.sentence.First && d.v.lower(i) != ";"; i-- {
			if d.v.tag(i) == "MD" {
				return d.v.hasAt(i, "%ought")
			}
		}
	}
	return d.v.has(max(d.sentence.First, d.trigger.First-10), d.trigger.First, "%ought")
}

// pledged is what the holder is willing to do: behind "work with X to", what
// they would work for.
func (d *draft) pledged() event.Value {
	if d.denied() || d.wished() || !d.asserted() {
		return event.Value{}
	}
	v := d.v
	first := d.trigger.End
	if v.hasAt(first, "%join_in") {
		for i := first; i < min(d.sentence.End, first+22) && v.lower(i) != ";"; i++ {
			if v.lower(i) == "to" && i > first+1 || v.lower(i) == "in" && i > first+1 {
				first = i + 1
				break
			}
		}
	}
	if first != d.trigger.End && v.has(d.trigger.End, first, "%everybody") {
		return event.Value{}
	}
	from, end := d.phrase(first)
	if !v.ofTrade(from, end) && (end-from < 2 && !v.hasAt(from, "%concord") || !d.ofPolicy(from, end) && !v.has(from, end, "%concord")) || v.has(from, min(from+3, end), "%strike") || v.has(from, end, labelRate) {
		return event.Value{} // who is ready to strike back announces an act
	}
	if t := d.aim(from, end); !t.Empty() || from >= end || d.sentence.Index == 0 {
		return t
	}
	if d.slots["position"].Text == "conditional" {
		return event.Text(v.doc.Span(from, end))
	}
	if s := v.doc.Sentences[d.sentence.Index-1]; s.Paragraph == d.sentence.Paragraph && v.has(s.First, s.End, labelTalks) {
		return event.Text(v.doc.Span(from, end)) // "we stand ready to resume them"
	}
	return event.Value{}
}

// asserted reports whether the trigger says what somebody does: it is no noun
// of the same form ("the challenges"), and not merely possible.
func (d *draft) asserted() bool {
	v, at := d.v, d.trigger.First
	if v.hasAt(at, "%homograph") && !v.hasAt(d.trigger.End, "%determiner") && !strings.HasPrefix(v.tag(at), "VB") {
		return false
	}
	for v.hasAt(at-1, "%adverb") {
		at--
	}
	return !v.hasAt(at-1, "%possible") && !v.has(at-4, at, "%likely_to") && v.lower(at-2) != "most" // "most-favoured"
}

// endorsed is the object of a verb of support that stands for itself: not
// "to uphold", not a participle.
func (d *draft) endorsed() event.Value {
	v := d.v
	if d.denied() || d.wished() || !d.asserted() || d.inChain() {
		return event.Value{}
	}
	at := d.trigger.First
	for v.hasAt(at-1, "%adverb") {
		at--
	}
	if v.lower(at-1) == "who" && !v.hasAt(at-2, labelActor) && v.lower(at-2) != "," {
		return event.Value{} // "a nominee who defends them"
	}
	if strings.HasSuffix(v.lower(d.trigger.First), "ing") && !v.hasAt(at-1, "%copula") && !(v.lower(at-1) == "," && v.hasAt(d.trigger.First, "%comment")) || v.hasAt(at-1, "%not_finite") && !d.joined(at-1) {
		return event.Value{}
	}
	if v.has(d.trigger.End, d.trigger.End+3, "%courtesy") {
		return event.Value{}
	}
	return d.strict(d.trigger.End)
}

// purpose reports whether the verb at the trigger only tells for what something
// is: "well prepared for fighting".
func (d *draft) purpose() bool {
	at := d.trigger.First
	for d.v.hasAt(at-1, "%adverb") {
		at--
	}
	return d.v.lower(at-1) == "for" && strings.HasSuffix(d.v.lower(d.trigger.First), "ing")
}

// inChain reports whether the verb at the trigger goes on a list of infinitives
// that no common effort governs: "to protect its dignity, defend the rules".
func (d *draft) inChain() bool {
	v := d.v
	at := d.trigger.First
	for v.hasAt(at-1, "%adverb") || v.lower(at-1) == "and" {
		at--
	}
	if tag := v.tag(d.trigger.First); tag != "VB" && tag != "VBP" && tag != "NN" || v.lower(at-1) != "," && at == d.trigger.First {
		return false
	}
	for i := at - 1; i > max(d.sentence.First, at-3*maxTarget); i-- {
		switch v.tag(i) {
		case "MD":
			return false
		case "TO":
			if strings.HasPrefix(v.tag(i+1), "VB") || v.tag(i+1) == "RB" {
				return !v.has(max(d.sentence.First, i-maxTarget), i+1, "%common_effort")
			}
		}
	}
	return false
}

// joined reports whether the word before the verb at the trigger only joins it to
// a finite verb before it ("observes and upholds the rules", "will act and
// defend them") or to a common effort ("will work together to uphold").
func (d *draft) joined(at int) bool {
	v := d.v
	switch v.lower(at) {
	case "and":
		if tag := v.tag(d.trigger.First); tag == "VBZ" || tag == "VBD" || tag == "VBP" {
			return true
		}
		for i := at - 1; i > max(d.sentence.First, at-maxTarget); i-- {
			switch v.tag(i) {
			case "MD":
				return true
			case "TO":
				if v.hasAt(i-1, "%goes_on") { // "will continue to sue and uphold"
					continue
				}
				return false
			case "VBG", "WDT":
				return false
			}
		}
	case "to":
		return v.has(max(d.sentence.First, at-maxTarget), at, "%common_effort")
	}
	return false
}

// strict is the target that starts at token first, where it is one of trade
// in itself.
func (d *draft) strict(first int) event.Value {
	from, end := d.phrase(first)
	for i := from; i+1 < end; i++ {
		if (d.v.lower(i) == "this" || d.v.lower(i) == "these") && i+2 == end && d.v.hasAt(i+1, "%empty_noun") {
			return d.pointed(i, end, d.referred()) // "the impact of this move"
		}
	}
	if !d.v.ofTrade(from, end) && !d.v.pointsBack(from, end) && !d.ofPolicy(from, end) {
		return event.Value{}
	}
	return d.aim(from, end)
}

// ofPolicy reports whether tokens [first, end) name a policy ("a decree", "a
// waiver") in an article that has told an act of trade, or one that it speaks
// of as known ("the step").
func (d *draft) ofPolicy(first, end int) bool {
	known := d.v.lower(first) == "the" || d.v.lower(first-1) == "the"
	return (known || len(d.v.told) > 0) && d.v.has(first, end, "%policy_noun")
}

// described is the target that the pattern captured as _about; for "it" and the
// like, the act it refers to.
func (d *draft) described() event.Value {
	if !d.asserted() {
		return event.Value{}
	}
	return d.felt()
}

// felt is the same where the trigger is a noun ("unease over the levy").
func (d *draft) felt() event.Value {
	if d.denied() {
		return event.Value{}
	}
	r, ok := d.captures["_about"]
	if !ok {
		return d.referred()
	}
	if e, ok := d.v.at(r.First, "%back_reference"); ok && e.End >= r.End {
		return d.referred()
	}
	from, end := d.phrase(r.First)
	if e, ok := d.v.at(from, labelActor); ok && (d.v.lower(e.End) == "a" || d.v.lower(e.End) == "an") {
		return event.Value{} // "calling Peru a bully" judges no policy
	}
	if d.end > r.End && !d.v.hasAt(r.End-1, "%preposition") {
		end = min(end, r.End)
	}
	if from >= end || !d.v.ofTrade(from, end) && !d.v.pointsBack(from, end) && !d.ofPolicy(from, end) {
		return event.Value{}
	}
	return d.aim(from, end)
}

// opposed is the object of a verb of opposition; where it does not name a
// matter of trade itself, the sentence must.
func (d *draft) opposed() event.Value {
	if d.denied() || !d.asserted() || d.purpose() {
		return event.Value{}
	}
	return d.aim(d.instance(d.phrase(d.trigger.End)))
}

// instance is what tokens [first, end) are said to be, where they name no matter
// of trade: "recent steps, such as the end of the quota".
func (d *draft) instance(first, end int) (from, stop int) {
	if e, ok := d.v.at(end, "%for_instance"); ok && !d.v.ofTrade(first, end) {
		if from, stop = d.phrase(e.End); from < stop {
			return from, stop
		}
	}
	return first, end
}

// refused is what the holder will not do or take.
func (d *draft) refused() event.Value {
	if d.denied() {
		return event.Value{}
	}
	return d.strict(d.trigger.End)
}

// aim gives the words of the target; empty where they are not about trade and
// nothing in the sentence is.
func (d *draft) aim(first, end int) event.Value {
	v := d.v
	if v.pointsBack(first, end) {
		if a := d.stanceBefore(); a != nil && end-first == 1 {
			return a.slots["target"]
		}
		if t := d.questioned(); !t.Empty() {
			return d.pointed(first, end, t)
		}
		if e, ok := v.matterBefore(d.trigger.First); ok {
			return d.pointed(first, end, event.Text(v.doc.Span(v.nounPhrase(e))))
		}
		if end-first < 2 || !v.ofTrade(v.doc.Sentences[max(0, d.sentence.Index-2)].First, first) {
			return event.Value{}
		}
		return event.Text(v.doc.Span(first, end))
	}
	if first >= end || !v.ofTrade(first, end) && !v.ofTrade(d.sentence.First, d.sentence.End) && !d.ofPolicy(first, end) {
		return event.Value{}
	}
	if head := v.headOf(first, end); end-first <= 2 && v.hasAt(head, "%empty_noun") && !v.ofTrade(first, head) {
		if t := d.pointed(first, end, d.lately()); !t.Empty() {
			return t
		}
	}
	d.vague = v.unnamed(first, end)
	return event.Text(strings.TrimSpace(v.doc.Span(first, end)))
}

// ofTrade reports whether tokens [first, end) name a matter of trade.
func (v *view) ofTrade(first, end int) bool {
	for _, label := range []string{"%stance_matter", "INSTRUMENT", labelRate, labelPact, "%talk_verb"} {
		if v.has(first, end, label) {
			return true
		}
	}
	return false
}

// closesTarget reports whether a target ends before token i; inside says that
// it has begun.
func (v *view) closesTarget(i int, inside bool) bool {
	switch v.lower(i) {
	case ",", ".", ";", ":", "?", "!", "(", ")", `"`, "--":
		return true
	}
	return inside && (v.hasAt(i, "%target_stop") && !(v.lower(i) == "through" && v.has(i, i+5, labelTalks)) || v.hasAt(i, "%say") && !v.doc.Tokens[i].Capital() && !v.saidOf(i))
}

// saidOf reports whether the word at token i, which may be a verb of saying, is
// the noun of an adjective before it: "on trumped-up charges".
func (v *view) saidOf(i int) bool {
	return strings.HasPrefix(v.tag(i), "NN") && (strings.HasPrefix(v.tag(i-1), "JJ") || v.tag(i-1) == "VBN")
}
