package extract

import (
	"slices"
	"strings"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/ontology"
)

// Labels of the terms in ontology/terms_talks.yaml: known agreements (the
// value lists their members), talks, and agreements in general.
const (
	labelPact  = "PACT"
	labelTalks = "TALKS"
	labelDeal  = "DEAL"
)

// parties lists who negotiates or agrees, in this order of trust: the members
// of a named agreement, the countries that modify the noun or that "between"
// and "with" bind to it, "both sides", the actors of the clause and of the
// sentence; where one or none is named, the pair the article is about. No
// parties where the article is not about trade at all, or the words stand for
// other talks (peace, wages, mergers).
func (d *draft) parties() []string {
	if !d.aboutTrade() {
		return nil
	}
	bound := d.boundParties()
	if len(bound) < 2 && d.unnamedPartner() || len(bound) == 0 && d.manyDeals() {
		return nil
	}
	if len(bound) == 0 && d.bare() {
		bound = d.spokenOf()
	}
	if len(bound) < 2 {
		bound = unique(append(bound, d.sideParties()...))
	}
	if len(bound) == 1 && d.accedes() {
		return bound
	}
	if len(bound) < 2 {
		bound = d.withTopic(bound)
	}
	if len(bound) == 1 && !isBloc(bound[0]) {
		return nil
	}
	return slices.Sorted(slices.Values(bound))
}

// manyDeals is true for agreements in the plural that name no party.
func (d *draft) manyDeals() bool {
	v := d.v
	return v.hasAt(d.trigger.First, labelDeal) && strings.HasSuffix(v.lower(d.trigger.End-1), "s") && v.lower(d.trigger.End-1) != "terms"
}

// aboutTrade asks for two words of trade in the article, or one and a sector
// in the sentence, no word of other talks
// in the sentence, and no agreements in general ("other trade deals").
func (d *draft) aboutTrade() bool {
	v := d.v
	if v.has(d.sentence.First, d.sentence.End, "%other_talks") {
		return false
	}
	if last := v.lower(d.trigger.End - 1); v.has(d.trigger.First-2, d.trigger.First, "%generic") && strings.HasSuffix(last, "s") && v.hasAt(d.trigger.First, labelDeal) {
		return false
	}
	return v.title || v.tradeWords() >= 1
}

// tradeWords counts the words of trade in the text, once.
func (v *view) tradeWords() int {
	if !v.counted {
		v.words, v.counted = len(v.within(0, len(v.doc.Tokens), "%trade_context")), true
	}
	return v.words
}

// bare is true for "the talks" and "the deal": those already spoken of.
func (d *draft) bare() bool {
	return slices.Contains([]string{"the", "these", "those"}, d.v.lower(d.trigger.First-1))
}

// spokenOf is the parties of the talks or agreement last named with both its
// sides, within eight sentences.
func (d *draft) spokenOf() []string {
	v := d.v
	for k := d.sentence.Index - 1; k >= max(0, d.sentence.Index-8); k-- {
		s := v.doc.Sentences[k]
		for i := s.End - 1; i >= s.First; i-- {
			for _, label := range [...]string{labelTalks, labelDeal} {
				e, ok := v.at(i, label)
				if !ok {
					continue
				}
				earlier := &draft{v: v, sentence: s, first: e.First, end: e.End}
				earlier.trigger.First, earlier.trigger.End = e.First, e.End
				if codes := earlier.boundParties(); len(codes) >= 2 {
					return codes
				}
			}
		}
	}
	return nil
}

// accedes is true for talks on membership, which the candidate holds with an
// organisation that may have no code.
func (d *draft) accedes() bool {
	for i := d.trigger.First; i < d.trigger.End; i++ {
		if w := d.v.lower(i); w == "accession" || w == "membership" {
			return true
		}
	}
	return false
}

// isBloc is true for those that can hold talks or agree among themselves.
func isBloc(code string) bool {
	return slices.Contains([]string{"EU", "ASEAN", "BRICS", "MERCOSUR", "GCC", "EFTA", "EAEU", "SADC", "SACU", "EAC", "COMESA", "ECOWAS", "CARICOM", "CAN", "G7", "G20", "WTO"}, code)
}

// boundParties reads the parties that the words around the noun name.
func (d *draft) boundParties() []string {
	v := d.v
	for _, e := range v.within(d.pactFrom(), d.trigger.End+4, labelPact) {
		if members := strings.Fields(e.Value); len(members) > 0 {
			return members
		}
	}
	before := d.modifiers()
	if len(before) >= 2 {
		return before
	}
	behind, with := d.partners()
	if !with && len(behind) >= 2 {
		return behind
	}
	out := unique(append(before, behind...))
	if with && (len(out) < 2 || len(before) == 0 && len(behind) > 1) {
		out = unique(append(out, d.leading(out)...))
	}
	if len(behind) > 0 && len(before) == 0 && len(out) == len(behind) && with {
		out = unique(append(out, d.pronounBefore()...))
	}
	return out
}

// pactFrom is where the name of an agreement may begin that stands before the
// noun: "the Trans-Pacific Partnership (TPP) free trade talks".
func (d *draft) pactFrom() int {
	at := d.trigger.First - 1
	for at > d.sentence.First && d.trigger.First-at < 6 && d.v.hasAt(at, "%pact_word") {
		at--
	}
	return at
}

// pronounBefore is whom "we", "he" or "it" before the noun stands for.
func (d *draft) pronounBefore() []string {
	v := d.v
	for i := d.trigger.First - 1; i >= d.sentence.First; i-- {
		var a actor
		switch {
		case v.weAt(i):
			a = v.speakerAt(i)
		case v.hasAt(i, "%third_person"):
			a = v.actedLast(i)
		default:
			continue
		}
		if a.kind != "pair" && len(a.codes) == 1 && !isBody(a.codes[0]) {
			return a.codes
		}
		return nil
	}
	return nil
}

// modifiers are the countries just before the noun ("China-US trade talks",
// "India's deal"), over words that may stand between.
func (d *draft) modifiers() []string {
	v := d.v
	var out []string
	for i := d.trigger.First - 1; i >= max(d.sentence.First, d.trigger.First-12); i-- {
		if e, ok := v.covering(i, ontology.LabelCountry); ok && v.namesRound(e) {
			i = e.First
			continue
		}
		if e, ok := v.covering(i, ontology.LabelCountry); ok && !v.asPlace(e) && !isBody(e.Value) {
			out = append([]string{e.Value}, out...)
			i = e.First
			continue
		}
		if !v.hasAt(i, "%pact_word") && !(len(out) > 0 && (v.lower(i) == "and" || v.lower(i) == ",")) {
			break
		}
	}
	return unique(out)
}

// partyAt gives the codes of an actor or country that starts at token i and is
// no place.
func (v *view) partyAt(i int) (codes []string, end int) {
	if e, ok := v.at(i, ontology.LabelCountry); ok {
		if v.asPlace(e) || v.dateline(e) || isBody(e.Value) {
			return nil, e.End
		}
		if a, found := v.actor(i); found && len(a.codes) > 0 {
			return a.codes, a.end
		}
		return []string{e.Value}, e.End
	}
	if a, ok := v.actor(i); ok && len(a.codes) > 0 && !isBody(a.codes[0]) {
		return a.codes, a.end
	}
	return nil, i
}

// antecedent is the country that ", which" just before the verb of the noun
// speaks of: "Jordan, which has a trade agreement with".
func (d *draft) antecedent() (ontology.Entity, bool) {
	v := d.v
	for i := d.trigger.First - 1; i > max(d.sentence.First+1, d.trigger.First-8); i-- {
		if v.lower(i) == "which" && v.lower(i-1) == "," {
			e, ok := v.covering(i-2, ontology.LabelCountry)
			return e, ok && !isBody(e.Value)
		}
	}
	return ontology.Entity{}, false
}

// leading is the subject of the clause besides the parties known.
func (d *draft) leading(known []string) []string {
	v := d.v
	if e, ok := d.antecedent(); ok && !slices.Contains(known, e.Value) {
		return []string{e.Value}
	}
	for i := d.trigger.First - 1; i >= d.sentence.First; i-- {
		e, ok := v.covering(i, labelActor)
		if !ok {
			continue
		}
		a := v.actors[e.Ref]
		if i = e.First; len(a.codes) == 0 || isBody(a.codes[0]) || v.placeActor(a) {
			continue
		}
		if all := v.conjoined(a); len(unique(append(slices.Clone(known), all...))) > len(known) {
			return all
		}
	}
	return nil
}

// sideParties are those of "both sides" in the sentence, else the actors and
// countries of the clause, else of the sentence.
func (d *draft) sideParties() []string {
	v := d.v
	for i := d.sentence.First; i < d.sentence.End; i++ {
		if a, ok := v.actor(i); ok && a.kind == "pair" {
			return v.pairBefore(d.sentence.Index, a.codes)
		}
	}
	first, end := d.clause()
	if codes := v.partiesIn(first, end); len(codes) == 2 {
		return codes
	}
	codes := v.partiesIn(d.sentence.First, d.sentence.End)
	if len(codes) > 2 { // those the article is about
		main := slices.DeleteFunc(slices.Clone(codes), func(c string) bool { return !slices.Contains(v.topic[:min(3, len(v.topic))], c) })
		if len(main) >= 2 {
			return main[:2]
		}
	}
	return codes
}

// pairBefore is the pair that "both sides" means: the two parties named
// together in the sentences just before, in a transcript the one asked about
// and the one who answers, else the article's.
func (v *view) pairBefore(sentence int, fallback []string) []string {
	if a, turn := v.turn(sentence); turn && sentence > 0 && len(a.codes) == 1 {
		asked := v.doc.Sentences[sentence-1]
		if codes := v.partiesIn(asked.First, asked.End); len(codes) == 1 && codes[0] != a.codes[0] {
			return []string{a.codes[0], codes[0]}
		}
	}
	for k := sentence; k >= max(0, sentence-2); k-- {
		s := v.doc.Sentences[k]
		if codes := v.partiesIn(s.First, s.End); len(codes) == 2 {
			return codes
		}
	}
	return fallback
}

func (v *view) partiesIn(first, end int) []string {
	var out []string
	for i := first; i < end; i++ {
		if a, ok := v.actor(i); ok && a.kind == "pair" {
			continue
		}
		codes, next := v.partyAt(i)
		if out = append(out, codes...); next > i {
			i = next - 1
		}
	}
	return slices.DeleteFunc(unique(out), func(c string) bool { return c == "WORLD" })
}

// withTopic adds the countries the article is about until there are two; one
// that it names only once comes after the capital that is the sentence's
// scene ("a Kenyan delegation is in Ankara").
func (d *draft) withTopic(codes []string) []string {
	if host := d.hostCapital(); host != "" && len(codes) == 1 && host != codes[0] && !d.namedTwice(codes[0]) {
		return append(codes, host)
	}
	topic := d.v.topic
	if d.v.meta.Official && d.v.meta.Country != "" {
		topic = append([]string{d.v.meta.Country}, topic...)
	}
	for _, c := range topic {
		if len(codes) >= 2 {
			break
		}
		if c != "WORLD" && !slices.Contains(codes, c) {
			codes = append(codes, c)
		}
	}
	return codes
}

// namedTwice reports a country besides code that the article names twice.
func (d *draft) namedTwice(code string) bool {
	return slices.ContainsFunc(d.v.topic, func(c string) bool { return c != code && c != "WORLD" && d.v.weight[c] > 1 })
}

// hostCapital is the country whose capital the sentence gives as the place or
// the goal of a journey.
func (d *draft) hostCapital() string {
	for i := d.sentence.First; i < d.sentence.End; i++ {
		if e, ok := d.v.at(i, ontology.LabelCountry); ok && e.How == ontology.HowMetonym && !isBody(e.Value) && !d.v.dateline(e) && d.v.asPlace(e) {
			return e.Value
		}
	}
	return ""
}

// accession is who joins an organisation, and the organisation.
func (d *draft) accession() event.Value {
	v := d.v
	bodies := []string{}
	for i := d.first; i < d.end; i++ {
		for _, label := range [...]string{ontology.LabelCountry, ontology.LabelBody} {
			if e, ok := v.at(i, label); ok && (isBody(e.Value) || isBloc(e.Value)) {
				bodies = append(bodies, e.Value)
			}
		}
	}
	for i := d.sentence.First; i < d.sentence.End && len(bodies) > 0; i++ {
		if e, ok := v.at(i, ontology.LabelCountry); ok && !isBody(e.Value) && e.Value != bodies[0] && !v.asPlace(e) {
			return event.List(e.Value, bodies[0])
		}
	}
	return event.Value{}
}

// negotiators names the officials in the sentence.
func (d *draft) negotiators() event.Value {
	v := d.v
	var out []string
	for _, e := range v.within(d.sentence.First, d.sentence.End, labelPerson) {
		out = append(out, v.people[e.Ref].Official.Name)
	}
	if len(out) == 0 {
		return event.Value{}
	}
	return event.List(unique(out)...)
}

// when is the first date of the clause.
func (d *draft) when() event.Value {
	first, end := d.clause()
	for _, e := range d.v.within(first, end, labelDate) {
		return event.Text(d.v.doc.Span(e.First, e.End))
	}
	return event.Value{}
}

// pact is the agreement's name: of a known one, or the capitalised words
// that end with the noun ("United States-Mexico Trade Agreement").
func (d *draft) pact() event.Value {
	v := d.v
	for _, e := range v.within(d.trigger.First, d.trigger.End+4, labelPact) {
		return event.Text(v.doc.Span(e.First, e.End))
	}
	if !upperFirst(v.doc.Tokens[d.trigger.End-1].Norm) {
		return event.Value{}
	}
	first := d.trigger.First
	for first > d.sentence.First && (upperFirst(v.doc.Tokens[first-1].Norm) || v.lower(first-1) == "-") && v.lower(first-1) != "the" {
		first--
	}
	if d.trigger.End-first < 2 {
		return event.Value{}
	}
	return event.Text(v.doc.Span(first, d.trigger.End))
}

// talksResolvers are the ways to find the slots of negotiations and agreements.
func talksResolvers() map[string]resolver {
	return map[string]resolver{
		"parties":     func(d *draft) event.Value { return list(d.parties()) },
		"accession":   func(d *draft) event.Value { return d.accession() },
		"joiner":      func(d *draft) event.Value { return d.joiner() },
		"conditions":  func(d *draft) event.Value { return d.conditions() },
		"negotiators": func(d *draft) event.Value { return d.negotiators() },
		"when":        func(d *draft) event.Value { return d.when() },
		"place":       func(d *draft) event.Value { return d.place() },
		"round":       func(d *draft) event.Value { return d.round() },
		"offered":     func(d *draft) event.Value { return d.offered() },
		"meeting":     func(d *draft) event.Value { return d.meeting() },
		"met":         func(d *draft) event.Value { return d.met() },
		"applicant":   func(d *draft) event.Value { return d.applicant() },
		"pact":        func(d *draft) event.Value { return d.pact() },
		"contact":     func(d *draft) event.Value { return d.contact() },
		"bound_pair":  func(d *draft) event.Value { return d.boundPair() },
		"visit":       func(d *draft) event.Value { return d.visit() },
		"encounter":   func(d *draft) event.Value { return d.meetingParties() },
		"talk_stage":  func(d *draft) event.Value { return event.Text(d.talkStage()) },
	}
}
