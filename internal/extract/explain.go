package extract

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/tradewire/tradewire/internal/document"
	"github.com/tradewire/tradewire/internal/event"
)

// Explanation shows how an article was read.
type Explanation struct {
	// TradeWords is how many words of trade the article holds. Silent says why
	// no rule was run, empty when rules were.
	TradeWords int    `json:"trade_words"`
	Silent     string `json:"silent,omitempty"`
	// Sentences are those in which a rule matched, the title's first.
	Sentences []ExplainedSentence `json:"sentences"`
}

// ExplainedSentence is a sentence with its tokens and the matches in it.
type ExplainedSentence struct {
	// Sentence counts from 0; of the title, Title is true.
	Sentence int      `json:"sentence"`
	Title    bool     `json:"title,omitempty"`
	Text     string   `json:"text"`
	Tokens   []Tagged `json:"tokens"`
	// Matches stand in the order in which they were tried.
	Matches []ExplainedMatch `json:"matches"`
}

// Tagged is a token with its Penn Treebank tag and the labels of what starts
// at it, cue lists with their "%".
type Tagged struct {
	Text   string   `json:"text"`
	Tag    string   `json:"tag"`
	Labels []string `json:"labels,omitempty"`
}

// What becomes of a match.
const (
	OutcomeClaim   = "claim"
	OutcomeMerged  = "merged"  // into the claim named under Claim
	OutcomeDropped = "dropped" // Why says why
)

// ExplainedMatch is one match of one pattern.
type ExplainedMatch struct {
	Kind    string `json:"kind"`
	Rule    string `json:"rule"`
	File    string `json:"file"`
	Line    int    `json:"line"`
	Pattern string `json:"pattern"`
	// Match is what the pattern covers, Trigger its trigger, Captures what it
	// captured, by slot and in the order of the sentence.
	Match    Part       `json:"match"`
	Trigger  Part       `json:"trigger"`
	Captures []Captured `json:"captures,omitempty"`
	Slots    []Filled   `json:"slots,omitempty"`
	Outcome  string     `json:"outcome"`
	Why      string     `json:"why,omitempty"`
	// Claim is the id of the claim that the match makes or is part of.
	Claim string `json:"claim,omitempty"`
}

// Part is tokens [First, End) of the sentence and their text.
type Part struct {
	First int    `json:"first"`
	End   int    `json:"end"`
	Text  string `json:"text"`
}

// Captured is what a pattern captured for a slot.
type Captured struct {
	Slot string `json:"slot"`
	Part
}

// Filled is a slot of the draft and how it was filled: captured, set by the
// rule, resolved by a named way, or merged from another sentence.
type Filled struct {
	Slot  string      `json:"slot"`
	Value event.Value `json:"value"`
	How   string      `json:"how"`
}

// Explain reads one article as Extract does and tells how: which patterns
// matched where, what filled each slot, and why a match made no claim.
func (x *Extractor) Explain(a event.Article) (found Result, out Explanation, err error) {
	defer stopped(&err)
	t := &trace{}
	r, err := x.read(a, false, t)
	if err != nil {
		return Result{}, Explanation{}, err
	}
	found = Result{Mentions: r.mentions(), Claims: r.published(a)}
	out = Explanation{TradeWords: r.trade, Sentences: []ExplainedSentence{}}
	if !r.aboutTrade() {
		out.Silent = fmt.Sprintf("the article holds %d words of trade among %d tokens, too few to be about trade", r.trade, len(r.body.doc.Tokens))
	}
	places := map[*view]map[int][]ExplainedMatch{r.title: {}, r.body: {}}
	claims := owners(r.claims)
	for _, d := range t.tried {
		at := d.account.at
		places[at.v][at.sentence.Index] = append(places[at.v][at.sentence.Index], d.explained(a.ID, owner(claims, d)))
	}
	for _, v := range []*view{r.title, r.body} {
		for _, s := range v.doc.Sentences {
			if matches := places[v][s.Index]; len(matches) > 0 {
				v.tagSentence(s)
				out.Sentences = append(out.Sentences, v.explained(s, matches))
			}
		}
		if v.tagErr != nil {
			return Result{}, Explanation{}, v.tagErr
		}
	}
	return found, out, nil
}

func (v *view) explained(s document.Sentence, matches []ExplainedMatch) ExplainedSentence {
	out := ExplainedSentence{Sentence: s.Index, Title: v.title, Text: v.doc.Span(s.First, s.End), Matches: matches}
	for i := s.First; i < s.End; i++ {
		t := Tagged{Text: v.doc.Span(i, i+1), Tag: v.doc.Tokens[i].Tag}
		for _, e := range v.found[i] {
			t.Labels = append(t.Labels, e.Label)
		}
		t.Labels = unique(t.Labels)
		out.Tokens = append(out.Tokens, t)
	}
	return out
}

// explained tells of one draft; claim is the one that it is part of.
func (d *draft) explained(article string, claim *draft) ExplainedMatch {
	at := d.account.at
	part := func(first, end int) Part {
		return Part{First: first - at.sentence.First, End: end - at.sentence.First, Text: at.v.doc.Span(first, end)}
	}
	out := ExplainedMatch{Kind: d.kind.Name, Rule: d.rule.ID, File: d.set.File, Line: d.rule.Line, Pattern: d.account.pattern,
		Match: part(at.first, at.end), Trigger: part(at.trigger.First, at.trigger.End), Outcome: OutcomeDropped, Why: d.account.why}
	for slot, r := range d.captures {
		out.Captures = append(out.Captures, Captured{Slot: slot, Part: part(r.First, r.End)})
	}
	slices.SortFunc(out.Captures, func(a, b Captured) int {
		return cmp.Or(cmp.Compare(a.First, b.First), cmp.Compare(a.End, b.End), strings.Compare(a.Slot, b.Slot))
	})
	if claim != nil {
		out.Outcome, out.Why = OutcomeMerged, ""
		if claim == d {
			out.Outcome = OutcomeClaim
		}
		out.Claim = event.ClaimID(article, claim.kind.Name, claim.slots)
	}
	for _, s := range d.kind.Slots {
		if v := d.slots[s.Name]; !v.Empty() && v.Text != dropped {
			how := append([]string{or(d.account.how[s.Name], "changed when the claims were compared")}, d.account.more[s.Name]...)
			out.Slots = append(out.Slots, Filled{Slot: s.Name, Value: v, How: strings.Join(how, ", ")})
		}
	}
	return out
}
