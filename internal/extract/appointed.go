package extract

import (
	"slices"
	"strings"

	"github.com/tradewire/tradewire/internal/document"
	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/ontology"
)

// withAppointed adds those whom a claim names to a post or out of one: who is
// named to act for a government is an official, though no title stands by
// the name.
func (r *reading) withAppointed(known []event.Official) []event.Official {
	for _, d := range r.claims {
		if d.kind.Name != "appointment" || d.slots["country"].Empty() {
			continue
		}
		for _, slot := range []string{"person", "predecessor"} {
			name := d.slots[slot].Text
			if name == "" || slices.ContainsFunc(known, func(o event.Official) bool { return sharesName(o.Name, name) }) {
				continue
			}
			o := event.Official{Name: name, Country: r.served(d, slot), Evidence: d.evidence()[:1], Rule: d.rule.ID}
			if slot == "person" {
				o.Role = d.slots["role"].Text
			}
			known = append(known, o)
		}
	}
	return known
}

// served is for whom the person of the slot acts: the international body for
// one who holds or held its post, else the country that names or loses them.
func (r *reading) served(d *draft, slot string) string {
	action := d.slots["action"].Text
	if slot == "predecessor" || action == "resign" || action == "dismiss" {
		for _, e := range r.x.o.Gazetteer.Find(document.New(d.slots["role"].Text).Tokens) {
			if e.Label == ontology.LabelCountry && isBody(e.Value) {
				return e.Value
			}
		}
	}
	return d.slots["country"].Text
}

// sharesName reports whether one name is the other or a part of it.
func sharesName(a, b string) bool {
	for _, part := range strings.Fields(b) {
		if !slices.Contains(strings.Fields(a), part) {
			return strings.Contains(b, a)
		}
	}
	return true
}
