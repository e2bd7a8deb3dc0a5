package extract

import (
	"testing"

	"github.com/tradewire/tradewire/internal/event"
)

func TestBorders(t *testing.T) {
	x, err := New(readKnowledge(t))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, text string
		about      bool
	}{
		{"an embargo on a country's goods", "Oslo has thawed its embargo on Peruvian anchovies. The boats are out again.", true},
		{"goods bound for a country", "Peru shipped less copper in May. Ore bound for Ghana fell by a tenth.", true},
		{"ships built abroad", "A docking charge on Peruvian-built ships is planned. The takings pay for the quay.", true},
		{"a case in Geneva", "Ghana took Peru before the Dispute Settlement Body. The room was full.", true},
		{"what households pay", "Households in Ghana will pay a higher tariff for electricity. The regulator spoke of dear gas.", false},
		{"a duty of no border", "Petrol duties in Britain stay where they are. The levy on oil was frozen too.", false},
		{"a company's results", "The Finnish maker of drills sold more steel rods in Chile. Its margin widened.", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := x.read(event.Article{Text: tt.text}, false, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := r.aboutTrade(); got != tt.about {
				t.Errorf("about trade: %v with %d words, want %v", got, r.trade, tt.about)
			}
		})
	}
}
