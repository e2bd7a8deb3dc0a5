// Package extract finds in an article who speaks for whom, which rates are
// named, and what is asserted: mentions and claims with their evidence. The
// knowledge is the ontology's; this is the engine. It is pure, and an
// Extractor may be shared.
package extract

import (
	"fmt"
	"slices"

	"github.com/tradewire/tradewire/internal/document"
	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/ontology"
)

// Result is what one article says.
type Result struct {
	Mentions event.Mentions
	Claims   []event.Claim
}

// Extractor applies an ontology to articles.
type Extractor struct {
	o       *ontology.Ontology
	tagger  *document.Tagger
	rules   []compiledRule
	index   index
	resolve map[string]resolver
	effort  Effort
}

// New prepares an ontology for use and loads the tagging model (about half a
// second). It fails on a rule that names an unknown way to resolve a slot.
func New(o *ontology.Ontology) (*Extractor, error) {
	tagger, err := document.NewTagger()
	if err != nil {
		return nil, fmt.Errorf("prepare extractor: %w", err)
	}
	x := &Extractor{o: o, tagger: tagger, resolve: resolvers()}
	if err := x.compile(); err != nil {
		return nil, fmt.Errorf("prepare extractor: %w", err)
	}
	return x, nil
}

// Extract reads one article. The error is the tagger's or an *EffortError; no
// text, however odd, is an error.
func (x *Extractor) Extract(a event.Article) (out Result, err error) {
	defer stopped(&err)
	r, err := x.read(a, false, nil)
	if err != nil {
		return Result{}, err
	}
	return Result{Mentions: r.mentions(), Claims: r.published(a)}, nil
}

// reading is one article while it is read.
type reading struct {
	x           *Extractor
	title, body *view
	claims      []*draft
	// trade counts the words of trade in title and text, and what its other
	// sentences say of borders.
	trade int
	// hint is what the words add that hint at trade.
	hint int
	// sample says that the text is an example of a rule, which need not show
	// that it is about trade.
	sample bool
	// trace follows the drafts, nil where nobody asks for it; meter counts the
	// work.
	trace *trace
	meter *meter
}

func (x *Extractor) read(a event.Article, sample bool, t *trace) (out *reading, err error) {
	defer stopped(&err)
	if a.Country == "" {
		a.Country = publisherCountry(x.o, a.Publisher)
		a.Official = a.Official || a.Country != ""
	}
	r := &reading{x: x, sample: sample, trace: t, title: newView(x.o, a, a.Title, true), body: newView(x.o, a, a.Text, false)}
	r.meter = x.effort.newMeter(len(r.title.doc.Tokens) + len(r.body.doc.Tokens))
	for _, v := range []*view{r.title, r.body} {
		v.tagger, v.meter = x.tagger, r.meter
		v.findQuotes()
		v.findDates()
		v.findQuantities()
		v.rates = v.findRates()
		v.people = v.findPeople(!v.title)
	}
	r.context()
	for _, v := range []*view{r.title, r.body} {
		v.findActors()
	}
	if err := r.draftClaims(); err != nil {
		return nil, err
	}
	return r, nil
}

// leastSaid is how many words of trade an article without any claim must hold
// for its mentions to count.
const leastSaid = 2

// mentions gathers what the article names. An article without any claim or
// rate of trade and with few words of it has no trade act: it stays silent.
func (r *reading) mentions() event.Mentions {
	out := event.Mentions{Article: r.body.meta.ID, Officials: []event.Official{}, Rates: []event.Rate{}, Sectors: []event.Sector{}}
	if len(r.claims) == 0 && (r.trade < r.tradeNeeded() || r.guides() || r.trade < leastSaid && len(r.body.rates) == 0) {
		return out
	}
	out.Officials = append(out.Officials, officials(r.title, r.body, r.title.people, r.body.people)...)
	out.Officials = r.withAppointed(out.Officials)
	out.Rates = append(out.Rates, r.ratesSaid()...)
	out.Sectors = append(out.Sectors, sectorsOf(r.title, r.body, len(r.claims) > 0, r.claims)...)
	for i := range out.Officials {
		out.Officials[i].Evidence = inText(out.Officials[i].Evidence)
	}
	for i := range out.Rates {
		out.Rates[i].Evidence = inText(out.Rates[i].Evidence)
	}
	for i := range out.Sectors {
		out.Sectors[i].Evidence = inText(out.Sectors[i].Evidence)
	}
	return out
}

// inText leaves out what stands in the title only.
func inText(list []event.Evidence) []event.Evidence {
	return slices.DeleteFunc(list, func(e event.Evidence) bool { return e.Sentence == nowhere })
}
