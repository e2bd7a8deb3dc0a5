package extract

import (
	"slices"
	"strings"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/ontology"
)

// maxTarget is the length of a stance's target in tokens.
const maxTarget = 14

// object is what a stance is about where it stands behind the trigger
// ("opposes the levy"); for "this" and "it", the matter named before.
func (d *draft) object() event.Value {
	if !d.asserted() || d.slots["position"].Text == "neutral" && d.wished() {
		return event.Value{}
	}
	return d.strict(d.trigger.End)
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
	for end < min(d.sentence.End, first+maxTarget) && (v.lower(end) == "," && v.hasAt(end+1, "%stop_act") || !v.closesTarget(end, end > first) || end > first && v.shortQuote(end)) {
		end++
	}
	return first, end
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
	if len(acts) == 0 {
		return event.Value{}
	}
	return d.strict(acts[0].End)
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
	from, end := d.phrase(first)
	if !v.ofTrade(from, end) && (end-from < 2 || !d.ofPolicy(from, end) && !v.has(from, end, "%concord")) || v.has(from, min(from+2, end), "%strike") {
		return event.Value{} // who is ready to strike back announces an act
	}
	if t := d.aim(from, end); !t.Empty() || from >= end || d.sentence.Index == 0 {
		return t
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
	return !v.hasAt(at-1, "%possible") && v.lower(at-2) != "most" // "most-favoured"
}

// endorsed is the object of a verb of support that stands for itself: not
// "to uphold", not a participle.
func (d *draft) endorsed() event.Value {
	v := d.v
	if d.denied() || d.wished() || !d.asserted() {
		return event.Value{}
	}
	at := d.trigger.First
	for v.hasAt(at-1, "%adverb") {
		at--
	}
	if strings.HasSuffix(v.lower(d.trigger.First), "ing") && !v.hasAt(at-1, "%be") || v.hasAt(at-1, "%not_finite") && !d.joined(at-1) {
		return event.Value{}
	}
	return d.strict(d.trigger.End)
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
			case "TO", "VBG", "WDT":
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

// talks are the talks or the deal that a party sets conditions for: those the
// sentence names, else those named last before it.
func (d *draft) talks() event.Value {
	v := d.v
	for n := d.sentence.Index; n >= max(0, d.sentence.Index-6); n-- {
		s := v.doc.Sentences[n]
		for _, label := range [...]string{labelTalks, labelDeal, labelPact} {
			for _, e := range v.within(s.First, s.End, label) {
				return event.Text(v.doc.Span(v.widened(e.First, e.End)))
			}
		}
	}
	return event.Value{}
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
	if d.end > r.End && !d.v.hasAt(r.End-1, "%preposition") {
		end = min(end, r.End)
	}
	if from >= end || !d.v.ofTrade(from, end) && !d.v.pointsBack(from, end) && !d.ofPolicy(from, end) {
		return event.Value{}
	}
	return d.aim(from, end)
}

// bond is the agreement that the pattern captured: by its name, where the text
// only points to one it named before ("the 20-year-old pact").
func (d *draft) bond() event.Value {
	t := d.described()
	r, ok := d.captures["_about"]
	if t.Empty() || !ok || !d.v.hasAt(r.First, "%determiner") && d.v.lower(r.First) != "the" {
		return t
	}
	from, end := d.phrase(r.First)
	if !d.v.has(from, end, labelDeal) || d.v.has(from, end, labelPact) {
		return t
	}
	for i := r.First - 1; i >= d.v.doc.Sentences[max(0, d.sentence.Index-turnReach)].First; i-- {
		if e, named := d.v.at(i, labelPact); named && d.v.doc.Tokens[i].Capital() {
			return event.Text(d.v.doc.Span(e.First, e.End))
		}
	}
	return t
}

// referred is what "it" stands for, or what a sentence without an object is
// about: the target of the stance told just before, else the act of trade.
func (d *draft) referred() event.Value {
	if a := d.stanceBefore(); a != nil {
		return a.slots["target"]
	}
	for _, a := range d.nearestActs() {
		if a.v != d.v || a.sentence.Index != d.sentence.Index || a.trigger.First < d.trigger.First {
			return event.Text(a.phrased())
		}
	}
	if e, ok := d.v.matterBefore(d.trigger.First); ok {
		return event.Text(d.v.doc.Span(d.v.nounPhrase(e)))
	}
	return event.Value{}
}

// move is the act told in the same sentence, "a move that they decried as
// harsh", else what another way refers to.
func (d *draft) move() event.Value {
	for _, a := range slices.Backward(d.v.told) {
		if a.v != d.v || a.sentence.Index != d.sentence.Index {
			break
		}
		if a.isAct() && a.trigger.First < d.trigger.First {
			return event.Text(a.phrased())
		}
	}
	return d.referred()
}

// stanceBefore is the stance told last in this sentence or the one before
// ("Spain opposes the accord; Portugal backs it"), nil when there is none.
func (d *draft) stanceBefore() *draft {
	for _, a := range slices.Backward(d.v.told) {
		if a.v != d.v || a.sentence.Index < d.sentence.Index-1 {
			break
		}
		if a.kind.Name == d.kind.Name && a.trigger != d.trigger {
			return a
		}
	}
	return nil
}

// opposed is the object of a verb of opposition; where it does not name a
// matter of trade itself, the sentence must.
func (d *draft) opposed() event.Value {
	if d.denied() || !d.asserted() {
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
func (d *draft) refused() event.Value { return d.strict(d.trigger.End) }

// alike reports whether two targets say the same: half of the shorter one's
// words stand in the longer.
func alike(a, b string) bool {
	x, y := strings.Fields(strings.ToLower(a)), strings.Fields(strings.ToLower(b))
	if len(x) > len(y) {
		x, y = y, x
	}
	n := 0
	for _, w := range x {
		if len(w) > 3 && slices.Contains(y, w) {
			n++
		}
	}
	return n*2 >= len(x) && n > 0
}

// aim gives the words of the target; empty where they are not about trade and
// nothing in the sentence is.
func (d *draft) aim(first, end int) event.Value {
	v := d.v
	if v.pointsBack(first, end) {
		if a := d.stanceBefore(); a != nil && end-first == 1 {
			return a.slots["target"]
		}
		if e, ok := v.matterBefore(d.trigger.First); ok {
			return event.Text(v.doc.Span(v.nounPhrase(e)))
		}
		if end-first < 2 || !v.ofTrade(v.doc.Sentences[max(0, d.sentence.Index-2)].First, first) {
			return event.Value{}
		}
		return event.Text(v.doc.Span(first, end))
	}
	if first >= end || !v.ofTrade(first, end) && !v.ofTrade(d.sentence.First, d.sentence.End) && !d.ofPolicy(first, end) {
		return event.Value{}
	}
	return event.Text(strings.TrimSpace(v.doc.Span(first, end)))
}

// ofTrade reports whether tokens [first, end) name a matter of trade.
func (v *view) ofTrade(first, end int) bool {
	return v.has(first, end, "%stance_matter") || v.has(first, end, "INSTRUMENT") || v.has(first, end, labelRate)
}

// pointsBack is true for a target that only refers to one named before.
func (v *view) pointsBack(first, end int) bool {
	e, ok := v.at(first, "%back_reference")
	return ok && e.End == end
}

// matterBefore finds the act of trade that was named last before token i, in
// this sentence, the five before it, or the question of a transcript.
func (v *view) matterBefore(i int) (ontology.Entity, bool) {
	s := v.doc.SentenceOf(i)
	from := v.doc.Sentences[max(0, s-5)].First
	for k := i - 1; k >= from; k-- {
		if e, ok := v.at(k, "INSTRUMENT"); ok && e.End <= i {
			return e, true
		}
	}
	return ontology.Entity{}, false
}

// nounPhrase widens an entity to the words that modify it: those before it up
// to a verb, preposition or mark, and "on X" or "against X" behind.
func (v *view) nounPhrase(e ontology.Entity) (first, end int) {
	s := v.sentence(e.First)
	first, end = e.First, e.End
	for first > max(s.First, e.First-5) && !v.closesTarget(first-1, true) && !v.hasAt(first-1, "%preposition") && !v.hasAt(first-1, "%determiner") && !v.hasAt(first-1, "%say") {
		first--
	}
	if v.hasAt(end, "%against") {
		stop := min(s.End, end+6)
		for end++; end < stop && !v.closesTarget(end, true) && !v.hasAt(end, "%preposition"); end++ {
		}
	}
	return first, end
}

// closesTarget reports whether a target ends before token i; inside says that
// it has begun.
func (v *view) closesTarget(i int, inside bool) bool {
	switch v.lower(i) {
	case ",", ".", ";", ":", "?", "!", "(", ")", `"`, "--":
		return true
	}
	return inside && (v.hasAt(i, "%target_stop") || v.hasAt(i, "%say") && !v.doc.Tokens[i].Capital())
}
