package extract

import (
	"slices"
	"testing"

	"github.com/tradewire/tradewire/internal/event"
)

func TestWhenAMeasureHolds(t *testing.T) {
	x := newExtractor(t)
	for _, tt := range []struct{ text, want string }{
		{"Norway will impose tariffs on Danish ham from January 1.", "2026-01-01|"},
		{"Norway imposed tariffs on Danish ham on 3 December.", "2024-12-03|"},
		{"Norway imposed tariffs on Danish ham on Monday.", "2025-06-09|"},
		{"Norway will impose tariffs on Danish ham effective Monday.", "2025-06-16|"},
		{"Norway imposed tariffs on Danish ham in March 2019.", "2019-03|"},
		{"Norway will impose tariffs on Danish ham from next month.", "next month|"},
		{"Norway suspended its tariffs on Danish ham until August 31.", "|2025-08-31"},
		{"Norway suspended its tariffs on Danish ham for 90 days.", "|90 days"},
		{"Norway has suspended its tariffs on Danish ham, the ministry said on Monday.", "|"},
	} {
		got := claimsOf(t, x, event.Article{ID: "t", Published: "2025-06-12", Text: tt.text}, "measure", "effective", "until")
		if !slices.Equal(got, []string{tt.want}) {
			t.Errorf("%q: got %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestNoDateOfTheArticleLeavesWords(t *testing.T) {
	x := newExtractor(t)
	got := claimsOf(t, x, event.Article{ID: "t", Text: "Norway imposed tariffs on Danish ham on Monday."}, "measure", "effective")
	if !slices.Equal(got, []string{"Monday"}) {
		t.Errorf("got %q, want the article's word", got)
	}
}

func TestWhatStartsLaterIsAnnounced(t *testing.T) {
	x := newExtractor(t)
	a := event.Article{ID: "t", Published: "2025-06-12", Text: "Norway has imposed tariffs on Danish ham. The tariffs on Danish ham take effect on 20 September 2025."}
	if got := claimsOf(t, x, a, "measure", "status", "effective"); !slices.Equal(got, []string{"announced|2025-09-20"}) {
		t.Errorf("got %q, want one measure that is announced for September", got)
	}
}
