package extract

import (
	"strconv"

	"github.com/tradewire/tradewire/internal/event"
)

// amended is what an act does that takes one rate out of a law on customs and
// puts another in: it raises the duty, lowers it or does away with it. Empty
// where the text speaks of no duty, or a rate is no number.
func (d *draft) amended() string {
	was, okWas := d.percentIn("_old")
	now, okNow := d.percentIn("_new")
	switch speaks := d.v.has(0, d.sentence.End, labelRateNoun) || d.v.has(0, d.sentence.End, "%rate_context"); {
	case !speaks, !okWas, !okNow, was == now:
		return ""
	case now == 0:
		return "remove"
	case was == 0:
		return "impose"
	case now > was:
		return "raise"
	}
	return "lower"
}

// amendedRates are both rates, the old one first.
func (d *draft) amendedRates() event.Value {
	var out []event.Rate
	for _, slot := range []string{"_old", "_new"} {
		if value, ok := d.percentIn(slot); ok {
			out = append(out, event.Rate{Value: &value, Unit: "percent", Qualifier: "exact"})
		}
	}
	return event.Value{Rates: out}
}

// percentIn reads the percentage that the pattern captured; "free" and "nil"
// are 0.
func (d *draft) percentIn(slot string) (value float64, ok bool) {
	r, captured := d.captures[slot]
	if !captured {
		return 0, false
	}
	switch d.v.lower(r.First) {
	case "free", "nil", "zero":
		return 0, true
	}
	for _, e := range d.v.within(r.First, r.End, labelPercent) {
		value, err := strconv.ParseFloat(e.Value, 64)
		return value, err == nil
	}
	return 0, false
}
