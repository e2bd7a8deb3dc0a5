package extract

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/ontology"
	"github.com/tradewire/tradewire/pipelines"
)

// readKnowledge loads the ontology of this repository.
func readKnowledge(t testing.TB) *ontology.Ontology {
	t.Helper()
	o, problems := ontology.Load(pipelines.FS())
	if len(problems) > 0 {
		t.Fatalf("load ontology: %v", problems)
	}
	return o
}

func quantified(o *ontology.Ontology, text string) *view {
	v := newView(o, event.Article{Text: text}, text, false)
	v.findQuotes()
	v.findDates()
	v.findQuantities()
	return v
}

// rateText writes a rate as the tests name it: "25", "up_to 60", "5..10".
func rateText(r event.Rate) string {
	var s string
	switch {
	case r.Qualifier == "between":
		s = digits(*r.Min) + ".." + digits(*r.Max)
	case r.Qualifier == "exact":
		s = digits(*r.Value)
	default:
		s = r.Qualifier + " " + digits(*r.Value)
	}
	if r.Unit != "percent" {
		s += " " + r.Unit
	}
	return s
}

func TestFindRates(t *testing.T) {
	o := readKnowledge(t)
	tests := []struct{ text, want string }{
		{"Norway put a 12% tariff on Chilean salmon feed.", "12"},
		{"Norway put a 12-percent additional customs duty on feed.", "12"},
		{"Duties of up to 60 per cent await bicycles from Ruritania.", "up_to 60"},
		{"The levy is as high as 33.5 pct for some growers.", "up_to 33.5"},
		{"Tariffs of at least 10% will hit all imports.", "at_least 10"},
		{"Tariffs of no less than 15 percent are planned.", "at_least 15"},
		{"Tariffs of more than 30% are planned.", "at_least 30"},
		{"They face tariffs of 20 percent or more.", "at_least 20"},
		{"The average duty was about 8 percent.", "about 8"},
		{"Imports of glass face duties of nearly 40%.", "about 40"},
		{"Peru will raise its tariff on rice from 10% to 25%.", "10, 25"},
		{"Peru will raise its tariff on rice from 10 to 25 percent.", "10, 25"},
		{"The duty on rice goes 10 percent to 25 percent in May.", "10, 25"},
		{"Peru set duties of 25 to 30 percent on rice.", "25..30"},
		{"Peru set duties of between 5 and 10% on rice.", "5..10"},
		{"Peru set a 10-15% duty on rice.", "10..15"},
		{"Peru set a 10%–15% duty on rice.", "10..15"},
		{"Peru set tariffs ranging from 4.5 percent to 9.5 percent on rice.", "4.5..9.5"},
		{"Chile offered zero tariffs on wine.", "0"},
		{"Chile would cut its tariffs on wine to zero.", "0"},
		{"Wine would enter Chile at a zero-percent tariff.", "0"},
		{"Duties on wine fall to 0% in June.", "0"},
		{"Wine enters Chile duty-free.", ""},
		{"Chile cut the duty by 10 percentage points.", ""},
		{"Chile cut tariffs by 10 percent.", ""},
		{"Peru imposed a duty of $3 a ton on cement.", "3 USD/t"},
		{"Peru imposed a duty of €93 per tonne on bananas.", "93 EUR/t"},
		{"Parcels pay a flat duty of $80 to $200 per item.", "80..200 USD/item"},
		{"Peru will levy a flat duty of 3 euros on each parcel from July.", "3 EUR/item"},
		{"Peru suspended its port fees. The fees stood at 400 yuan per net ton.", "400 CNY/t"},
		{"Anti-dumping duties of 4.35 to 6.8 per cent of the c.i.f. price will apply.", "4.35..6.8"},
		{"Peru spoke of tariffs. It called the 30 percent \"fair trade rate\" just.", "30"},
		{"Half of the goods bear no tariff, and 4 percent more will be exempted from it in May.", ""},
		{"A one-quarter tariff on imported boats is under study.", "25"},
		{"Mexico would double the tariff on steel to 50%.", "50"},
		{"Anti-dumping margins of 47.1 percent were found for Ruritanian mills.", "47.1"},
		{"The ministry found dumping margins ranging from 12.2 to 88.4 percent.", "12.2..88.4"},
		{"An ad valorem duty of 5 percent of the customs value applies.", "5"},
		{"Goods would be subject to a rate of 10%, less than the tariff feared.", "10"},
		{"The tariff stays, with a 10% baseline for others.", "10"},
		{"Japan put a 25% tariff on steel and 10% on aluminium.", "25, 10"},
		{"Four duty rates apply: 24 percent, 18 percent, 12 percent and 6 percent.", "24, 18, 12, 6"},
		{"The tariff is 6.5 percent, down from 8.2 percent.", "6.5, 8.2"},
		{"Tariffs on cars (27.5%) stay in place.", "27.5"},
		{"The government will levy twenty-five percent tariffs on toys.", "25"},
		{"India slapped 50% on copper as its tariff war widened.", "50"},
		{"Levies of 34% (China), 20% (Ruritania) and 24% (Japan) were shown on a chart.", "34, 20, 24"},
		{"Peru taxes garlic with a $1.50-per-kilogram duty.", "1.5 USD/kg"},
		{"A specific duty of 26.5 cents a kilo applies to sugar.", "0.265 USD/kg"},
		{"Port fees of $50 per net ton will rise.", "50 USD/t"},
		{"The tariff on tiles is 10%. It rises to 50% in May.", "10, 50"},
		{"They argued over the 27.5 percent tariff.", "27.5"},
		{"Imports from Kenya would face a 21% rate under the tariff order.", "21"},
		{"Brussels will apply a 25% out-of-quota tariff.", "25"},
		{"Zero-for-zero tariffs were offered.", ""},
		{"Support for the tariffs stood at 38 percent.", ""},
		{"Steel hit $900 per ton as tariffs bit.", ""},
		{"Stamp duty on homes rises to 5% in April.", ""},
		{"The club paid a transfer fee, 20 percent of it in cash.", ""},
		{"The Fed's rate of 4.5% would rise because of tariffs.", ""},
		{"Ministers agreed a ceiling of 15% on car tariffs.", "up_to 15"},
		{"Lumber pays 45 per cent, with 35 per cent in anti-dumping duties.", "45, 35"},
		{"Under the order Kenyan goods will be charged 19%, up from 10%, when the tariffs start.", "19, 10"},
		{"The duty stays. Brewers continue to pay between 40 and 45 euros a tonne.", "40..45 EUR/t"},
		{"Growers, who have paid between 5% and 6.75%, will see their export duties fall.", "5..6.75"},
		{"They want a lower tariff than the 19% now in place.", "19"},
		{"The over-quota duties are high. At present they run to 245.5 per cent.", "245.5"},
		{"They were charged 19% instead of 24% under the tariff order.", "19, 24"},
		{"The tariff of one fifth on shoes stays.", "20"},
		{"A minimum tariff of 15% applies.", "at_least 15"},
		{"Tariffs above 30% on cars would hurt.", "at_least 30"},
		{"They argued over a 25% tariff.", "25"},
		{"A further 10 percent was added to the duty on cars.", "10"},
		{"The tariff was lowered to 15 from 27.5 percent.", "15, 27.5"},
		{"A levy of 30 euros for each tonne of steel.", "30 EUR/t"},
		{"A nil rate of duty on medicines.", "0"},
		{"Countervailing rates of 3.1, 4.5 and 9 percent were found.", "3.1, 4.5, 9"},
		{"The safeguard tariff starts at 12% in the first year, 10% in the second and 8% in the third.", "12, 10, 8"},
		{"The tariff rate on Peruvian goods is 24 per cent, on Kenyan goods 25 per cent.", "24, 25"},
		{"The export duty on palm oil was raised to 10% of the reference price.", "10"},
		{"Inflation of 3% and tariffs of 10% hurt.", "10"},
		{"The tariffs could lead to a contraction of around 1 percent in trade.", ""},
		{"Importers pay 20% more because of the tariffs.", ""},
		{"The levy is £12 per tonne of steel.", "12 GBP/t"},
		{"Peru's tariff is 34%, Chile's 20% and Japan's 24%.", "34, 20, 24"},
		{"Chile's import duty on salt: nil.", "0"},
		{"Tariffs could add 2 percent to costs.", ""},
		{"Exports rose 25% despite the tariffs.", ""},
		{"Tariffs cut growth by 0.2 percent.", ""},
		{"More than 90 percent of firms opposed the tariffs.", ""},
		{"Some 62 percent of exports face tariffs.", ""},
		{"The tariffs cover 40% of its exports.", ""},
		{"Shares fell 3% after the tariff news.", ""},
		{"The central bank kept its interest rate at 4.5%.", ""},
		{"Electricity tariffs for households will rise to 12%.", ""},
		{"The VAT rebate was cut to 9 percent while tariffs stayed.", ""},
		{"Tariff revenue grew to 5 percent of GDP.", ""},
		{"Inflation reached 3.1% as tariffs bit.", ""},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			var got []string
			for _, r := range quantified(o, tt.text).findRates() {
				got = append(got, rateText(r.Rate))
			}
			if s := strings.Join(got, ", "); s != tt.want {
				t.Errorf("got %q, want %q", s, tt.want)
			}
		})
	}
}

func TestRateEvidenceIsExact(t *testing.T) {
	o := readKnowledge(t)
	text := "“Tarifs” – naïve talk.\nDuties of up to 60 per cent, or €93 per tonne, await boats; the tariff on oars goes from 5% to 7.5%."
	v := quantified(o, text)
	found := v.findRates()
	if len(found) != 4 {
		t.Fatalf("got %d rates, want 4", len(found))
	}
	runes := []rune(text)
	for i, r := range found {
		e := r.Evidence[0]
		if got := string(runes[e.Start:e.End]); got != e.Text || got != v.doc.Span(r.First, r.End) {
			t.Errorf("evidence [%d,%d) holds %q, says %q", e.Start, e.End, got, e.Text)
		}
		if m, ok := v.at(r.First, labelRate); !ok || m.Ref != i || m.End != r.End {
			t.Errorf("rate %d is not marked: %+v", i, m)
		}
	}
}

func TestFindQuantities(t *testing.T) {
	o := readKnowledge(t)
	tests := []struct{ text, label, want string }{
		{"goods worth $34 billion", labelMoney, "USD 34000000000=$34 billion"},
		{"goods worth 200 billion U.S. dollars", labelMoney, "USD 200000000000=200 billion U.S. dollars"},
		{"goods worth US$50bn", labelMoney, "USD 50000000000=US$50bn"},
		{"goods worth 3.2 bln dlrs", labelMoney, "USD 3200000000=3.2 bln dlrs"},
		{"aid of €1bn", labelMoney, "EUR 1000000000=€1bn"},
		{"a fund of RMB 3 trillion", labelMoney, "CNY 3000000000000=RMB 3 trillion"},
		{"500 million euros of cheese", labelMoney, "EUR 500000000=500 million euros"},
		{"it rose 25 per cent", labelPercent, "25=25 per cent"},
		{"a 25-percent rise", labelPercent, "25=25-percent"},
		{"the index lost 79 points", labelQuantity, "79 points=79 points"},
		{"up 15 basis points", labelQuantity, "15 points=15 basis points"},
		{"up 15 percentage points", labelPercent, ""},
		{"1.2 million tonnes of rice", labelQuantity, "1200000 t=1.2 million tonnes"},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			v := quantified(o, tt.text)
			var got []string
			for _, e := range v.within(0, len(v.doc.Tokens), tt.label) {
				got = append(got, fmt.Sprintf("%s=%s", e.Value, v.doc.Span(e.First, e.End)))
			}
			if s := strings.Join(got, "; "); s != tt.want {
				t.Errorf("got %q, want %q", s, tt.want)
			}
		})
	}
}

func FuzzRates(f *testing.F) {
	o := readKnowledge(f)
	for _, seed := range []string{"", "duty of 5", "tariffs from 10 to 25 percent or more", "“$3 a ton” levy", "0-0% tariff %", "twenty-", "May 1, 2025 to",
		"tariffs\n25%\n of", "US$", "€1bn per", "\xff 25% tariff", "a quarter of the first", "zero"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v := quantified(o, text)
		runes := []rune(text)
		for _, r := range v.findRates() {
			e := r.Evidence[0]
			if e.Start < 0 || e.End > len(runes) || e.Start >= e.End {
				t.Fatalf("evidence [%d,%d) is outside %q", e.Start, e.End, text)
			}
			if utf8.ValidString(text) && string(runes[e.Start:e.End]) != e.Text {
				t.Fatalf("evidence [%d,%d) of %q says %q", e.Start, e.End, text, e.Text)
			}
			if (r.Value == nil) == (r.Min == nil) || (r.Min == nil) != (r.Max == nil) {
				t.Fatalf("rate in %q has neither or both of a value and a range", text)
			}
		}
	})
}
