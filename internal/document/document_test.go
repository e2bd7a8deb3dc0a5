package document

import (
	"strings"
	"testing"
)

func words(d *Document) string {
	var out []string
	for _, t := range d.Tokens {
		out = append(out, t.Norm)
	}
	return strings.Join(out, " ")
}

func TestTokens(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"abbreviations lose their dots", "The U.S. and U.K. agreed.", "The US and UK agreed ."},
		{"a country before its currency is no country", "goods worth US$50 billion", "goods worth US$ 50 billion"},
		{"possessives stand apart", "China’s exports, the US's and the States' duty", "China 's exports , the US 's and the States ' duty"},
		{"contractions stay", "it won’t and can't", "it won't and can't"},
		{"hyphens split", "US-China anti-dumping 25-percent", "US - China anti - dumping 25 - percent"},
		{"numbers", "1,585 items at 10.5% on 14th, 25pc", "1585 items at 10.5 % on 14th , 25 pc"},
		{"initials and titles", "Mr. John F. Doe met Sen. Roe on Sept. 30.", "Mr John F Doe met Sen Roe on Sept 30 ."},
		{"names with apostrophes", "O'Neill of Côte d'Ivoire", "O'Neill of Côte d'Ivoire"},
		{"dashes", "BEIJING, May 1 -- talks — soon", "BEIJING , May 1 -- talks -- soon"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := words(New(tt.text)); got != tt.want {
				t.Errorf("tokens of %q:\n got %s\nwant %s", tt.text, got, tt.want)
			}
		})
	}
}

func TestSentences(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
	}{
		{"stops and quotes", `He said "we act." They left. "No," she said.`, []string{`He said "we act."`, "They left.", `"No," she said.`}},
		{"abbreviations go on", "The U.S. Trade Representative met Mr. Doe in St. Louis. It rained.", []string{"The U.S. Trade Representative met Mr. Doe in St. Louis.", "It rained."}},
		{"an abbreviation can end a sentence", "Goods came from the U.S. The duty rose.", []string{"Goods came from the U.S.", "The duty rose."}},
		{"paragraphs", "One line\nanother line", []string{"One line", "another line"}},
		{"numbers", "Duties rose to 2.5 percent. In 2018 they fell.", []string{"Duties rose to 2.5 percent.", "In 2018 they fell."}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := New(tt.text)
			var got []string
			for _, s := range d.Sentences {
				got = append(got, d.Span(s.First, s.End))
			}
			if strings.Join(got, "|") != strings.Join(tt.want, "|") {
				t.Errorf("got %q\nwant %q", got, tt.want)
			}
		})
	}
}

func TestTag(t *testing.T) {
	g, err := NewTagger()
	if err != nil {
		t.Fatal(err)
	}
	d := New("The U.S. won't impose a 25-percent tariff on China’s “green” goods.")
	for _, s := range d.Sentences {
		if err := g.Tag(d, s); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]string{"impose": "VB", "tariff": "NN", "goods": "NNS", "China": "NNP", "'s": "POS"}
	for _, tok := range d.Tokens {
		if tag, ok := want[tok.Norm]; ok && tok.Tag != tag {
			t.Errorf("tag of %s: got %s, want %s", tok.Norm, tok.Tag, tag)
		}
	}
}

func FuzzNew(f *testing.F) {
	for _, s := range []string{"", "The U.S. raised it to 145%.", "’s “x”", "一二。三", "a\xffb", "US$", "no. 5", strings.Repeat("word ", 400)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d := New(text)
		at, sentence := 0, 0
		for i, tok := range d.Tokens {
			if tok.Start < at || tok.End <= tok.Start || tok.End > len(text) {
				t.Fatalf("token %d at [%d,%d) is out of order in %q", i, tok.Start, tok.End, text)
			}
			if got := len([]rune(text[:tok.Start])); got != tok.Rune {
				t.Fatalf("token %d starts at code point %d, says %d", i, got, tok.Rune)
			}
			at = tok.End
		}
		for _, s := range d.Sentences {
			if s.First != sentence || s.End <= s.First {
				t.Fatalf("sentence %d covers [%d,%d), want a start at %d", s.Index, s.First, s.End, sentence)
			}
			sentence = s.End
		}
		if sentence != len(d.Tokens) {
			t.Fatalf("sentences end at token %d of %d", sentence, len(d.Tokens))
		}
	})
}
