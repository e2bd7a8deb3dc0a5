package extract

import (
	"strings"
	"testing"

	"github.com/tradewire/tradewire/internal/event"
)

// TestContacts reads who met whom where only a verb, a journey or a noun of
// meeting tells of it, and how far it got.
func TestContacts(t *testing.T) {
	x := newExtractor(t)
	for _, test := range []struct{ name, text, want string }{
		{"a host and a guest", "Chile's trade minister hosted her Peruvian counterpart on Friday to go over fish tariffs.", "held CL,PE"},
		{"two teams", "Kenyan and Turkish officials compared notes on textile duties.", "held KE,TR"},
		{"teams by their capitals", "Trade chiefs from Santiago and Lima will convene next week over fish tariffs.", "scheduled CL,PE"},
		{"a journey to a capital", "A Chilean delegation is in Lima trying to stave off the fish tariffs.", "underway CL,PE Lima"},
		{"an invitation", "Chile has invited Peru to iron out their row over fish tariffs.", "proposed CL,PE"},
		{"silence since a month", "Chile and Peru have not spoken about fish tariffs since August.", "stalled CL,PE"},
		{"nobody met", "Chile has not spoken with Peru about fish tariffs.", ""},
		{"an own people's meeting", "Chile's trade minister met fishermen over tariffs on exports.", ""},
		{"the owner of goods met nobody", "Chile's trade minister spoke with growers about duties on Peruvian fish.", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := strings.Join(told(t, x, "negotiation", test.text), "; "); got != test.want {
				t.Errorf("%q: got %q, want %q", test.text, got, test.want)
			}
		})
	}
}

// TestPublishedFigures gives figures without a country to the country of the
// office that publishes them, and to no newspaper's.
func TestPublishedFigures(t *testing.T) {
	x := newExtractor(t)
	for publisher, official := range map[string]bool{"Portuguese Statistics Office": true, "Portuguese Daily": false} {
		a := event.Article{ID: "t", Publisher: publisher, Text: "Exports of goods fell 2 percent in May. Imports from Angola rose 4 percent. Traders in Brazil watched tariffs on exports."}
		r, err := x.Extract(a)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range r.Claims {
			if c.Kind == "trade_flow" && c.Slots["flow"].Text == "exports" && (c.Slots["reporter"].Text == "PT") != official {
				t.Errorf("%s: reporter %q", publisher, c.Slots["reporter"].Text)
			}
		}
	}
}
