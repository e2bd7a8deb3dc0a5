package extract

import (
	"reflect"
	"slices"

	"github.com/tradewire/tradewire/internal/event"
)

// maxClaims bounds the claims of one kind in an article: a text with more is a
// register, and comparing each with each would take too long.
const maxClaims = 300

// merge makes one draft of those that assert the same: later ones only add
// slots. The title's come first, but the body's words are the evidence.
func merge(drafts []*draft) []*draft {
	var out []*draft
	byKind := map[string][]*draft{}
	for _, d := range drafts {
		of := byKind[d.kind.Name]
		if at := slices.IndexFunc(of, func(e *draft) bool { return e.same(d) }); at >= 0 {
			if of[at].yields(d) {
				d.absorb(of[at])
				out[slices.Index(out, of[at])], of[at] = d, d
				continue
			}
			of[at].absorb(d)
			continue
		}
		if len(of) < maxClaims {
			byKind[d.kind.Name] = append(of, d)
			out = append(out, d)
		}
	}
	out = reminded(settle(out))
	notYet(out)
	return slices.DeleteFunc(out, func(d *draft) bool { return d.v.title && !d.inBody() })
}

// yields reports whether d comes of a rule that only speaks where nothing else
// does, and e is of talks or sets a condition: then e's slots are the claim's.
func (d *draft) yields(e *draft) bool {
	return len(d.rule.UnlessSaid) > 0 && len(e.rule.UnlessSaid) == 0 && !e.v.title &&
		(d.kind.Name == "negotiation" || d.kind.Name == "stance" && e.slots["position"].Text == "conditional")
}

// same compares the slots that the rule set names under merge. A list that
// says nothing agrees with any other; rates must not contradict.
func (d *draft) same(e *draft) bool {
	if d.kind.Name != e.kind.Name {
		return false
	}
	if d.kind.Name == "measure" && stage(d.slots["status"].Text) != stage(e.slots["status"].Text) {
		return false
	}
	for _, slot := range d.set.Merge {
		a, b := d.slots[slot], e.slots[slot]
		if d.slotType(slot) == event.TypeCountries && (len(a.List) == 0 || len(b.List) == 0) {
			continue
		}
		if slot == "complainant" && (a.Empty() || b.Empty()) && d.sameCase(e) {
			continue
		}
		if slot == "target" && alike(a.Text, b.Text) && d.agrees(e) {
			continue
		}
		if !equal(a, b) {
			return false
		}
	}
	return d.kind.Name != "measure" || !d.otherRate(e) && !d.otherAct(e)
}

// agrees reports whether two stances do not contradict: who weighs a thing may
// take a position later, but is not against what one like it is welcome for.
func (d *draft) agrees(e *draft) bool {
	a, b := d.slots["position"].Text, e.slots["position"].Text
	return a == b || a == "neutral" || b == "neutral"
}

// sameCase is true for two claims on a case before one court or panel: it is
// one however seldom the article says who brought it.
func (d *draft) sameCase(e *draft) bool {
	court := d.slots["forum"].Text
	return court != "" && court == e.slots["forum"].Text && d.slots["status"].Text != "alleged" && e.slots["status"].Text != "alleged"
}

// equal compares what two slots say; the order of a list says nothing.
func equal(a, b event.Value) bool {
	return a.Text == b.Text && slices.Equal(sorted(a).List, sorted(b).List) && reflect.DeepEqual(a.Rates, b.Rates)
}

func sorted(v event.Value) event.Value {
	if !slices.IsSorted(v.List) {
		v.List = slices.Sorted(slices.Values(v.List))
	}
	return v
}

// absorb adds what e says beyond d.
func (d *draft) absorb(e *draft) {
	before := d.account.said(d)
	stronger := e.order < d.order
	for slot, v := range e.slots {
		have := d.slots[slot]
		switch {
		case slot == "status" && d.kind.Name == "dispute":
			d.slots[slot] = event.Text(furthest(have.Text, v.Text))
		case slot == "position" && have.Text == "neutral": // who weighs a thing and sets a condition has taken a position
			d.slots[slot] = v
		case have.Empty() || stronger && slot == "status":
			d.slots[slot] = v
		case have.Rates != nil:
			d.slots[slot] = event.Value{Rates: joinRates(have.Rates, v.Rates)}
		case have.List != nil && d.slotType(slot) != event.TypeCountries:
			d.slots[slot] = event.List(unique(append(slices.Clone(have.List), v.List...))...)
		}
	}
	if d.factuality == "" {
		d.factuality = e.factuality
	}
	if stronger {
		d.order = e.order
	}
	d.also = append(d.also, e)
	d.account.absorbed(d, e, before)
}

func joinRates(a, b []event.Rate) []event.Rate {
	out := slices.Clone(a)
	for _, r := range b {
		if !slices.ContainsFunc(out, func(o event.Rate) bool { return sameRate(o, r) }) {
			out = append(out, r)
		}
	}
	return out
}

func sameRate(a, b event.Rate) bool {
	same := func(x, y *float64) bool { return x == nil && y == nil || x != nil && y != nil && *x == *y }
	return same(a.Value, b.Value) && same(a.Min, b.Min) && same(a.Max, b.Max)
}

// inBody moves a title's claim to the passage of the body that tells it;
// false when the body never does.
func (d *draft) inBody() bool {
	for i, e := range d.also {
		if !e.v.title {
			d.v, d.sentence, d.first, d.end, d.trigger = e.v, e.sentence, e.first, e.end, e.trigger
			e.account.give(d)
			d.also = append(slices.Clone(d.also[:i]), d.also[i+1:]...)
			return true
		}
	}
	return false
}
