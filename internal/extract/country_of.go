package extract

import (
	"slices"

	"github.com/tradewire/tradewire/internal/document"
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

// inOffice reports whether the holder held a post on the article's date.
func (f *nameFinder) inOffice(ref int) bool {
	date := f.date()
	return slices.ContainsFunc(f.v.o.Holders[ref].Posts, func(p ontology.Post) bool {
		return notAfter(p.From, date) && (p.To == "" || notAfter(date, p.To))
	})
}

// holderCountry is the country of the post held at the date, or of the last
// one before it.
func (f *nameFinder) holderCountry(ref int, _ string) string {
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
	if p.country != "" {
		return p.country
	}
	if holder >= 0 {
		if c := f.holderCountry(holder, ""); c != "" {
			return c
		}
	}
	if p.role.Value != "" {
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
	if p.loose != "" {
		return p.loose
	}
	return f.context(p.first)
}

// easternCountry is, of the countries that write surnames first, the one the
// text names most; the publisher's when it names none.
func (f *peopleFinder) easternCountry() string {
	count := map[string]int{}
	best := ""
	for _, at := range f.v.found {
		for _, e := range at {
			if e.Label != ontology.LabelCountry || !slices.Contains(easternCountries(), e.Value) {
				continue
			}
			if count[e.Value]++; count[e.Value] > count[best] {
				best = e.Value
			}
		}
	}
	if best == "" {
		return f.publisherCountry()
	}
	return best
}

// context is the country named last before token i, in its sentence or the
// two before; else the publisher's.
func (f *peopleFinder) context(i int) string {
	if i >= len(f.tok) {
		return f.publisherCountry()
	}
	s := f.v.doc.SentenceOf(i)
	least := f.v.doc.Sentences[max(0, s-2)].First
	for k := i; k >= least; k-- {
		if e, ok := f.endingAt(k, ontology.LabelCountry); ok && e.Value != "WORLD" {
			return e.Value
		}
	}
	return f.publisherCountry()
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
