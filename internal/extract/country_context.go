package extract

import (
	"slices"
	"strings"

	"github.com/tradewire/tradewire/internal/document"
	"github.com/tradewire/tradewire/internal/ontology"
)

// context is the country that the words around a title mean: the one named
// last before it in its sentence; else the one named most, those of the two
// sentences before and their people weighing more; at last the title's or
// the publisher's.
func (f *peopleFinder) context(p post) string {
	i := min(p.first, len(f.tok)-1)
	if strings.HasPrefix(f.v.lower(p.role.First), "sen") && p.role.How == "legislator" {
		return f.senate()
	}
	s := f.v.sentence(i)
	since := s.First
	if w := f.v.lower(p.first - 1); w == "its" || w == "their" {
		since = f.v.doc.Sentences[max(0, s.Index-2)].First
	}
	except := f.hostOf(p)
	for k := i; k >= since; k-- {
		if e, ok := f.endingAt(k, ontology.LabelCountry); ok && f.mayHave(p, e.Value) && e.Value != except && !f.partner(e) {
			return e.Value
		}
	}
	if own := f.reportedSubject(i, s.End); own != "" && f.mayHave(p, own) {
		return own
	}
	if other := f.counterpartOf(i, s.End); other != "" {
		except = other
	}
	if own := f.v.house().codes; len(own) == 1 && f.mayHave(p, own[0]) && own[0] != except {
		return own[0]
	}
	best, most := "", 0
	near := f.near(s.Index, i)
	near[f.titleSubject()] += subjectWeight
	near[f.v.datelineCountry()] += homeWeight
	if home := f.publisherCountry(); f.stands(home) > 0 {
		near[home] += homeWeight
	}
	candidates := f.named()
	if code := f.money(s.Index); code != "" {
		candidates = append(slices.Clone(candidates), naming{code: code})
	}
	for _, c := range candidates {
		if n := f.stands(c.code) + near[c.code]; n > most && f.mayHave(p, c.code) && c.code != except {
			best, most = c.code, n
		}
	}
	if best == "" {
		best = f.titleCountry(p)
	}
	if best == "" {
		return f.publisherCountry()
	}
	return best
}

// What the title, the dateline and the publisher say of whose people an article
// means, in halves of a mention.
const (
	subjectWeight = 10
	homeWeight    = 4
)

// reportedSubject is the country whose capital is what a person between tokens
// i and end says does or will do something: "Trade Minister Roe said that Lima
// would appeal" speaks for Peru. Empty where the words say no such thing.
func (f *peopleFinder) reportedSubject(i, end int) string {
	said := false
	for k := i; k < end; k++ {
		if f.v.hasAt(k, "%say") {
			said = true
		}
		e, ok := f.v.at(k, ontology.LabelCountry)
		if !ok || !said || e.How != ontology.HowMetonym || f.v.possessiveAt(e.End) {
			continue
		}
		if (f.v.hasAt(k-1, "%reports") || f.v.hasAt(k-1, "%say")) && f.v.hasAt(e.End, "%reported_act") {
			return e.Value
		}
	}
	return ""
}

// counterpartOf is the country of whom the sentence calls the person's
// counterpart behind token i: "wrote to her British counterpart".
func (f *peopleFinder) counterpartOf(i, end int) string {
	for k := i; k < end; k++ {
		if e, ok := f.v.at(k, ontology.LabelCountry); ok && f.v.hasAt(e.End, "%same_post") {
			return e.Value
		}
	}
	return ""
}

// partner reports a country with or to which something is done: it is not the
// one whose minister speaks.
func (f *peopleFinder) partner(e ontology.Entity) bool {
	return e.How != ontology.HowDemonym && f.v.hasAt(f.v.before(e.First), "%partner_side")
}

// near weighs, in halves of a mention, the countries named before token i in
// the sentence and the two before it, by name, through their people or by
// their money: a government more than the origin of goods, the sentence right
// before more than that before it, the last one named more than its equals.
func (f *peopleFinder) near(sentence, i int) map[string]int {
	out := map[string]int{}
	since := f.v.doc.Sentences[max(0, sentence-2)].First
	before := f.v.doc.Sentences[max(0, sentence-1)].First
	last := ""
	for _, e := range f.v.within(since, i, ontology.LabelCountry) {
		n := f.standing(e)
		if n > 1 && f.v.lower(e.First-1) != "and" {
			last = e.Value
		}
		if n > 1 && e.First >= before {
			n++
		}
		if e.First == before && sentence > 0 && f.v.doc.Sentences[sentence-1].Paragraph == f.v.doc.Sentences[sentence].Paragraph && e.How != ontology.HowDemonym && !f.v.dateline(e) {
			out[e.Value] += 5 // "Hungary is against it. The minister said"
		}
		out[e.Value] += 2 * n
	}
	if last != "" {
		out[last]++
	}
	for _, p := range slices.Backward(f.people) {
		if p.First >= since && p.First < i {
			out[p.Official.Country] += 4
		}
	}
	if code := f.money(sentence); code != "" {
		out[code] += 17
	}
	if code := f.speaksIn(i, f.v.doc.Sentences[sentence].End); code != "" {
		out[code] += 10
	}
	return out
}

// stands sums how much of a government the text's mentions of a country are.
func (f *peopleFinder) stands(code string) int {
	if f.standings == nil {
		f.standings = map[string]int{}
		for i := range f.v.found {
			for _, e := range f.v.found[i] {
				switch {
				case e.Label == ontology.LabelCountry:
					f.standings[e.Value] += f.standing(e)
				case e.Label == ontology.LabelBody && !f.v.o.Bodies[e.Ref].Generic:
					f.standings[e.Value] += 4
				}
			}
		}
	}
	return f.standings[code] / 2
}

// speaksIn is the country of the capital in which the person between tokens i
// and end speaks or acts ("told reporters in Beirut"); empty when the words
// lead abroad ("flew to", "met in") or name none.
func (f *peopleFinder) speaksIn(i, end int) string {
	for k := i + 1; k < end; k++ {
		e, ok := f.v.at(k, ontology.LabelCountry)
		if !ok || e.How != ontology.HowMetonym || f.v.lower(k-1) != "in" || e.Value == "EU" || e.Value == "US" {
			continue
		}
		for j := k - 1; j > i; j-- {
			if f.v.hasAt(j, "%abroad") {
				return ""
			}
		}
		return e.Value
	}
	return ""
}

// standing says how much a mention is of a government: a capital or a name 4,
// a demonym 2, a place or the other side of an act 1, the origin of goods none.
func (f *peopleFinder) standing(e ontology.Entity) int {
	switch {
	case f.v.lower(e.End) == "-":
		return 0
	case e.First == f.v.sentence(e.First).First+1 && f.v.lower(e.First-1) == "in": // "In Copenhagen nobody laughed."
		return 4
	case f.partner(e), f.v.lower(e.First-1) == "in" && f.v.hasAt(e.First-2, "%made"), e.How == ontology.HowMetonym && f.v.isPlace(e):
		return 1
	case e.How == ontology.HowDemonym && (f.v.hasAt(e.End, "%goods") || f.v.hasAt(e.End, "%wares") || f.v.hasAt(e.End, ontology.LabelSector)):
		return 1
	case e.How == ontology.HowDemonym:
		return 2
	}
	return 4
}

// money is the country of the one currency in the sentence that is one
// country's alone; empty when there is none or more.
func (f *peopleFinder) money(sentence int) string {
	code := ""
	for i, s := 0, f.v.doc.Sentences[sentence]; s.First+i < s.End; i++ {
		for _, e := range f.v.found[s.First+i] {
			of, ok := strings.CutPrefix(e.Label, "%money_")
			if ok && code != "" && code != of {
				return ""
			}
			if ok {
				code = of
			}
		}
	}
	return code
}

// hostOf is the country of the person whose guest or counterpart the phrase
// names ("her guest, President Roe"), which is not the guest's; else empty.
func (f *peopleFinder) hostOf(p post) string {
	at := p.first - 1
	if f.v.lower(at) == "," {
		at--
	}
	if len(f.people) == 0 || !slices.Contains([]string{"guest", "visitor", "host", "counterpart"}, f.v.lower(at)) && !strings.Contains(f.v.lower(p.role.End-1), "counterpart") {
		return ""
	}
	return f.people[len(f.people)-1].Official.Country
}

// titleSubject is the country whose name, or whose capital, the article's title
// begins with; empty when it begins with another word.
func (f *peopleFinder) titleSubject() string {
	if f.v.title {
		return ""
	}
	title, start := document.New(f.v.meta.Title).Tokens, 0
	if len(title) > 2 && title[1].Lower == ":" { // "Live: Lima votes"
		start = 2
	}
	for _, e := range f.v.o.Gazetteer.Find(title) {
		if e.First == start && e.Label == ontology.LabelCountry && e.How != ontology.HowDemonym {
			return e.Value
		}
	}
	return ""
}

// titleCountry is the first country of the article's title.
func (f *peopleFinder) titleCountry(p post) string {
	if f.v.title {
		return ""
	}
	for _, e := range f.v.o.Gazetteer.Find(document.New(f.v.meta.Title).Tokens) {
		if e.Label == ontology.LabelCountry && f.mayHave(p, e.Value) {
			return e.Value
		}
	}
	return ""
}

// customary is the country or body whose title it is by custom, where the
// text names it: the EU's commissioners, the US trade representative.
func (f *peopleFinder) customary(p post) string {
	code := ""
	switch {
	case p.role.End == 0:
		return ""
	case p.role.How == "commissioner":
		code = "EU"
		if f.theCommission() {
			return code
		}
	case f.v.lower(p.role.End-2) == "trade" && f.v.lower(p.role.End-1) == "representative":
		code = "US"
	case p.role.How == "official" && slices.Contains([]string{"general", "director"}, f.v.lower(p.role.End-1)):
		code = f.worldBody(p.role.First)
	}
	if slices.ContainsFunc(f.named(), func(n naming) bool { return n.code == code }) {
		return code
	}
	return ""
}

// theCommission reports that the text speaks of "the Commission", as only
// that of the EU is called.
func (f *peopleFinder) theCommission() bool {
	if f.commission == nil {
		said := false
		for i := range f.tok {
			said = said || f.tok[i].Norm == "Commission" && f.v.lower(i-1) == "the" && !slices.Contains([]string{"on", "for", "of"}, f.v.lower(i+1))
		}
		f.commission = &said
	}
	return *f.commission
}

// worldBody is the international body or bloc named last before token i.
func (f *peopleFinder) worldBody(i int) string {
	for k := i - 1; k >= 0; k-- {
		if e, ok := f.v.at(k, ontology.LabelCountry); ok && (isBody(e.Value) || isBloc(e.Value)) {
			return e.Value
		}
	}
	return ""
}

// secretaryOf reports that a title which is one country's elsewhere is that
// of a minister or permanent secretary in the country of the dateline:
// "MANILA, May 6 - Trade Secretary", "NEW DELHI, May 6 - Commerce Secretary".
func (f *peopleFinder) secretaryOf(role ontology.Entity, country string) bool {
	if country == "" || f.v.lower(role.End-1) != "secretary" {
		return false
	}
	switch f.v.lower(role.End - 2) {
	case "commerce", "treasury", "security":
		return slices.Contains([]string{"IN", "PK", "BD", "LK"}, country)
	}
	return slices.Contains([]string{"IN", "PK", "BD", "LK", "PH", "MX", "HK"}, country)
}

// senate is the country of a senator of whom no more is said: the
// publisher's if it has a senate of its own, else the United States.
func (f *peopleFinder) senate() string {
	if c := f.publisherCountry(); slices.Contains([]string{"AU", "CA", "PH", "MX", "BR"}, c) {
		return c
	}
	return "US"
}

// mayHave reports whether a country can have the post: blocs and the United
// States have no ministers.
func (f *peopleFinder) mayHave(p post, code string) bool {
	if code == "" || code == "WORLD" {
		return false
	}
	minister := p.ministers || p.role.How == "minister" && strings.Contains(strings.ToLower(f.v.doc.Span(p.role.First, p.role.End)), "minister")
	return !minister || len(code) == 2 && code != "US" && code != "EU" && code != "UN" && code != "G7"
}

// publisherCountry is the country of the article's publisher, by its record
// or by its name.
func (f *peopleFinder) publisherCountry() string {
	if f.v.meta.Country != "" {
		return f.v.meta.Country
	}
	if f.publisher != nil {
		return *f.publisher
	}
	code := ""
	for _, e := range f.v.o.Gazetteer.Find(document.New(f.v.meta.Publisher).Tokens) {
		if (e.Label == ontology.LabelCountry || e.Label == ontology.LabelBody) && e.Value != "" && code == "" {
			code = e.Value
		}
	}
	f.publisher = &code
	return code
}

// dateline is the country of the capital, in capitals, that a wire report
// begins with ("MANILA, May 6 - "), if the text names it again; a minister
// without a country there is that country's. Brussels, Geneva, Washington and
// New York host others' ministers too often to say, and so does a place that
// is only where others meet.
func (f *peopleFinder) dateline() string {
	code := f.v.datelineCountry()
	if slices.ContainsFunc(f.named(), func(n naming) bool { return n.code == code && n.times > 1 }) {
		return code
	}
	return ""
}

func (v *view) datelineCountry() string {
	if v.title || len(v.doc.Tokens) == 0 {
		return ""
	}
	e, ok := v.at(0, ontology.LabelCountry)
	if !ok || e.How != ontology.HowMetonym || v.doc.Tokens[0].Norm != strings.ToUpper(v.doc.Tokens[0].Norm) || e.Value == "EU" || e.Value == "US" {
		return ""
	}
	for i := e.End; i < min(e.End+8, len(v.doc.Tokens)); i++ {
		switch v.lower(i) {
		case "-", "--", ":", "–", "—":
			return e.Value
		case ".":
			if i == e.End && e.End-e.First == 1 && len(v.doc.Tokens[0].Norm) > 3 { // "LIMA. Having regard"
				return e.Value
			}
		}
	}
	return ""
}
