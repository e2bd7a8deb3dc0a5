package extract

import (
	"slices"
	"strings"

	"github.com/tradewire/tradewire/internal/ontology"
)

// payReach is how far before a duty the verb may stand by which goods bear it.
const payReach = 10

// payer reads "Kenyan shirts pay duties of 32 percent" and "goods from Peru
// will be charged 19%": the countries whose goods bear what the trigger names.
// verb is where the verb stands; ok tells that there is one, though its
// subject may name no country.
func (d *draft) payer() (codes []string, verb int, ok bool) {
	first, _ := d.clause()
	for i := d.head(); i >= max(first, d.head()-payReach); i-- {
		if i < d.head() && d.v.leavesPart(i) {
			return nil, 0, false
		}
		e, found := d.v.at(i, "%pays")
		passive, borne := d.v.at(i, "%paid_if_passive")
		if borne = borne && (d.v.passive(i) || d.v.lower(passive.End-1) == "by"); borne {
			e, found = passive, true
		}
		if found && (e.End <= d.head() || i == d.head() && d.trigger.First == i && (borne || d.v.goodsIn(first, i))) && !d.v.has(first, i, "%payer_not") {
			return d.v.bearer(first, i), i, true
		}
	}
	return nil, 0, false
}

// goodsIn reports that tokens [first, end) name goods, not only who trades them.
func (v *view) goodsIn(first, end int) bool {
	return v.has(first, end, "GOODS") || v.has(first, end, ontology.LabelSector) || v.has(first, end, "%wares")
}

// head is where the words begin that the draft is about: the trigger's, or
// the instrument's if that stands before.
func (d *draft) head() int {
	if r, ok := d.captures["instrument"]; ok {
		return min(d.trigger.First, r.First)
	}
	return d.trigger.First
}

// leavesPart reports a word that begins another part of the sentence, with
// its own subject.
func (v *view) leavesPart(i int) bool {
	if v.breaks(i) {
		return true
	}
	switch v.lower(i) {
	case "if", "unless", "after", "before", "because", "when", "although", "since", "until":
		return true
	}
	return false
}

// passive reports a form of "be" before the verb at token i; an adverb may
// stand between.
func (v *view) passive(i int) bool {
	return v.hasAt(i-1, "%be_form") || v.hasAt(i-2, "%be_form")
}

// bearer is whose goods the subject in tokens [first, verb) names: the last
// country there that is no destination; for "its goods" who was named before.
func (v *view) bearer(first, verb int) []string {
	verb = v.beforeApposition(first, verb)
	for i := verb - 1; i >= first; i-- {
		if e, ok := v.at(i, ontology.LabelCountry); ok && !isBody(e.Value) && !v.destination(e) {
			return unique(append(v.listBefore(e), e.Value))
		}
		if code := v.region(i); code != "" {
			return []string{code}
		}
		if v.hasAt(i, "%world") {
			return []string{"WORLD"}
		}
	}
	for i := first; i < verb; i++ {
		if w := v.lower(i); w == "its" || w == "their" {
			return v.namedBefore(first)
		}
	}
	return nil
}

// beforeApposition is where an apposition (", a subsidiary of … ,") begins
// that ends before the verb; the verb when there is none.
func (v *view) beforeApposition(first, verb int) int {
	if v.lower(verb-1) != "," && v.lower(verb-2) != "," {
		return verb
	}
	for i := verb - 3; i > first; i-- {
		if v.lower(i) != "," {
			continue
		}
		switch v.lower(i + 1) {
		case "a", "an", "the", "which", "who", "one":
			return i
		}
	}
	return verb
}

// region is the country of the state or province named at token i.
func (v *view) region(i int) string {
	for _, e := range v.found[i] {
		if code, ok := strings.CutPrefix(e.Label, "%region_"); ok {
			return code
		}
	}
	return ""
}

// listBefore gives the countries that a list joins to e from the left.
func (v *view) listBefore(e ontology.Entity) []string {
	var out []string
	for at := e.First - 1; at > 0 && (v.lower(at) == "and" || v.lower(at) == "," || v.lower(at) == "or" || v.lower(at) == "the"); at-- {
		if prev, ok := v.covering(at-1, ontology.LabelCountry); ok && prev.End == at {
			out = append([]string{prev.Value}, out...)
			at = prev.First
		}
	}
	return out
}

// destination is true for the country that goods go to or are in.
func (v *view) destination(e ontology.Entity) bool {
	i := v.before(e.First)
	if v.lower(i) == "in" && v.hasAt(i-1, "%made") {
		return false
	}
	return slices.Contains([]string{"to", "in", "into", "at", "by", "with", "entering", "for"}, v.lower(i))
}

// namedBefore is the country named last before token i in its sentence or the
// one before.
func (v *view) namedBefore(i int) []string {
	if i == 0 {
		return nil
	}
	since := v.doc.Sentences[max(0, v.sentence(i-1).Index-1)].First
	for k := i - 1; k >= since; k-- {
		if e, ok := v.at(k, ontology.LabelCountry); ok && !isBody(e.Value) {
			return []string{e.Value}
		}
	}
	return nil
}

// collector is who levies what codes pay: the destination named behind the
// trigger ("at American ports"), the actor before the goods or who says so,
// or the other of the two countries that the article is about.
func (d *draft) collector(codes []string, verb int) []string {
	v := d.v
	for i := d.trigger.End; i < min(d.trigger.End+payReach, d.sentence.End); i++ {
		e, ok := v.at(i, ontology.LabelCountry)
		if ok && !isBody(e.Value) && !slices.Contains(codes, e.Value) && (v.destination(e) || v.lower(e.First-2) == "arrival") {
			return []string{e.Value}
		}
	}
	for i := verb - 1; i >= d.sentence.First; i-- {
		a, ok := v.actor(i)
		if ok && len(a.codes) > 0 && !isBody(a.codes[0]) && !a.possessive && !v.isObject(a) && !meets(a.codes, codes) {
			return a.codes
		}
	}
	for i := d.trigger.End; i < d.sentence.End; i++ {
		if a, ok := v.actor(i); ok && len(a.codes) > 0 && !isBody(a.codes[0]) && v.says(a) && !meets(a.codes, codes) {
			return a.codes
		}
	}
	if other := v.other(codes); len(codes) == 1 && !slices.Equal(other, codes) {
		return other
	}
	return nil
}

// says reports that a verb of speech follows or precedes the actor.
func (v *view) says(a actor) bool {
	return v.hasAt(a.end, "%say") || v.hasAt(a.first-1, "%say")
}

func meets(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}
