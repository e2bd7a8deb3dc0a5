package extract

import (
	"slices"
	"strings"
	"testing"

	"github.com/tradewire/tradewire/internal/event"
)

// act opens the test articles: a text without any trade act stays silent.
const act = "Canada imposed a 25% tariff on Japanese cars. "

// claimsOf lists the claims of a kind as "slot|slot", sorted.
func claimsOf(t *testing.T, x *Extractor, a event.Article, kind string, slots ...string) []string {
	t.Helper()
	r, err := x.Extract(a)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, c := range r.Claims {
		if c.Kind != kind {
			continue
		}
		for _, e := range c.Evidence {
			if got := string([]rune(a.Text)[e.Start:e.End]); got != e.Text {
				t.Errorf("evidence %q stands at the offsets of %q", e.Text, got)
			}
		}
		var row []string
		for _, s := range slots {
			row = append(row, slotText(c, s))
		}
		out = append(out, strings.Join(row, "|"))
	}
	slices.Sort(out)
	return out
}

func TestStanceHolders(t *testing.T) {
	tests := []struct {
		name, publisher, text string
		want                  []string
	}{
		{"what goods are made from", "", "Japan strongly opposes the levy on imported fuels made from palm oil.", []string{"JP|oppose|levy on imported fuels made from palm oil"}},
		{"and after who spoke", "", "Japan wants tariff talks, the minister said, and tariff threats would lead nowhere.", []string{"JP|oppose|tariff threats", "JP|support|tariff talks"}},
		{"subject", "", "Japan strongly opposes the new car tariffs.", []string{"JP|oppose|new car tariffs"}},
		{"denied", "", "Japan does not oppose the new car tariffs.", []string{"JP|support|new car tariffs"}},
		{"denied refusal", "", "Japan has not ruled out joining the trade pact.", []string{"JP|neutral|joining the trade pact"}},
		{"supposed", "", "If Japan opposes the new car tariffs, the shipyards will close.", nil},
		{"asked", "", "Does Japan oppose the new car tariffs?", nil},
		{"another's concern", "", "Canada will address Japan's concerns about the new car tariffs.", []string{"JP|oppose|new car tariffs"}},
		{"impersonal", "", "It is hoped that Canada will lift the new car tariffs, Japan's trade ministry said.", []string{"JP|oppose|new car tariffs"}},
		{"quotation", "", "\"The car tariffs are unjustified,\" Japan's trade ministry said.", []string{"JP|oppose|car tariffs"}},
		{"group", "", "The Bicycle Makers Association opposes the new car tariffs.", []string{"Bicycle Makers Association|oppose|new car tariffs"}},
		{"the body itself", "", "The car tariffs could harm global trade, the World Trade Organization said.", []string{"WTO|oppose|car tariffs"}},
		{"whoever it is", "", "Also hurting Japan and Canada, Marlow called on the world to oppose the new car tariffs.", nil},
		{"he who spoke", "", "Trade Minister Kenji Mori of Japan met Canada's steelworkers. He opposes the new car tariffs.", []string{"JP|oppose|new car tariffs"}},
		{"for a purpose", "", "Japan raised its car tariffs to protect its pride, defend free trade and feed its people.", nil},
		{"made ready", "", "Japan is well prepared for fighting against the new car tariffs.", nil},
		{"named is enough", "", "Japan opposes the new car tariffs. The approach is wrong, Japan's trade ministry said.", []string{"JP|oppose|new car tariffs"}},
		{"called after its trade", "", "Timber Peru opposes the new car tariffs.", []string{"Timber Peru|oppose|new car tariffs"}},
		{"named by its kind", "", "The growers' forum AGRA opposes the new car tariffs.", []string{"AGRA|oppose|new car tariffs"}},
		{"bystanders", "", "Analysts criticized the car tariffs.", nil},
		{"stranger", "", "\"The car tariffs are unjustified,\" said Fantin Morrow, a baker.", nil},
		{"US is not us", "", "Japan said the US opposes the new car tariffs.", []string{"US|oppose|new car tariffs"}},
		{"passive", "", "The new car tariffs were opposed by Japan.", []string{"JP|oppose|new car tariffs"}},
		{"urged", "", "Japan urged Canada to lift the new car tariffs.", []string{"JP|oppose|new car tariffs"}},
		{"own publisher", "Ministry of Commerce (China)", "The salmon tariffs of Norway are unjustified.", []string{"CN|oppose|salmon tariffs of Norway"}},
	}
	x := newExtractor(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := event.Article{ID: "t", Publisher: tt.publisher, Text: act + tt.text}
			if got := claimsOf(t, x, a, "stance", "holder", "position", "target"); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestImpliedStances(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
	}{
		{"who did it", "\"Our own workers come first in this,\" said Canadian Trade Minister Ann Lacroix.", []string{"CA|support|imposed a 25% tariff on Japanese cars"}},
		{"whom it hits", "\"We have played by the book for years,\" said Japanese Trade Minister Kenta Mori.", []string{"JP|oppose|imposed a 25% tariff on Japanese cars"}},
		{"said by a pronoun", "Japanese Trade Minister Kenta Mori came late. \"We have played by the book for years,\" he said.", []string{"JP|oppose|imposed a 25% tariff on Japanese cars"}},
		{"a pronoun for a stranger", "\"Rain,\" said Fantin Morrow. \"We have played by the book for years,\" he said.", nil},
		{"a group's officer", "\"It is a blow to every garage in town,\" said Fantin Morrow of the Garage Owners' Association.", []string{"Garage Owners' Association|oppose|imposed a 25% tariff on Japanese cars"}},
		{"only once", "Japan condemned the car tariffs. \"We have played by the book for years,\" said Japanese Trade Minister Kenta Mori.", []string{"JP|oppose|car tariffs"}},
		{"joined holders", "Japan and Brazil oppose the car tariffs.", []string{"BR|oppose|car tariffs", "JP|oppose|car tariffs"}},
		{"a company", "\"It is a blow to every garage in town,\" Japanese carmaker Morrow said.", nil},
		{"no verb", "Japan named the challenges of the car tariffs.", nil},
		{"called", "Japan called the car tariffs a slap in the face.", []string{"JP|oppose|car tariffs"}},
		{"branch of business", "The spare parts industry is unhappy.", []string{"spare parts industry|oppose|imposed a 25% tariff on Japanese cars"}},
		{"the same matter", "Japan opposes the car tariffs; Brazil backs them.", []string{"BR|support|car tariffs", "JP|oppose|car tariffs"}},
		{"if", "Brazil said it would support the car tariffs only if trucks are spared.", []string{"BR|conditional|car tariffs"}},
		{"left out", "Japan asked to be exempted.", []string{"JP|oppose|imposed a 25% tariff on Japanese cars"}},
		{"an aside", "Japan, which also sells to Brazil, opposes the car tariffs.", []string{"JP|oppose|car tariffs"}},
		{"undone", "Japan wants the car tariffs lifted.", []string{"JP|oppose|car tariffs"}},
	}
	x := newExtractor(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := claimsOf(t, x, event.Article{ID: "t", Text: act + tt.text}, "stance", "holder", "position", "target"); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestTranscriptTurns(t *testing.T) {
	text := "\nHarbour Daily Journalist: We oppose the new car tariffs, do you?\n" +
		"Guo Jiakun: We firmly oppose the fish tariffs."
	x := newExtractor(t)
	got := claimsOf(t, x, event.Article{ID: "t", Text: act + text}, "stance", "holder", "target")
	if want := []string{"CN|fish tariffs"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q: a journalist holds no stance", got, want)
	}
}

func TestDisputeSides(t *testing.T) {
	tests := []struct {
		text string
		want []string
	}{
		{"The Canadian car tariffs violate WTO rules, the Japanese government said.", []string{"JP|CA|alleged|WTO"}},
		{"Japan filed a complaint against Canada at the WTO over car tariffs. Japan says the Canadian car tariffs violate WTO rules.", []string{"JP|CA|filed|WTO"}},
		{"Japan accused Canada of breaking trade rules on car tariffs.", []string{"JP|CA|alleged|"}},
		{"Japan imposed car tariffs on Canada.", nil},
	}
	x := newExtractor(t)
	for _, tt := range tests {
		if got := claimsOf(t, x, event.Article{ID: "t", Text: act + tt.text}, "dispute", "complainant", "respondent", "status", "forum"); !slices.Equal(got, tt.want) {
			t.Errorf("%s\ngot %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestAlikeAndFurthest(t *testing.T) {
	if !alike("new lumber tariffs", "the lumber tariffs on Canada") || !alike("step (lumber tariffs on Canada)", "lumber tariffs") || alike("car tariffs", "rare earths") {
		t.Error("alike must see the shared half of the words, and only that")
	}
	if furthest("alleged", "ruled") != "ruled" || furthest("ruled", "filed") != "ruled" {
		t.Error("furthest must keep the later stage")
	}
}
