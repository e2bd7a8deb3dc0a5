package extract

import (
	"slices"
	"testing"

	"github.com/tradewire/tradewire/internal/event"
)

func TestWhatFollowsFromTheWords(t *testing.T) {
	x := newExtractor(t)
	for _, tt := range []struct {
		name, text string
		slots      []string
		want       string
	}{
		{"lift to a higher rate raises", "Norway will lift the import duty on Danish ham from 12 percent to 25 percent.", []string{"action"}, "raise"},
		{"down from a higher rate lowers", "Norway's duty on Danish ham now stands at 15 percent, down from 25 percent.", []string{"action"}, "lower"},
		{"an end only asked for", "Denmark wants Norway to lift its import duty on Danish ham.", []string{"action", "by"}, "impose|NO"},
		{"an organ by its seat", "The finance ministry in Oslo doubled the import duty on Danish ham.", []string{"by"}, "NO"},
		{"an organ by its country", "Denmark's food safety watchdog has lifted its import ban on Norwegian cod.", []string{"by"}, "DK"},
		{"a province", "The state of Tamil Nadu gives exporters of shirts a subsidy of 30 percent.", []string{"by"}, "IN"},
		{"sanctions on a country", "Norway put two banks on its Belarus sanctions list, the trade ministry said.", []string{"instrument", "by"}, "sanction|NO"},
		{"who acts on the measures of another", "Norway opened an investigation into import restrictions taken by Denmark.", []string{"instrument", "action", "by"}, "investigation|investigate|NO"},
		{"whose border", "A duty of 12 percent applies in Norway to imported Danish ham.", []string{"by"}, "NO"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := claimsOf(t, x, event.Article{ID: "t", Text: tt.text}, "measure", tt.slots...); !slices.Contains(got, tt.want) {
				t.Errorf("%q gives %v, want %s", tt.text, got, tt.want)
			}
		})
	}
}

func TestCountermeasuresThatAreSpelledOut(t *testing.T) {
	x := newExtractor(t)
	const text = "Norway imposed tariffs on Danish ham in May. Norway said it had been forced to take countermeasures against Denmark."
	got := claimsOf(t, x, event.Article{ID: "t", Text: text}, "measure", "instrument")
	if !slices.Equal(got, []string{"tariff"}) {
		t.Errorf("the measures are %v, want the tariff alone", got)
	}
}

func TestFractionsOfAPercent(t *testing.T) {
	x := newExtractor(t)
	for text, want := range map[string]float64{
		"Norway imposed a tariff of 22½ per cent on Danish ham.":  22.5,
		"Norway imposed a tariff of 2 1/2 percent on Danish ham.": 2.5,
	} {
		r, err := x.Extract(event.Article{ID: "t", Text: text})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Mentions.Rates) != 1 || r.Mentions.Rates[0].Value == nil || *r.Mentions.Rates[0].Value != want {
			t.Errorf("%q gives the rates %v, want %v", text, r.Mentions.Rates, want)
		}
	}
}
