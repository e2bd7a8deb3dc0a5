package extract

import (
	"slices"
	"strings"
)

// sharedSubject is who does the first of several acts that one auxiliary
// governs: "Peru will lift its ban, resume imports and cut the duty".
func (d *draft) sharedSubject() []string {
	v := d.v
	i := v.skipBack(d.trigger.First)
	if w := v.lower(i); w != "," && w != "and" && w != "or" || !v.baseForm(d.trigger.First) {
		return nil
	}
	for k := i - 1; k > d.sentence.First; k-- {
		if w := v.lower(k); w == ";" || w == ":" {
			return nil
		}
		if v.tag(k) != "MD" && v.lower(k) != "'ll" {
			continue
		}
		at := v.skipBack(k)
		if v.hasAt(at, "%we") {
			return v.speakerAt(at).codes
		}
		if e, ok := v.covering(at, labelActor); ok && e.End == at+1 && !v.actors[e.Ref].possessive && !v.isObject(v.actors[e.Ref]) {
			return v.conjoined(v.actors[e.Ref])
		}
		return nil
	}
	return nil
}

// accusedOf is who is said to do what the participle at token act tells:
// "accused Peru of dumping", "praised Peru for lifting".
func (v *view) accusedOf(act int) []string {
	if v.tag(act) != "VBG" {
		return nil
	}
	i := v.skipBack(act)
	if w := v.lower(i); w != "of" && w != "for" {
		return nil
	}
	e, ok := v.covering(i-1, labelActor)
	if !ok || e.End != i {
		return nil
	}
	at := e.First - 1
	if v.lower(at) == "the" {
		at--
	}
	if !v.hasAt(at, "%addressing") && !v.hasAt(at, "%stance_for") {
		return nil
	}
	return v.actors[e.Ref].codes
}

// skipBack is the token before token i, adverbs passed over.
func (v *view) skipBack(i int) int {
	i--
	for i > 0 && v.tag(i) == "RB" {
		i--
	}
	return i
}

// baseForm reports that the verb at token i stands as it does behind an
// auxiliary.
func (v *view) baseForm(i int) bool {
	w := v.lower(i)
	return !strings.HasSuffix(w, "ed") && !strings.HasSuffix(w, "ing") && !strings.HasSuffix(w, "s") && w != "of"
}

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

// sharesModal reports that the measure is a further object of an act that only
// may be done: "could impose a duty on wool and curbs on investment".
func (d *draft) sharesModal(first, head int) bool {
	v := d.v
	for i := first; i < head; i++ {
		if !v.hasAt(i, "%possible") || v.doc.Tokens[i].Norm == "May" {
			continue
		}
		joined := false
		for k := i + 1; k <= d.trigger.First; k++ {
			joined = joined || v.lower(k) == "and"
			if v.breaks(k) || v.lower(k) == "," || v.lower(k) == "that" {
				joined = false
				break
			}
		}
		e, acts := v.at(i+1, "ACTION")
		if joined && acts && direction(e.Value) == "restricting" {
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
