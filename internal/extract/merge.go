package extract

import (
	"reflect"
	"slices"

	"github.com/tradewire/tradewire/internal/event"
)

// merge makes one draft of those that assert the same: later ones only add
// slots. The title's come first, but the body's words are the evidence.
func merge(drafts []*draft) []*draft {
	var out []*draft
	for _, d := range drafts {
		if at := slices.IndexFunc(out, func(e *draft) bool { return e.same(d) }); at >= 0 {
			out[at].absorb(d)
			continue
		}
		out = append(out, d)
	}
	out = settle(out)
	return slices.DeleteFunc(out, func(d *draft) bool { return d.v.title && !d.inBody() })
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
		if slot == "target" && alike(a.Text, b.Text) {
			continue
		}
		if !equal(a, b) {
			return false
		}
	}
	return true
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
	stronger := e.order < d.order
	for slot, v := range e.slots {
		have := d.slots[slot]
		switch {
		case slot == "status" && d.kind.Name == "dispute":
			d.slots[slot] = event.Text(furthest(have.Text, v.Text))
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
			d.also = append(slices.Clone(d.also[:i]), d.also[i+1:]...)
			return true
		}
	}
	return false
}

// stage tells the acts that are real (done or decided) from those that are
// planned or threatened and those refused: an article that tells two of these
// of one measure tells of two acts.
func stage(status string) string {
	switch status {
	case "proposed", "threatened":
		return "planned"
	case "rejected":
		return status
	}
	return "real"
}

// settle gives a measure whose doer is only guessed to the one of the article
// that has the same instrument, direction and stage and a doer named in its
// own words: a second mention is likelier than a second measure.
func settle(drafts []*draft) []*draft {
	var out []*draft
	for _, d := range drafts {
		at := -1
		if d.guessed() {
			at = slices.IndexFunc(drafts, func(e *draft) bool { return e != d && !e.guessed() && e.covers(d) })
		}
		if at < 0 {
			out = append(out, d)
			continue
		}
		drafts[at].also = append(drafts[at].also, d)
	}
	return out
}

// covers reports whether d may be a second mention of e: neither says
// anything of whose goods, or both the same.
func (d *draft) covers(e *draft) bool {
	if d.kind.Name != "measure" || e.kind.Name != "measure" {
		return false
	}
	return d.slots["instrument"].Text == e.slots["instrument"].Text && direction(d.slots["action"].Text) == direction(e.slots["action"].Text) &&
		stage(d.slots["status"].Text) == stage(e.slots["status"].Text)
}

// guessed is true where the words of the measure do not say who acts: no
// "by", no owner, no subject of its own.
func (d *draft) guessed() bool {
	if d.kind.Name != "measure" {
		return false
	}
	if _, set := d.rule.Set["by"]; set {
		return false
	}
	for _, e := range append([]*draft{d}, d.also...) {
		if e.byAgent() != nil || e.possessor() != nil {
			return false
		}
		if !e.named() && e.leftSubject() != nil {
			return false
		}
	}
	return true
}

// direction is what an act does to trade: restrict it, ease it, or open a case.
func direction(action string) string {
	switch action {
	case "impose", "raise", "extend":
		return "restricting"
	case "investigate":
		return action
	}
	return "easing"
}
