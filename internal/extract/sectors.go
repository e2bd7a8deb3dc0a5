package extract

import (
	"slices"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/ontology"
)

// sectorsOf lists the sectors whose trade or trade policy the article speaks
// of, one for each code, in the order of their first mention: a sector's word
// counts where its sentence or the title speaks of trade or tells a claim, or,
// where beside says so, a neighbour of it speaks of trade. The evidence comes
// from the body where it can.
func sectorsOf(title, body *view, beside bool, claims []*draft) []event.Sector {
	var out []event.Sector
	for _, v := range []*view{body, title} {
		talk := v.tradeTalk(beside)
		v.toldIn(talk, claims)
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

// toldIn adds the sentences in which a claim on trade is told, whatever its
// words; what posts and prices are told of is no trade.
func (v *view) toldIn(talk []bool, claims []*draft) {
	for _, d := range claims {
		if slices.Contains([]string{"appointment", "market_move", "stance"}, d.kind.Name) {
			continue
		}
		for _, e := range append([]*draft{d}, d.also...) {
			if e.v == v {
				talk[e.sentence.Index] = true
			}
		}
	}
}
