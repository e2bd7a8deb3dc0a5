package extract

import (
	"slices"

	"github.com/tradewire/tradewire/internal/ontology"
)

// holder returns the office-holder of the lexicon that tokens [first, end)
// name; -1 when the lexicon has none.
func (f *nameFinder) holder(first, end int) (bool, int) {
	if e, ok := f.v.at(first, ontology.LabelHolder); ok && e.End == end && f.held(e.Ref) {
		return true, e.Ref
	}
	return false, -1
}

// date is when the article was published, as far as it says.
func (f *nameFinder) date() string {
	if len(f.v.meta.Published) > 10 {
		return f.v.meta.Published[:10]
	}
	return f.v.meta.Published
}

// notAfter compares dates as far as both say; an empty one is no limit.
func notAfter(a, b string) bool {
	n := min(len(a), len(b))
	return a[:n] <= b[:n]
}

// held reports whether the holder had taken a post by the article's date.
func (f *nameFinder) held(ref int) bool {
	date := f.date()
	return slices.ContainsFunc(f.v.o.Holders[ref].Posts, func(p ontology.Post) bool { return notAfter(p.From, date) })
}

// inOffice reports whether the holder held a post on the article's date, or
// had been a head of state or government.
func (f *nameFinder) inOffice(ref int) bool {
	date := f.date()
	return slices.ContainsFunc(f.v.o.Holders[ref].Posts, func(p ontology.Post) bool {
		head := p.Role == "President" || p.Role == "Prime Minister" || p.Role == "Chancellor"
		return notAfter(p.From, date) && (head || p.To == "" || notAfter(date, p.To))
	})
}

// holderCountry is the country of the post held at the date, or of the last
// one before it.
func (f *nameFinder) holderCountry(ref int) string {
	date, best := f.date(), ""
	for _, p := range f.v.o.Holders[ref].Posts {
		if !notAfter(p.From, date) {
			continue
		}
		if p.To == "" || notAfter(date, p.To) {
			return p.Country
		}
		if best == "" {
			best = p.Country
		}
	}
	return best
}

// countryOf decides for whom a person speaks: what the phrase names, then
// the lexicon's holder, the title's own country, the "of X" behind the name,
// and at last the context.
func (f *peopleFinder) countryOf(p post, first, end, holder int) string {
	if several := p.role.End > 0 && f.plural(p.role) && holder >= 0; p.country != "" && !several {
		return p.country
	}
	if holder >= 0 {
		if c := f.holderCountry(holder); c != "" {
			return c
		}
	}
	if p.role.Value != "" && !f.secretaryOf(p.role, f.home()) && !f.foreignTitle(p.role) {
		return p.role.Value
	}
	if end+1 < len(f.tok) && f.tok[end].Lower == "of" {
		at := end + 1
		if f.tok[at].Lower == "the" {
			at++
		}
		var q post
		f.object(&q, at, "of")
		if q.country != "" {
			return q.country
		}
	}
	if f.eastern(first, end) {
		return f.easternCountry()
	}
	if p.loose != "" && (f.stands(p.loose) > 0 || len(f.named()) == 0) {
		return p.loose
	}
	if n := len(f.people); n > 0 && p.role.End > 0 && f.people[n-1].End == p.first-1 && f.v.lower(p.first-1) == "and" {
		return f.people[n-1].Official.Country // of the same delegation
	}
	if c := f.customary(p); c != "" {
		return c
	}
	if c := f.v.heading(first); c != "" && c != f.hostOf(p) && f.mayHave(p, c) {
		return c
	}
	if c := f.elsewhere(first); c != "" && f.mayHave(p, c) {
		return c
	}
	if c := f.saidOf(p); c != "" && f.mayHave(p, c) {
		return c
	}
	if there := f.dateline(); there != "" && there != f.hostOf(p) && f.mayHave(p, there) {
		return there
	}
	return f.context(p)
}

// home is the country of the dateline, else that which the title begins with.
func (f *peopleFinder) home() string {
	if there := f.dateline(); there != "" {
		return there
	}
	return f.titleSubject()
}

// foreignTitle reports a secretary whose title is one country's where the text
// never names that country and names others: a title that more have.
func (f *peopleFinder) foreignTitle(role ontology.Entity) bool {
	return role.Value != "US" && f.v.lower(role.End-1) == "secretary" && f.stands(role.Value) == 0 && len(f.named()) > 0 && f.publisherCountry() != role.Value
}

// saidOf is the capital or country that begins the sentence which the person
// says: "Lima would stay out of it, said trade official Ana Soto".
func (f *peopleFinder) saidOf(p post) string {
	s := f.v.sentence(min(p.first, len(f.tok)-1))
	e, ok := f.v.at(s.First, ontology.LabelCountry)
	if !ok || !f.v.hasAt(p.first-1, "%say") || isBody(e.Value) || f.v.dateline(e) && f.v.lower(e.End) != "," || f.v.possessiveAt(e.End) || e.How == ontology.HowDemonym {
		return ""
	}
	return e.Value
}

// elsewhere is the country whose capital opens the sentence of token i: "In
// Oslo, meanwhile, Kari Roe"; empty when none does.
func (f *peopleFinder) elsewhere(i int) string {
	s := f.v.sentence(i)
	if e, ok := f.v.at(s.First+1, ontology.LabelCountry); ok && f.v.lower(s.First) == "in" && f.v.lower(e.End) == "," && !isBody(e.Value) {
		return e.Value
	}
	return ""
}

// easternCountry is, of the countries that write surnames first, the one the
// text names most; the publisher's when it names none.
func (f *peopleFinder) easternCountry() string {
	best, most := "", 0
	for _, c := range f.named() {
		if c.times > most && slices.Contains(easternCountries(), c.code) {
			best, most = c.code, c.times
		}
	}
	if best != "" {
		return best
	}
	for _, p := range slices.Backward(f.people) {
		if slices.Contains(easternCountries(), p.Official.Country) {
			return p.Official.Country
		}
	}
	return f.publisherCountry()
}

// naming is how often the text names a country.
type naming struct {
	code  string
	times int
}

// named counts the countries of the text, in order of their first mention.
func (f *peopleFinder) named() []naming {
	if f.countries != nil {
		return f.countries
	}
	at := map[string]int{}
	f.countries = []naming{}
	for _, entities := range f.v.found {
		for _, e := range entities {
			if e.Label != ontology.LabelCountry && (e.Label != ontology.LabelBody || e.Value == "" || f.v.o.Bodies[e.Ref].Generic) {
				continue
			}
			if _, ok := at[e.Value]; !ok {
				at[e.Value] = len(f.countries)
				f.countries = append(f.countries, naming{code: e.Value})
			}
			f.countries[at[e.Value]].times++
		}
	}
	return f.countries
}
