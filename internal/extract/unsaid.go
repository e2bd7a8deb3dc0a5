package extract

import "slices"

// unsaid drops the drafts of rules that only speak where nothing else does
// (unless_said), when a draft of another rule, or an earlier one of such a
// rule, agrees in those slots.
func unsaid(drafts []*draft) []*draft {
	var kept []*draft
	for i, d := range drafts {
		said := func(e *draft) bool {
			return e.says(d) && (len(e.rule.UnlessSaid) == 0 || slices.Contains(drafts[:i], e))
		}
		if len(d.rule.UnlessSaid) == 0 || !slices.ContainsFunc(drafts, said) {
			kept = append(kept, d)
		}
	}
	return kept
}

// says reports whether d agrees with e, another draft of the same kind, in the
// slots of e's unless_said; two targets agree where they name the same, and a
// place with one that is not told.
func (d *draft) says(e *draft) bool {
	if d == e || d.kind.Name != e.kind.Name {
		return false
	}
	return !slices.ContainsFunc(e.rule.UnlessSaid, func(slot string) bool {
		if slot == "place" && (d.slots[slot].Empty() || e.slots[slot].Empty()) {
			return false // a round without a place may be any
		}
		return !equal(d.slots[slot], e.slots[slot]) && (slot != "target" || !alike(d.slots[slot].Text, e.slots[slot].Text))
	})
}

// definite drops the stances whose target only says "actions" or "approach"
// where the same holder takes the same position on something by name.
func definite(drafts []*draft) []*draft {
	named := func(d, e *draft) bool {
		return e.kind.Name == "stance" && !e.vague && equal(d.slots["holder"], e.slots["holder"]) && equal(d.slots["position"], e.slots["position"])
	}
	return slices.DeleteFunc(slices.Clone(drafts), func(d *draft) bool {
		return d.vague && slices.ContainsFunc(drafts, func(e *draft) bool { return named(d, e) })
	})
}

// unnamed reports whether tokens [first, end) speak of an act and do not say
// which: "the approach of Peru".
func (v *view) unnamed(first, end int) bool {
	head := v.headOf(first, end)
	return v.hasAt(head, "%empty_noun") && !v.ofTrade(first, head) && !v.ofTrade(head+1, end)
}
