package extract

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/score"
)

// An article full of traps: our own, and the one that the project began with,
// where it is here. Every labelled claim is found whole, and neither says what
// its text does not.
func TestArticleOfTraps(t *testing.T) {
	shared := filepath.Join("..", "..", "..", "shared", "eval")
	for _, tt := range []struct {
		name, article, gold string
		must                bool
		// whole is how many labelled claims must be found with every core slot,
		// extra how many more there may be.
		whole, extra int
		traps        traps
	}{
		{"own", "testdata/traps/article.json", "testdata/traps/gold.jsonl", true, 19, 1,
			traps{mine: "BR", theirs: "CA", theirRate: 60, myRate: 45, person: "Prado"}},
		{"seed", filepath.Join(shared, "seed.article.json"), filepath.Join(shared, "seed.gold.jsonl"), false, 20, 0,
			traps{mine: "CN", theirs: "US", theirRate: 145, myRate: 125, person: "Li"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, ok := oneArticle(t, tt.article)
			if !ok && !tt.must {
				t.Skip("the shared article is not here; our own is tested all the same")
			}
			r, err := newExtractor(t).Extract(a)
			if err != nil {
				t.Fatal(err)
			}
			exactEvidence(t, a, r)
			tt.traps.check(t, r)
			report := compared(t, tt.gold, a, r)
			row, _ := report.Row("events+")
			if whole := int(row.Recall*float64(row.Gold) + .5); whole < tt.whole {
				t.Errorf("%d of %d claims are whole, want %d: %+v", whole, row.Gold, tt.whole, report.Mistakes)
			}
			if extra := row.Found - row.Gold; extra > tt.extra {
				t.Errorf("%d claims more than are labelled, want at most %d: %+v", extra, tt.extra, report.Mistakes)
			}
		})
	}
}

func oneArticle(t *testing.T, name string) (event.Article, bool) {
	t.Helper()
	body, err := os.ReadFile(name)
	if os.IsNotExist(err) {
		return event.Article{}, false
	}
	if err != nil {
		t.Fatal(err)
	}
	var a event.Article
	if err := json.Unmarshal(body, &a); err != nil {
		t.Fatal(err)
	}
	return a, true
}

func compared(t *testing.T, goldFile string, a event.Article, r Result) score.Report {
	t.Helper()
	body, err := os.ReadFile(goldFile)
	if err != nil {
		t.Fatal(err)
	}
	gold, err := score.ReadGold(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	line, err := json.Marshal(map[string]any{"id": a.ID, "mentions": r.Mentions, "events": r.Claims})
	if err != nil {
		t.Fatal(err)
	}
	found, err := score.ReadGold(bytes.NewReader(line))
	if err != nil {
		t.Fatal(err)
	}
	return score.Compare(gold, found)
}

// traps are what the two articles invite to read wrongly: two countries, each
// with a tariff of its own, and a person with a former post.
type traps struct {
	mine, theirs      string
	myRate, theirRate float64
	person            string
}

func (tr traps) check(t *testing.T, r Result) {
	t.Helper()
	impositions, quotes := map[string]int{}, map[string]int{}
	for _, c := range r.Claims {
		slot := func(name string) event.Value { return c.Slots[name] }
		by := slot("by").List
		switch c.Kind {
		case "dispute":
			if slot("status").Text != "alleged" {
				t.Errorf("a dispute is %s: nothing was filed", slot("status").Text)
			}
		case "negotiation":
			if s := slot("status").Text; slices.Contains([]string{"agreed", "scheduled", "held", "underway"}, s) {
				t.Errorf("talks are %s: nobody has started, agreed or scheduled any", s)
			}
		case "measure":
			if slot("instrument").Text == "tariff" && slices.Contains([]string{"lower", "suspend", "remove"}, slot("action").Text) && slot("status").Text == "in_force" {
				t.Errorf("%v rolled a tariff back: that is only asked for", by)
			}
			if slot("instrument").Text == "tariff" && slot("action").Text == "impose" {
				impositions[strings.Join(by, ",")]++
			}
			if c.Factuality == "reported" && slices.Contains(by, tr.theirs) {
				t.Errorf("hearsay reaches the act of %s: %v", tr.theirs, c.Slots)
			}
			tr.rates(t, by, slot("rates").Rates)
		case "market_move":
			if !slot("change").Empty() {
				t.Errorf("%s moved by %s: no figure is given", slot("instrument").Text, slot("change").Text)
			}
		case "stance":
			if strings.Contains(slot("speaker").Text, tr.person) {
				t.Errorf("%s speaks, but says nothing in the article", tr.person)
			}
			if q := slot("quote").Text; q != "" {
				quotes[q]++
			}
		}
		for _, name := range []string{"effective", "until", "date"} {
			if v := slot(name).Text; strings.ContainsAny(v, "0123456789") {
				t.Errorf("%s is %q: the text has no date", name, v)
			}
		}
		for name, v := range c.Slots {
			for _, item := range v.List {
				if strings.Contains(item, "S&P") || strings.Contains(item, "Dow") {
					t.Errorf("an index acts: %s.%s is %v", c.Kind, name, v.List)
				}
			}
		}
		for _, e := range c.Evidence {
			if strings.Contains(e.Text, "elections") {
				t.Errorf("a %s claim rests on the elections: %q", c.Kind, e.Text)
			}
		}
	}
	for _, by := range []string{tr.mine, tr.theirs} {
		if impositions[by] != 1 {
			t.Errorf("%d claims that %s imposed a tariff, want one", impositions[by], by)
		}
	}
	for q, n := range quotes {
		if n > 1 {
			t.Errorf("the quote stands in %d claims: %q", n, q)
		}
	}
	tr.mentions(t, r.Mentions)
}

// rates checks whose a rate is and how exact.
func (tr traps) rates(t *testing.T, by []string, rates []event.Rate) {
	t.Helper()
	for _, rate := range rates {
		if rate.Value == nil {
			continue
		}
		if *rate.Value == tr.theirRate && slices.Contains(by, tr.mine) {
			t.Errorf("%v%% is the rate of %s, not of %v", *rate.Value, tr.theirs, by)
		}
		if *rate.Value == tr.myRate && rate.Qualifier != "up_to" {
			t.Errorf("%v%% is %s, want up_to", *rate.Value, rate.Qualifier)
		}
	}
}

func (tr traps) mentions(t *testing.T, m event.Mentions) {
	t.Helper()
	for _, rate := range m.Rates {
		tr.rates(t, rate.By, []event.Rate{rate})
	}
	for _, o := range m.Officials {
		if role := strings.ToLower(o.Role); strings.Contains(o.Name, tr.person) && (strings.Contains(role, "representative") || strings.Contains(role, "ambassador")) {
			t.Errorf("%s is %s: that was a former post", o.Name, o.Role)
		}
	}
	for _, s := range m.Sectors {
		if s.Code == "software_ai" && len(s.HS) > 0 {
			t.Errorf("artificial intelligence has HS chapters: %v", s.HS)
		}
	}
}
