package extract

import (
	"testing"

	"github.com/tradewire/tradewire/internal/event"
)

// Who holds a stance where an organisation takes it.
func TestGroups(t *testing.T) {
	x, err := New(readKnowledge(t))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ text, want string }{
		{"The Peruvian Chamber of Cold Traders welcomed the tariff.", "Peruvian Chamber of Cold Traders"},
		{"The Guild of Peruvian Saddle Builders condemned the tariff.", "Guild of Peruvian Saddle Builders"},
		{"The Growers' Council of Ghana condemned the tariff.", "Growers' Council of Ghana"},
		{"The National Board of Beekeepers welcomed the tariff.", "National Board of Beekeepers"},
		{"The Democratic Farmers Congress condemned the tariff.", "Democratic Farmers Congress"},
		{"The Peru Textile Bloc condemned the tariff.", "Peru Textile Bloc"},
		{"The Consumer Action Network condemned the tariff.", "Consumer Action Network"},
		{"The Plank Fairness Coalition, which speaks for sawmills in Lima, condemned the tariff.", "Plank Fairness Coalition"},
		{"Ana Soto, who heads the Peruvian Saddle Makers' Guild, condemned the tariff.", "Peruvian Saddle Makers' Guild"},
		{"Ana Soto, president of the Peruvian Saddle Makers' Guild, said the tariff was unfair.", "Peruvian Saddle Makers' Guild"},
		{`"The tariff is unfair," said Ana Soto, who chairs the Lima Saddle Growers' Union.`, "Lima Saddle Growers' Union"},
		{`"The tariff is unfair," said the Growers' Council of Ghana.`, "Growers' Council of Ghana"},
		{"Peru's trade ministry condemned the tariff.", "PE"},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			got, err := x.Extract(event.Article{Published: "2025-05-05", Text: "Ghana imposed a 10% import tariff on saddles from Peru in May. " + tt.text})
			if err != nil {
				t.Fatal(err)
			}
			var holders []string
			for _, c := range got.Claims {
				if c.Kind == "stance" {
					holders = append(holders, c.Slots["holder"].Text)
				}
			}
			if len(holders) != 1 || holders[0] != tt.want {
				t.Errorf("holders %q, want %q", holders, tt.want)
			}
		})
	}
}

// Whose act it is where a body stands in a capital.
func TestBodiesInCapitals(t *testing.T) {
	x, err := New(readKnowledge(t))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ text, want string }{
		{"The finance ministry in Jakarta imposed a 12% tariff on Peruvian saddles.", "ID"},
		{"The cabinet in Asunción has imposed a 12% tariff on saddles from Peru.", "PY"},
		{"The commerce department in Manila opened an anti-dumping investigation into Peruvian saddles.", "PH"},
		{"Wellington imposed a 12% tariff on Peruvian saddles.", "NZ"},
		{"The Eurasian Economic Union imposed a 12% tariff on Peruvian saddles.", "EAEU"},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			got, err := x.Extract(event.Article{Published: "2025-05-05", Text: tt.text + " Exporters of saddles complained about trade barriers."})
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Claims) == 0 || len(got.Claims[0].Slots["by"].List) != 1 || got.Claims[0].Slots["by"].List[0] != tt.want {
				t.Errorf("claims %+v, want one by %s", got.Claims, tt.want)
			}
		})
	}
}
