package feed

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/tradewire/tradewire/internal/event"
)

func TestMarkedKeepsTheTextAndMarksThePassages(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringN(0, 60, -1).Filter(func(s string) bool { return !strings.ContainsRune(s, '\uFFFD') }).Draw(t, "text")
		runes := []rune(text)
		want := make([]bool, len(runes))
		var at []event.Evidence
		for range rapid.IntRange(0, 5).Draw(t, "passages") {
			start := rapid.IntRange(-2, len(runes)+2).Draw(t, "start")
			end := rapid.IntRange(-2, len(runes)+2).Draw(t, "end")
			p := event.Evidence{Start: start, End: end, Text: "not what stands there"}
			if start >= 0 && start < end && end <= len(runes) {
				p.Text = string(runes[start:end])
				for i := start; i < end; i++ {
					want[i] = true
				}
			}
			at = append(at, p)
		}
		i := 0
		var whole strings.Builder
		for _, s := range marked(text, at) {
			whole.WriteString(s.Text)
			for range []rune(s.Text) {
				if want[i] != s.Marked {
					t.Fatalf("code point %d: marked %v, want %v", i, s.Marked, want[i])
				}
				i++
			}
		}
		if whole.String() != text {
			t.Fatalf("%q became %q", text, whole.String())
		}
	})
}

func TestHeadlines(t *testing.T) {
	ten, five, low, high := 10.0, 12.5, 25.0, 30.0
	for want, e := range map[string]event.Event{
		"Talks between CN, US (evaluating)":                       {Kind: "negotiation", Slots: event.Slots{"parties": event.List("CN", "US"), "status": event.Text("evaluating")}},
		"Talks":                                                   {Kind: "negotiation"},
		"phase two between CN, US (reached)":                      {Kind: "agreement", Slots: event.Slots{"name": event.Text("phase two"), "parties": event.List("CN", "US"), "status": event.Text("reached")}},
		"Ada Example sets conditions for talks":                   {Kind: "stance", Slots: event.Slots{"holder": event.Text("Ada Example"), "position": event.Text("conditional"), "target": event.Text("talks")}},
		"Ada Example nominated as envoy, Trade Board (EU)":        {Kind: "appointment", Slots: event.Slots{"person": event.Text("Ada Example"), "action": event.Text("nominate"), "role": event.Text("envoy"), "organisation": event.Text("Trade Board"), "country": event.Text("EU")}},
		"CN against US over the duty, WTO (filed)":                {Kind: "dispute", Slots: event.Slots{"complainant": event.List("CN"), "respondent": event.List("US"), "about": event.Text("the duty"), "forum": event.Text("WTO"), "status": event.Text("filed")}},
		"Copper up 2%":                                            {Kind: "market_move", Slots: event.Slots{"instrument": event.Text("Copper"), "direction": event.Text("up"), "change": event.Text("2%")}},
		"CN exports with US down 4%, $2bn, in May":                {Kind: "trade_flow", Slots: event.Slots{"reporter": event.Text("CN"), "flow": event.Text("exports"), "partner": event.Text("US"), "direction": event.Text("down"), "change": event.Text("4%"), "amount": event.Text("$2bn"), "period": event.Text("in May")}},
		"CN moves from US to BR":                                  {Kind: "realignment", Slots: event.Slots{"actor": event.List("CN"), "away_from": event.List("US"), "toward": event.List("BR")}},
		"visa curb: host JP (open)":                               {Kind: "visa_curb", Slots: event.Slots{"host": event.Text("JP"), "status": event.Text("open")}},
		"US: raise export control, up to 10%, 25–30%, 12.5 USD/t": {Kind: "measure", Slots: event.Slots{"by": event.List("US"), "action": event.Text("raise"), "instrument": event.Text("export_control"), "rates": {Rates: []event.Rate{{Value: &ten, Qualifier: "up_to"}, {Min: &low, Max: &high, Qualifier: "between"}, {Value: &five, Unit: "USD/t"}}}}},
	} {
		if got := headline(e); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestParagraphs(t *testing.T) {
	got := paragraphs([]segment{{"one ", false}, {"two\n\nthree", true}, {"\nfour", false}, {"\n", true}})
	want := [][]segment{{{"one ", false}, {"two", true}}, {{"three", true}}, {{"four", false}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
