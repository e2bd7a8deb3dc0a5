package extract

import (
	"maps"
	"slices"
	"testing"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/ontology"
	"github.com/tradewire/tradewire/pipelines"
)

// flowCase is a text with the claims of one kind that it must give, each by
// some of its slots; every claim of the kind must be listed.
type flowCase struct {
	name, kind, text string
	want             []map[string]string
}

// aboutTrade puts every case into an article about trade.
const aboutTrade = "Ministers argued about tariffs in the trade war. "

func flowCases() []flowCase {
	return []flowCase{
		{"two flows in one sentence", "trade_flow", "Peru's exports to Japan fell 4 percent in May, while imports from Japan rose 2 percent.", []map[string]string{
			{"reporter": "PE", "flow": "exports", "direction": "down", "partner": "JP", "change": "4 percent"},
			{"reporter": "PE", "flow": "imports", "direction": "up", "partner": "JP", "change": "2 percent"}}},
		{"a bare amount has no direction", "trade_flow", "Norway exported $3 billion of goods to Chile in 2021.", []map[string]string{
			{"reporter": "NO", "flow": "exports", "direction": "", "partner": "CL", "amount": "$3 billion"}}},
		{"two sizes give the direction", "trade_flow", "Kenya's surplus with Egypt was $4 billion in April, against $5 billion a year earlier.", []map[string]string{
			{"reporter": "KE", "flow": "balance", "direction": "down", "partner": "EG", "amount": "$4 billion"}}},
		{"the reporter of the sentence before", "trade_flow", "Chile's exports grew 3 percent. Imports dropped 1 percent.", []map[string]string{
			{"reporter": "CL", "flow": "exports", "direction": "up"}, {"reporter": "CL", "flow": "imports", "direction": "down"}}},
		{"a forecast is none", "trade_flow", "The bank expects exports of Chile to grow 5 percent.", nil},
		{"the trade that a tariff hits is none", "trade_flow", "Peru put tariffs on $50 million of imports from Chile.", nil},
		{"a list of markets", "market_move", "The DAX lost 2% and the CAC 40 by 1%.", []map[string]string{
			{"instrument": "DAX", "direction": "down", "change": "2%"}, {"instrument": "CAC 40", "direction": "down", "change": "1%"}}},
		{"the close counts", "market_move", "The Nikkei fell 1 percent before closing 2 percent higher.", []map[string]string{
			{"instrument": "Nikkei", "direction": "up", "change": "2 percent"}}},
		{"a firm's shares", "market_move", "Shares in Halvorsen plunged 9%.", []map[string]string{{"instrument": "Halvorsen", "direction": "down", "change": "9%"}}},
		{"goods are no market", "market_move", "Gold imports surged.", nil},
		{"a possible move is none", "market_move", "The peso could fall.", nil},
		{"who leaves and who comes", "appointment", "Ana Ruiz Vega has taken over as Peru's trade minister, succeeding Luis Paz Soto, who retired.", []map[string]string{
			{"person": "Ana Ruiz Vega", "action": "appoint", "role": "trade minister", "country": "PE", "predecessor": "Luis Paz Soto"},
			{"person": "Luis Paz Soto", "action": "resign", "role": "trade minister", "country": "PE"}}},
		{"a pronoun's post", "appointment", "Trade Minister Ole Dahl of Norway stepped down. He will be replaced by Kari Moen.", []map[string]string{
			{"person": "Ole Dahl", "action": "resign"}, {"person": "Kari Moen", "action": "appoint", "country": "NO"}}},
		{"a firm's manager is none", "appointment", "Halvorsen named Kari Moen as finance chief.", nil},
		{"production moves", "realignment", "Halvorsen is moving production from China to Mexico and Brazil.", []map[string]string{
			{"actor": "Halvorsen", "away_from": "CN", "toward": "BR, MX"}}},
		{"a call is none", "realignment", "India should reduce its dependence on China.", nil},
	}
}

func TestFlows(t *testing.T) {
	o, problems := ontology.Load(pipelines.FS())
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	x, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range flowCases() {
		t.Run(tt.name, func(t *testing.T) {
			result, err := x.Extract(event.Article{ID: "t", Text: aboutTrade + tt.text})
			if err != nil {
				t.Fatal(err)
			}
			got := slices.DeleteFunc(result.Claims, func(c event.Claim) bool { return c.Kind != tt.kind })
			if len(got) != len(tt.want) {
				t.Fatalf("%d claims, want %d: %s", len(got), len(tt.want), shownSlots(got))
			}
			for _, want := range tt.want {
				if !slices.ContainsFunc(got, func(c event.Claim) bool { return len(differences(c, want)) == 0 }) {
					t.Errorf("no claim with %v in %s", want, shownSlots(got))
				}
			}
		})
	}
}

func shownSlots(claims []event.Claim) string {
	out := ""
	for _, c := range claims {
		out += "{"
		for _, name := range slices.Sorted(maps.Keys(c.Slots)) {
			out += name + "=" + slotText(c, name) + " "
		}
		out += "} "
	}
	return out
}
