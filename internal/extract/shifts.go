package extract

import (
	"slices"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/ontology"
)

// moveResolvers are the ways to read who turns from whom to whom.
func moveResolvers() map[string]resolver {
	return map[string]resolver{
		"mover":          func(d *draft) event.Value { return list(d.mover()) },
		"mover_or_topic": func(d *draft) event.Value { return list(d.moverOrTopic()) },
		"away_from":      func(d *draft) event.Value { return list(d.awayFrom()) },
		"last_named":     func(d *draft) event.Value { return list(d.lastNamed()) },
		"left_behind":    func(d *draft) event.Value { return list(d.leftBehind()) },
		"toward":         func(d *draft) event.Value { return list(d.toward()) },
		"shift_goods":    func(d *draft) event.Value { return d.v.sectorsIn(d.sentence.First, d.sentence.End) },
	}
}

// mover is the firm or country that moves: the subject of the trigger.
func (d *draft) mover() []string {
	if first, _ := d.clause(); d.v.has(first, d.trigger.First, "%negation") || d.v.has(first, d.trigger.First, "%supposed_shift") || d.v.has(d.trigger.End, d.end, "%not_production") {
		return nil
	}
	for i := d.first - 1; i >= d.sentence.First; i-- {
		i = d.beforeAside(i)
		if e, ok := d.v.trader(i); ok && (d.v.lower(i-1) == "in" || !d.v.partnerAt(e)) {
			if firm := d.firmAfter(e); firm != "" {
				return []string{firm}
			}
			return d.moversWith(e)
		}
		if firm := d.v.firmEndingAt(i, d.sentence.First); firm != "" && !d.v.sited(i) {
			return []string{firm}
		}
	}
	if firm := d.lastFirm(); firm != "" {
		return []string{firm}
	}
	other := append(d.bound("%away_from"), d.bound("%toward")...)
	return slices.DeleteFunc(slices.Clone(d.actedBefore()), func(c string) bool { return slices.Contains(other, c) })
}

// moverOrTopic is the mover; for one that no word of the sentence places
// ("several mills"), those of the first country that the article is about and
// the sentence does not name.
func (d *draft) moverOrTopic() []string {
	out := d.mover()
	if len(out) == 0 || len(out[0]) > 2 || slices.Contains(d.v.codesIn(d.sentence.First, d.trigger.First), out[0]) {
		return out
	}
	here := d.v.codesIn(d.sentence.First, d.sentence.End)
	for _, c := range d.v.topic {
		if !slices.Contains(here, c) && !isBody(c) {
			return []string{c}
		}
	}
	return out
}

// sited is true for a name that only says where: "two mills in Maputsoe".
func (v *view) sited(i int) bool {
	for i > 0 && upperFirst(v.doc.Tokens[i].Norm) {
		i--
	}
	return slices.Contains([]string{"in", "at", "near", "around", "outside"}, v.lower(i))
}

// beforeAside steps from a comma at i over ", which makes toys," to the word
// before it.
func (d *draft) beforeAside(i int) int {
	if d.v.lower(i) != "," {
		return i
	}
	for k := i - 1; k > max(d.sentence.First, i-20); k-- {
		if d.v.lower(k) == "," && slices.Contains([]string{"which", "who", "whose", "a", "an", "the", "maker", "of", "based"}, d.v.lower(k+1)) {
			return k - 1
		}
	}
	return i
}

// moversWith adds the countries that "and" and commas join to e.
func (d *draft) moversWith(e ontology.Entity) []string {
	out := []string{e.Value}
	for at := e.First - 1; at > d.sentence.First && (d.v.lower(at) == "and" || d.v.lower(at) == ","); {
		c, ok := d.v.covering(at-1, ontology.LabelCountry)
		if !ok || c.End != at {
			break
		}
		out = append(out, c.Value)
		at = c.First - 1
	}
	slices.Reverse(out)
	return unique(out)
}

// firmAfter reads the firm in "the Dutch chemicals group Verlijm".
func (d *draft) firmAfter(e ontology.Entity) string {
	if e.How != ontology.HowDemonym {
		return ""
	}
	for i := e.End; i < min(e.End+6, d.trigger.First); i++ {
		if d.v.hasAt(i, "%firm_word") {
			if end := d.v.capitalsFrom(i+1, d.trigger.First); end > i+1 {
				return d.v.doc.Span(i+1, end)
			}
		}
	}
	return ""
}

// firmEndingAt is a run of capitalised words that ends at token i and names
// no country, body, person, role or date.
func (v *view) firmEndingAt(i, least int) string {
	tok := v.doc.Tokens
	first := i + 1
	for first > least && (upperFirst(tok[first-1].Norm) || v.lower(first-1) == "-" && !tok[first-1].Space && first <= i || v.lower(first-1) == "&" && first <= i) {
		first--
	}
	if first > i || v.known(first, i+1) {
		return ""
	}
	if first == least && i == first && !v.properAt(i) {
		return ""
	}
	if first < i && v.hasAt(first, "%firm_word") { // "Toymaker Hasbro"
		first++
	}
	return v.doc.Span(first, i+1)
}

// properAt tells a name at a sentence's start from a common word: the tagger
// says so, or an auxiliary verb follows a noun that is no plural.
func (v *view) properAt(i int) bool {
	tag := v.tag(i)
	if tag == "NNP" || tag == "NNPS" {
		return true
	}
	return !slices.Contains([]string{"it", "he", "she", "they", "we", "this", "that", "i", "there", "who", "which", "what"}, v.lower(i)) &&
		tag != "NNS" && tag != "DT" && slices.Contains([]string{"is", "has", "will", "plans", "said", "says", "was", "aims", "wants", "chose", "picked", "opened", "closed", "no", "now"}, v.lower(i+1))
}

// known reports that a lexicon names something inside [first, end) that is
// no firm.
func (v *view) known(first, end int) bool {
	for i := first; i < end; i++ {
		for _, label := range []string{ontology.LabelCountry, ontology.LabelBody, labelPerson, ontology.LabelRole, labelDate, ontology.LabelHolder, "%not_name"} {
			if v.coveredBy(i, label) {
				return true
			}
		}
	}
	return false
}

// lastFirm is the firm that the two sentences before made their subject.
func (d *draft) lastFirm() string {
	if !slices.Contains([]string{"it", "the", "they", "its"}, d.v.lower(d.sentence.First)) {
		return ""
	}
	for s := d.sentence.Index - 1; s >= max(0, d.sentence.Index-3); s-- {
		sentence := d.v.doc.Sentences[s]
		for i := sentence.First; i < min(sentence.First+8, sentence.End); i++ {
			if upperFirst(d.v.doc.Tokens[i].Norm) && d.v.capitalsFrom(i, sentence.End) == i+1 {
				if firm := d.v.firmEndingAt(i, sentence.First); firm != "" {
					return firm
				}
			}
		}
	}
	return ""
}

// awayFrom lists the countries behind "from", "out of", "on", "outside".
// A trigger that is such a word itself comes first.
func (d *draft) awayFrom() []string {
	if d.v.hasAt(d.trigger.First, "%away_from") {
		return d.boundFrom("%away_from", d.trigger.First)
	}
	return d.bound("%away_from")
}

// leftBehind is the first country behind the trigger: "replace Chinese
// suppliers", "leave China".
func (d *draft) leftBehind() []string {
	for i := d.trigger.End; i < d.sentence.End; i++ {
		if e, ok := d.v.siteAt(i); ok {
			return d.listFrom(e)
		}
	}
	return nil
}

// siteAt is the country, or the country of the town, named at token i.
func (v *view) siteAt(i int) (ontology.Entity, bool) {
	if e, ok := v.at(i, ontology.LabelCountry); ok {
		return e, !isBody(e.Value) && e.Value != "WORLD"
	}
	return v.at(i, labelTown)
}

// chosen is what stands before the trigger of "from India rather than China":
// the countries of the match named last.
func (d *draft) chosen() []string {
	away := d.slots["away_from"].List
	for i := d.trigger.First - 1; i >= d.first; i-- {
		if e, ok := d.v.siteAt(i); ok && !slices.Contains(away, e.Value) && !slices.Contains(d.slots["actor"].List, e.Value) {
			out := []string{e.Value}
			for k := e.First - 1; k > d.first && (d.v.lower(k) == "and" || d.v.lower(k) == ","); {
				c, ok := d.v.covering(k-1, ontology.LabelCountry)
				if !ok {
					break
				}
				out, k = append(out, c.Value), c.First-1
			}
			slices.Reverse(out)
			return unique(out)
		}
	}
	return nil
}

// lastNamed is the country named last in the match.
func (d *draft) lastNamed() []string {
	for i := d.end - 1; i >= d.trigger.End; i-- {
		if e, ok := d.v.covering(i, ontology.LabelCountry); ok && !isBody(e.Value) {
			return []string{e.Value}
		}
	}
	return nil
}

// toward lists the countries behind "to", "into", "more from".
func (d *draft) toward() []string {
	away := d.slots["away_from"].List
	if w := d.v.lower(d.trigger.First); w == "instead" || w == "rather" || w == "in" {
		if out := d.chosen(); len(out) > 0 {
			return out
		}
	}
	return slices.DeleteFunc(d.bound("%toward"), func(c string) bool { return slices.Contains(away, c) })
}

// bound lists the countries that a cue introduces from the match on, with
// those that commas and "and" join to the first.
func (d *draft) bound(cue string) []string { return d.boundFrom(cue, d.first) }

func (d *draft) boundFrom(cue string, from int) []string {
	actor := d.slots["actor"].List
	for i := from; i < d.sentence.End; i++ {
		e, ok := d.v.at(i, cue)
		if !ok {
			continue
		}
		for k := e.End; k < min(e.End+4, d.sentence.End); k++ {
			if c, ok := d.v.siteAt(k); ok {
				out := slices.DeleteFunc(unique(d.listFrom(c)), func(code string) bool { return slices.Contains(actor, code) })
				if len(out) > 0 && !slices.Equal(out, d.slots["away_from"].List) {
					return out
				}
				break
			}
			if d.v.hasAt(k, "%away_from") || d.v.hasAt(k, "%toward") {
				break
			}
		}
	}
	return nil
}

// listFrom is c and the countries listed behind it.
func (d *draft) listFrom(c ontology.Entity) []string {
	out := []string{c.Value}
	for at := c.End; at < d.sentence.End; {
		if w := d.v.lower(at); w == "," || w == "and" || w == "or" || w == "the" {
			at++
			continue
		}
		next, ok := d.v.siteAt(at)
		if !ok {
			break
		}
		out, at = append(out, next.Value), next.End
	}
	return out
}
