package extract

import (
	"strings"
	"testing"

	"github.com/tradewire/tradewire/internal/event"
)

func TestSilence(t *testing.T) {
	x, err := New(readKnowledge(t))
	if err != nil {
		t.Fatal(err)
	}
	act := "Peru imposed a 12% import tariff on Kenyan tea in May. "
	chat := "The choir sang in the square, and the mayor thanked the baker for a warm and early breakfast of bread. "
	advice := "Make sure your goods carry the right HS codes. Retailers can reclaim duty drawback with the documentation you need. Learn more about compliance with our experts. "
	tests := []struct {
		name, text string
		claims     bool
	}{
		{"an act of trade", act, true},
		{"an act in a long piece on something else", act + strings.Repeat(chat, 30), false},
		{"a guide that states no fact", advice + "Trade agreements with Kenya lower import duties in Peru. " + advice, false},
		{"a guide that reports an act with its rate", advice + act + advice, true},
		{"a market report", strings.Repeat(chat, 10) + "The Mexican peso fell 3% against the dollar as exports slowed. Trade was thin, importers said.", false},
		{"a market report on tariffs", act + "The Peruvian sol fell 3% against the dollar.", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := x.Extract(event.Article{Text: tt.text, Published: "2025-06-01"})
			if err != nil {
				t.Fatal(err)
			}
			if (len(got.Claims) > 0) != tt.claims {
				t.Errorf("claims of %q: %+v, want some: %v", tt.text, got.Claims, tt.claims)
			}
		})
	}
}
