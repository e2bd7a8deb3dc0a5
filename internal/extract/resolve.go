package extract

import (
	"maps"
	"slices"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/ontology"
)

// resolver finds what fills a slot that no pattern captured; an empty Value
// when the article does not say.
type resolver func(d *draft) event.Value

// resolvers lists the ways that pipelines/patterns may name under resolve.
func resolvers() map[string]resolver {
	out := map[string]resolver{
		"subject":   func(d *draft) event.Value { return list(d.subject()) },
		"opponent":  func(d *draft) event.Value { return list(d.opponent()) },
		"target":    func(d *draft) event.Value { return list(d.target()) },
		"holder":    func(d *draft) event.Value { return d.holder() },
		"speaker":   func(d *draft) event.Value { return d.speaker() },
		"move":      func(d *draft) event.Value { return d.move() },
		"reputed":   func(d *draft) event.Value { return d.reputed() },
		"sayer":     func(d *draft) event.Value { return d.sayer() },
		"object":    func(d *draft) event.Value { return d.object() },
		"endorsed":  func(d *draft) event.Value { return d.endorsed() },
		"opposed":   func(d *draft) event.Value { return d.opposed() },
		"agent":     func(d *draft) event.Value { return d.agent() },
		"pledged":   func(d *draft) event.Value { return d.pledged() },
		"stopped":   func(d *draft) event.Value { return d.stopped() },
		"theme":     func(d *draft) event.Value { return d.theme() },
		"accuser":   func(d *draft) event.Value { return d.accuser() },
		"accused":   func(d *draft) event.Value { return list(d.accused()) },
		"plaintiff": func(d *draft) event.Value { return d.plaintiff() },
		"defendant": func(d *draft) event.Value { return d.defendant() },
		"forum":     func(d *draft) event.Value { return d.forum() },
		"convicted": func(d *draft) event.Value { return d.convicted() },
		"suitor":    func(d *draft) event.Value { return d.suitor() },
		"sued":      func(d *draft) event.Value { return d.sued() },
		"bothsides": func(d *draft) event.Value { return d.bothSides() },
		"refused":   func(d *draft) event.Value { return d.refused() },
		"quote":     func(d *draft) event.Value { return d.quote() },
		"status":    func(d *draft) event.Value { return event.Text(d.status()) },
		"rates":     func(d *draft) event.Value { return d.v.ratesIn(d.rated()) },
		"sectors":   func(d *draft) event.Value { return d.v.sectorsIn(d.clause()) },
	}
	maps.Copy(out, verdictResolvers())
	maps.Copy(out, talksResolvers())
	maps.Copy(out, measureResolvers())
	maps.Copy(out, flowResolvers())
	maps.Copy(out, flowVerbResolvers())
	maps.Copy(out, marketResolvers())
	maps.Copy(out, sharePriceResolvers())
	maps.Copy(out, postResolvers())
	maps.Copy(out, moveResolvers())
	return out
}

func list(codes []string) event.Value {
	if len(codes) == 0 {
		return event.Value{}
	}
	return event.List(codes...)
}

func first(codes []string) event.Value {
	if len(codes) == 0 {
		return event.Value{}
	}
	return event.Text(codes[0])
}

// rated is where the rates of a measure are looked for: its clause; of an
// inquiry, what stands behind it, for it may be told after a duty.
func (d *draft) rated() (first, end int) {
	first, end = d.clause()
	if d.slots["action"].Text == "investigate" {
		first = d.trigger.First
	}
	return first, end
}

// codesIn lists the countries and bodies named in tokens [first, end), in
// order and each once; actors count before bare names.
func (v *view) codesIn(first, end int) []string {
	var out []string
	for i := first; i < end; i++ {
		if e, ok := v.at(i, labelActor); ok && e.End <= end {
			out = append(out, v.actors[e.Ref].codes...)
			i = e.End - 1
			continue
		}
		if e, ok := v.at(i, ontology.LabelCountry); ok && e.End <= end {
			out = append(out, e.Value)
		}
		if _, ok := v.at(i, "%world"); ok {
			out = append(out, "WORLD")
		}
	}
	return unique(out)
}

func unique(in []string) []string {
	var out []string
	for _, s := range in {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// ratesIn gives the tariff rates inside tokens [first, end).
func (v *view) ratesIn(first, end int) event.Value {
	var out []event.Rate
	for _, e := range v.within(first, end, labelRate) {
		r := v.rates[e.Ref].Rate
		out = append(out, event.Rate{Value: r.Value, Min: r.Min, Max: r.Max, Unit: r.Unit, Qualifier: r.Qualifier})
	}
	return event.Value{Rates: out}
}

// sectorsIn gives the codes of the sectors inside tokens [first, end).
func (v *view) sectorsIn(first, end int) event.Value {
	var out []string
	for _, e := range v.within(first, end, ontology.LabelSector) {
		out = append(out, e.Value)
	}
	if len(out) == 0 {
		return event.Value{}
	}
	return event.List(slices.Sorted(slices.Values(unique(out)))...)
}
