package extract

import (
	"slices"
	"strings"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/ontology"
)

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
func (d *draft) move() event.Value { return d.actSince(d.sentence.Index) }

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

// questioned is the act that the question tells first to which the draft's sentence
// begins the answer.
func (d *draft) questioned() event.Value {
	v := d.v
	first, _, ok := v.turnStart(d.sentence.Index)
	if !ok || first != d.sentence.First || d.sentence.Index == 0 {
		return event.Value{}
	}
	question := v.doc.Sentences[d.sentence.Index-1].Paragraph
	for _, a := range v.told {
		if a.v == v && a.sentence.Paragraph == question && a.isAct() {
			return event.Text(a.phrased())
		}
	}
	return event.Value{}
}

// resumed is what the holder spoke of before in such words: the target of the
// last like stance of the same holder nearby, else the act referred to.
func (d *draft) resumed() event.Value {
	for _, a := range slices.Backward(d.v.told) {
		if a.v != d.v || a.sentence.Index < d.sentence.Index-turnReach/4 {
			break
		}
		if a.kind.Name == d.kind.Name && a.slots["holder"].Text == d.slots["holder"].Text && a.slots["position"].Text == d.slots["position"].Text {
			return a.slots["target"]
		}
	}
	return d.referred()
}

// saysNothing reports whether the phrase at tokens [first, end) only blames an act
// that it does not name ("its wrong practices").
func (v *view) saysNothing(first, end int) bool {
	head := v.headOf(first, end)
	return v.hasAt(head, "%empty_noun") && !v.ofTrade(first, head)
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
		for end++; end < stop && !v.closesTarget(end, true) && !v.hasAt(end, "%preposition") && !v.hasAt(end, "%harms") && !v.finite(end); end++ {
		}
	}
	return first, v.untilNoun(e.End, end)
}

// pointed is a target of which tokens [first, end) only point to an act: its own
// noun and what it stands for, "decision (25% tariff on cars)".
func (d *draft) pointed(first, end int, act event.Value) event.Value {
	head := d.v.headOf(first, end)
	if act.Empty() || !d.v.hasAt(head, "%empty_noun") || strings.Contains(act.Text, d.v.lower(head)) || strings.Contains(act.Text, "(") {
		return act
	}
	return event.Text(d.v.lower(head) + " (" + act.Text + ")")
}

// stoodFor is the act alone of what pointed gives.
func stoodFor(target string) string {
	if _, act, ok := strings.Cut(target, " ("); ok {
		return strings.TrimSuffix(act, ")")
	}
	return target
}

// pointsBack is true for a target that only refers to one named before.
func (v *view) pointsBack(first, end int) bool {
	e, ok := v.at(first, "%back_reference")
	return ok && e.End == end
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
	if v.hasAt(d.trigger.End, "%talk_verb") { // "if they want to talk"
		return event.Text(v.doc.Span(d.phrase(d.trigger.End)))
	}
	return event.Value{}
}
