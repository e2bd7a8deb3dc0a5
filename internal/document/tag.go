package document

import (
	"fmt"
	"strings"

	"github.com/jdkato/prose/v2"
)

// Tagger tags tokens with the model of prose's averaged perceptron. One Tagger
// may be shared.
type Tagger struct{ model *perceptron }

// NewTagger loads prose's model (about 0.6 s; prose itself would load it for
// every document) and keeps its weights as numbers.
func NewTagger() (*Tagger, error) {
	doc, err := prose.NewDocument("Ready.", prose.WithExtraction(false), prose.WithSegmentation(false))
	if err != nil {
		return nil, fmt.Errorf("load tagging model: %w", err)
	}
	model, err := compile(doc.Model)
	if err != nil {
		return nil, fmt.Errorf("load tagging model: %w", err)
	}
	return &Tagger{model}, nil
}

// Tag sets Tag on the tokens of sentence s, once.
func (g *Tagger) Tag(d *Document, s Sentence) error {
	tokens := d.Tokens[s.First:s.End]
	if len(tokens) == 0 || tokens[0].Tag != "" {
		return nil
	}
	words, first := make([]string, 0, len(tokens)+4), make([]int, len(tokens))
	for i, t := range tokens {
		first[i] = len(words)
		words = appendParts(words, t.Norm)
	}
	tags, err := g.model.tag(words)
	if err != nil {
		return fmt.Errorf("tag sentence %d: %w", s.Index, err)
	}
	for i := range tokens {
		tokens[i].Tag = tags[first[i]]
	}
	return nil
}

// appendParts adds the words that prose makes of a token: it cuts "don't"
// before the "n't", "I'm" before the "'m", and takes dots one by one.
func appendParts(words []string, token string) []string {
	if at := contraction(token); at > 0 {
		return append(words, token[:at], token[at:])
	}
	for len(token) > 1 && token[0] == '.' {
		words, token = append(words, "."), token[1:]
	}
	return append(words, token)
}

// contraction is where the ending of a contracted word begins, 0 in others.
func contraction(token string) int {
	if !strings.Contains(token, "'") {
		return 0
	}
	for _, ending := range [...]string{"'ll", "'s", "'re", "'m", "n't"} {
		if at := strings.Index(strings.ToLower(token), ending); at > 0 {
			return at
		}
	}
	return 0
}
