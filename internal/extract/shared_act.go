package extract

import "strings"

// subjectAfar is who does the act where other words stand between the two: an
// auxiliary that governs several acts, or an accusation.
func (d *draft) subjectAfar() []string {
	if codes := d.sharedSubject(); codes != nil {
		return codes
	}
	return d.v.accusedOf(d.trigger.First)
}

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
	at := v.before(e.First)
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
