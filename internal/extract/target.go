package extract

import (
	"slices"
	"strings"

	"github.com/tradewire/tradewire/internal/ontology"
)

// target finds whose goods or firms are meant: the first country behind the
// trigger that a preposition or a noun of goods binds, "all countries", or
// the goods before a passive.
func (d *draft) target() []string {
	by := d.slots["by"].List
	if d.kind.Name == "measure" {
		if codes, _, ok := d.payer(); ok && len(codes) > 0 && !meets(codes, by) {
			return codes
		}
	}
	first, end := d.clause()
	var out []string
	for i := d.trigger.First; i < end && !d.nextAct(i); i++ {
		if e, ok := d.v.at(i, "%world"); ok && d.reaches(e) {
			return append(out, "WORLD")
		}
		e, ok := d.v.at(i, ontology.LabelCountry)
		if !ok || isBody(e.Value) || slices.Contains(by, e.Value) || d.v.lower(i-1) == "by" || e.How == ontology.HowMetonym && !d.v.ofGoods(e) {
			continue
		}
		if out = append(out, e.Value); !d.v.listGoesOn(e.End) {
			return unique(out)
		}
	}
	if len(out) > 0 {
		return unique(out)
	}
	for i := d.trigger.First - 1; i >= first; i-- {
		if d.kind.Name == "measure" && d.v.lower(i) == "and" && d.v.acts(d.v.pastAdverbs(i+1)) {
			break // goods of the act before
		}
		e, ok := d.v.at(i, ontology.LabelCountry)
		if ok && !isBody(e.Value) && !slices.Contains(by, e.Value) && d.v.bindsGoods(e) {
			return []string{e.Value}
		}
	}
	if len(by) > 1 && d.v.has(first, end, "%mutual") {
		return by // "both sides cut tariffs on each other's goods"
	}
	return d.answered()
}

// nextAct reports that another act of the same doer begins at token i behind
// the measure: "lifted the ban and imposed a duty on all countries".
func (d *draft) nextAct(i int) bool {
	r, ok := d.captures["instrument"]
	return ok && i > max(r.End, d.trigger.End) && d.v.lower(i-1) == "and" && d.v.hasAt(i, "ACTION") && strings.HasPrefix(d.v.tag(i), "VB")
}

// reaches reports that the measure is on those whom e names: "tariffs on all
// countries", not "tariffs that hurt firms worldwide".
func (d *draft) reaches(e ontology.Entity) bool {
	if d.v.hasAt(e.First, "%world_loose") {
		for k := e.First - 1; k >= e.First-3; k-- {
			if d.v.hasAt(k, "%against") {
				return true
			}
		}
		return false
	}
	return true
}

// answered is on whom an act in answer to another falls, or who complains of
// it or asks for it to change.
func (d *draft) answered() []string {
	by := d.slots["by"].List
	if d.kind.Name != "measure" || len(by) == 0 {
		return nil
	}
	for _, cue := range []string{"%complaint", "%seeker"} {
		if codes := d.complainer(cue); len(codes) > 0 && !meets(codes, by) {
			return codes
		}
	}
	first, end := d.clause()
	if d.v.doer.by != nil && !meets(d.v.doer.by, by) && d.sentence.Index-d.v.doer.sentence <= 3 && d.v.has(first, end, "%answer") {
		return d.v.doer.by
	}
	return nil
}

// ofGoods is true for "Beijing chipmakers", the firms or goods of a place.
func (v *view) ofGoods(e ontology.Entity) bool {
	return v.hasAt(e.End, "%goods") || v.hasAt(e.End, "%trade_noun")
}

// opponent is the target, or, where the sentence names none and the article
// is about two countries alone, the other of them.
func (d *draft) opponent() []string {
	if d.slots["instrument"].Text == "subsidy" {
		return nil // aid falls on nobody
	}
	if codes := d.target(); codes != nil {
		return codes
	}
	by := d.slots["by"].List
	if d.slots["action"].Text == "exempt" {
		if let := d.leftSubject(); d.spared(let) && !slices.Equal(let, by) {
			return let
		}
	}
	if d.groupMeant() {
		return nil
	}
	if !d.v.bilateral() || len(by) != 1 || !slices.Contains(d.v.topic[:2], by[0]) {
		return nil
	}
	if d.v.topic[0] == by[0] {
		return d.v.topic[1:2]
	}
	return d.v.topic[:1]
}

// bilateral is true where two countries are named often and a third seldom.
func (v *view) bilateral() bool {
	if len(v.topic) < 2 || v.weight[v.topic[1]] < 3 {
		return false
	}
	return len(v.topic) == 2 || 3*v.weight[v.topic[2]] <= v.weight[v.topic[1]]
}

// listGoesOn reports whether ", X" or "and X" with a country follows.
func (v *view) listGoesOn(i int) bool {
	for k := i; k < i+4; k++ {
		switch v.lower(k) {
		case ",", "and", "the", "or", "-":
			if v.hasAt(k+1, ontology.LabelCountry) {
				return true
			}
		default:
			return false
		}
	}
	return false
}

// bindsGoods is true for "Chinese imports", "goods from China", "tariffs on China".
func (v *view) bindsGoods(e ontology.Entity) bool {
	for k := e.End; k < e.End+4; k++ {
		if v.hasAt(k, "%goods") || k == e.End && (v.hasAt(k, "GOODS") || v.hasAt(k, ontology.LabelSector)) {
			return true
		}
	}
	return v.hasAt(e.First-1, "%against") || v.lower(e.First-1) == "the" && v.hasAt(e.First-2, "%against")
}
