package score

import (
	"testing"
)

// TestRules checks each comparison at its edges; want says how many of the
// kind's further tests hold, -1 that the two are not the same thing.
func TestRules(t *testing.T) {
	for _, c := range []struct {
		kind, gold, found string
		want              int
	}{
		{"stance", `"holder":"CN","target":"tariffs on steel and copper wire"`, `"holder":"CN","target":"copper prices"`, 2}, // 1 of 2 words
		{"stance", `"holder":"CN","target":"steel copper wire"`, `"holder":"CN","target":"copper prices Asia"`, 1},           // 1 of 3 is under .34
		{"stance", `"holder":"CN","target":"steel copper wire tin zinc"`, `"holder":"CN","target":"wire tin gold prices Asia"`, 2},
		{"stance", `"holder":"CN","target":"the new"`, `"holder":"CN","target":"the new"`, 1}, // no word that carries meaning
		{"stance", `"holder":"MX","speaker":"Ana Ruiz"`, `"holder":"Ruiz"`, 1},
		{"stance", `"holder":"MX"`, `"holder":"CA"`, -1},
		{"measure", `"instrument":"Tariff","by":["US"],"status":""`, `"instrument":"tariff","by":"us","status":"announced"`, 3},
		{"measure", `"instrument":"tariff","by":["US"],"status":"in_force"`, `"instrument":"tariff","by":["US","CN"]`, 3},
		{"measure", `"instrument":"tariff","by":["US"],"status":"rejected"`, `"instrument":"tariff","by":["US"]`, 2},
		{"measure", `"instrument":"tariff","by":["US"],"action":"investigate","on":"CN"`, `"instrument":"tariff","by":["US"],"action":"raise"`, 1},
		{"measure", `"instrument":"tariff"`, `"instrument":"tariff","by":["US"]`, 3}, // the label does not say who
		{"measure", `"instrument":"tariff","by":["US"]`, `"instrument":"tariff"`, -1},
		{"measure", `"instrument":"tariff","by":["US"]`, `"instrument":"subsidy","by":["US"]`, -1},
		{"negotiation", `"parties":["US","CN"]`, `"parties":["US","EU"]`, -1},
		{"negotiation", `"parties":["US"]`, `"parties":["US","EU"]`, 1},
		{"appointment", `"person":"Ana Maria Ruiz"`, `"person":"Ana Maria Lopez Ruiz"`, 1},
		{"appointment", `"person":"Ana Ruiz Gomez"`, `"person":"Ana Ruiz Lopez"`, 1}, // 2 of 4 words
		{"appointment", `"person":"Ana Ruiz"`, `"person":"Ana Lopez"`, -1},           // 1 of 3
		{"dispute", `"complainant":"CN","respondent":"EU"`, `"complainant":"CN"`, -1},
		{"market_move", `"instrument":"S&P 500"`, `"instrument":"the S&P 500 index","direction":"up"`, 0},
		{"trade_flow", `"reporter":"CN","flow":"exports"`, `"reporter":"CN","flow":"imports"`, -1},
		{"realignment", `"actor":"Acme","away_from":"CN"`, `"actor":"ACME","away_from":"VN"`, 0},
	} {
		r := rules()[c.kind]
		gold := read(t, `{"id":"x","events":[{`+c.gold+`}]}`)[0].Events[0]
		found := read(t, `{"id":"x","events":[{`+c.found+`}]}`)[0].Events[0]
		got := -1
		if count(r.must, gold, found) == len(r.must) {
			got = count(r.also, gold, found)
		}
		if got != c.want {
			t.Errorf("%s %s and %s: %d, want %d", c.kind, c.gold, c.found, got, c.want)
		}
	}
}

func TestRates(t *testing.T) {
	for _, c := range []struct {
		gold, found string
		want        bool
	}{
		{`"value":25`, `"value":25.0000001`, true},
		{`"value":25`, `"value":"25"`, true},
		{`"value":25`, `"value":25.1`, false},
		{`"value":0`, `"min":0`, true}, // as the original: zero and nothing read the same
		{`"value":0`, `"value":1`, false},
		{`"min":5,"max":10`, `"min":5,"max":10,"value":7`, true},
		{`"min":5,"max":10`, `"min":5`, false},
		{`"max":10`, `"max":10`, true},
		{`"value":"ten"`, `"value":"ten"`, true},
	} {
		gold := read(t, `{"id":"x","rates":[{`+c.gold+`}]}`)[0].Rates[0]
		found := read(t, `{"id":"x","rates":[{`+c.found+`}]}`)[0].Rates[0]
		if sameRate(gold, found) != c.want {
			t.Errorf("%s and %s: %t", c.gold, c.found, !c.want)
		}
	}
}
