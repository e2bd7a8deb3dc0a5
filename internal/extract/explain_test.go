package extract

import (
	"reflect"
	"slices"
	"testing"

	"github.com/tradewire/tradewire/internal/event"
)

// Explaining changes nothing of what is found, and accounts for every match:
// a claim's own, one merged into a claim, or one dropped with its reason.
func TestExplain(t *testing.T) {
	x := newExtractor(t)
	outcomes := map[string]int{}
	for _, a := range append(readArticles(t, "../../testdata/gold/articles.jsonl"), event.Article{ID: "silent", Text: "It rained on the fair."}) {
		plain, err := x.Extract(a)
		if err != nil {
			t.Fatal(err)
		}
		found, how, err := x.Explain(a)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(plain, found) {
			t.Errorf("%s: explained, the article reads otherwise", a.ID)
		}
		if how.Silent != "" && len(how.Sentences) > 0 {
			t.Errorf("%s: silent, but rules were run", a.ID)
		}
		own := map[string]bool{}
		for _, s := range how.Sentences {
			for _, m := range s.Matches {
				outcomes[m.Outcome]++
				accounted(t, a, found, s, m)
				own[m.Claim] = own[m.Claim] || m.Outcome == OutcomeClaim
			}
		}
		for _, c := range found.Claims {
			if !own[c.ID] {
				t.Errorf("%s: no match accounts for the %s of rule %s", a.ID, c.Kind, c.Rule)
			}
		}
	}
	for _, o := range []string{OutcomeClaim, OutcomeMerged, OutcomeDropped} {
		if outcomes[o] < 10 {
			t.Errorf("only %d matches end as %s", outcomes[o], o)
		}
	}
}

func accounted(t *testing.T, a event.Article, found Result, s ExplainedSentence, m ExplainedMatch) {
	t.Helper()
	claim := slices.IndexFunc(found.Claims, func(c event.Claim) bool { return c.ID == m.Claim })
	switch {
	case m.Rule == "" || m.File == "" || m.Line == 0 || m.Pattern == "":
		t.Errorf("%s: a match without its rule: %+v", a.ID, m)
	case m.Outcome == OutcomeDropped && (m.Why == "" || m.Claim != ""):
		t.Errorf("%s: %s dropped without a reason", a.ID, m.Rule)
	case m.Outcome != OutcomeDropped && (m.Why != "" || claim < 0):
		t.Errorf("%s: %s is %s, but there is no such claim", a.ID, m.Rule, m.Outcome)
	case m.Outcome == OutcomeClaim && found.Claims[claim].Rule != m.Rule:
		t.Errorf("%s: claim of %s, explained by %s", a.ID, found.Claims[claim].Rule, m.Rule)
	}
	for _, p := range append([]Part{m.Match, m.Trigger}, parts(m.Captures)...) {
		if p.First < 0 || p.End < p.First || p.End > len(s.Tokens) {
			t.Errorf("%s: %s covers tokens [%d,%d) of %d", a.ID, m.Rule, p.First, p.End, len(s.Tokens))
		}
	}
	for _, f := range m.Slots {
		if f.How == "" || f.Value.Empty() {
			t.Errorf("%s: %s does not tell what filled %s", a.ID, m.Rule, f.Slot)
		}
	}
	for _, tok := range s.Tokens {
		if tok.Tag == "" {
			t.Errorf("%s: token %q of sentence %d has no tag", a.ID, tok.Text, s.Sentence)
		}
	}
}

func parts(captures []Captured) []Part {
	var out []Part
	for _, c := range captures {
		out = append(out, c.Part)
	}
	return out
}
