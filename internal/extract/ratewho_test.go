package extract

import (
	"strings"
	"testing"

	"github.com/tradewire/tradewire/internal/event"
)

// sides writes the rates of a text as "19 US>KE".
func sides(t *testing.T, x *Extractor, text string) string {
	t.Helper()
	got, err := x.Extract(event.Article{Text: text, Published: "2025-05-01"})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, r := range got.Mentions.Rates {
		out = append(out, rateText(r)+" "+strings.Join(r.By, ",")+">"+strings.Join(r.On, ","))
	}
	return strings.Join(out, "; ")
}

func TestRatesWhoOnWhom(t *testing.T) {
	x, err := New(readKnowledge(t))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, text, want string }{
		{"an act", "Peru imposed a 12% tariff on Kenyan tea exports.", "12 PE>KE"},
		{"goods that pay where they arrive", "Kenyan tea exports now pay duties of up to 32 percent at Peruvian ports.", "up_to 32 PE>KE"},
		{"goods that are charged", "Peru published its import tariffs. Tea from Kenya will be charged 19%, Peru's trade minister said.", "19 PE>KE"},
		{"importers who pay bear nothing", "Peruvian importers pay a 12% tariff on Kenyan tea.", "12 PE>KE"},
		{"a relative clause", "Kenya will not answer the 40% import duties that Peru put on Kenyan tea.", "40 PE>KE"},
		{"who asks for relief", "Kenya wants the 15% import duty on its tea lifted, it told Peru.", "15 PE>KE"},
		{"who complains", "Kenya filed a complaint against Peru over a 30% tariff on Kenyan tea imports.", "30 PE>KE"},
		{"the tariff spoken of before", "Peru raised its import tariffs on Kenyan tea in May. At present they run to 24.5 per cent.", "24.5 PE>KE"},
		{"another part of the sentence", "Kenya will respond with import tariffs if Peru goes ahead with a 25% levy on Kenyan tea.", "25 PE>KE"},
		{"goods of their own", "Peru put tariffs of 25% on Kenya and Ghana, along with an extra 10% on Norway.", "25 PE>KE,GH; 10 PE>NO"},
		{"a second verb of one subject", "Peru's Trade Minister Rosa Quispe Mamani criticised the policies of Kenya and threatened a 12% tariff on Kenyan tea.", "12 PE>KE"},
		{"nobody named", "The import duty on imported tea is 12%, traders said.", "12 >"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := sides(t, x, tt.text); got != tt.want {
				t.Errorf("rates of %q:\n got %s\nwant %s", tt.text, got, tt.want)
			}
		})
	}
}

func TestAntecedents(t *testing.T) {
	x, err := New(readKnowledge(t))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, text, want string }{
		{"an office", "Peru's Trade Minister Rosa Quispe Mamani spoke in Lima about imports. Kenya has not reacted. The minister said the government would impose a 12% tariff on tea.", "12 PE>"},
		{"a bloc", "The European Union met Kenya over imports. Kenya was pleased. The bloc imposed a 12% tariff on tea.", "12 EU>"},
		{"a parliament", "Peru's congress approved a 12% import tariff on tea.", "12 PE>"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := sides(t, x, tt.text); got != tt.want {
				t.Errorf("rates of %q:\n got %s\nwant %s", tt.text, got, tt.want)
			}
		})
	}
}
