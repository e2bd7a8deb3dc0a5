package extract

import (
	"maps"
	"slices"
	"strings"

	"github.com/tradewire/tradewire/internal/ontology"
)

// unnamedPartner is true for talks "with" somebody who is no country and
// stands for none: farmers, economies, companies.
func (d *draft) unnamedPartner() bool {
	v := d.v
	at := d.trigger.End
	if v.lower(at) != "with" {
		return false
	}
	for i := at + 1; i < at+6; i++ {
		if strings.HasPrefix(v.tag(i), "NN") && !upperFirst(v.doc.Tokens[i].Norm) && !v.hasAt(i, "%partner_word") && !v.hasAt(i, "%team") && !v.hasAt(i, "%counterpart") && !strings.HasPrefix(v.tag(i+1), "NN") {
			return true // "with businesses and developers"
		}
		if codes, _ := v.partyAt(i); len(codes) > 0 || v.hasAt(i, "%partner_word") || v.coveredBy(i, labelActor) || upperFirst(v.doc.Tokens[min(i, len(v.doc.Tokens)-1)].Norm) {
			return false
		}
	}
	return true
}

// partners are the countries and people behind the noun in "between A and B"
// and "with B"; with tells that one side is still to be found.
func (d *draft) partners() (codes []string, with bool) {
	v := d.v
	for i := d.trigger.End; i < min(d.trigger.End+9, d.sentence.End); i++ {
		if v.breaks(i) {
			return nil, false
		}
		switch v.lower(i) {
		case "between", "among", "involving", "by":
			return v.listFrom(i+1, d.sentence.End), false
		case "with":
			return v.listFrom(i+1, d.sentence.End), true
		case "on", "for", "of", "over":
			if codes := v.compound(i + 1); len(codes) > 1 {
				return codes, false
			}
		}
	}
	return nil, false
}

// compound reads "the China-Japan-South Korea free trade area": countries
// joined by hyphens from token i on, past an article.
func (v *view) compound(i int) []string {
	if w := v.lower(i); w == "the" || w == "a" || w == "an" {
		i++
	}
	var out []string
	for {
		e, ok := v.at(i, ontology.LabelCountry)
		if !ok || isBody(e.Value) && !isBloc(e.Value) {
			return out
		}
		out = append(out, e.Value)
		if v.lower(e.End) != "-" && v.lower(e.End) != "–" {
			return out
		}
		i = e.End + 1
	}
}

// listFrom reads "China, Japan and South Korea" or "Trump and the Canadian
// side" from token i on: codes with few words between them.
func (v *view) listFrom(i, end int) []string {
	var out []string
	for gap := 0; i < end && gap < 4; i++ {
		if codes, next := v.partyAt(i); len(codes) > 0 {
			out = append(out, codes...)
			i, gap = next-1, 0
			continue
		}
		switch v.lower(i) {
		case "and", ",", "the", "-", "'s", "'", "its", "president", "counterparts", "officials":
		case "on", "over", "in", "at", "for", "to", "that", "which", "after", "before", "about", "was", "were", "is", "has", "will":
			return unique(out)
		default:
			gap++
		}
	}
	return unique(out)
}

// oneEach is a draft for each partner where agreements in the plural are told
// with several ("signed agreements with Chile and Norway"), else d alone.
func (d *draft) oneEach() []*draft {
	if d.kind.Name != "agreement" || !strings.HasSuffix(d.v.lower(d.trigger.End-1), "s") || d.v.hasAt(d.trigger.First, labelPact) {
		return []*draft{d}
	}
	behind, with := d.partners()
	own := slices.DeleteFunc(slices.Clone(d.slots["parties"].List), func(c string) bool { return slices.Contains(behind, c) })
	if !with || len(behind) < 2 || len(own) != 1 {
		return []*draft{d}
	}
	var out []*draft
	for _, partner := range behind {
		one := *d
		one.slots = maps.Clone(d.slots)
		one.slots["parties"] = thoseWhoMet([]string{own[0], partner})
		out = append(out, &one)
	}
	return out
}
