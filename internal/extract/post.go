package extract

import (
	"slices"
	"strings"

	"github.com/tradewire/tradewire/internal/ontology"
)

// post is a title with what stands around it: "US Treasury Secretary",
// "director-general of the WTO".
type post struct {
	role ontology.Entity
	// first and end bound the whole phrase.
	first, end int
	// country is the one that the phrase itself names; loose is what a body
	// of many countries means without one.
	country, loose string
	// government says that the phrase names a government's body or a country.
	government bool
	// other says that it names a company, union, university or the like;
	// stranger, that an unknown name stands before it.
	other, stranger bool
	shared          bool
	// body says that the phrase names a body of a government; vague, that the
	// title alone is nobody's in particular ("member").
	body, vague bool
	// ministers says that the title is a minister's, which no company has.
	ministers bool
	// near says that the body last spoken of is a government's.
	near bool
}

// post reads the phrase around a title, up to the end of its sentence.
func (f *nameFinder) post(role ontology.Entity) post {
	p := post{role: role, first: role.First, end: role.End}
	if e, ok := f.v.at(role.First, "%shared_title"); ok && e.End >= role.End {
		p.shared = true
	}
	if role.Value != "" || f.v.has(role.First, role.End, ontology.LabelBody) || f.v.has(role.First, role.End, "%government_word") {
		p.government = true
	}
	for _, e := range f.v.within(role.First, role.End, ontology.LabelBody) {
		f.takeBody(&p, e)
	}
	f.before(&p)
	p.ministers = strings.HasPrefix(f.tok[role.End-1].Lower, "minister")
	p.near = p.shared && !p.government && f.bodyNear(role.First)
	explicit := p.country != "" && !p.shared
	p.end = f.behind(&p, role.End)
	p.other = p.other && !explicit
	return p
}

// bodyNear reports that, of the bodies named before token i in its sentence
// and the one before, the last is a government's or an international one.
func (f *nameFinder) bodyNear(i int) bool {
	least := f.v.doc.Sentences[max(0, f.v.sentence(i).Index-1)].First
	for k := i - 1; k >= least; k-- {
		if f.starts(k, ontology.LabelBody, "%government_word") {
			return true
		}
		if e, ok := f.v.at(k, ontology.LabelCountry); ok && isBody(e.Value) {
			return true
		}
		if f.starts(k, "%organisation_no_government") || f.starts(k, "%not_official") {
			return false
		}
	}
	return false
}

// before extends the phrase to the left.
func (f *nameFinder) before(p *post) {
	first := f.v.sentence(p.first).First
	for p.first > first {
		at := f.precedes(p, first)
		if at == p.first {
			return
		}
		p.first = at
	}
}

// precedes returns where the next part to the left begins; p.first when there
// is none.
func (f *nameFinder) precedes(p *post, least int) int {
	prev := p.first - 1
	if e, ok := f.endingAt(p.first, "%organisation_no_government"); ok && !f.insideBody(e) {
		p.other = true
		return p.first
	}
	if e, ok := f.endingAt(p.first, ontology.LabelBody); ok && e.First >= least {
		f.takeBody(p, e)
		return e.First
	}
	if e, ok := f.endingAt(p.first, ontology.LabelCountry); ok && e.First >= least {
		f.takeCountry(p, e.Value)
		return e.First
	}
	for _, e := range f.ends[p.first] {
		if code, ok := strings.CutPrefix(e.Label, "%region_"); ok && e.First >= least {
			f.takeCountry(p, code)
			return e.First
		}
	}
	if e, ok := f.endingAt(p.first, "%government_word"); ok && e.First >= least && f.tok[e.First].Lower != "house" {
		p.government = true
		return e.First
	}
	if e, ok := f.endingAt(p.first, ontology.LabelRole); ok && e.First >= least {
		f.takeCountry(p, e.Value)
		return e.First
	}
	word := f.tok[prev]
	switch {
	case word.Norm == ")":
		return f.bracketed(p, prev, least)
	case word.Norm == "'s" || word.Norm == "'":
		return f.owner(p, prev, least)
	case slices.Contains(f.v.o.People.Modifiers, word.Lower) || f.starts(prev, "%policy_word"):
		return prev
	case word.Norm == "-" && prev > least && slices.Contains(f.v.o.People.Modifiers, f.tok[prev-1].Lower):
		return prev - 1
	case word.Lower == "and" && prev-1 > least && f.starts(prev-1, "%policy_word"):
		return prev - 1
	case word.Lower == "and":
		if e, ok := f.endingAt(prev, ontology.LabelRole); ok && e.First >= least {
			p.government = p.government || e.Value != ""
			p.loose = or(p.loose, e.Value) // a country further left says more
			return e.First
		}
	case word.Capital() && (prev > least || f.nameWord(prev)) && !f.starts(prev, "%not_name", "%honorific"):
		p.stranger = true
	}
	return p.first
}

// bracketed goes left over "(WTO)" behind the name of a body or country.
func (f *nameFinder) bracketed(p *post, closing, least int) int {
	open := f.openBracket(closing, least)
	_, body := f.endingAt(open, ontology.LabelBody)
	_, country := f.endingAt(open, ontology.LabelCountry)
	if open == closing || !body && !country {
		return p.first
	}
	return open
}

// openBracket is the bracket that token closing closes, if it is near.
func (f *nameFinder) openBracket(closing, least int) int {
	for k := closing - 1; k > max(least, closing-6); k-- {
		if f.tok[k].Norm == "(" {
			return k
		}
	}
	return closing
}

// owner reads what stands before "'s".
func (f *nameFinder) owner(p *post, at, least int) int {
	for _, label := range []string{ontology.LabelCountry, ontology.LabelBody, "%government_word"} {
		if e, ok := f.endingAt(at, label); ok && e.First >= least {
			return at
		}
	}
	for _, e := range f.ends[at] {
		switch {
		case strings.HasPrefix(e.Label, "%region_"):
			return at
		case e.Label == ontology.LabelHolder:
			f.takeCountry(p, f.holderCountry(e.Ref))
			return p.first
		}
	}
	p.stranger = at > least && f.tok[at-1].Capital()
	return p.first
}

func (f *nameFinder) takeCountry(p *post, code string) {
	if code == "" {
		return
	}
	p.government = true
	if p.country == "" {
		p.country = code
	}
}

func (f *nameFinder) takeBody(p *post, e ontology.Entity) {
	b := f.v.o.Bodies[e.Ref]
	p.government, p.body = true, true
	switch {
	case !b.Generic:
		f.takeCountry(p, b.Country)
	case p.loose == "":
		p.loose = b.Country
	}
}

func (f *nameFinder) insideBody(e ontology.Entity) bool {
	for i := max(0, e.First-8); i <= e.First; i++ {
		if b, ok := f.v.at(i, ontology.LabelBody); ok && b.End >= e.End {
			return true
		}
		if c, ok := f.v.at(i, ontology.LabelCountry); ok && c.End >= e.End { // "European Union"
			return true
		}
	}
	return false
}

// behind reads "of the WTO", "for the ministry of commerce" after a title and
// returns the end of the phrase.
func (f *nameFinder) behind(p *post, from int) int {
	s := f.v.sentence(from - 1)
	i := from
	if i < s.End && f.tok[i].Norm == "(" {
		i = f.afterBracket(i, s.End)
	}
	if i+1 < s.End && (f.tok[i].Lower == "and" || f.tok[i].Norm == "&") && f.ministerial(p.role) && f.starts(i+1, "%portfolio") {
		i = f.portfolio(i + 1)
	}
	if i < s.End && f.tok[i].Lower == "responsible" {
		i++
	}
	if i >= s.End || !slices.Contains([]string{"of", "for", "to", "with", "at", "in", "from", "on"}, f.tok[i].Lower) {
		return i
	}
	link, end := f.tok[i].Lower, i
	for i++; i < s.End && i < from+18; {
		next, named := f.object(p, i, link)
		if next == i {
			break
		}
		if named {
			end = next
		}
		if w := f.tok[i].Lower; w == "of" || w == "for" || w == "to" || w == "from" || w == "at" {
			link = w
		}
		i = next
	}
	return end
}

// ministerial reports a minister's or secretary's title.
func (f *nameFinder) ministerial(role ontology.Entity) bool {
	return role.How == "minister" || role.How == "deputy"
}

// portfolio is the end of the words at token i for what a minister is in
// charge of: "Foreign Trade", "Trade, Industry and Energy".
func (f *nameFinder) portfolio(i int) int {
	for {
		e, ok := f.v.at(i, "%portfolio")
		if !ok {
			return i
		}
		i = e.End
		for i+1 < len(f.tok) && (f.tok[i].Norm == "," || f.tok[i].Lower == "and") && f.starts(i+1, "%portfolio") {
			i++
		}
	}
}

// object reads one part of the phrase behind a title; named says that the
// phrase may end with it.
func (f *nameFinder) object(p *post, i int, link string) (next int, named bool) {
	if e, ok := f.v.at(i, "%organisation_no_government"); ok && !f.insideBody(e) {
		p.other = true
		return e.End, true
	}
	if e, ok := f.v.at(i, ontology.LabelBody); ok {
		if link != "to" || p.country == "" && f.v.o.Bodies[e.Ref].Kind == "international" {
			f.takeBody(p, e)
		}
		return f.afterBracket(e.End, len(f.tok)), true
	}
	if e, ok := f.v.at(i, ontology.LabelCountry); ok {
		if f.leadsOrganisation(e.End) { // "of the Chile Fruit Exporters League"
			p.other = true
			return e.End, true
		}
		if pair := e.End < len(f.tok) && f.tok[e.End].Norm == "-" || i > 0 && f.tok[i-1].Norm == "-"; !pair && link != "to" && link != "for" && link != "on" {
			f.takeCountry(p, e.Value)
		}
		p.government = true
		return f.afterBracket(e.End, len(f.tok)), true
	}
	for _, e := range f.v.found[i] {
		if code, ok := strings.CutPrefix(e.Label, "%region_"); ok {
			f.takeCountry(p, code)
			return e.End, true
		}
	}
	if e, ok := f.v.at(i, "%government_word"); ok {
		p.government = true
		return e.End, true
	}
	if end := f.stateBody(i); end > i {
		p.government, p.body = true, true
		return end, true
	}
	return f.filler(i, link)
}

// stateBody is the end of a capitalised name such as "Export Development Fund"
// at token i: its first word is of what governments do, its last of what they
// set up; i when there is none.
func (f *nameFinder) stateBody(i int) int {
	if !f.tok[i].Capital() || !f.starts(i, "%portfolio", "%policy_word") {
		return i
	}
	for k := i + 1; k < min(i+7, len(f.tok)); k++ {
		if !f.tok[k].Capital() && !slices.Contains([]string{"and", "&", "of", "for", ","}, f.tok[k].Lower) || f.starts(k, "%organisation_no_government", ontology.LabelRole) {
			return i
		}
		if f.tok[k].Capital() && f.starts(k, "%state_body") {
			return k + 1
		}
	}
	return i
}

// leadsOrganisation reports that capitals from token i on end in the name of
// an organisation that is no government's.
func (f *nameFinder) leadsOrganisation(i int) bool {
	for ; i < len(f.tok) && f.tok[i].Capital() && !f.starts(i, ontology.LabelBody, ontology.LabelRole); i++ {
		if f.starts(i, "%organisation_no_government") {
			return true
		}
	}
	return false
}

// filler steps over the small words and lower-case nouns of a body's name.
func (f *nameFinder) filler(i int, link string) (int, bool) {
	t := f.tok[i]
	switch {
	case slices.Contains([]string{"the", "of", "for", "'s", "-", "its", "his", "and", "&", "former", "on", "to", "from"}, t.Lower):
		return i + 1, false
	case t.Norm == "," && (f.starts(i+1, ontology.LabelBody) || f.v.lower(i+1) == "the" && f.starts(i+2, ontology.LabelBody, ontology.LabelCountry)):
		return i + 1, false
	case !startsWithLetter(t.Norm) || slices.Contains([]string{"said", "says", "told", "who", "that", "has", "have", "had", "is", "was", "will", "as", "by"}, t.Lower):
		return i, false
	case f.starts(i, "%portfolio"):
		e, _ := f.v.at(i, "%portfolio")
		return e.End, true
	case t.Capital():
		return i, false
	}
	return i + 1, link != "to"
}

func startsWithLetter(s string) bool {
	return s != "" && (firstRune(s) > 0x7f || s[0] >= 'A' && s[0] <= 'Z' || s[0] >= 'a' && s[0] <= 'z')
}

// afterBracket steps over "(MITI)".
func (f *nameFinder) afterBracket(i, limit int) int {
	if i >= limit || f.tok[i].Norm != "(" {
		return i
	}
	for j := i + 1; j < min(limit, i+8); j++ {
		if f.tok[j].Norm == ")" {
			return j + 1
		}
	}
	return i
}

// official reports whether the phrase makes its bearer one. direct says that
// the title stands right before the name; known, that the lexicon has the
// person.
func (p post) official(direct, known bool) bool {
	switch {
	case p.other && !known || p.vague && !p.body:
		return false
	case !p.shared || known:
		return true
	case p.government:
		return true
	case p.ministers && !p.stranger:
		return true
	case !direct:
		return false
	case p.role.How == "governor" || p.role.How == "legislator" || p.role.How == "commissioner" || p.ministers:
		return true
	case p.stranger:
		return false
	}
	return p.near || slices.Contains([]string{"head", "minister", "governor", "legislator"}, p.role.How)
}

// plural reports a title of several people.
func (f *nameFinder) plural(role ontology.Entity) bool {
	for i := role.First; i < role.End; i++ {
		switch f.tok[i].Lower {
		case "ministers", "governors", "senators", "presidents", "ambassadors", "officials", "negotiators", "spokespersons", "sens", "reps":
			return true
		}
	}
	return false
}
