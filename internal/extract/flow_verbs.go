package extract

import (
	"github.com/tradewire/tradewire/internal/document"
	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/ontology"
)

// flowVerbResolvers are the ways to read trade told without a noun for it:
// "a third of Kenyan roses went to Poland", "copper bound for China".
func flowVerbResolvers() map[string]resolver {
	return map[string]resolver{
		"origin_owner": func(d *draft) event.Value { return event.Text(d.originOwner()) },
		"buyer":        func(d *draft) event.Value { return event.Text(d.buyer()) },
		"way_of_goods": func(d *draft) event.Value { return event.Text(d.wayOfGoods()) },
		"share_of":     func(d *draft) event.Value { return d.shareOf() },
	}
}

// originOwner is whose goods the part is of: the country behind "of".
func (d *draft) originOwner() string {
	if d.supposed() || !d.v.has(d.sentence.First, d.sentence.End, labelGoods) && !d.v.has(d.sentence.First, d.sentence.End, labelFlow) && !d.v.has(d.sentence.First, d.sentence.End, ontology.LabelSector) {
		return ""
	}
	for i := d.first; i < d.end; i++ {
		if d.v.lower(i) != "of" {
			continue
		}
		for k := i + 1; k < min(i+4, d.end); k++ {
			if e, ok := d.v.trader(k); ok {
				return e.Value
			}
		}
	}
	return ""
}

// buyer is the other country of the match.
func (d *draft) buyer() string {
	for _, e := range d.v.within(d.first, d.end, ontology.LabelCountry) {
		if e.Value != d.slots["reporter"].Text && !isBody(e.Value) {
			return e.Value
		}
	}
	return ""
}

// wayOfGoods tells exports from imports by the word behind the goods: what
// comes from a country is imported.
func (d *draft) wayOfGoods() string {
	for i := d.trigger.First; i < d.trigger.End; i++ {
		if d.v.lower(i) == "from" {
			return "imports"
		}
	}
	return "exports"
}

// shareOf is the part of the whole that the match tells: "36 percent", "a
// third".
func (d *draft) shareOf() event.Value {
	for _, label := range [...]string{labelPercent, "%part_of"} {
		for _, e := range d.v.within(d.first, d.end, label) {
			return event.Text(d.v.doc.Span(e.First, e.End))
		}
	}
	return event.Value{}
}

// recordBefore reports "record" just before the flow: "record chip exports".
func (d *draft) recordBefore() bool {
	at := d.flowAt().First
	for i := at - 1; i >= max(d.sentence.First, at-3); i-- {
		if d.v.lower(i) == "record" {
			return true
		}
	}
	return false
}

// publishingCountry is whose figures the publisher gives: that of a statistics
// office or ministry whose name has a country in it.
func (v *view) publishingCountry() string {
	if v.meta.Official && v.meta.Country != "" {
		return v.meta.Country
	}
	country, office := "", false
	for _, e := range v.o.Gazetteer.Find(document.New(v.meta.Publisher).Tokens) {
		switch e.Label {
		case ontology.LabelCountry:
			if country == "" && !isBody(e.Value) {
				country = e.Value
			}
		case "%statistician":
			office = true
		}
	}
	if !office {
		return ""
	}
	return country
}
