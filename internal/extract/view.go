package extract

import (
	"github.com/tradewire/tradewire/internal/document"
	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/ontology"
	"github.com/tradewire/tradewire/internal/pattern"
)

// view is a text as the rules see it: its document, the entities that the
// lexicons found and those that code found (people, rates, quotes, actors).
type view struct {
	o    *ontology.Ontology
	doc  *document.Document
	meta event.Article
	// tagger tags a sentence when it is first asked for; tagErr is its fault.
	tagger *document.Tagger
	tagErr error
	// title says that the text is an article's title.
	title bool
	// found holds every entity, by the token it starts at.
	found [][]ontology.Entity
	// rates, people and actors are what the entities of those labels refer to.
	rates  []rate
	people []person
	actors []actor
	// topic lists the countries the article names, most named first, and
	// weight how often.
	topic  []string
	weight map[string]int
	// finder is made when a name is first looked for.
	finder *nameFinder
	// doer is who imposed the measure that was read last, and where.
	doer doer
	// conditions and words are read once, when first asked for.
	conditions []string
	words      int
	counted    bool
	// speakers holds who speaks in a sentence, once asked for.
	speakers map[int]speaker
	// voices lists who speaks in a sentence by each verb of saying, once asked for.
	voices map[int][]voice
	// headings holds the countries that begin paragraphs, once asked for.
	headings map[int]string
	// publisher is the government that publishes the text, once asked for.
	publisher *actor
	// notice says whether the text is one, once asked for.
	notice *bool
	// trade tells whether the text is about trade, once asked for.
	trade *bool
	// meter counts the work.
	meter *meter
	// told holds the drafts of the title and of the sentences read so far.
	told []*draft
}

// doer is who imposed a measure, and the sentence that says so.
type doer struct {
	by       []string
	sentence int
}

// Labels of the entities that code finds; Value and Ref as said there.
const (
	labelActor    = "ACTOR"    // Ref into actors
	labelPerson   = "PERSON"   // Ref into people
	labelRate     = "RATE"     // Ref into rates
	labelQuote    = "QUOTE"    // the words between quotation marks, marks left out
	labelMoney    = "MONEY"    // an amount of a currency
	labelDate     = "DATE"     // a day, month, quarter or year
	labelPercent  = "PERCENT"  // any percentage
	labelQuantity = "QUANTITY" // a percentage, amount, or number of points
)

func newView(o *ontology.Ontology, a event.Article, text string, title bool) *view {
	v := &view{o: o, doc: document.New(text), meta: a, title: title, speakers: map[int]speaker{}, voices: map[int][]voice{}}
	v.found = byFirst(o.Gazetteer.Find(v.doc.Tokens), len(v.doc.Tokens))
	v.dropNamesakes()
	return v
}

// byFirst parts the entities, which come in order, by their first token
// without copying them; what is added later moves a token's own part.
func byFirst(all []ontology.Entity, tokens int) [][]ontology.Entity {
	found := make([][]ontology.Entity, tokens)
	for first := 0; first < len(all); {
		end := first + 1
		for end < len(all) && all[end].First == all[first].First {
			end++
		}
		found[all[first].First] = all[first:end:end]
		first = end
	}
	return found
}

func (v *view) add(e ontology.Entity) { v.found[e.First] = append(v.found[e.First], e) }

// mark adds an entity that code found at tokens [first, end).
func (v *view) mark(label, value string, ref, first, end int) {
	v.add(ontology.Entity{Entry: ontology.Entry{Label: label, Value: value, Ref: ref}, First: first, End: end})
}

// tagSentence tags the tokens of s, once.
func (v *view) tagSentence(s document.Sentence) {
	if v.tagger == nil || v.tagErr != nil {
		return
	}
	v.tagErr = v.tagger.Tag(v.doc, s)
}

// tag is the Penn Treebank tag of token i, empty outside the text.
func (v *view) tag(i int) string {
	if i < 0 || i >= len(v.doc.Tokens) {
		return ""
	}
	v.tagSentence(v.sentence(i))
	return v.doc.Tokens[i].Tag
}

// at returns the longest entity of a label that starts at token i.
func (v *view) at(i int, label string) (ontology.Entity, bool) {
	var best ontology.Entity
	v.meter.spend(1)
	if i < 0 || i >= len(v.found) {
		return best, false
	}
	for _, e := range v.found[i] {
		if e.Label == label && e.End > best.End {
			best = e
		}
	}
	return best, best.End > 0
}

// within returns the entities of a label inside tokens [first, end), in order.
func (v *view) within(first, end int, label string) []ontology.Entity {
	var out []ontology.Entity
	v.meter.spend(1 + max(end-first, 0))
	for i := max(first, 0); i < min(end, len(v.found)); i++ {
		for _, e := range v.found[i] {
			if e.Label == label && e.End <= end {
				out = append(out, e)
			}
		}
	}
	return out
}

// has reports whether an entity of the label stands inside [first, end).
func (v *view) has(first, end int, label string) bool {
	v.meter.spend(1 + max(end-first, 0))
	for i := max(first, 0); i < min(end, len(v.found)); i++ {
		for _, e := range v.found[i] {
			if e.Label == label && e.End <= end {
				return true
			}
		}
	}
	return false
}

// before is the place of the word before token i, "the" passed over.
func (v *view) before(i int) int {
	if v.lower(i-1) == "the" {
		return i - 2
	}
	return i - 1
}

// lower is the lower-case form of token i, empty outside the text.
func (v *view) lower(i int) string {
	if i < 0 || i >= len(v.doc.Tokens) {
		return ""
	}
	return v.doc.Tokens[i].Lower
}

// sentence is the sentence that holds token i.
func (v *view) sentence(i int) document.Sentence { return v.doc.Sentences[v.doc.SentenceOf(i)] }

// nowhere is the sentence of what only the title says: offsets count into the
// text, so a title is no evidence.
const nowhere = -1

// evidence is the passage of tokens [first, end); in a title, one nowhere.
func (v *view) evidence(first, end int) event.Evidence {
	if v.title {
		return event.Evidence{Sentence: nowhere}
	}
	return event.Evidence{Sentence: v.doc.SentenceOf(first), Start: v.doc.Tokens[first].Rune, End: v.doc.RuneEnd(end - 1), Text: v.doc.Span(first, end)}
}

// input is sentence s as the patterns read it.
func (v *view) input(s document.Sentence) pattern.Input {
	n := 0
	for i := s.First; i < s.End; i++ {
		n += len(v.found[i])
	}
	in := pattern.Input{Tokens: v.doc.Tokens[s.First:s.End], Spans: make([][]pattern.Span, s.End-s.First)}
	all := make([]pattern.Span, 0, n) // the memory of all parts
	for i := s.First; i < s.End; i++ {
		start := len(all)
		for k := range v.found[i] {
			if e := &v.found[i][k]; e.End <= s.End {
				all = append(all, pattern.Span{Label: e.Label, End: e.End - s.First})
			}
		}
		in.Spans[i-s.First] = all[start:len(all):len(all)]
	}
	return in
}
