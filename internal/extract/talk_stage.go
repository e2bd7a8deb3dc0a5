package extract

import (
	"slices"
)

// talkStage is how far talks or a meeting got. What the clause says in so many
// words comes first: refused, broken off, agreed on, to come, weighed, sought
// or going on. Where it says nothing, the verb that governs the talks decides.
func (d *draft) talkStage() string {
	if said := d.stageSaid(); said != "" {
		return said
	}
	return d.stageByTense()
}

// stageSaid is the stage that words of the clause around the trigger name,
// empty where none does.
func (d *draft) stageSaid() string {
	v := d.v
	first, end := d.clause()
	before := max(first, d.trigger.First-12)
	behind := min(end, d.trigger.End+12)
	revived := v.has(first, end, "%talk_revive") && !v.has(first, end, "%talk_unrevived")
	switch {
	case v.has(before, d.trigger.First, "%talk_refusal"):
		return "rejected"
	case v.has(before, d.trigger.First, "%negation") && d.since():
		return "stalled"
	case v.has(first, end, "%talk_unrevived"):
		return "stalled"
	case !revived && (v.has(d.trigger.End, behind, "%talk_stalled") || v.has(before, d.trigger.First, "%talk_broken") || v.has(before, d.trigger.First, "%talk_stalled") || d.calledOff()):
		return "stalled"
	case v.has(before, d.trigger.First, "%talk_agree"):
		return "agreed"
	case v.has(first, d.sentence.End, "%talk_if") && v.has(first, d.sentence.End, "%talk_due"):
		return "proposed"
	case d.offersToTalk(first, end), v.has(d.sentence.First, d.trigger.First, "%talk_wish"):
		return "proposed"
	case v.has(before, d.trigger.End, "%talk_due"), v.has(d.trigger.End, behind, "%talk_due"), d.presentAhead():
		return "scheduled"
	case v.has(before, d.trigger.First, "%talk_evaluating"):
		return "evaluating"
	case v.has(before, d.trigger.First, "%talk_finish"):
		return "underway"
	case v.has(before, d.trigger.First, "%talk_seek"), v.has(before, d.trigger.First, "%talk_hoped"), v.has(before, behind, "%talk_open"):
		return "proposed"
	case v.has(before, behind, "%talk_underway"), v.has(before, d.trigger.End, "%talk_going"), d.progressive():
		return "underway"
	}
	return ""
}

// stageByTense reads the verb that governs the trigger: a verb of meeting
// itself, else the finite verb behind the noun whose subject it is ("talks
// drag on"), else the one before it ("leads the talks"). The present tense
// tells of talks that go on, a modal of doubt of talks that are sought, all
// else of talks that were held.
func (d *draft) stageByTense() string {
	v := d.v
	if v.tag(d.trigger.First) == "VBD" {
		return "held"
	}
	first, end := d.clause()
	verb := v.finiteIn(d.trigger.End, min(end, d.trigger.End+14))
	if verb < 0 {
		for i := d.trigger.First - 1; i >= max(first, d.trigger.First-10) && verb < 0; i-- {
			if v.finite(i) {
				verb = i
			}
		}
	}
	if verb < 0 {
		return "held"
	}
	switch v.tag(verb) {
	case "MD":
		if w := v.lower(verb); w == "will" || w == "shall" || w == "'ll" {
			return "scheduled"
		}
		return "proposed"
	case "VBZ", "VBP":
		if slices.Contains([]string{"has", "have", "'ve"}, v.lower(verb)) || v.hasAt(verb, "%say") || v.has(verb, verb+4, "%talk_over") {
			return "held"
		}
		return "underway"
	}
	return "held"
}

// finiteIn is the first finite verb in tokens [first, end) that belongs to
// them: not that of a relative clause; -1 where there is none.
func (v *view) finiteIn(first, end int) int {
	for i := first; i < end; i++ {
		switch v.lower(i) {
		case "that", "which", "who", "when", "after", "before", "as", ",":
			return -1
		}
		if v.finite(i) {
			return i
		}
	}
	return -1
}

// presentAhead reports a verb in the present tense with a day or month ahead of it:
// "meet in Rabat on 4 May".
func (d *draft) presentAhead() bool {
	if tag := d.v.tag(d.trigger.First); tag != "VBP" && tag != "VB" && tag != "VBZ" {
		return false
	}
	_, end := d.clause()
	return d.v.has(d.trigger.End, end, labelDate)
}

// progressive reports "is", "are" or "have been" before a trigger in -ing.
func (d *draft) progressive() bool {
	if d.v.tag(d.trigger.First) != "VBG" {
		return false
	}
	for i := d.trigger.First - 1; i >= max(d.sentence.First, d.trigger.First-3); i-- {
		if slices.Contains([]string{"is", "are", "was", "were", "been", "be"}, d.v.lower(i)) {
			return true
		}
	}
	return false
}

// calledOff reports "was postponed", "has been suspended" behind the trigger.
func (d *draft) calledOff() bool {
	_, end := d.clause()
	for i := d.trigger.End; i < min(end, d.trigger.End+18); i++ {
		if d.v.hasAt(i, "%be_form") && d.v.has(i+1, min(end, i+3), "%talk_broken") {
			return true
		}
	}
	return false
}

// offersToTalk reports that one side alone says it will negotiate, without a
// day: "will negotiate with Chile".
func (d *draft) offersToTalk(first, end int) bool {
	v := d.v
	return v.hasAt(d.trigger.First, "%bargain") && v.lower(d.trigger.First-1) == "will" && !v.together(first, d.trigger.First) && !v.has(first, end, labelDate)
}
