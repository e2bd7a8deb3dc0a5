package score

import (
	"bytes"
	"math"
	"strings"
	"testing"
)

// judged makes n claims of a rule, of which the first are right.
func judged(kind, rule string, right, n int, confidence float64) []Judged {
	var out []Judged
	for i := range n {
		out = append(out, Judged{Kind: kind, Rule: rule, Confidence: confidence, Right: i < right, Whole: i < right/2})
	}
	return out
}

func TestConfidence(t *testing.T) {
	one := Report{Judged: append(judged("measure", "measure.verb", 60, 80, .9), judged("measure", "measure.rare", 0, 1, .7)...)}
	two := Report{Judged: append(judged("measure", "measure.verb", 20, 20, .8), judged("stance", "stance.calls", 1, 1, .5)...)}
	got := Confidence(one, two)
	all := 81.0 / 102
	measure := (80 + 5*all) / 106
	stance := (1 + 5*all) / 6
	want := []RuleShare{
		{Rule: "measure.rare", Kind: "measure", Claims: 1, Now: .7, Measured: (0 + 5*measure) / 6},
		{Rule: "measure.verb", Kind: "measure", Claims: 100, Right: 80, Whole: 40, Now: .88, Measured: (80 + 5*measure) / 105},
		{Rule: "stance.calls", Kind: "stance", Claims: 1, Right: 1, Now: .5, Measured: (1 + 5*stance) / 6},
	}
	if len(got) != len(want) {
		t.Fatalf("got %d rules, want %d", len(got), len(want))
	}
	for i, w := range want {
		g := got[i]
		if g.Rule != w.Rule || g.Kind != w.Kind || g.Claims != w.Claims || g.Right != w.Right || g.Whole != w.Whole ||
			math.Abs(g.Now-w.Now) > 1e-9 || math.Abs(g.Measured-w.Measured) > 1e-9 {
			t.Errorf("got %+v\nwant %+v", g, w)
		}
		if g.Measured <= 0 || g.Measured >= 1 {
			t.Errorf("%s: measured %v, which no finite sample shows", g.Rule, g.Measured)
		}
	}
	var out bytes.Buffer
	if err := WriteConfidence(&out, got); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "measure.verb                         100     80     40   0.88      0.80\n") {
		t.Errorf("printed:\n%s", out.String())
	}
	if len(Confidence()) != 0 {
		t.Error("no claim, but a confidence")
	}
}
