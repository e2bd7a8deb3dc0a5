package extract

import (
	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/ontology"
)

// place is where a round took place: "in Kuala Lumpur" behind the noun, or
// the name in front of it ("the Geneva talks").
func (d *draft) place() event.Value {
	v := d.v
	if i := d.trigger.First; i > d.sentence.First {
		first := i
		for first > d.sentence.First && (v.hasAt(first-1, "%pact_word") && !upperFirst(v.doc.Tokens[first-1].Norm)) {
			first--
		}
		end := first
		for first > d.sentence.First && upperFirst(v.doc.Tokens[first-1].Norm) && !v.notPlace(first-1) {
			first--
		}
		if first < end && v.lower(first-1) == "the" {
			return event.Text(v.doc.Span(first, end))
		}
	}
	for i := d.sentence.First; i < d.sentence.End; i++ {
		if i >= d.trigger.First-20 && (v.lower(i) == "in" || v.lower(i) == "at") {
			end := i + 1
			for end < d.sentence.End && upperFirst(v.doc.Tokens[end].Norm) && !v.notPlace(end) {
				end++
			}
			if end > i+1 && !v.possessiveAt(end) {
				return event.Text(v.doc.Span(i+1, end))
			}
		}
	}
	return event.Value{}
}

// notPlace is true for what is capitalised for another reason.
func (v *view) notPlace(i int) bool {
	if e, ok := v.covering(i, labelDate); ok && e.End > i {
		return true
	}
	e, ok := v.covering(i, ontology.LabelCountry)
	return ok && (e.How == ontology.HowDemonym || isBody(e.Value) || len(e.Value) > 2 || v.lower(e.End) == "-") ||
		v.hasAt(i, "%pact_word") || v.hasAt(i, labelTalks) || v.hasAt(i, labelDeal) || v.hasAt(i, "%not_place")
}

// round is the place of the talks; where the sentence names none, or only the
// country, the first place of talks that the article names, so that later
// mentions of one round stay one.
func (d *draft) round() event.Value {
	here := d.place()
	v := d.v
	if country := v.countryCalled(here.Text); here.Text != "" && country == "" {
		return here
	}
	for _, e := range v.within(0, len(v.doc.Tokens), labelTalks) {
		other := &draft{v: v, sentence: v.sentence(e.First), trigger: d.trigger}
		other.trigger.First, other.trigger.End = e.First, e.End
		if there := other.place(); there.Text != "" && (here.Text == "" || v.countryCalled(there.Text) == "") {
			return there
		}
	}
	return here
}

// countryCalled is the code of the country of that name, empty for a city.
func (v *view) countryCalled(name string) string {
	for code, known := range v.o.Names {
		if known == name {
			return code
		}
	}
	return ""
}
