package extract

import (
	"slices"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/ontology"
)

// sectorsOf lists the sectors whose trade or trade policy the article speaks
// of, one for each code, in the order of their first mention: a sector's word
// counts where its sentence, a neighbour of it or the title speaks of trade;
// the sentence itself where the article claims nothing. The evidence comes
// from the body where it can.
func sectorsOf(title, body *view, claims bool) []event.Sector {
	var out []event.Sector
	for _, v := range []*view{body, title} {
		talk := v.tradeTalk(claims)
		for i := range v.found {
			e, ok := v.at(i, ontology.LabelSector)
			if !ok || !talk[v.doc.SentenceOf(i)] || listed(out, e.Value) {
				continue
			}
			out = append(out, event.Sector{Code: e.Value, Match: e.How, HS: slices.Clone(v.o.Sectors[e.Ref].HS),
				Evidence: []event.Evidence{v.evidence(e.First, e.End)}})
		}
	}
	return out
}

func listed(sectors []event.Sector, code string) bool {
	return slices.ContainsFunc(sectors, func(s event.Sector) bool { return s.Code == code })
}

// tradeTalk says of each sentence whether it speaks of trade or, where
// beside says so, stands beside one that does.
func (v *view) tradeTalk(beside bool) []bool {
	reach := 0
	if beside {
		reach = 1
	}
	out := make([]bool, len(v.doc.Sentences))
	for i, s := range v.doc.Sentences {
		if !v.speaks(s, "%trade_talk") {
			continue
		}
		for k := max(i-reach, 0); k < min(i+reach+1, len(out)); k++ {
			out[k] = true
		}
	}
	return out
}
