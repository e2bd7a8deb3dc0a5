package extract

import (
	"slices"

	"github.com/tradewire/tradewire/internal/ontology"
)

// ruleOffice finds an official by a clause that says what office it is.
const ruleOffice = "official.office"

// byOffice reads "Jane Roe, who leads for Muscat" and "who heads the
// government of Uri": a clause in the place of a title. verb is the entity of
// what its bearer does.
func (f *peopleFinder) byOffice(verb ontology.Entity) {
	who := verb.First - 1
	if f.v.lower(who) != "who" {
		f.sentBy(verb)
		return
	}
	end := who
	if f.v.lower(end-1) == "," {
		end--
	}
	first := f.nameBefore(end)
	if first >= end || f.words(first, end) < 2 {
		return
	}
	p := post{role: ontology.Entity{Entry: ontology.Entry{Label: ontology.LabelRole, How: "official"}, First: who, End: verb.End}, first: who, shared: true, vague: true}
	p.end = f.charge(&p, verb.End)
	country := f.sender(first)
	if p.country == "" {
		p.country = country
	}
	if p.other || !p.body && country == "" {
		return
	}
	_, holder := f.holder(first, end)
	f.take(p, first, end, holder, ruleOffice)
}

// charge reads what somebody heads or speaks for and returns its end; body
// says that it is a government's.
func (f *peopleFinder) charge(p *post, i int) int {
	limit, end := min(f.v.sentence(i).End, i+14), i
	speaksFor := f.v.lower(i) == "for" || f.v.lower(i-1) == "for" || f.v.lower(i-1) == "represents" || f.v.lower(i-1) == "represented"
	if f.v.lower(i) == "for" {
		i++
	}
	for i < limit {
		if e, ok := f.v.at(i, ontology.LabelCountry); ok && speaksFor && f.closes(e.End) {
			p.body = true
		} else if f.starts(i, ontology.LabelBody, "%government_word") {
			p.body = true
		}
		next, named := f.object(p, i, "of")
		if next == i {
			break
		}
		if named {
			end = next
		}
		i = next
	}
	return end
}

// closes reports a mark that ends a clause, or a preposition.
func (f *peopleFinder) closes(i int) bool {
	return i >= len(f.tok) || slices.Contains([]string{",", ".", ";", ":", ")", "in", "at", "and"}, f.tok[i].Lower)
}

// sender is the country in "Norway's Jane Roe"; empty when none stands before
// the name.
func (f *peopleFinder) sender(first int) string {
	if w := f.v.lower(first - 1); w != "'s" && w != "'" {
		return ""
	}
	e, ok := f.endingAt(first-1, ontology.LabelCountry)
	if !ok {
		return ""
	}
	return e.Value
}

// sentBy reads "chose Norway's Jane Roe to chair the body".
func (f *peopleFinder) sentBy(verb ontology.Entity) {
	end := verb.First - 1
	if w := f.v.lower(end); w != "to" && w != "will" {
		return
	}
	first := f.nameBefore(end)
	country := f.sender(first)
	if first >= end || f.words(first, end) < 2 || country == "" {
		return
	}
	role := ontology.Entity{Entry: ontology.Entry{Label: ontology.LabelRole, How: "official"}, First: verb.First, End: verb.End}
	p := post{role: role, first: verb.First, end: verb.End, country: country}
	_, holder := f.holder(first, end)
	f.take(p, first, end, holder, ruleOffice)
}

// negotiates reports a negotiator or envoy of a government: the sentence or
// the one before names a country and no union or company, or the publisher is
// one who says "our".
func (f *peopleFinder) negotiates(p post) bool {
	if p.role.How != "negotiator" && p.role.How != "envoy" {
		return false
	}
	if f.v.lower(p.first-1) == "our" {
		return f.v.meta.Official || f.publishedByBody()
	}
	s := f.v.sentence(p.role.First)
	since := f.v.doc.Sentences[max(0, s.Index-1)].First
	return f.v.has(since, s.End, ontology.LabelCountry) && !f.v.has(since, s.End, "%organisation_no_government") && !f.v.has(since, s.End, "%not_official")
}

// serving is the end of the name whose bearer serves, resigns or takes over
// "as" what stands behind token as; as when no name stands near.
func (f *peopleFinder) serving(as, least int) int {
	for k := as; k > max(least, as-6); k-- {
		if w := f.tok[k-1]; f.nameWord(k-1) && !f.blockedBack(k-1) {
			return k
		} else if w.Capital() || !startsWithLetter(w.Norm) {
			break
		}
	}
	return as
}
