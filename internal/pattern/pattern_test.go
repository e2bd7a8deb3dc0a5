package pattern

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tradewire/tradewire/internal/document"
)

// input marks every capitalised word as NAME and "25 %" as RATE.
func input(text string) Input {
	d := document.New(text)
	in := Input{Tokens: d.Tokens, Spans: make([][]Span, len(d.Tokens))}
	for i, t := range d.Tokens {
		if t.Capital() {
			in.Spans[i] = append(in.Spans[i], Span{Label: "NAME", End: i + 1})
		}
		if t.Norm == "25" && i+1 < len(d.Tokens) {
			in.Spans[i] = append(in.Spans[i], Span{Label: "RATE", End: i + 2})
		}
	}
	return in
}

func text(in Input, r Range) string {
	var out []string
	for _, t := range in.Tokens[r.First:r.End] {
		out = append(out, t.Norm)
	}
	return strings.Join(out, " ")
}

func TestFindAll(t *testing.T) {
	tests := []struct{ name, pattern, text, slot, want string }{
		{"capture beside a trigger", "{by: <NAME>} @impose+v", "Yesterday Freedonia imposes a duty", "by", "Freedonia"},
		{"gap is lazy", "@imposed .. {on: <NAME>}", "it imposed duties on Sylvania and Freedonia", "on", "Sylvania"},
		{"nearest start wins", "{by: <NAME>} .. @imposed", "Sylvania says Freedonia imposed duties", "by", "Freedonia"},
		{"option", "@a {rate: <RATE>}? tariff+n", "a 25% tariff", "rate", "25 %"},
		{"choice of sequences", "@duty+n (on goods from | against) {on: <NAME>}", "duties on goods from Sylvania", "on", "Sylvania"},
		{"hyphenated words", "@{what: anti-dumping duty+n}", "the anti-dumping duties", "what", "anti - dumping duties"},
		{"negative lookahead", "{by: <NAME>} !( has not ) .. @imposed", "Sylvania has not imposed", "by", ""},
		{"a gap never crosses a semicolon", "{by: <NAME>} ..9 @imposed", "Sylvania waits ; it imposed", "by", ""},
		{"start and end", "^ {x: .} @word $", "one word", "x", "one"},
		{"plus and star", "@{x: very+ good*} thing", "a very very good thing", "x", "very very good"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := Compile(tt.pattern)
			if err != nil {
				t.Fatal(err)
			}
			in := input(tt.text)
			got := ""
			for _, m := range new(Matcher).FindAll(p, in) {
				if r, ok := m.Captures[tt.slot]; ok {
					got = text(in, r)
				}
			}
			if got != tt.want {
				t.Errorf("%s on %q: got %q, want %q", tt.pattern, tt.text, got, tt.want)
			}
		})
	}
}

func TestCompileErrors(t *testing.T) {
	for pattern, want := range map[string]string{
		"":              "nothing stands here",
		"a b":           "no trigger",
		"@(a | b":       "not closed",
		"{by <NAME>} @": "expected {slot",
		"@/(/":          "bad tag expression",
		"@a ..99 b":     "a gap spans",
		"@a )":          "unexpected",
		"@a | ":         "nothing stands here",
		"! a @b":        "expected ( behind !",
	} {
		_, err := Compile(pattern)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Compile(%q): got error %v, want one with %q", pattern, err, want)
		}
	}
}

func TestInflect(t *testing.T) {
	for term, want := range map[string]string{
		"impose+v":    "impose imposes imposed imposing",
		"levy+v":      "levy levies levied levying",
		"slap+v":      "slap slaps slapped slapping",
		"scrap+v":     "scrap scraps scrapped scrapping",
		"agree+v":     "agree agrees agreed agreeing",
		"duty+n":      "duty duties",
		"tax+n":       "tax taxes",
		"delay+v":     "delay delays delayed delaying",
		"roll+v back": "roll back,rolls back,rolled back,rolling back",
	} {
		sep := " "
		if strings.Contains(want, ",") {
			sep = ","
		}
		if got := Inflect(term); !slices.Equal(got, strings.Split(want, sep)) {
			t.Errorf("Inflect(%q) = %q, want %s", term, got, want)
		}
	}
}

// A pattern that would backtrack exponentially must stay quick.
func TestMatchingIsPolynomial(t *testing.T) {
	p, err := Compile("(a* a*)* ..40 ..40 (a+ a+)+ @never")
	if err != nil {
		t.Fatal(err)
	}
	in := input(strings.Repeat("a ", 160))
	start := time.Now()
	if got := new(Matcher).FindAll(p, in); len(got) != 0 {
		t.Fatalf("matched %v", got)
	}
	if took := time.Since(start); took > time.Second {
		t.Errorf("took %v for 160 tokens", took)
	}
}

func FuzzCompile(f *testing.F) {
	f.Add("{by: <NAME>} ..8 @impose+v", "Freedonia will impose duties")
	f.Add("@(a|b | !( c ) d)* $", "a b d")
	f.Add("@<A|B> /VB.*/ \"25%\"", "25% x")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		if len(pattern) > 200 || len(text) > 400 {
			return
		}
		p, err := Compile(pattern)
		if err != nil {
			return
		}
		in := input(text)
		found := new(Matcher).FindAll(p, in)
		if len(found) > 0 && !holds(in, p.Needs()) {
			t.Fatalf("%q matched %q, which does not hold what it needs: %v", pattern, text, p.Needs())
		}
		for _, m := range found {
			if m.First < 0 || m.End < m.First || m.End > len(in.Tokens) {
				t.Fatalf("match [%d,%d) of %d tokens", m.First, m.End, len(in.Tokens))
			}
			for name, r := range m.Captures {
				if r.First < m.First || r.End > m.End || r.End < r.First {
					t.Fatalf("capture %s [%d,%d) outside [%d,%d)", name, r.First, r.End, m.First, m.End)
				}
			}
		}
	})
}

// Before a sentence is tagged a tag may be anything, also behind "not".
func TestCanMatch(t *testing.T) {
	for _, tt := range []struct {
		pattern, text string
		want          bool
	}{
		{"/VB/ @tariff+n", "raise tariffs", true},
		{"/VB/ @tariff+n", "tariffs rise", false},
		{"!( /VB/ ) . @tariff+n", "raise tariffs", true},
		{"!( raise ) . @tariff+n", "raise tariffs", false},
	} {
		p, err := Compile(tt.pattern)
		if err != nil {
			t.Fatal(err)
		}
		if got := new(Matcher).CanMatch(p, input(tt.text)); got != tt.want {
			t.Errorf("%s on %q: can match %v, want %v", tt.pattern, tt.text, got, tt.want)
		}
	}
}

// holds reports whether of each list one term stands in the input.
func holds(in Input, needs [][]Term) bool {
	have := map[Term]bool{}
	for i, t := range in.Tokens {
		have[Term{Word: t.Lower}] = true
		for _, s := range in.Spans[i] {
			have[Term{Label: s.Label}] = true
		}
	}
	for _, any := range needs {
		if !slices.ContainsFunc(any, func(t Term) bool { return have[t] }) {
			return false
		}
	}
	return true
}

// What a match cannot do without is known before matching.
func TestNeeds(t *testing.T) {
	for pattern, want := range map[string]string{
		"@tariff on {on: <NAME>}":         "tariff; on; NAME",
		"@(duty|levy | tax+n) on?":        "duty levy tax taxes",
		"@cut (from <RATE>)* ..4 (a | .)": "cut",
		"!( not ) @%cue+ /VB/ $":          "%cue",
	} {
		p, err := Compile(pattern)
		if err != nil {
			t.Fatal(err)
		}
		var lists []string
		for _, any := range p.Needs() {
			var terms []string
			for _, term := range any {
				terms = append(terms, term.Word+term.Label)
			}
			lists = append(lists, strings.Join(terms, " "))
		}
		if got := strings.Join(lists, "; "); got != want {
			t.Errorf("%s needs %q, want %q", pattern, got, want)
		}
	}
}
