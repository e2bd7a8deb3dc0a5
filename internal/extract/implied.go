package extract

import (
	"slices"
	"strings"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/ontology"
)

// unlifted makes of an end that is only asked for or denied ("wants Peru to
// lift its duty", "has not eased the curbs") the measure that still stands.
func (d *draft) unlifted() {
	r, captured := d.captures["instrument"]
	if d.kind.Name != "measure" || !captured || d.slots["status"].Text != dropped || d.none() {
		return
	}
	switch d.slots["action"].Text {
	case "lower", "suspend", "remove":
	default:
		return
	}
	if e, ok := d.v.at(r.First, "PROBE"); ok && e.End >= r.End {
		return
	}
	by := d.slots["by"].List
	if d.namedSubject() == nil || slices.Equal(by, d.complainer("%seeker")) || slices.Equal(by, d.complainer("%complaint")) {
		return // he who asks has not imposed it
	}
	d.slots["action"], d.slots["status"] = event.Text("impose"), event.Text("in_force")
	d.account.filled("action", "stands, as its end is only asked for or denied", "")
}

// towards lets the rates say which way a tariff goes: "lift the duty from 12
// to 25 percent" raises it, "to 15 percent, down from 25" lowers it.
func (d *draft) towards() {
	if d.kind.Name != "measure" || !slices.Contains([]string{"tariff", "trade_remedy", "port_fee"}, d.slots["instrument"].Text) {
		return
	}
	was, now, ok := d.moved()
	if !ok || was == now {
		return
	}
	action := d.slots["action"].Text
	switch action {
	case "impose", "raise", "lower", "remove":
	default:
		return
	}
	way := "raise"
	if now < was {
		way = "lower"
	}
	if now == 0 {
		way = "remove"
	}
	if way != action {
		d.slots["action"] = event.Text(way)
		d.account.filled("action", "which way the rates go", "")
	}
}

// moved is the rate before and after that the clause tells of the measure:
// "from 12 to 25", "to 25 from 12", "25, up from 12". ok is false where it
// tells none, or more than one pair.
func (d *draft) moved() (was, now float64, ok bool) {
	first, end := d.clause()
	at := -1
	for _, e := range d.v.within(max(first, d.trigger.First-rateReach), min(end, d.trigger.End+2*rateReach), labelRate) {
		if at < 0 && (d.v.wordBefore(e.First, "from") || d.v.replaced(e)) {
			at = e.Ref
		}
	}
	if at < 0 {
		return d.lifted(end)
	}
	if d.v.rates[at].Value == nil {
		return 0, 0, false
	}
	old := d.v.rates[at]
	for _, k := range []int{at + 1, at - 1} {
		if k < 0 || k >= len(d.v.rates) {
			continue
		}
		r := d.v.rates[k]
		if r.Value == nil || r.Unit != old.Unit || r.First < first || r.End > end || r.First-old.End > pairReach || old.First-r.End > pairReach {
			continue
		}
		if k > at && d.v.wordBefore(r.First, "to") || k < at && !d.v.wordBefore(r.First, "from") {
			return *old.Value, *r.Value, true
		}
	}
	return 0, 0, false
}

// replaced reports the rate that another takes the place of: "in place of the
// 25% now payable", "against 25% until now".
func (v *view) replaced(e ontology.Entity) bool {
	for k := max(0, e.First-5); k < e.First; k++ {
		if c, ok := v.at(k, "%in_place_of"); ok && c.End <= e.First && c.End >= e.First-2 {
			return true
		}
		if v.lower(k) == "against" && k >= e.First-2 && v.has(e.End, e.End+5, "%until_now") {
			return true
		}
	}
	return false
}

// lifted reads "the 10 percent duty to 25 percent": the rate beside the name
// of the measure is the one before.
func (d *draft) lifted(end int) (was, now float64, ok bool) {
	r, captured := d.captures["instrument"]
	if !captured || !strings.HasPrefix(d.v.tag(d.trigger.First), "VB") || r.First < d.trigger.First {
		return 0, 0, false
	}
	for k, old := range d.v.rates {
		if k+1 >= len(d.v.rates) || old.First < d.trigger.End || old.End > r.First || old.Value == nil {
			continue
		}
		next := d.v.rates[k+1]
		if next.Value != nil && next.Unit == old.Unit && next.First >= r.End && next.End <= end && next.First-r.End < rateReach && d.v.wordBefore(next.First, "to") {
			return *old.Value, *next.Value, true
		}
	}
	return 0, 0, false
}

// How far from its measure a rate may stand, and from the rate it followed.
const (
	rateReach = 12
	pairReach = 9
)

// wordBefore reports that the word stands right before token i, small words
// such as "about" passed over.
func (v *view) wordBefore(i int, word string) bool {
	return v.lower(v.skipped(i)-1) == word || v.lower(i-1) == word || v.lower(i-2) == word && v.tag(i-1) != "CD"
}

// spelledOut drops the countermeasures of a government whose duties, curbs or
// lists the article tells of: those are the countermeasures.
func spelledOut(drafts []*draft) []*draft {
	return slices.DeleteFunc(slices.Clone(drafts), func(d *draft) bool {
		return d.taken("other") && !d.v.has(d.sentence.First, d.sentence.End, "%beside_tariffs") && slices.ContainsFunc(drafts, func(e *draft) bool {
			return e != d && e.kind.Name == "measure" && e.slots["instrument"].Text != "other" && e.taken(e.slots["instrument"].Text) &&
				meets(d.slots["by"].List, e.slots["by"].List) && (len(e.slots["on"].List) == 0 || len(d.slots["on"].List) == 0 || meets(d.slots["on"].List, e.slots["on"].List))
		})
	})
}

// taken is true for a measure of the instrument that a government has put up
// or decided on.
func (d *draft) taken(instrument string) bool {
	if d.kind.Name != "measure" || d.slots["instrument"].Text != instrument || direction(d.slots["action"].Text) != "restricting" || stage(d.slots["status"].Text) != "real" {
		return false
	}
	r, ok := d.captures["instrument"]
	return instrument != "other" || ok && d.v.has(r.First, r.End, "COUNTER")
}
