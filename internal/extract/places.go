package extract

import (
	"slices"
	"unicode/utf8"

	"github.com/tradewire/tradewire/internal/ontology"
)

// host is true for the country somebody goes to for talks with another: "lead
// trade envoys to Spain for talks with", "visit Chile and hold talks with".
func (v *view) host(e ontology.Entity) bool {
	at := e.First - 1
	if !v.hasAt(at, "%visits") && (v.lower(at) != "to" || !v.has(at-6, at, "%travels")) {
		return false
	}
	for i := e.End; i < e.End+16; i++ {
		if t, ok := v.at(i, labelTalks); ok {
			return v.lower(t.End) == "with"
		}
	}
	return false
}

// dateline is true for the place in front of a report: "ABU DHABI - ",
// "Geneva, 3 May (Agency) -".
func (v *view) dateline(e ontology.Entity) bool {
	if e.First != v.sentence(e.First).First || v.possessiveAt(e.End) {
		return false
	}
	if w := v.lower(e.End); w == "-" || w == "–" || w == "—" {
		return v.doc.Tokens[e.End].Space
	}
	return e.How == ontology.HowMetonym && v.isPlace(e) || v.lower(e.End) == "," && v.hasAt(e.End+1, labelDate) || v.lower(e.End) == "("
}

// dropNamesakes takes away the capitals that are part of a longer name: the
// "Kingston" of "Ann Kingston", the "Sofia" of "Sofia Roe". Where all words
// have capitals nothing can be told.
func (v *view) dropNamesakes() {
	for _, s := range v.doc.Sentences {
		if v.title || caselessSentence(v.doc.Tokens[s.First:s.End]) {
			continue
		}
		for i := s.First; i < s.End; i++ {
			if e, ok := v.at(i, ontology.LabelCountry); ok && e.How == ontology.HowMetonym && e.End == i+1 && (v.nameGoesOn(e.End, s.End) || i > s.First+1 && v.doc.Tokens[i].Space && v.nameGoesOn(i-1, s.End)) {
				v.found[i] = slices.DeleteFunc(slices.Clone(v.found[i]), func(e ontology.Entity) bool { return e.Label == ontology.LabelCountry })
			}
		}
	}
}

// nameGoesOn reports that token i is a capitalised word of no lexicon: part of
// the name beside it.
func (v *view) nameGoesOn(i, end int) bool {
	if i >= end || !v.doc.Tokens[i].Space && i > 0 || !upperFirst(v.doc.Tokens[i].Norm) || utf8.RuneCountInString(v.doc.Tokens[i].Norm) < 2 {
		return false
	}
	return len(v.found[i]) == 0 && !v.covered(i)
}

// covered reports that an entity that starts within the four tokens before
// token i reaches over it.
func (v *view) covered(i int) bool {
	for k := max(0, i-4); k < i; k++ {
		if slices.ContainsFunc(v.found[k], func(e ontology.Entity) bool { return e.End > i }) {
			return true
		}
	}
	return false
}

// heading is the country that begins the paragraph of token i, as in a round-up
// ("LIMA: …", "Peru. Ministry of …"), where another paragraph begins with one
// too; empty when none does.
func (v *view) heading(i int) string {
	if v.headings == nil {
		v.headings = v.readHeadings()
	}
	return v.headings[v.sentence(i).Paragraph]
}

func (v *view) readHeadings() map[int]string {
	out, paragraph := map[int]string{}, -1
	for _, s := range v.doc.Sentences {
		if s.Paragraph == paragraph {
			continue
		}
		paragraph = s.Paragraph
		e, ok := v.at(s.First, ontology.LabelCountry)
		if !ok || e.How == ontology.HowDemonym || isBody(e.Value) {
			continue
		}
		if mark := v.lower(e.End); mark == ":" || mark == "." || (mark == "-" || mark == "--") && v.doc.Tokens[e.End].Space {
			out[paragraph] = e.Value
		}
	}
	if len(out) < 2 {
		return map[int]string{}
	}
	return out
}

func (v *view) placeActor(a actor) bool {
	e, ok := v.at(a.first, ontology.LabelCountry)
	return ok && e.End == a.end && v.asPlace(e)
}

// asPlace is true for a country that only says where: "in Stockholm, Sweden",
// "held in China".
func (v *view) asPlace(e ontology.Entity) bool {
	i := e.First - 1
	if v.lower(i) == "," && i > 1 { // the second half of "Stockholm, Sweden"
		for k := i - 1; k > i-4 && k > 0 && upperFirst(v.doc.Tokens[k].Norm); k-- {
			if v.lower(k-1) == "in" || v.lower(k-1) == "at" {
				return true
			}
		}
	}
	if v.possessiveAt(e.End) {
		return false
	}
	if v.namesRound(e) {
		return true
	}
	for v.lower(i) == "the" || v.lower(i) == "downtown" {
		i--
	}
	if v.host(e) {
		return true
	}
	switch v.lower(i) {
	case "in", "at", "near", "outside":
		return e.How != ontology.HowDemonym
	case "to", "into", "from", "visit", "visiting", "for":
		return e.How == ontology.HowMetonym
	}
	return false
}

// namesRound is true for a capital in front of the talks that were held
// there: "the Geneva talks", "the China-US Kuala Lumpur trade consultations".
func (v *view) namesRound(e ontology.Entity) bool {
	if e.How != ontology.HowMetonym || v.lower(e.First-1) == "-" || v.lower(e.End) == "-" || v.possessiveAt(e.End) {
		return false
	}
	for i := e.End; i < e.End+5; i++ {
		if v.hasAt(i, labelTalks) {
			return true
		}
		if !v.hasAt(i, "%pact_word") {
			return false
		}
	}
	return false
}
