package story_test

import (
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"pgregory.net/rapid"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/story"
)

func claim(kind string, slots event.Slots) event.Claim {
	return event.Claim{ID: event.ClaimID("a1", kind, slots), Article: "a1", Family: "measures", Kind: kind, Slots: slots,
		Published: "2025-05-02T08:00:00+02:00", Factuality: "reported", Rule: "r", Confidence: .7,
		Evidence: []event.Evidence{{Sentence: 2, Start: 5, End: 9, Text: "duty"}},
		Source:   &event.Source{Article: "a1", URL: "https://news.example/1", Title: "Duties", Official: true}}
}

func TestOneClaimBecomesOneEvent(t *testing.T) {
	c := claim("measure", event.Slots{"instrument": event.Text("tariff"), "by": event.List("US")})
	want := event.Event{ID: event.EventID(c.ID), Rev: 1, Op: "create", Family: "measures", Kind: "measure",
		Published: c.Published, Slots: c.Slots, Factuality: "reported", Confidence: .7, Rule: "r", Claims: []string{c.ID},
		Sources: []event.Source{{Article: "a1", Claim: c.ID, URL: "https://news.example/1", Title: "Duties", Official: true,
			Published: c.Published, Evidence: c.Evidence}},
		Known: time.Date(2025, 5, 2, 6, 0, 0, 0, time.UTC)}
	if got := story.Correlate(c); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestKnownIsWhatTheArticleSays(t *testing.T) {
	for published, want := range map[string]time.Time{
		"":                       {},
		"last week":              {},
		"2025-05-02":             time.Date(2025, 5, 2, 0, 0, 0, 0, time.UTC),
		"2025-05-02T23:30-04:00": time.Date(2025, 5, 3, 3, 30, 0, 0, time.UTC),
	} {
		c := claim("measure", nil)
		c.Published = published
		if got := story.Correlate(c).Known; !got.Equal(want) {
			t.Errorf("%q: known since %v, want %v", published, got, want)
		}
	}
}

func TestAnEventSharesNothingWithItsClaim(t *testing.T) {
	c := claim("measure", event.Slots{"by": event.List("US")})
	e := story.Correlate(c)
	c.Slots["by"].List[0], c.Evidence[0].Text, c.Source.Title = "CN", "changed", "changed"
	if e.Slots["by"].List[0] != "US" || e.Sources[0].Evidence[0].Text != "duty" || e.Sources[0].Title != "Duties" {
		t.Errorf("the event changed with its claim: %+v", e)
	}
}

func TestCorrelationKey(t *testing.T) {
	for _, tc := range []struct {
		kind  string
		slots event.Slots
		want  string
	}{
		{"measure", event.Slots{"instrument": event.Text("tariff"), "by": event.List("US"), "on": event.List("CN")}, "measure|tariff|US"},
		{"measure", event.Slots{"instrument": event.Text("tariff"), "by": event.List("US"), "status": event.Text("in_force")}, "measure|tariff|US"},
		{"measure", event.Slots{"instrument": event.Text("port_fee")}, "measure|port_fee|"},
		{"negotiation", event.Slots{"parties": event.List("US", "CN", "US")}, "negotiation|CN,US"},
		{"agreement", event.Slots{"parties": event.List("CN", "US")}, "agreement|CN,US"},
		{"stance", event.Slots{"holder": event.Text("Senator Ada Example"), "target": event.Text("tariffs")}, "stance|example"},
		{"stance", event.Slots{"holder": event.Text("EU")}, "stance|EU"},
		{"appointment", event.Slots{"person": event.Text("José Ñandú"), "action": event.Text("appoint")}, "appointment|ñandú"},
		{"dispute", event.Slots{"complainant": event.List("CN"), "respondent": event.List("US")}, "dispute|CN|US"},
		{"market_move", event.Slots{"instrument": event.Text("Nikkei 225")}, "market_move|nikkei 225"},
		{"trade_flow", event.Slots{"reporter": event.Text("CN"), "flow": event.Text("exports"), "partner": event.Text("US")}, "trade_flow|CN|US|exports"},
		{"realignment", event.Slots{"actor": event.List("Example Motors", "CN")}, "realignment|CN,motors"},
		{"summit", event.Slots{"host": event.Text("JP"), "guests": event.List("US", "CN"), "place": event.Text("Osaka")}, "summit|CN,JP,US"},
	} {
		if got := story.CorrelationKey(claim(tc.kind, tc.slots)); got != tc.want {
			t.Errorf("%v: %q, want %q", tc.slots, got, tc.want)
		}
	}
}

// TestEveryKindHasAKey holds keys and ontology together: no kind of ours falls
// back to the rule for unknown kinds, and no key slot is misspelt.
func TestEveryKindHasAKey(t *testing.T) {
	data, err := os.ReadFile("../../pipelines/ontology/kinds.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Kinds []event.Kind `yaml:"kinds"`
	}
	if err := yaml.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	for _, k := range file.Kinds {
		slots := event.Slots{}
		for _, s := range k.Slots {
			if s.Core {
				slots[s.Name] = event.Text(s.Name)
			}
		}
		if key := story.CorrelationKey(claim(k.Name, slots)); strings.HasSuffix(key, "|") {
			t.Errorf("%s: %q is empty though every core slot is filled", k.Name, key)
		}
	}
}

func TestCorrelationKeyIsBoundedAndOrderFree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		items := rapid.SliceOf(rapid.String()).Draw(t, "items")
		turned := rapid.Permutation(items).Draw(t, "turned")
		a := story.CorrelationKey(claim("agreement", event.Slots{"parties": event.List(items...)}))
		b := story.CorrelationKey(claim("agreement", event.Slots{"parties": event.List(turned...)}))
		if a != b {
			t.Fatalf("%q and %q", a, b)
		}
		if len(a) > 200 || !utf8.ValidString(a) {
			t.Fatalf("%d bytes, valid %v", len(a), utf8.ValidString(a))
		}
	})
}
