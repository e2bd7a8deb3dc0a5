package extract

import (
	"slices"

	"github.com/tradewire/tradewire/internal/ontology"
)

// relativeDoer reads "the duties that Peru imposed" and "a tax on yarn, which
// the government introduced".
func (d *draft) relativeDoer() []string {
	if d.kind.Name != "measure" {
		return nil
	}
	v := d.v
	for i := d.trigger.End; i < min(d.trigger.End+9, d.sentence.End); i++ {
		if v.hasAt(i, "%answers") {
			return nil // "introduced in answer to the charges that Peru levied"
		}
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
	from, _ := d.clause()
	for i := from; i < d.trigger.First; i++ {
		if e, ok := d.v.at(i, cue); !ok || d.v.joined(e.End, d.trigger.First) {
			continue
		}
		for k := i - 1; k >= d.sentence.First; k-- {
			if a, ok := d.v.actor(k); ok && len(a.codes) > 0 && !isBody(a.codes[0]) && (!a.possessive && !d.v.isObject(a) || d.v.possessiveAt(i-1) && a.possessive && i-a.end < 2) {
				return a.codes
			}
		}
	}
	return nil
}

// joined reports a second verb of the same subject in tokens [first, end):
// "(opposes the move) and will take", "(accused Peru of it) and vowed". A
// clause with a subject of its own before it has that verb to itself.
func (v *view) joined(first, end int) bool {
	for i := first; i < end; i++ {
		switch a, ok := v.actor(i); {
		case ok && !a.possessive && !v.isObject(a) && !v.directObject(a), v.lower(i) == "that", v.lower(i) == "which":
			return false
		case v.lower(i) == "and", v.lower(i) == "but":
			if next := v.pastAdverbs(i + 1); next <= end && v.finite(next) {
				return true
			}
		}
	}
	return false
}

// directObject reports a verb right before the actor and none right behind it:
// "accused Peru of", not "said Peru would".
func (v *view) directObject(a actor) bool {
	i := a.first - 1
	if v.hasAt(i, "%determiner") {
		i--
	}
	return i >= 0 && v.finite(i) && v.tag(i) != "MD" && !v.hasAt(i, "%say") && !v.finite(v.pastAdverbs(a.end)) && v.lower(a.end) != "to"
}

func (v *view) finite(i int) bool {
	if i < 0 || i >= len(v.doc.Tokens) {
		return false
	}
	switch v.tag(i) {
	case "VBD", "VBZ", "VBP", "MD":
		return true
	}
	return false
}

func (v *view) pastAdverbs(i int) int {
	for i+1 < len(v.doc.Tokens) && v.tag(i) == "RB" {
		i++
	}
	return i
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
		if !d.v.hasAt(i, "%against") || d.v.lower(i) == "to" { // "the import tax to Peru" is Peru's
			continue
		}
		if d.ofOther(i) {
			return false
		}
		from := i + 1
		if e, ok := d.v.at(from, labelMoney); ok { // "on $34 billion of Peruvian goods"
			from = e.End
		}
		for k := from; k < min(end, from+3) && d.v.lower(k) != "by"; k++ {
			if e, ok := d.v.at(k, ontology.LabelCountry); ok {
				return e.Value == codes[0] && e.How != ontology.HowMetonym && d.v.lower(i) != "of"
			}
		}
		if code := d.v.origin(from, end); code != "" {
			return code == codes[0]
		}
	}
	return false
}

// originWithin is how far into a list of goods their origin is looked for.
const originWithin = 24

// origin is the country that goods in tokens [first, end) come from: "balls
// of a diameter below four inches originating in Peru".
func (v *view) origin(first, end int) string {
	for k := first; k < min(end, first+originWithin); k++ {
		e, ok := v.at(k, ontology.LabelCountry)
		if !ok {
			continue
		}
		at := v.before(k)
		if v.lower(at) == "from" || v.lower(at) == "in" && v.hasAt(at-1, "%made") {
			return e.Value
		}
		return ""
	}
	return ""
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
