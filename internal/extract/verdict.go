package extract

import (
	"slices"
	"strings"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/ontology"
)

// verdict is the position that words about an act of trade take: what they
// praise or blame; else the one that the holder's part in the act suggests.
// Empty where neither tells.
func (d *draft) verdict() event.Value {
	if _, position := d.judged(); position != "" {
		return event.Text(position)
	}
	return event.Value{}
}

// subjectMatter is what the words at hand are about: the matter of trade they
// name, else the act they speak of, in the words in which the article told it,
// which also says what a noun means that only points to it.
func (d *draft) subjectMatter() event.Value {
	v, s := d.v, d.sentence
	first, end, named := v.matterIn(s.First, s.End, "INSTRUMENT", labelPact, labelDeal, labelTalks)
	if !named {
		first, end, named = v.matterIn(s.First, s.End, "%stance_matter")
		named = named && !v.hasAt(v.headOf(first, end), "%weak_matter")
	}
	if named && (end-first > 1 || !v.pointing(first)) {
		return event.Text(v.doc.Span(first, end))
	}
	if a, _ := d.judged(); a != nil {
		act := event.Text(a.phrased())
		if named && !strings.Contains(act.Text, v.lower(first)) {
			return event.Text(v.lower(first) + " (" + act.Text + ")")
		}
		for i := s.First; i < s.End && !named; i++ {
			if v.pointing(i) && v.hasAt(i, "%empty_noun") {
				return d.pointed(i, i+1, act)
			}
		}
		return act
	}
	if !named {
		if first, end, named = v.matterIn(s.First, s.End, "%stance_matter"); !named {
			return event.Value{}
		}
	}
	return event.Text(v.doc.Span(first, end))
}

// pointing reports whether the noun at token i, alone with its article, points to
// what was told: "the levy", "these changes".
func (v *view) pointing(i int) bool {
	switch v.lower(i - 1) {
	case "the", "this", "these", "such", "that", "those":
		return !v.hasAt(i+1, "%preposition")
	}
	return false
}

// matterIn is the noun phrase of the first term of the labels, in their order,
// in tokens [first, end).
func (v *view) matterIn(first, end int, labels ...string) (from, to int, ok bool) {
	for _, label := range labels {
		for _, e := range v.within(first, end, label) {
			if label == "INSTRUMENT" && !strings.HasPrefix(v.tag(e.End-1), "NN") {
				continue // "to keep out steel"
			}
			if _, named := v.covering(e.First, labelActor); !named && !v.ofTitle(e, label) { // "the trade minister" is no matter
				from, to = v.widened(e.First, e.End)
				return from, to, true
			}
		}
	}
	return 0, 0, false
}

// ofTitle reports whether an entity is a word of a name or a title ("Minister of
// International Trade").
func (v *view) ofTitle(e ontology.Entity, label string) bool {
	return label == "%stance_matter" && e.End-e.First == 1 && v.doc.Tokens[e.First].Capital() && e.First > v.sentence(e.First).First && v.doc.Tokens[e.First-1].Capital()
}

// widened is the phrase around tokens [first, end): what modifies them on the
// left, a gerund that governs them, and what prepositions add on the right.
func (v *view) widened(first, end int) (from, to int) {
	s := v.sentence(first)
	for first > max(s.First, first-7) && v.modifier(first-1) {
		first--
	}
	for first < end && v.hasAt(first, "%target_lead") {
		first++
	}
	stop := min(s.End, first+maxTarget)
	for end < stop && !v.closesTarget(end, true) && !v.hasAt(end, "%phrase_stop") && (v.hasAt(end, "%preposition") || v.modifier(end)) {
		end++
	}
	for end > first+1 && (v.hasAt(end-1, "%preposition") || v.hasAt(end-1, "%determiner")) {
		end--
	}
	return first, end
}

// modifier reports whether token i can stand inside a noun phrase: no mark, no
// finite verb, no verb of saying.
func (v *view) modifier(i int) bool {
	if v.closesTarget(i, true) || v.hasAt(i, "%say") || v.hasAt(i, "%preposition") && v.lower(i) != "of" {
		return false
	}
	switch v.tag(i) {
	case "MD", "VBZ", "VBD", "VBP", "VB", "PRP", "WDT", "WP", "CC", "EX", "IN", "RB":
		return v.lower(i) == "of"
	}
	return true
}

// tone is "support" where tokens [first, end) praise, "oppose" where they
// blame, empty where they do both or neither.
func (v *view) tone(first, end int) string {
	praise, blame := 0, 0
	for _, e := range v.within(first, end, "%praise") {
		if v.has(e.First-3, e.First, "%negation") || v.hasAt(e.First-1, "%denial") {
			blame++
		} else {
			praise++
		}
	}
	for _, e := range v.within(first, end, "%blame") {
		if !v.has(e.First-3, e.First, "%negation") {
			blame++
		}
	}
	switch {
	case praise > 0 && blame == 0:
		return "support"
	case blame > 0 && praise == 0:
		return "oppose"
	}
	return ""
}

// judged finds the act that the words at hand are about, and the position they
// take on it: an act of the same sentence or paragraph, else the one the
// article leads with. Who blames does not speak of an act of his own, nor who
// praises of one that falls on him; an act that is only threatened says less
// than the one it answers.
func (d *draft) judged() (act *draft, position string) {
	holder := d.slots["holder"].Text
	tone := d.v.tone(d.sentence.First, d.sentence.End)
	for _, a := range d.nearestActs() {
		side := a.sideOf(holder)
		if side == "" || a.doneBy(holder) && (tone == "oppose" && side == "support" || a.slots["status"].Text == "threatened") || tone == "support" && side == "oppose" {
			continue
		}
		return a, side
	}
	if tone == "" {
		return nil, ""
	}
	for _, a := range d.nearestActs() {
		if !a.doneBy(holder) {
			return a, tone
		}
	}
	return nil, ""
}

// leadActs is how many acts of an article, and leadClaims among how many of
// its claims, are looked at for what a later passage is about: what is told
// further down is seldom its matter.
const leadActs, leadClaims = 12, 200

// nearestActs lists the measures and agreements told so far: those of the
// draft's own paragraph, last first, then those the article leads with in the
// order of the text, the title's at the end.
func (d *draft) nearestActs() []*draft {
	var here, lead, title []*draft
	for _, a := range slices.Backward(d.v.told) {
		if a.v != d.v || a.sentence.Paragraph != d.sentence.Paragraph || len(here) == leadActs {
			break
		}
		if a.isAct() {
			here = append(here, a)
		}
	}
	for i, a := range d.v.told {
		if len(lead) == leadActs || i == leadClaims {
			break
		}
		switch {
		case !a.isAct() || slices.Contains(here, a):
		case a.v.title && !d.v.title:
			title = append(title, a)
		default:
			lead = append(lead, a)
		}
	}
	return slices.Concat(here, lead, title)
}

// isAct is true for a measure or agreement that the article tells in words
// that can stand for it.
func (a *draft) isAct() bool {
	if a.kind.Name != "measure" && a.kind.Name != "agreement" || a.rule.ID == "agreement.cited" {
		return false
	}
	first, end := a.wording()
	for i := first; i < end; i++ {
		if strings.HasPrefix(a.v.tag(i), "NN") { // not "keep out" alone
			return end-first > 1
		}
	}
	return false
}

// doneBy reports whether the act is the holder's own.
func (a *draft) doneBy(holder string) bool {
	return slices.Contains(a.slots["by"].List, holder) || slices.Contains(a.slots["parties"].List, holder)
}

// restricting reports whether the act makes trade harder.
func (a *draft) restricting() bool {
	return slices.Contains([]string{"impose", "raise", "extend", "investigate"}, a.slots["action"].Text)
}

// sideOf is the position that a country's part in the act suggests.
func (a *draft) sideOf(code string) string {
	status := a.slots["status"].Text
	switch {
	case a.kind.Name == "agreement" && a.doneBy(code):
		if status == "suspended" || status == "withdrawn" {
			return "oppose"
		}
		return "support"
	case a.doneBy(code):
		if status == "rejected" {
			return "oppose"
		}
		return "support"
	case slices.Contains(a.slots["on"].List, code):
		if a.restricting() && status != "rejected" {
			return "oppose"
		}
		return "support"
	}
	return ""
}

// phrased gives an act's own words: from the verb, or the noun phrase of the
// instrument, to where the phrase ends.
func (a *draft) phrased() string {
	first, end := a.wording()
	return strings.TrimSpace(a.v.doc.Span(first, end))
}

// wording is where phrased stands.
func (a *draft) wording() (first, end int) {
	v := a.v
	first, end = a.trigger.First, a.trigger.End
	if r, ok := a.captures["instrument"]; ok {
		e := r
		if first > r.First || r.First-first > 8 {
			first = r.First
			for first > max(a.sentence.First, r.First-5) && !v.closesTarget(first-1, true) && !v.hasAt(first-1, "%preposition") && !v.hasAt(first-1, "%determiner") && !v.hasAt(first-1, "%say") {
				first--
			}
		}
		end = e.End
	}
	stop := min(a.sentence.End, max(end+7, first+maxTarget))
	for end < stop && !v.closesTarget(end, true) && !v.hasAt(end, "%phrase_stop") {
		end++
	}
	for end > first+1 && (v.hasAt(end-1, "%preposition") || v.lower(end-1) == "up") {
		end-- // "tariffs of up to 25%"
	}
	if r, ok := a.captures["instrument"]; ok {
		end = v.untilNoun(max(r.End, a.trigger.End), end)
	}
	return first, end
}

// untilNoun cuts what a phrase leaves hanging when its end is cut off, but
// nothing before token least: "the levy on fuels made", "the findings closely".
func (v *view) untilNoun(least, end int) int {
	for end > least && (strings.HasPrefix(v.tag(end-1), "VB") || v.dangles(end-1)) {
		end--
	}
	return end
}

// leastQuote is how many words a quotation must have to be more than a phrase
// that the writer keeps at a distance, fullQuote how many to say something
// without a word of praise or blame.
const leastQuote, fullQuote = 4, 6

// quoter is the holder of the words in quotation marks at the trigger: an
// official or a group beside the verb of saying; for "he" and "she", whoever
// spoke before.
func (d *draft) quoter() event.Value {
	v := d.v
	if n := d.trigger.End - d.trigger.First; n < leastQuote || n < fullQuote && v.tone(d.trigger.First, d.trigger.End) == "" {
		return event.Value{}
	}
	a, said := v.saidIn(d.sentence.Index)
	if at := d.trigger.First; !said && at > d.sentence.First+1 && v.lower(at-2) != "," && v.lower(at-2) != ":" {
		return event.Value{} // words woven into another's sentence
	}
	for k := d.sentence.Index - 1; !said && k >= 0 && v.doc.Sentences[k].Paragraph == d.sentence.Paragraph; k-- {
		a, said = v.saidIn(k)
	}
	if len(a.codes) == 0 && a.name == "" {
		return event.Value{}
	}
	return v.holds(a)
}

// led is what leads nowhere: the phrase that the pattern captured behind the
// words, else the one before them.
func (d *draft) led() event.Value {
	if r, ok := d.captures["_about"]; ok {
		return d.strict(r.First)
	}
	return d.theme()
}

// provoking is what drew the protest: the phrase before the words or that to
// which "which" or a comma joins them, else the act told in the sentence.
func (d *draft) provoking() event.Value {
	for _, a := range slices.Backward(d.v.told) {
		if a.v != d.v || a.sentence.Index != d.sentence.Index {
			break
		}
		if a.isAct() {
			return event.Text(a.phrased())
		}
	}
	if d.trigger.First == d.sentence.First {
		return event.Value{}
	}
	return d.theme()
}

// verdictResolvers are the ways to find the slots of a stance that the
// article's acts imply.
func verdictResolvers() map[string]resolver {
	return map[string]resolver{
		"quoter":         func(d *draft) event.Value { return d.quoter() },
		"verdict":        func(d *draft) event.Value { return d.verdict() },
		"talks":          func(d *draft) event.Value { return d.talks() },
		"subject_matter": func(d *draft) event.Value { return d.subjectMatter() },
		"described":      func(d *draft) event.Value { return d.described() },
		"referred":       func(d *draft) event.Value { return d.referred() },
		"felt":           func(d *draft) event.Value { return d.felt() },
		"bond":           func(d *draft) event.Value { return d.bond() },
		"led":            func(d *draft) event.Value { return d.led() },
		"provoking":      func(d *draft) event.Value { return d.provoking() },
	}
}
