package extract

import (
	"slices"

	"github.com/tradewire/tradewire/internal/document"
	"github.com/tradewire/tradewire/internal/ontology"
)

// bordersSaid counts the sentences of a text that speak of goods, ships or
// rules at a border without a word of trade: a flow of goods, a trade remedy
// or the like beside a country or a good counts one, beside both two; a bare
// duty or levy, which may be of no border, counts only beside both, and one.
// Sentences on what households pay at home (power, fares, phones) count
// nothing.
func (v *view) bordersSaid() int {
	n := 0
	for _, s := range v.doc.Sentences {
		if !v.has(s.First, s.End, "%at_home") && !v.has(s.First, s.End, "%trade_article") {
			n += max(0, v.crosses(s))
		}
	}
	return n
}

// crosses counts the country and the good beside a word of borders in the
// sentence; less one where the word is a bare duty.
func (v *view) crosses(s document.Sentence) int {
	n := 0
	for _, label := range []string{ontology.LabelCountry, ontology.LabelSector} {
		if v.has(s.First, s.End, label) {
			n++
		}
	}
	for i := s.First; i < s.End; i++ {
		for _, e := range v.found[i] {
			if e.End <= s.End && slices.Contains([]string{"%at_border", "PACT", "FLOW", "REMEDY", "SANCTION"}, e.Label) {
				return n
			}
		}
	}
	if slices.ContainsFunc(v.within(s.First, s.End, "INSTRUMENT"), func(e ontology.Entity) bool { return e.Value != "subsidy" }) {
		return n - 1
	}
	return 0
}
