package document

import (
	"fmt"
	"strings"

	"github.com/jdkato/prose/v2"
)

// Tagger tags tokens with prose's averaged perceptron. One Tagger may be
// shared: prose only reads the model.
type Tagger struct{ model *prose.Model }

// NewTagger loads prose's model once (about 0.5 s, 119 MB); prose itself
// would load it for every document.
func NewTagger() (*Tagger, error) {
	doc, err := prose.NewDocument("Ready.", prose.WithExtraction(false), prose.WithSegmentation(false))
	if err != nil {
		return nil, fmt.Errorf("load tagging model: %w", err)
	}
	return &Tagger{model: doc.Model}, nil
}

// Tag sets Tag on the tokens of sentence s. One call a sentence, because
// prose gives equal words of one call one tag.
func (g *Tagger) Tag(d *Document, s Sentence) error {
	tokens := d.Tokens[s.First:s.End]
	if len(tokens) == 0 || tokens[0].Tag != "" {
		return nil
	}
	doc, err := prose.NewDocument(joined(tokens), prose.UsingModel(g.model), prose.WithExtraction(false), prose.WithSegmentation(false))
	if err != nil {
		return fmt.Errorf("tag sentence %d: %w", s.Index, err)
	}
	align(tokens, doc.Tokens())
	return nil
}

// joined writes the tokens as prose splits them: with one space between.
func joined(tokens []Token) string {
	var b strings.Builder
	for i, t := range tokens {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(t.Norm)
	}
	return b.String()
}

// align gives each token the tag of the prose token that starts with it:
// both sides hold the same letters, though prose may split further.
func align(tokens []Token, tagged []prose.Token) {
	at, k := 0, 0 // letters consumed on prose's side
	want := 0     // letters before tokens[i]
	for i := range tokens {
		for k < len(tagged) && at < want {
			at += len(tagged[k].Text)
			k++
		}
		if k < len(tagged) && at == want {
			tokens[i].Tag = tagged[k].Tag
		} else if k > 0 && k <= len(tagged) {
			tokens[i].Tag = tagged[k-1].Tag
		}
		if tokens[i].Tag == "" {
			tokens[i].Tag = "NN"
		}
		want += len(tokens[i].Norm)
	}
}
