package extract

import (
	"slices"
	"strings"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/ontology"
)

// status says how far an act got. A rule whose trigger is a verb or a noun of
// doing ("imposed", "removal of") is read by the words that govern it; one
// whose trigger is the measure itself ("US tariffs on steel") by what stands
// around the noun. The cue lists are in pipelines/ontology/cues.yaml.
func (d *draft) status() string {
	if d.none() {
		return dropped
	}
	if d.named() {
		return d.nameStatus()
	}
	return d.actStatus()
}

// none reports that there is no such act, or none who does it: "will impose no
// duty", "No country gains by tariffs", "it is unlikely that they are lifted",
// "fear that Peru will raise the duty", "Had Peru raised the duty".
func (d *draft) none() bool {
	v := d.v
	first, _ := d.clause()
	head := d.trigger.First
	if r, ok := d.captures["instrument"]; ok {
		head = r.First
	}
	_, acts := d.captures["action"]
	if !d.named() && (v.has(max(first, d.trigger.First-10), d.trigger.First, "%surmise") || v.lower(d.sentence.First) == "had" && first == d.sentence.First) {
		return true
	}
	return acts && v.lower(head-1) == "no" || v.hasAt(first, "%no_doer") || v.has(max(first, d.trigger.First-10), d.trigger.First, "%unlikely")
}

// named is true where the article names the measure and no act.
func (d *draft) named() bool {
	if _, acts := d.captures["action"]; acts {
		return false
	}
	return !strings.HasPrefix(d.v.tag(d.trigger.First), "VB")
}

// actStatus reads the words that govern the act, in this order: refused or
// denied, negated or demanded, threatened, proposed, in force, announced.
func (d *draft) actStatus() string {
	v := d.v
	first, end := d.clause()
	act := d.trigger.First
	left := max(first, act-10)
	right := min(end, d.trigger.End+8)
	near := max(first, act-4)
	if v.lower(act-1) == "to" && v.lower(act-2) == "and" { // "wants to cut the quota and to double the duty"
		left = first
	}
	switch {
	case v.has(left, act, "%rejected"), v.has(d.trigger.End, end, "%rejected_behind"):
		return "rejected"
	case v.has(max(first, act-5), act, "%refusal") && d.namedSubject() != nil:
		return "rejected"
	case v.has(near, act, "%negation"), v.has(first, act, "%demand") && !v.has(left, act, "%threat"), d.asked(first):
		return dropped
	case v.has(left, act, "%threat"), v.has(first, act, "%conditional"), d.conditionBehind(end) && (v.has(left, right, "%future") || v.has(near, act, "%would") && direction(d.slots["action"].Text) == "restricting"):
		return "threatened"
	case v.has(left, act, "%passed") && !v.has(first, act, "%one_house"):
		return "announced"
	case v.has(left, act, "%proposal"), d.possible(near), v.hasAt(act, "%draft_verb"), v.has(d.trigger.End, d.sentence.End, "%proposed_behind"):
		return "proposed"
	case v.has(near, act, "%would"):
		if v.has(d.sentence.First, act, "%say") { // "said it would": the future, reported
			return "announced"
		}
		return "proposed"
	case v.has(first, end, "%took_effect"):
		return "in_force"
	case d.ahead(first, near):
		if d.slots["instrument"].Text == "other" && d.slots["action"].Text == "impose" {
			return "threatened" // "will take countermeasures", of what kind they do not say
		}
		return "announced"
	case v.hasAt(act, "%declare_verb"), d.decided(left), v.has(first, end, "%will_take_effect"):
		return "announced"
	}
	return "in_force"
}

// ahead reports whether a word of the future governs the act: "will impose",
// "will go to court and impose", "to be imposed"; not "will respond to the
// duties imposed", nor "the move to impose".
func (d *draft) ahead(first, near int) bool {
	v, act := d.v, d.trigger.First
	if !v.has(first, act, "%future") {
		return false
	}
	tag := v.tag(act)
	if d.sharedSubject() != nil {
		tag = "VB"
	}
	if tag == "VB" && v.lower(act-1) != "to" {
		near = first
	}
	for i := act - 1; i >= near; i-- {
		e, ok := v.at(i, "%future")
		if !ok || e.End > act {
			continue
		}
		if v.lower(i) == "to" && v.hasAt(i-1, "%done_noun") {
			return false
		}
		past := tag == "VBD" || tag == "VBN" || tag == "VBG"
		if v.lower(i) == "to" { // a preposition as often as not
			past = tag != "VB" && !strings.HasPrefix(tag, "NN")
		}
		return !past || v.has(e.End, act, "%be")
	}
	return false
}

// asked reports what one wants of another: "wants Norway to lift the duty".
func (d *draft) asked(first int) bool {
	for i := first; i < d.trigger.First; i++ {
		e, ok := d.v.at(i, "%wish")
		if !ok {
			continue
		}
		for k := e.End; k < e.End+2 && k < d.trigger.First; k++ {
			if _, other := d.v.actor(k); other {
				return true
			}
		}
	}
	return false
}

// possible reports "may", "might" or "could" before the act; May is a month.
func (d *draft) possible(near int) bool {
	for i := near; i < d.trigger.First; i++ {
		if d.v.hasAt(i, "%possible") && d.v.doc.Tokens[i].Norm != "May" {
			return true
		}
	}
	return false
}

// decided reports a decision that governs the act, with no one else who acts
// between the two.
func (d *draft) decided(left int) bool {
	for i := d.trigger.First - 1; i >= left; i-- {
		if d.v.hasAt(i, "%decision") {
			return true
		}
		if a, ok := d.v.actor(i); ok && !a.possessive && !d.v.isObject(a) {
			return false
		}
	}
	return false
}

// nameStatus reads the words beside a measure that is only named: in force
// unless they say otherwise.
func (d *draft) nameStatus() string {
	v := d.v
	first, end := d.clause()
	head := d.phraseStart(first)
	before := max(first, head-5)
	after := min(end, d.trigger.End+8)
	switch {
	case v.has(before, d.trigger.First, "%rejected"), v.has(d.trigger.End, end, "%rejected_behind"), v.has(before, head, "%negation") && v.has(before, head, "%opening"):
		return "rejected"
	case v.has(before, d.trigger.First, "%negation"), v.has(first, d.trigger.First, "%supposed"), d.supposes(head, end):
		return dropped
	case v.has(before, d.trigger.First, "%threat"), v.has(head, d.trigger.First, "%looming"), v.hasAt(d.trigger.End, "%threat_noun"):
		return "threatened"
	case v.has(before, d.trigger.First, "%mooted"), d.possible(before) && !v.eases(before, head), v.hasAt(d.trigger.End, "%plan_noun"), d.sharesModal(first, head), v.has(d.trigger.End, end, "%proposed_behind"), v.has(before, head, "%future") && v.has(before, head, "%resort"):
		return "proposed"
	case v.has(d.trigger.End, end, "%took_effect"):
		return "in_force"
	case v.has(head, after, "%upcoming"), v.has(d.trigger.End, end, "%will_take_effect"), v.has(before, head, "%future") && v.has(before, head, "%opening"), v.has(max(first, head-3), head, "%declare_verb"):
		return "announced"
	}
	return "in_force"
}

// givenUp takes back what a rule sets for a plan or a threat: refused where
// its government refuses it ("is not considering duties", "backed away from
// threatened duties"), no claim where it denies to have spoken of it.
func (d *draft) givenUp() {
	set := d.rule.Set["status"]
	if d.kind.Name != "measure" || set != "proposed" && set != "threatened" {
		return
	}
	v, at := d.v, d.trigger.First
	first, _ := d.clause()
	near := max(first, at-4)
	switch {
	case v.has(near, at, "%undaunted"):
	case v.has(near, at, "%rejected"), v.starts(near, at, "%refusal"):
		d.slots["status"] = event.Text("rejected")
	case v.has(near, at, "%negation"):
		d.slots["status"] = event.Text(dropped)
	}
}

// shelved turns the end of a plan into the refusal of what was planned:
// "dropped the idea of a duty". Where the plan's own act is named ("dropped its
// plan to charge fees"), that one is told and this is none.
func (d *draft) shelved() {
	r, ok := d.captures["instrument"]
	if d.kind.Name != "measure" || !ok || direction(d.slots["action"].Text) != "easing" || !d.v.has(d.trigger.End, r.First, "%plan_of") {
		return
	}
	d.slots["status"] = event.Text("rejected")
	if d.v.has(d.trigger.End, r.First, "ACTION") {
		d.slots["status"] = event.Text(dropped)
	}
	d.slots["action"] = event.Text("impose")
}

// starts reports an entity of the label that begins in tokens [first, end),
// wherever it ends.
func (v *view) starts(first, end int, label string) bool {
	for i := first; i < end; i++ {
		if v.hasAt(i, label) {
			return true
		}
	}
	return false
}

// eases reports an act in tokens [first, end) that takes a measure back: what
// "might cut the duty" leaves open is the cut, not the duty.
func (v *view) eases(first, end int) bool {
	return slices.ContainsFunc(v.within(first, end, "ACTION"), func(e ontology.Entity) bool { return direction(e.Value) == "easing" })
}

// supposes reports a measure that nobody is said to want: "A duty of 30
// percent would cost jobs".
func (d *draft) supposes(head, end int) bool {
	v := d.v
	return (v.lower(head) == "a" || v.lower(head) == "an") && v.has(d.trigger.End, min(end, d.trigger.End+12), "%would") && d.kind.Name == "measure" && d.namedSubject() == nil
}

// phraseStart is where the noun phrase of the trigger begins: behind the
// nearest verb, preposition or mark to its left.
func (d *draft) phraseStart(first int) int {
	i := d.trigger.First
	for i > first && i > d.trigger.First-8 && !d.v.hasAt(i-1, "%preposition") && !d.v.hasAt(i-1, "%verb_cue") && d.v.lower(i-1) != "," {
		i--
	}
	return i
}

// asks reports a question of yes or no ("Will China lift its tariffs?"): it
// asserts nothing.
func (d *draft) asks() bool {
	last := d.sentence.End - 1
	if d.v.lower(last) == `"` {
		last--
	}
	at := d.sentence.First
	for at < d.trigger.First && (d.v.hasAt(at, "%question_lead") || d.v.tag(at) == "RB") {
		at++
	}
	return d.v.lower(last) == "?" && d.v.hasAt(at, "%auxiliary")
}

// realStatus is the status of an act that its words tell by a denial ("does
// not apply to"): ahead, only planned, or in force.
func (d *draft) realStatus() string {
	v := d.v
	first, end := d.clause()
	switch {
	case v.has(first, d.trigger.First, "%demand"), d.asked(first), v.has(first, d.trigger.First, "%supposed"):
		return dropped
	case v.has(max(first, d.trigger.First-10), d.trigger.End, "%would"), d.possible(max(first, d.trigger.First-4)), v.has(first, d.trigger.First, "%proposal"):
		return "proposed"
	case v.lower(d.trigger.First) == "will", v.lower(d.trigger.First) == "shall", v.has(max(first, d.trigger.First-4), d.trigger.First, "%future"), v.has(first, end, "%will_take_effect"):
		return "announced"
	}
	return "in_force"
}
