package extract

import (
	"slices"
	"strings"
	"testing"

	"github.com/tradewire/tradewire/internal/event"
)

func TestSectorsOf(t *testing.T) {
	o := readKnowledge(t)
	tests := []struct{ name, title, text, want string }{
		{"product", "", "Peru put a tariff on pickup trucks.", "automobiles:product"},
		{"sector", "", "The steel industry wants import quotas.", "steel:sector"},
		{"once", "", "Soybeans face a duty. Soybean exports fell.", "agriculture:product"},
		{"beside a sentence on trade", "", "Peru raised its tariffs. Cement is on the list.", "construction:product"},
		{"title only", "Peru raises tariff on cement", "The ministry said so.", "construction:product"},
		{"no trade", "", "The mayor ate cheese. Steel workers cheered.", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			title := newView(o, event.Article{}, tt.title, true)
			body := newView(o, event.Article{}, tt.text, false)
			var got []string
			for _, s := range sectorsOf(title, body, true, nil) {
				got = append(got, s.Code+":"+s.Match)
				e := s.Evidence[0]
				if e.Sentence != nowhere && !holds(tt.text, e) {
					t.Errorf("evidence of %s is not in the text: %+v", s.Code, e)
				}
			}
			if s := strings.Join(got, " "); s != tt.want {
				t.Errorf("got %q, want %q", s, tt.want)
			}
		})
	}
}

// holds reports whether e is exactly the passage of text it says.
func holds(text string, e event.Evidence) bool {
	r := []rune(text)
	return e.Start >= 0 && e.End <= len(r) && e.Start < e.End && string(r[e.Start:e.End]) == e.Text
}

// TestSectorsOfClaims counts what a sentence with a claim names, though none of
// its words speaks of trade.
func TestSectorsOfClaims(t *testing.T) {
	x := newExtractor(t)
	got, err := x.Extract(event.Article{ID: "t", Text: "Kenya put a tariff on Ugandan tea. The choir sang. The mayor spoke. Kampala sent Nairobi 9% more copper in May than a year before."})
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, s := range got.Mentions.Sectors {
		codes = append(codes, s.Code)
	}
	if !slices.Contains(codes, "copper") {
		t.Errorf("sectors %q: no copper", codes)
	}
}
