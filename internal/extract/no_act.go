package extract

import (
	"slices"
	"strings"
)

// Words beside an act that take it away from the government, or from the one
// it seems to fall on.

// ofOtherThing reports that the act is on something else that has to do with
// the measure: "launched a campaign against the duty", "will step up its
// dialogue on export curbs".
func (d *draft) ofOtherThing() bool {
	r, ok := d.captures["instrument"]
	act, acts := d.captures["action"]
	if d.kind.Name != "measure" || !ok || !acts || r.First < act.End {
		return false
	}
	for i := act.End + 1; i < r.First; i++ {
		if d.v.hasAt(i, "%other_thing") || d.v.hasAt(i, "%gap_about") && strings.HasPrefix(d.v.tag(i-1), "NN") && !d.v.hasAt(i-1, labelActor) {
			return true
		}
	}
	return d.v.hasAt(act.End, "%other_thing")
}

// generic reports an act that is only spoken of as a kind of act, or that
// somebody may or can do: "threatening duties is no way to talk", "the law
// allows Peru to impose".
func (d *draft) generic() bool {
	v, act := d.v, d.trigger.First
	first, end := d.clause()
	if to := v.skipBack(act); v.lower(to) == "to" && v.has(max(first, act-9), to+1, "%capable") {
		return true
	}
	if v.tag(act) != "VBG" {
		return false
	}
	i := act - 1
	for i >= first && (v.tag(i) == "RB" || v.lower(i) == `"` || v.lower(i) == "that") {
		i--
	}
	if i >= first && !v.hasAt(i, "%say") {
		return false
	}
	_, ok := d.captures["instrument"]
	for k := d.trigger.End; ok && k < end; k++ {
		if v.hasAt(k, "%judged") {
			return !v.has(k, min(end, k+6), "%on_the_table")
		}
		if v.lower(k) == "," {
			return false
		}
	}
	return false
}

// groupMeant reports that the words name who benefits or is hit as a group of
// countries ("the least developed countries"): then the other party of the
// article is not meant.
func (d *draft) groupMeant() bool {
	_, end := d.clause()
	for i := d.trigger.First; i < end; i++ {
		if d.v.hasAt(i, "%country_group") && slices.ContainsFunc([]int{i - 1, i - 2, i - 3, i - 4}, func(k int) bool { return d.v.hasAt(k, "%against") }) {
			return true
		}
	}
	return false
}

// conditionBehind reports a condition behind the act: "if", "unless", "should
// Peru go on".
func (d *draft) conditionBehind(end int) bool {
	for i := d.trigger.End; i+1 < end; i++ {
		if d.v.lower(i) == "should" && d.v.hasAt(i+1, labelActor) {
			return true
		}
	}
	return d.v.has(d.trigger.End, end, "%conditional")
}
