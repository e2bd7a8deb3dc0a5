package extract

import (
	"slices"
	"strings"

	"github.com/tradewire/tradewire/internal/document"
	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/ontology"
)

// person is an official found in one text.
type person struct {
	Official event.Official
	// First and End are the tokens of the first mention of the name.
	First, End int
	// Kind is the standing of the role, as in lexicon/roles.yaml; empty when
	// the text gives no role.
	Kind string
	// Surname is the word by which the text names the person later.
	Surname string
}

// rules by which an official is found.
const (
	ruleTitleBefore = "official.title_before"
	ruleTitleAfter  = "official.title_after"
	ruleSpeaker     = "official.speaker"
	ruleHolder      = "official.holder"
)

// peopleFinder gathers the officials of one text.
type peopleFinder struct {
	*nameFinder
	people []person
	// publisher and countries are worked out once, when first asked for.
	publisher *string
	countries []naming
	// commission says whether the text speaks of "the Commission", once asked.
	commission *bool
	// standings says how much of a government each country's mentions are.
	standings map[string]int
}

// maxPeople bounds the officials of one text: longer lists are registers.
const maxPeople = 300

// findPeople finds the officials of the text and marks every mention of them
// as a PERSON: its Value is the country, its Ref the index into the result.
// body says that the text is an article's body, whose speakers' lines
// ("Jane Roe: …") name officials too.
func (v *view) findPeople(body bool) []person {
	f := &peopleFinder{nameFinder: v.names()}
	for i := range v.found {
		if e, ok := v.at(i, ontology.LabelRole); ok && f.isRole(e) {
			f.byTitle(e)
		} else if e, vague := v.at(i, "%member_title"); vague && !ok {
			f.byMembership(e)
		}
	}
	for i := range v.found {
		if e, ok := v.at(i, ontology.LabelHolder); ok && e.How == ontology.HowName {
			f.byHolder(e)
		}
	}
	for i := range v.found {
		if e, ok := v.at(i, "%holds_office"); ok {
			f.byOffice(e)
		}
	}
	if body {
		f.speakers()
	}
	for i := range v.found {
		if e, ok := v.at(i, ontology.LabelHolder); ok && e.How == ontology.HowSurname {
			f.bySurname(e)
		}
	}
	f.mentions()
	return f.people
}

// isRole drops a title that is part of a body's name or of a longer title
// that no official has.
func (f *peopleFinder) isRole(e ontology.Entity) bool {
	for i := max(0, e.First-4); i <= e.First; i++ {
		if b, ok := f.v.at(i, ontology.LabelBody); ok && b.End >= e.End && b.End-b.First > e.End-e.First {
			return false
		}
		if n, ok := f.v.at(i, "%not_official"); ok && n.End >= e.End && n.End-n.First > e.End-e.First {
			return false
		}
	}
	return true
}

// byTitle reads the name that belongs to a title.
func (f *peopleFinder) byTitle(role ontology.Entity) {
	p := f.post(role)
	p.government = p.government || f.hostOf(p) != "" || f.customary(p) != "" || f.negotiates(p)
	if boss := f.master(p); boss != "" {
		p.government, p.country = true, boss
	}
	if f.after(p) {
		return
	}
	if !f.plural(role) {
		f.apposed(p)
	}
}

// byMembership reads "Jane Roe, a member of the trade commission": a word
// that says nothing of office without a government's body.
func (f *peopleFinder) byMembership(e ontology.Entity) {
	if !f.isRole(ontology.Entity{First: e.First, End: e.End, Entry: ontology.Entry{Label: ontology.LabelRole}}) && e.End-e.First < 2 {
		if n, ok := f.v.at(e.First, "%not_official"); !ok || n.End > e.End {
			return
		}
	}
	p := f.post(ontology.Entity{Entry: ontology.Entry{Label: ontology.LabelRole, How: "official"}, First: e.First, End: e.End})
	p.shared, p.vague = true, true
	if p.body && !p.other && !f.after(p) {
		f.apposed(p)
	}
}

// after reads "Trade Minister Jane Roe", "spokesman for the ministry Jane Roe"
// and "the ambassador, Jane Roe,".
func (f *peopleFinder) after(p post) bool {
	limit := f.v.sentence(p.role.First).End
	for _, at := range []int{p.role.End, f.afterBracket(p.role.End, limit), p.end} {
		next := at
		at = f.honorifics(at, limit)
		end := f.nameAt(at)
		if at >= limit || end == at || end > limit || !f.tok[at].Space || f.caseless[f.v.doc.SentenceOf(at)] && !f.sureName(at, end) {
			continue
		}
		known, holder := f.holder(at, end)
		direct := next == p.role.End || p.end != p.role.End && next == p.end
		if next > p.role.End && !known && (f.words(at, end) < 2 || f.organisation(at, end) || f.namedBefore(p)) {
			continue
		}
		if !p.official(direct, known) {
			return true
		}
		f.take(p, at, end, holder, ruleTitleBefore)
		if f.plural(p.role) {
			f.list(p, end, limit)
		}
		return true
	}
	return f.afterComma(p, limit)
}

// organisation reports capitals that name an organisation, not a person:
// "director of the China Tea Trade Association".
func (f *peopleFinder) organisation(first, end int) bool {
	for i := first; i < min(end+4, len(f.tok)); i++ {
		if f.starts(i, "%organisation_no_government") {
			return true
		}
		if i >= end && !f.tok[i].Capital() {
			return false
		}
	}
	return false
}

// namedBefore reports that the title stands in apposition to a name.
func (f *peopleFinder) namedBefore(p post) bool {
	at := f.backTo(p.first, f.v.sentence(p.first).First)
	return f.v.lower(at-1) == "," && f.nameBefore(at-1) < at-1
}

// master is the country of the official whose spokesman or deputy ("her
// deputy") the phrase names; empty when it names none.
func (f *peopleFinder) master(p post) string {
	w, noun := f.v.lower(p.first-1), f.v.lower(p.role.End-1)
	if p.role.How != "spokesperson" && noun != "deputy" && noun != "successor" && noun != "predecessor" || w != "his" && w != "her" || len(f.people) == 0 {
		return ""
	}
	return f.people[len(f.people)-1].Official.Country
}

func (f *peopleFinder) honorifics(at, limit int) int {
	for at < limit {
		e, ok := f.v.at(at, "%honorific")
		if !ok {
			return at
		}
		at = e.End
	}
	return at
}

// sureName reports whether capitals that mean nothing are a name all the same.
func (f *peopleFinder) sureName(first, end int) bool {
	if known, _ := f.holder(first, end); known {
		return true
	}
	return f.words(first, end) >= 2 && (!f.v.title || strings.Contains(f.v.meta.Text, f.v.doc.Span(first, end)))
}

func (f *peopleFinder) afterComma(p post, limit int) bool {
	at := p.end
	if at+1 >= limit || f.tok[at].Norm != "," || !p.official(false, false) && f.master(p) == "" || f.plural(p.role) {
		return false
	}
	at++
	start := f.honorifics(at, limit)
	end := f.nameAt(start)
	known, _ := f.holder(start, end)
	if end >= limit || f.words(start, end) < 2 || start == at && !known && !f.closesName(end) {
		return false
	}
	at = start
	if prev := f.v.lower(p.first - 1); prev == "," || f.nameBefore(p.first) < p.first {
		return false // the title belongs to a name before it
	}
	if f.tok[end].Norm == "," && f.follows(end+1) {
		return false // that name has a title of its own
	}
	_, holder := f.holder(at, end)
	f.take(p, at, end, holder, ruleTitleBefore)
	return true
}

// closesName reports a mark or verb that ends the apposition "…, Jane Roe".
func (f *peopleFinder) closesName(i int) bool {
	return slices.Contains([]string{",", ".", ")", ";", "--", "said", "says", "told", "met", "held", "announced", "added", "has", "will", "today"}, f.tok[i].Lower)
}

// follows reports an apposition at token i.
func (f *peopleFinder) follows(i int) bool {
	if f.v.finite(i) { // ", takes over"
		return false
	}
	for j := i; j < min(i+5, len(f.tok)) && f.tok[j].Norm != "." && f.tok[j].Lower != "said" && f.tok[j].Lower != "and"; j++ {
		if j > i && slices.Contains([]string{"to", "with", "by", "at", "on", "in", "until"}, f.tok[j].Lower) {
			return false
		}
		if f.starts(j, ontology.LabelRole, "%not_official") {
			return true
		}
	}
	return false
}

// list reads on in "Governors Jane Roe of Ohio, John Doe of Utah and …".
func (f *peopleFinder) list(p post, at, limit int) {
	for at < limit {
		if f.tok[at].Lower == "of" {
			at = f.v.spanEnd(at + 1)
		}
		for at < limit && (f.tok[at].Norm == "," || f.tok[at].Lower == "and") {
			at++
		}
		end := f.nameAt(at)
		if at >= limit || end == at {
			return
		}
		_, holder := f.holder(at, end)
		f.take(p, at, end, holder, ruleTitleBefore)
		at = end
	}
}

// spanEnd is the end of the longest entity at token i, or of its one word.
func (v *view) spanEnd(i int) int {
	end := i + 1
	if i < len(v.found) {
		for _, e := range v.found[i] {
			end = max(end, e.End)
		}
	}
	return min(end, len(v.found))
}

// speakers reads the lines "Jane Roe: …" of a transcript.
func (f *peopleFinder) speakers() {
	paragraph := -1
	for _, s := range f.v.doc.Sentences {
		if s.Paragraph == paragraph {
			continue
		}
		paragraph = s.Paragraph
		end := f.nameAt(s.First)
		if end == s.First || end >= s.End || f.tok[end].Norm != ":" || f.words(s.First, end) < 2 {
			continue
		}
		if f.byName(f.v.doc.Span(s.First, end), "") >= 0 || !f.transcribed(s.First, end) {
			continue
		}
		_, holder := f.holder(s.First, end)
		f.take(post{first: s.First, end: s.First}, s.First, end, holder, ruleSpeaker)
	}
}

// transcribed reports whether the speaker is the government's: named in the
// title with an office, or on the page of a government.
func (f *peopleFinder) transcribed(first, end int) bool {
	title := strings.ToLower(f.v.meta.Title)
	if before, _, ok := strings.Cut(title, strings.ToLower(f.v.doc.Span(first, end))); ok {
		words := strings.Fields(before)
		last := ""
		if len(words) > 0 {
			last = words[len(words)-1]
		}
		for _, word := range []string{"spokes", "minister", "secretary", "president", "ambassador", "representative", "commissioner", "governor"} {
			if strings.HasPrefix(last, word) {
				return true
			}
		}
	}
	return f.eastern(first, end) && (f.v.meta.Official || f.publishedByBody()) || f.answers(end) && f.briefing()
}

// answers reports that the line before the one that ends its name at token
// end is a reporter's question.
func (f *peopleFinder) answers(end int) bool {
	for k := f.v.sentence(end).Index - 1; k >= 0; k-- {
		if s := f.v.doc.Sentences[k]; f.v.lower(s.First+1) == ":" {
			return f.starts(s.First, "%reporter")
		}
	}
	return false
}

// briefing reports that the title names a ministry or the like and no
// company.
func (f *peopleFinder) briefing() bool {
	named := false
	for _, e := range f.v.o.Gazetteer.Find(document.New(f.v.meta.Title).Tokens) {
		if e.Label == "%organisation_no_government" {
			return false
		}
		named = named || e.Label == ontology.LabelBody || e.Label == "%government_word"
	}
	return named
}

func (f *peopleFinder) publishedByBody() bool {
	d := document.New(f.v.meta.Publisher)
	return slices.ContainsFunc(f.v.o.Gazetteer.Find(d.Tokens), func(e ontology.Entity) bool { return e.Label == ontology.LabelBody })
}

// byHolder takes a full name of the lexicon that stands without a title.
func (f *peopleFinder) byHolder(e ontology.Entity) {
	if f.byName(f.v.doc.Span(e.First, e.End), "") >= 0 || !f.held(e.Ref) || f.ownTitle(e.First) {
		return
	}
	if !f.alone(e.First, e.End) {
		return // a longer name
	}
	if e.End < len(f.tok) && f.tok[e.End].Norm == "," && f.otherwise(e.End+1) {
		return
	}
	f.take(post{first: e.First, end: e.First}, e.First, e.End, e.Ref, ruleHolder)
}

// otherwise reports an apposition that makes its bearer no official.
func (f *peopleFinder) otherwise(i int) bool {
	for j := i; j < min(i+5, len(f.tok)); j++ {
		if f.starts(j, ontology.LabelRole) {
			return false
		}
		if f.starts(j, "%not_official") {
			return true
		}
	}
	return false
}

// bySurname takes a bare surname that means one holder only, in office on
// the day of the article.
func (f *peopleFinder) bySurname(e ontology.Entity) {
	name := f.v.doc.Span(e.First, e.End)
	if f.byName(name, "") >= 0 || !f.alone(e.First, e.End) || f.joinedBack(e.First) || f.partOfBody(e.First) || !f.inOffice(e.Ref) || f.v.lower(e.First-1) == "the" {
		return
	}
	f.take(post{first: e.First, end: e.First}, e.First, e.End, e.Ref, ruleHolder)
}

// joinedBack reports a word that a particle and a hyphen join to the one
// before: "al-Roe".
func (f *peopleFinder) joinedBack(i int) bool {
	return i > 1 && !f.tok[i].Space && f.tok[i-1].Norm == "-" && f.particle(i-2)
}

// partOfBody reports a surname inside "the Roe administration".
func (f *peopleFinder) partOfBody(i int) bool {
	for j := max(0, i-3); j <= i; j++ {
		if b, ok := f.v.at(j, ontology.LabelBody); ok && b.End > i {
			return true
		}
	}
	return slices.Contains([]string{"administration", "tower", "organization", "round"}, f.v.lower(i+1))
}

// alone reports that no other capitalised word makes a longer name of it.
func (f *peopleFinder) alone(first, end int) bool {
	s := f.v.sentence(first)
	if f.caseless[s.Index] {
		return true
	}
	if first > s.First && f.tok[first].Space && f.nameWord(first-1) && !f.blockedBack(first-1) {
		if first-1 > s.First || !f.starts(first-1, "%not_name") && f.tok[first-1].Space {
			return false
		}
	}
	return end >= s.End || !f.tok[end].Space || !f.nameWord(end) || f.blocked(end, 0)
}

// byName returns the person of that name, or one whose surname or longer
// name it is; -1 when none.
func (f *peopleFinder) byName(name, country string) int {
	for i := len(f.people) - 1; i >= 0; i-- {
		p := f.people[i]
		if samePerson(p.Official.Name, p.Surname, name) && (country == "" || p.Official.Country == "" || p.Official.Country == country || strings.Contains(name, " ")) {
			return i
		}
	}
	return -1
}

// take adds a person, or what is new about one that is known.
func (f *peopleFinder) take(p post, first, end, holder int, rule string) {
	name := f.v.doc.Span(first, end)
	country := f.countryOf(p, first, end, holder)
	role := strings.TrimSpace(f.roleText(p, first, end))
	i := f.byName(name, country)
	if i < 0 {
		i = f.byFirstName(name, country)
	}
	if i >= 0 {
		f.improve(i, name, role, country, p.role.How)
		return
	}
	if len(f.people) >= maxPeople {
		return
	}
	f.people = append(f.people, person{
		Official: event.Official{Name: plainName(name), Role: role, Country: country, Rule: rule, Evidence: []event.Evidence{f.v.evidence(first, end)}},
		First:    first, End: end, Kind: p.role.How, Surname: f.surname(first, end, country),
	})
}

// byFirstName finds a person whom a title names by the first word of a name
// that is known, as is the custom in Thailand or Indonesia; -1 when none.
func (f *peopleFinder) byFirstName(name, country string) int {
	return slices.IndexFunc(f.people, func(p person) bool {
		return p.Official.Country == country && strings.HasPrefix(p.Official.Name, name+" ")
	})
}

// improve fills what was unknown of a person; a longer name replaces a
// surname.
func (f *peopleFinder) improve(i int, name, role, country, kind string) {
	p := &f.people[i]
	if strings.Count(plainName(name), " ") > strings.Count(p.Official.Name, " ") {
		p.Official.Name = plainName(name)
	}
	if p.Official.Role == "" {
		p.Official.Role, p.Kind = role, kind
	}
	if p.Official.Country == "" {
		p.Official.Country = country
	}
}

func plainName(name string) string { return strings.Join(strings.Fields(name), " ") }

// roleText is the title as the article gives it, without the name.
func (f *peopleFinder) roleText(p post, first, end int) string {
	if p.role.End == 0 {
		return ""
	}
	last := p.end
	if first >= p.role.End && first < last {
		last = f.afterBracket(p.role.End, first)
	}
	return plainName(f.v.doc.Span(p.first, last))
}
