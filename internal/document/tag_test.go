package document

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/jdkato/prose/v2"
)

// Our tags and prose's are the same, word for word, in every sentence without
// repeated words: prose gives equal words of one call one tag.
func TestTagsAreThoseOfProse(t *testing.T) {
	tagger, err := NewTagger()
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := prose.NewDocument("Ready.", prose.WithExtraction(false), prose.WithSegmentation(false))
	if err != nil {
		t.Fatal(err)
	}
	words := 0
	for _, d := range texts(t) {
		for _, s := range d.Sentences {
			tokens := d.Tokens[s.First:s.End]
			if repeated(tokens) {
				continue
			}
			if err := tagger.Tag(d, s); err != nil {
				t.Fatal(err)
			}
			theirs, err := prose.NewDocument(joined(tokens), prose.UsingModel(loaded.Model), prose.WithExtraction(false), prose.WithSegmentation(false))
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range aligned(tokens, theirs.Tokens()) {
				if words++; tokens[i].Tag != want {
					t.Errorf("%q is %s, prose says %s, in %q", tokens[i].Norm, tokens[i].Tag, want, joined(tokens))
				}
			}
		}
	}
	if words < 1000 {
		t.Errorf("only %d words were compared", words)
	}
}

func repeated(tokens []Token) bool {
	seen := map[string]bool{}
	for _, t := range tokens {
		if seen[t.Norm] {
			return true
		}
		seen[t.Norm] = true
	}
	return false
}

// joined writes the tokens as prose splits them: with one space between.
func joined(tokens []Token) string {
	var words []string
	for _, t := range tokens {
		words = append(words, t.Norm)
	}
	return strings.Join(words, " ")
}

// aligned gives for each token the tag of the prose token that starts with it.
func aligned(tokens []Token, tagged []prose.Token) []string {
	var out []string
	at, k, want := 0, 0, 0 // bytes before tagged[k] and before the token
	for _, t := range tokens {
		for k < len(tagged) && at < want {
			at += len(tagged[k].Text)
			k++
		}
		if k < len(tagged) && at == want {
			out = append(out, tagged[k].Tag)
		} else {
			out = append(out, "")
		}
		want += len(t.Norm)
	}
	return out
}

// texts reads our sample articles.
func texts(t *testing.T) []*Document {
	t.Helper()
	body, err := os.ReadFile("../../testdata/gold/articles.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var out []*Document
	for line := range strings.Lines(string(body)) {
		var a struct{ Text string }
		if err := json.Unmarshal([]byte(line), &a); err != nil {
			t.Fatal(err)
		}
		out = append(out, New(a.Text))
	}
	return out
}

// Contractions and dots are cut as prose cuts them.
func TestWordsOfToken(t *testing.T) {
	for token, want := range map[string]string{"don't": "do n't", "We'll": "We 'll", "'s": "'s", "n't": "n't", "...": ". . .", "O'Brien": "O'Brien", "1.5": "1.5"} {
		if got := strings.Join(appendParts(nil, token), " "); got != want {
			t.Errorf("%q is %q, want %q", token, got, want)
		}
	}
}

// A model of another form is an error that says so.
func TestOtherModel(t *testing.T) {
	if _, err := compile(&prose.Model{}); !errors.Is(err, errModel) {
		t.Errorf("an empty model gives %v", err)
	}
}
