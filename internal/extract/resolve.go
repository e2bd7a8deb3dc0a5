package extract

import (
	"maps"
	"slices"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/ontology"
)

// resolver finds what fills a slot that no pattern captured; an empty Value
// when the article does not say.
type resolver func(d *draft) event.Value

// resolvers lists the ways that pipelines/patterns may name under resolve.
func resolvers() map[string]resolver {
	out := map[string]resolver{
		"subject":   func(d *draft) event.Value { return list(d.subject()) },
		"opponent":  func(d *draft) event.Value { return list(d.opponent()) },
		"target":    func(d *draft) event.Value { return list(d.target()) },
		"holder":    func(d *draft) event.Value { return d.holder() },
		"speaker":   func(d *draft) event.Value { return d.speaker() },
		"sayer":     func(d *draft) event.Value { return d.sayer() },
		"object":    func(d *draft) event.Value { return d.object() },
		"endorsed":  func(d *draft) event.Value { return d.endorsed() },
		"opposed":   func(d *draft) event.Value { return d.opposed() },
		"agent":     func(d *draft) event.Value { return d.agent() },
		"pledged":   func(d *draft) event.Value { return d.pledged() },
		"stopped":   func(d *draft) event.Value { return d.stopped() },
		"theme":     func(d *draft) event.Value { return d.theme() },
		"accuser":   func(d *draft) event.Value { return d.accuser() },
		"accused":   func(d *draft) event.Value { return list(d.accused()) },
		"plaintiff": func(d *draft) event.Value { return d.plaintiff() },
		"defendant": func(d *draft) event.Value { return d.defendant() },
		"forum":     func(d *draft) event.Value { return d.forum() },
		"convicted": func(d *draft) event.Value { return d.convicted() },
		"suitor":    func(d *draft) event.Value { return d.suitor() },
		"sued":      func(d *draft) event.Value { return d.sued() },
		"bothsides": func(d *draft) event.Value { return d.bothSides() },
		"refused":   func(d *draft) event.Value { return d.refused() },
		"quote":     func(d *draft) event.Value { return d.quote() },
		"status":    func(d *draft) event.Value { return event.Text(d.status()) },
		"rates":     func(d *draft) event.Value { return d.v.ratesIn(d.clause()) },
		"sectors":   func(d *draft) event.Value { return d.v.sectorsIn(d.clause()) },
		"date":      func(d *draft) event.Value { return d.date() },
		"until":     func(d *draft) event.Value { return d.until() },
	}
	maps.Copy(out, talksResolvers())
	maps.Copy(out, measureResolvers())
	maps.Copy(out, flowResolvers())
	maps.Copy(out, marketResolvers())
	maps.Copy(out, postResolvers())
	maps.Copy(out, moveResolvers())
	return out
}

func list(codes []string) event.Value {
	if len(codes) == 0 {
		return event.Value{}
	}
	return event.List(codes...)
}

func first(codes []string) event.Value {
	if len(codes) == 0 {
		return event.Value{}
	}
	return event.Text(codes[0])
}

// codesIn lists the countries and bodies named in tokens [first, end), in
// order and each once; actors count before bare names.
func (v *view) codesIn(first, end int) []string {
	var out []string
	for i := first; i < end; i++ {
		if e, ok := v.at(i, labelActor); ok && e.End <= end {
			out = append(out, v.actors[e.Ref].codes...)
			i = e.End - 1
			continue
		}
		if e, ok := v.at(i, ontology.LabelCountry); ok && e.End <= end {
			out = append(out, e.Value)
		}
		if _, ok := v.at(i, "%world"); ok {
			out = append(out, "WORLD")
		}
	}
	return unique(out)
}

func unique(in []string) []string {
	var out []string
	for _, s := range in {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// subject finds who does what the trigger says: who is named for it, and at
// last who acted before. Who complains of an act, or bears it, has not done
// it: then it is the other side.
func (d *draft) subject() []string {
	codes := d.namedSubject()
	if codes == nil {
		codes = d.actedBefore()
	}
	if d.kind.Name == "measure" && codes != nil && (d.bears(codes) || slices.Equal(codes, d.complainer("%complaint")) || d.owns(codes)) {
		return d.opposite(codes)
	}
	return codes
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
	}
	return d.leftSubject()
}

// relativeDoer reads "the duties that Peru imposed" and "a tax on yarn, which
// the government introduced".
func (d *draft) relativeDoer() []string {
	if d.kind.Name != "measure" {
		return nil
	}
	v := d.v
	for i := d.trigger.End; i < min(d.trigger.End+9, d.sentence.End); i++ {
		if w := v.lower(i); w != "that" && w != "which" && i > d.trigger.End {
			continue
		} else if w == "that" || w == "which" {
			i++
		}
		if v.lower(i) == "the" && !v.hasAt(i, labelActor) {
			i++
		}
		a, ok := v.actor(i)
		if !ok || a.possessive || len(a.codes) == 0 || isBody(a.codes[0]) {
			continue
		}
		for k := a.end; k < min(a.end+4, d.sentence.End); k++ {
			if v.hasAt(k, "%imposing") {
				return a.codes
			}
		}
	}
	return nil
}

// complainer is who does what the cue list says (complains, asks) before the
// trigger.
func (d *draft) complainer(cue string) []string {
	for i := d.sentence.First; i < d.trigger.First; i++ {
		if !d.v.hasAt(i, cue) {
			continue
		}
		for k := i - 1; k >= d.sentence.First; k-- {
			if a, ok := d.v.actor(k); ok && len(a.codes) > 0 && !isBody(a.codes[0]) && !a.possessive && !d.v.isObject(a) {
				return a.codes
			}
		}
	}
	return nil
}

// bears reports that the act falls on codes themselves: "tariffs on Peruvian
// goods" is no act of Peru.
func (d *draft) bears(codes []string) bool {
	if len(codes) != 1 || !slices.Contains(taxes(), d.slots["instrument"].Text) || d.v.exportTax(d.head()) {
		return false
	}
	first := d.head()
	_, end := d.clause()
	for i := first; i < min(end, d.trigger.End+6); i++ {
		if !d.v.hasAt(i, "%against") {
			continue
		}
		for k := i + 1; k < min(end, i+4); k++ {
			if e, ok := d.v.at(k, ontology.LabelCountry); ok {
				return e.Value == codes[0] && e.How != ontology.HowMetonym && d.v.lower(i) != "of"
			}
		}
	}
	return false
}

// exportTax reports a duty on what leaves the country.
func (v *view) exportTax(i int) bool {
	for k := i; k < i+4; k++ {
		if w := v.lower(k); w == "export" || w == "exports" {
			return true
		}
	}
	return false
}

// opposite is the other side of codes: the one other country of the clause,
// else the other of the two that the article is about.
func (d *draft) opposite(codes []string) []string {
	var found []string
	for _, e := range d.v.within(d.sentence.First, d.sentence.End, ontology.LabelCountry) {
		if !isBody(e.Value) && !slices.Contains(codes, e.Value) {
			found = append(found, e.Value)
		}
	}
	if found = unique(found); len(found) == 1 {
		return found
	}
	return d.v.other(codes)
}

// other is the second party of an article about two countries; codes where
// it is about more.
func (v *view) other(codes []string) []string {
	if !v.bilateral() || len(codes) != 1 {
		return codes
	}
	switch codes[0] {
	case v.topic[0]:
		return v.topic[1:2]
	case v.topic[1]:
		return v.topic[:1]
	}
	return codes
}

// byAgent reads "imposed by X" within eight tokens behind the trigger.
func (d *draft) byAgent() []string {
	for i := d.trigger.End; i < min(d.trigger.End+12, d.sentence.End); i++ {
		if d.v.lower(i) != "by" {
			continue
		}
		for k := i + 1; k < min(i+4, d.sentence.End); k++ {
			if a, ok := d.v.actor(k); ok && len(a.codes) > 0 {
				return a.codes
			}
		}
	}
	return nil
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
	if r, ok := d.captures["instrument"]; ok && r.First < head {
		head = r.First
	} else if ok { // "the imposition of U.S. tariffs"
		for i := max(d.trigger.End, r.First-3); i < r.First; i++ {
			if a, named := d.v.actor(i); named && a.possessive && len(a.codes) > 0 {
				return a.codes
			}
		}
	}
	for i := head - 1; i >= max(d.sentence.First, head-5); i-- {
		if d.v.hasAt(i, "%verb_cue") || d.v.hasAt(i, "%preposition") || d.v.lower(i) == "," || d.v.hasAt(i, "%pays") || d.v.hasAt(i, "%paid_if_passive") {
			return nil
		}
		a, ok := d.v.actor(i)
		if !ok {
			if e, covered := d.v.covering(i, labelActor); covered {
				a, ok = d.v.actors[e.Ref], true
			}
		}
		if ok && a.possessive && len(a.codes) > 0 {
			return a.codes
		}
		if ok {
			return nil
		}
	}
	return nil
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
		if d.v.lower(i) == ";" {
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
		owns := a.possessive && d.v.eventNoun(a.end) // "over the US's recent actions"
		if isBody(a.codes[0]) || !owns && (a.possessive || d.v.isObject(a)) {
			continue
		}
		return d.v.conjoined(a)
	}
	return nil
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

// isObject reports whether a preposition governs the actor.
func (v *view) isObject(a actor) bool {
	i := a.first - 1
	for i >= 0 {
		if v.lower(i) == "the" || v.hasAt(i, "%determiner") {
			i--
			continue
		}
		e, listed := v.covering(i-1, labelActor) // "from China and South Korea"
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
	if d.kind.Name == "measure" && v.doer.by != nil && d.sentence.Index-v.doer.sentence <= 3 && d.definite() {
		return v.doer.by
	}
	for k := len(v.actors) - 1; k >= 0; k-- {
		a := v.actors[k]
		if a.first >= d.sentence.First || len(a.codes) == 0 || a.possessive || isBody(a.codes[0]) || v.isObject(a) {
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
	if len(v.topic) > 0 {
		return v.topic[:1]
	}
	return nil
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
	for i := d.trigger.First; i < end; i++ {
		if d.v.hasAt(i, "%world") {
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
		e, ok := d.v.at(i, ontology.LabelCountry)
		if ok && !isBody(e.Value) && !slices.Contains(by, e.Value) && d.v.bindsGoods(e) {
			return []string{e.Value}
		}
	}
	return d.answered()
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
	if codes := d.target(); codes != nil {
		return codes
	}
	by := d.slots["by"].List
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
		if v.hasAt(k, "%goods") {
			return true
		}
	}
	return v.hasAt(e.First-1, "%against") || v.lower(e.First-1) == "the" && v.hasAt(e.First-2, "%against")
}

// ratesIn gives the tariff rates inside tokens [first, end).
func (v *view) ratesIn(first, end int) event.Value {
	var out []event.Rate
	for _, e := range v.within(first, end, labelRate) {
		r := v.rates[e.Ref].Rate
		out = append(out, event.Rate{Value: r.Value, Min: r.Min, Max: r.Max, Unit: r.Unit, Qualifier: r.Qualifier})
	}
	return event.Value{Rates: out}
}

// sectorsIn gives the codes of the sectors inside tokens [first, end).
func (v *view) sectorsIn(first, end int) event.Value {
	var out []string
	for _, e := range v.within(first, end, ontology.LabelSector) {
		out = append(out, e.Value)
	}
	if len(out) == 0 {
		return event.Value{}
	}
	return event.List(slices.Sorted(slices.Values(unique(out)))...)
}

// date is the first date of the clause that "from", "on", "effective" or the
// like introduces; the words as the article gives them.
func (d *draft) date() event.Value { return d.dateAfter("%date_cue") }

// until is the date behind "until" or "through".
func (d *draft) until() event.Value { return d.dateAfter("%until") }

func (d *draft) dateAfter(cue string) event.Value {
	first, end := d.clause()
	for _, e := range d.v.within(first, end, labelDate) {
		if d.v.hasAt(e.First-1, cue) || d.v.lower(e.First-1) == "the" && d.v.hasAt(e.First-2, cue) {
			return event.Text(d.v.doc.Span(e.First, e.End))
		}
	}
	return event.Value{}
}
