package extract

import (
	"strings"
	"testing"

	"github.com/tradewire/tradewire/internal/event"
)

// told lists the claims of a kind that a text makes, as "status parties place".
func told(t *testing.T, x *Extractor, kind, text string) []string {
	t.Helper()
	r, err := x.Extract(event.Article{ID: "t", Text: text})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, c := range r.Claims {
		if c.Kind == kind {
			said := c.Slots["status"].Text + " " + strings.Join(c.Slots["parties"].List, ",") + " " + c.Slots["place"].Text
			out = append(out, strings.TrimSpace(said))
		}
	}
	return out
}

// TestParties reads who negotiates or agrees from every place where a text may
// name them.
func TestParties(t *testing.T) {
	x := newExtractor(t)
	for _, test := range []struct{ name, kind, text, want string }{
		{"between", "negotiation", "Trade talks between Chile and Norway have stalled over salmon tariffs.", "stalled CL,NO"},
		{"modifiers", "agreement", "The Chile-Norway trade agreement took effect in May and ended salmon tariffs.", "in_force CL,NO"},
		{"with", "agreement", "Chile signed a trade agreement with Norway that ends salmon tariffs.", "signed CL,NO"},
		{"both sides", "agreement", "Chile met Norway over trade. The two sides reached a trade agreement on salmon tariffs.", "reached CL,NO"},
		{"members", "agreement", "Goods that comply with the USMCA are exempt from the tariffs on trade.", "in_force CA,MX,US"},
		{"place is no party", "negotiation", "Chile and Norway held trade talks on salmon tariffs in Geneva, Switzerland.", "held CL,NO Geneva"},
		{"capital as place", "negotiation", "Chile and Norway held trade talks on salmon tariffs in Beijing.", "held CL,NO Beijing"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := told(t, x, test.kind, test.text)
			if len(got) != 1 || got[0] != test.want {
				t.Errorf("%q: got %q, want %q", test.text, got, test.want)
			}
		})
	}
}

// TestOtherTalks stays silent where the talks or the deal are not on trade.
func TestOtherTalks(t *testing.T) {
	x := newExtractor(t)
	for _, text := range []string{
		"Chile and Norway held peace talks while trade and tariffs waited.",
		"Chile's union resumed wage talks as trade and tariffs hurt the mine.",
		"Chile and Norway held talks on fishing rights for a film festival.",
		"Chile has other trade agreements that cut tariffs.",
	} {
		for _, kind := range []string{"negotiation", "agreement"} {
			if got := told(t, x, kind, text); len(got) > 0 {
				t.Errorf("%q: got %s %q, want none", text, kind, got)
			}
		}
	}
}

// TestFurthest keeps the furthest stage of one matter, and talks that are
// denied are not under way.
func TestFurthest(t *testing.T) {
	x := newExtractor(t)
	sought := "Chile hopes to sign a trade agreement with Norway on salmon tariffs."
	signed := "Chile and Norway signed a trade agreement on salmon tariffs."
	if got := told(t, x, "agreement", sought); len(got) != 1 || got[0] != "proposed CL,NO" {
		t.Fatalf("before: got %q", got)
	}
	if got := told(t, x, "agreement", sought+" Last week it came about. "+signed); len(got) != 1 || got[0] != "signed CL,NO" {
		t.Errorf("after: got %q, want the signed one alone", got)
	}
	other := "Peru hopes to sign a trade agreement with Japan on tariffs."
	if got := told(t, x, "agreement", signed+" "+other); len(got) != 2 {
		t.Errorf("two matters: got %q", got)
	}
}

// TestConditions finds what must come first, wherever the article says so.
func TestConditions(t *testing.T) {
	x := newExtractor(t)
	r, err := x.Extract(event.Article{ID: "t", Text: "Chile is weighing trade talks with Norway on salmon tariffs. Any talks must be based on equal treatment, it said."})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range r.Claims {
		if c.Kind == "negotiation" {
			if got := strings.Join(c.Slots["conditions"].List, "|"); got != "equal treatment" {
				t.Errorf("conditions: got %q", got)
			}
			return
		}
	}
	t.Error("no negotiation")
}
