package extract

import (
	"slices"

	"github.com/tradewire/tradewire/internal/ontology"
)

// subject finds who does what the trigger says: who is named for it, and at
// last who acted before. Who complains of an act, or bears it, has not done
// it: then it is the other side.
func (d *draft) subject() []string {
	codes := d.namedSubject()
	if d.remarked() {
		codes = d.v.doer.by
	}
	if codes == nil {
		codes = d.border()
	}
	if codes == nil {
		codes = d.actedBefore()
	}
	if d.kind.Name == "measure" && codes != nil && (d.bears(codes) || d.spared(codes) || slices.Equal(codes, d.complainer("%complaint")) || d.owns(codes)) {
		if other := d.opposite(codes); !slices.Equal(other, codes) {
			return other
		}
		return nil // who bears it or asks for relief has not imposed it
	}
	return codes
}

// sparedWithin is how many tokens before an exemption its gainer may stand.
const sparedWithin = 8

// spared reports that codes, who stand before the act, are let off: "Peru was
// exempted from the duty", "Peru won an exemption".
func (d *draft) spared(codes []string) bool {
	v, at := d.v, d.trigger.First
	if codes == nil || d.slots["action"].Text != "exempt" || !v.passive(at) && !v.passive(d.trigger.End-1) && !v.has(at-sparedWithin, at, "%gains") {
		return false
	}
	return slices.Equal(codes, d.leftSubject()) && slices.ContainsFunc(v.codesIn(max(0, at-sparedWithin), at), func(c string) bool { return slices.Contains(codes, c) })
}

// border is whose border the goods cross that a tax falls on, where the clause
// says so: "enter Peru at zero duty", "a duty applies in Peru".
func (d *draft) border() []string {
	if d.kind.Name != "measure" || !slices.Contains(taxes(), d.slots["instrument"].Text) || d.v.exportTax(d.head()) {
		return nil
	}
	first, end := d.clause()
	for i := first; i < end; i++ {
		e, ok := d.v.at(i, ontology.LabelCountry)
		if !ok || isBody(e.Value) || e.How == ontology.HowMetonym || d.v.possessiveAt(e.End) {
			continue
		}
		if d.v.endsAt("%crosses", d.v.before(i)+1) && (e.How == ontology.HowName || d.v.hasAt(e.End, "%crossing")) {
			return []string{e.Value}
		}
	}
	return nil
}

// remarked reports that the subject only speaks of an act known before: "Peru
// said the imposition of the duty was unfair".
func (d *draft) remarked() bool {
	v, i := d.v, d.trigger.First
	return d.kind.Name == "measure" && v.doer.by != nil && v.lower(i-1) == "the" && v.hasAt(i-2, "%say") && !v.hasAt(i-2, "%declare_verb") &&
		v.tag(i) == "NN" && d.byAgent() == nil && d.possessor() == nil
}

// owns reports that the act falls on the goods of codes, who ask for
// something: "Peru wants the duty on its wool lifted".
func (d *draft) owns(codes []string) bool {
	_, end := d.clause()
	for i := d.head(); i < min(end, d.trigger.End+6); i++ {
		if w := d.v.lower(i + 1); d.v.hasAt(i, "%against") && (w == "its" || w == "their") {
			return slices.Equal(codes, d.complainer("%seeker")) || slices.Equal(codes, d.complainer("%complaint"))
		}
	}
	return false
}

// namedSubject is who the sentence names as the doer: "by X" behind a
// passive, the possessor of the noun, who levies what others pay, the nearest
// actor to the left that is no object of a preposition, or the speaker for
// "we".
func (d *draft) namedSubject() []string {
	if codes := d.byAgent(); codes != nil {
		return codes
	}
	if codes := d.possessor(); codes != nil {
		return codes
	}
	if codes := d.relativeDoer(); codes != nil {
		return codes
	}
	if d.kind.Name == "measure" {
		if bearers, verb, ok := d.payer(); ok {
			return d.collector(bearers, verb)
		}
		if codes := d.subjectAfar(); codes != nil {
			return codes
		}
	}
	return d.leftSubject()
}

// byAgent reads "imposed by X" within twelve tokens behind the trigger. An
// active verb has no agent: "decided to lift the ban, which was welcomed by Y".
func (d *draft) byAgent() []string {
	tag := d.v.tag(d.trigger.First)
	active := tag == "VB" || tag == "VBP" || tag == "VBZ"
	for i := d.trigger.End; i < min(d.trigger.End+12, d.sentence.End); i++ {
		if d.v.lower(i) == "," && d.v.hasAt(i+1, "%relative") {
			return nil
		}
		if d.v.lower(i) != "by" || d.ofOther(i) || active && d.v.tag(i-1) != "VBN" {
			continue
		}
		for k := i + 1; k < min(i+4, d.sentence.End); k++ {
			if a, ok := d.v.actor(k); ok && len(a.codes) > 0 && !(a.possessive && d.v.has(a.end, a.end+2, "INSTRUMENT")) { // not "hit by the Peruvian duty"
				return a.codes
			}
		}
	}
	return nil
}

// ofOther reports that the preposition at token i belongs to a measure named
// between the act and it: "an inquiry into the measures taken by Peru".
func (d *draft) ofOther(i int) bool {
	end := d.trigger.End
	if r, ok := d.captures["instrument"]; ok {
		end = max(end, r.End)
	}
	for k := end; k < i; k++ {
		if e, ok := d.v.at(k, "INSTRUMENT"); ok && e.End <= i || d.v.hasAt(k, "MEASURE") {
			return true
		}
		if w := d.v.lower(k); w == "measures" || w == "measure" || w == "restrictions" || w == "subsidies" {
			return true
		}
	}
	return false
}

func (v *view) actor(i int) (actor, bool) {
	if e, ok := v.at(i, labelActor); ok {
		return v.actors[e.Ref], true
	}
	return actor{}, false
}

// possessor reads "China's tariffs", "the US 25% tariff" just before the
// trigger or the instrument.
func (d *draft) possessor() []string {
	head := d.trigger.First
	if r, ok := d.captures["instrument"]; d.v.hasAt(head, "%pays") && (!ok || r.First > head) && d.v.lower(d.trigger.End) != "by" {
		return nil // "Peruvian goods face a duty", not "hit by the Peruvian duty"
	}
	if r, ok := d.captures["instrument"]; ok && r.First < head {
		head = r.First
	} else if ok { // "the imposition of U.S. tariffs"
		for i := max(d.trigger.End, r.First-5); i < r.First; i++ {
			if a, named := d.v.actor(i); named && a.possessive && len(a.codes) > 0 && !d.v.aimedAt(a, i) && !d.v.has(a.end, r.First, "%preposition") {
				return a.codes
			}
		}
	}
	for i := head - 1; i >= max(d.sentence.First, head-5); i-- {
		if k, listed := d.v.listedInstrument(i); listed {
			i = k
			continue
		}
		if d.v.lower(i) == "and" && d.v.acts(d.v.pastAdverbs(i+1)) {
			return nil // "put a duty on Peruvian yarn and opened a case"
		}
		if d.v.hasAt(i, "%verb_cue") || d.v.hasAt(i, "%preposition") || d.v.lower(i) == "," || d.v.hasAt(i, "%pays") || d.v.hasAt(i, "%paid_if_passive") {
			return nil
		}
		a, ok := d.v.actor(i)
		if !ok {
			if e, covered := d.v.covering(i, labelActor); covered {
				a, ok = d.v.actors[e.Ref], true
			}
		}
		if ok && a.possessive && len(a.codes) > 0 && !d.v.aimedAt(a, i) {
			return a.codes
		}
		if ok {
			return nil
		}
	}
	return nil
}

// acts reports a finite verb at token i that is no word for plans, which
// taggers take for one: "its current and proposed duties".
func (v *view) acts(i int) bool { return v.finite(i) && !v.hasAt(i, "%mooted") }

// aimedAt is true for the country that stands bare before sanctions: "its
// Peru sanctions list" is a list of those who are sanctioned.
func (v *view) aimedAt(a actor, i int) bool {
	e, ok := v.at(a.first, ontology.LabelCountry)
	return ok && e.How == ontology.HowName && a.kind == "country" && !v.possessiveAt(e.End) && e.End == a.end && v.hasAt(i+a.end-a.first, "SANCTION") &&
		!slices.Contains([]string{"US", "EU", "GB", "UN"}, e.Value)
}

// listedInstrument reports a measure that a comma or "and" at token i joins to
// the next of a list with one owner ("Peru's duties, export curbs and
// quotas"), and where it begins.
func (v *view) listedInstrument(i int) (first int, ok bool) {
	if w := v.lower(i); w != "," && w != "and" && w != "or" {
		return 0, false
	}
	e, ok := v.covering(i-1, "INSTRUMENT")
	if v.lower(i-1) == "," {
		e, ok = v.covering(i-2, "INSTRUMENT")
	}
	return e.First, ok && e.End >= i-1
}

// covering returns an entity of the label that covers token i.
func (v *view) covering(i int, label string) (ontology.Entity, bool) {
	for k := i; k >= max(0, i-8); k-- {
		if e, ok := v.at(k, label); ok && e.End > i {
			return e, true
		}
	}
	return ontology.Entity{}, false
}

// leftSubject walks left from the trigger to the nearest actor in subject
// position.
func (d *draft) leftSubject() []string {
	for i := d.trigger.First - 1; i >= d.sentence.First; i-- {
		if d.v.lower(i) == ";" && !d.v.numbered(i+1) {
			return nil
		}
		a, ok := d.v.actor(i)
		if !ok || len(a.codes) == 0 {
			if d.v.hasAt(i, "%we") {
				if codes := d.v.speakerAt(i).codes; len(codes) > 0 {
					return codes
				}
			}
			continue
		}
		if isBody(a.codes[0]) && d.v.hasAt(a.first-1, "%seeker") || d.v.lower(a.first-1) == "the" && isBody(a.codes[0]) && d.v.hasAt(a.first-2, "%seeker") {
			return a.codes
		}
		owns := a.possessive && d.v.eventNoun(a.end) // "over the US's recent actions"
		if isBody(a.codes[0]) || !owns && (a.possessive || d.v.isObject(a) || (d.v.directObject(a) || d.v.pressed(a)) && d.v.joined(a.end, d.trigger.First)) || d.addressed(a) {
			continue
		}
		return d.v.conjoined(a)
	}
	return nil
}

// pressed is true for whom another asks to do something.
func (v *view) pressed(a actor) bool {
	i := a.first - 1
	if v.hasAt(i, "%determiner") {
		i--
	}
	return v.hasAt(i, "%seeker")
}

// addressed is true for whom another accuses, tells or blames: he does not
// act next.
func (d *draft) addressed(a actor) bool {
	return d.kind.Name == "measure" && d.v.hasAt(d.v.before(a.first), "%addressing")
}

// numbered reports "and (ii)" at token i: the list has one subject.
func (v *view) numbered(i int) bool {
	if v.lower(i) == "and" {
		i++
	}
	return v.lower(i) == "(" && v.lower(i+2) == ")"
}

// eventNoun is true where a possessive stands for its government: "China's
// announcement", "Trump's decision".
func (v *view) eventNoun(i int) bool {
	for k := i; k < i+4; k++ {
		if v.hasAt(k, "%act_noun") {
			return true
		}
	}
	return false
}

// joinedReach is how many tokens back a list of actors is read to the
// preposition that governs it.
const joinedReach = 60

// isObject reports whether a preposition governs the actor.
func (v *view) isObject(a actor) bool {
	i := a.first - 1
	for i >= max(0, a.first-joinedReach) {
		if v.lower(i) == "the" || v.hasAt(i, "%determiner") {
			i--
			continue
		}
		e, listed := v.covering(i-1, labelActor)                 // "from China and South Korea"
		if v.lower(i) == "," && v.finite(v.pastAdverbs(a.end)) { // "in view of it, China has"
			return false
		}
		if !listed || e.End != i || v.lower(i) != "and" && v.lower(i) != "," && v.lower(i) != "or" {
			break
		}
		i = e.First - 1
	}
	return v.hasAt(i, "%preposition")
}

// conjoined adds the actors that "and" joins to a.
func (v *view) conjoined(a actor) []string {
	codes := slices.Clone(a.codes)
	for at := a.first - 1; at > 0 && (v.lower(at) == "and" || v.lower(at) == "," || v.lower(at) == "the"); at-- {
		if e, ok := v.covering(at-1, labelActor); ok && e.End == at {
			codes = append(codes, v.actors[e.Ref].codes...)
			at = e.First
		}
	}
	return unique(codes)
}

// actedBefore is the last actor in subject position before the sentence; else
// the official publisher's country; else the country most named.
func (d *draft) actedBefore() []string {
	v := d.v
	if d.kind.Name == "measure" && v.doer.by != nil && (d.sentence.Index-v.doer.sentence <= 3 || d.onlyDoer()) && d.definite() {
		return v.doer.by
	}
	if h := v.house(); d.kind.Name == "measure" && len(h.codes) > 0 && v.gazette() {
		return h.codes
	}
	bearers, _, _ := d.payer()
	for _, a := range slices.Backward(v.actorsBefore(d.sentence.First)) {
		if len(a.codes) == 0 || meets(a.codes, bearers) || a.possessive || isBody(a.codes[0]) || v.isObject(a) || d.addressed(a) {
			continue
		}
		if v.sentence(a.first).Index < d.sentence.Index-2 {
			break
		}
		return a.codes
	}
	if v.meta.Official && v.meta.Country != "" {
		return []string{v.meta.Country}
	}
	for _, code := range v.topic {
		if !slices.Contains(bearers, code) {
			d.byTopic = true
			return []string{code}
		}
	}
	return nil
}

// onlyDoer reports that the instrument has been told of before and that all
// measures so far are of one government.
func (d *draft) onlyDoer() bool {
	known := false
	for _, e := range d.v.told {
		if e.kind.Name != "measure" {
			continue
		}
		if !slices.Equal(e.slots["by"].List, d.v.doer.by) {
			return false
		}
		known = known || e.slots["instrument"].Text == d.slots["instrument"].Text
	}
	return known
}

// definite reports that the measure is one spoken of before: "the duty",
// "these measures".
func (d *draft) definite() bool {
	head := d.trigger.First
	if r, ok := d.captures["instrument"]; ok {
		head = r.First
	}
	for i := head - 1; i >= max(d.sentence.First, head-4); i-- {
		switch d.v.lower(i) {
		case "the", "these", "those", "this", "such":
			return true
		}
		if d.v.hasAt(i, "%preposition") || d.v.hasAt(i, ontology.LabelCountry) || d.v.hasAt(i, "%verb_cue") {
			return false
		}
	}
	return false
}
