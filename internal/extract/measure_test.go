package extract

import (
	"slices"
	"testing"

	"github.com/tradewire/tradewire/internal/event"
)

func TestHowFarAMeasureGot(t *testing.T) {
	x := newExtractor(t)
	for _, tt := range []struct{ text, want string }{
		{"Norway imposed tariffs on Danish ham in May.", "in_force"},
		{"Norway will impose tariffs on Danish ham in May.", "announced"},
		{"Norway announced tariffs on Danish ham.", "announced"},
		{"Norway is considering tariffs on Danish ham.", "proposed"},
		{"Norway plans to impose tariffs on Danish ham.", "proposed"},
		{"Norway's parliament voted on Monday to end the tariffs on Danish ham.", "proposed"},
		{"Norway wants to halve the quota for imported Danish ham, butter and other food from May and to double the duty on ham.", "proposed"},
		{"Norway's parliament has passed a bill that raises tariffs on Danish ham.", "announced"},
		{"Norway would impose tariffs on Danish ham, the trade ministry said in a draft.", "proposed"},
		{"Norway threatened to impose tariffs on Danish ham.", "threatened"},
		{"Norway ruled out imposing tariffs on Danish ham.", "rejected"},
		{"Danish farmers will suffer from Norway's tariffs on ham.", "in_force"},
		{"Danish farmers fear Norway's planned tariffs on ham.", "proposed"},
		{"Danish farmers fear Norway's threatened tariffs on ham.", "threatened"},
		{"Norway's tariffs on Danish ham, which took effect in May, will hurt farmers.", "in_force"},
		{"Norway will retaliate against Denmark's import rules.", "threatened"},
		{"Norway will not retaliate against Denmark, its trade minister said of the tariffs.", "rejected"},
		{"Norway is not considering tariffs on Danish ham.", "rejected"},
		{"Norway declined to impose tariffs on Danish ham.", "rejected"},
		{"Norway backed away from threatened tariffs on Danish ham.", "rejected"},
		{"Norway will not hesitate to retaliate against Denmark's tariffs.", "threatened"},
		{"Norway's ministry is toying with tariffs on Danish ham.", "proposed"},
		{"Norwegian tariffs on Danish ham are under discussion.", "proposed"},
		{"Norway would raise its tariffs on Danish ham should Denmark close its market.", "threatened"},
		{"Imposing tariffs on Danish ham was a possibility, Norway's trade ministry said.", "proposed"},
		{"Reports that Norway had banned imports of Danish ham were false.", "rejected"},
	} {
		got := claimsOf(t, x, event.Article{ID: "t", Text: tt.text}, "measure", "status")
		if !slices.Contains(got, tt.want) {
			t.Errorf("%q is %v, want %s", tt.text, got, tt.want)
		}
	}
}

func TestNoMeasureIsAsserted(t *testing.T) {
	x := newExtractor(t)
	for _, text := range []string{
		"Will Norway impose tariffs on Danish ham imports?",
		"Norway has not imposed tariffs on Danish ham imports.",
		"Denmark urged Norway to impose tariffs on ham imports.",
		"Norwegian farmers lobbied for tariffs on imports.",
		"A tariff of 30 percent on imported ham would cost jobs, an economist said.",
		"No country gains by imposing tariffs on imports from Norway.",
		"Norway will impose no tariff on imports of Danish ham.",
		"It is unlikely that Norway's tariffs on Danish imports will be lifted in May.",
		"Norway exports fish tariff-free under the trade pact.",
		"Danish farmers fear that Norway will raise the tariff on imported ham.",
		"Had Norway imposed the tariff, imports of Danish ham would have fallen.",
		"Norway neither confirmed nor denied that it would curb exports of trout to Denmark.",
		"Tariffs on Danish ham have been rolled back.",
		"Imposing tariffs on Danish ham is no way to talk, the Norwegian trade minister said.",
		"The trade law allows Norway to impose tariffs on Danish ham.",
		"Norway stepped up its dialogue on export controls with all neighbours.",
		"Shops in Norway have suspended their business with Denmark over the trade talks.",
		"And will Denmark announce tariffs on imported ham?",
	} {
		if got := claimsOf(t, x, event.Article{ID: "t", Text: text}, "measure", "instrument", "action", "by", "on", "status"); len(got) > 0 {
			t.Errorf("%q gives %v, want nothing", text, got)
		}
	}
}

func TestMeasuresOfOneArticle(t *testing.T) {
	x := newExtractor(t)
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"said twice is one", "Norway imposed tariffs on Danish ham. The minister said that Norway's tariffs on Denmark were fair.",
			[]string{"tariff|impose|NO|DK|in_force"}},
		{"the subject of two verbs acts", "Norway firmly opposes Denmark's tariffs on trout and will take necessary countermeasures.", []string{"other|impose|NO||threatened", "tariff|impose|DK|NO|in_force"}},
		{"an accuser's own vow", "Norway's trade ministry accused Denmark of dumping ham and vowed to take countermeasures on trade.", []string{"other|impose|NO||threatened"}},
		{"a list with numbers", "Denmark sells Norway ham. Norway (i) raised its tariffs on Danish ham; and (ii) lifted the tariffs on Danish butter.", []string{"tariff|raise|NO|DK|in_force", "tariff|remove|NO|DK|in_force"}},
		{"who only remarks on it", "Denmark raised a tariff on Norwegian trout. Norway said the imposition of the tariff was unfair.", []string{"tariff|impose|DK||in_force", "tariff|raise|DK|NO|in_force"}},
		{"a threat of more stays apart", "Norway imposed tariffs on Danish ham. Norway has threatened to impose tariffs on Danish butter.",
			[]string{"tariff|impose|NO|DK|in_force", "tariff|impose|NO|DK|threatened"}},
		{"goods of another worth are another act", "Norway imposed tariffs on $3 billion of Danish goods. Norway imposed tariffs on $5 billion of Danish goods in May.",
			[]string{"tariff|impose|NO|DK|in_force", "tariff|impose|NO|DK|in_force"}},
		{"a mention without a doer that has another day is another act", "Norway imposed tariffs on Danish ham on 3 May 2020. Tariffs on Danish butter took effect on 7 June 2021.",
			[]string{"tariff|impose|NO|DK|in_force", "tariff|impose|NO|DK|in_force"}},
		{"another day is another act", "Norway imposed tariffs on Danish ham on 3 May 2020. Norway imposed tariffs on Danish goods on 7 June 2021.",
			[]string{"tariff|impose|NO|DK|in_force", "tariff|impose|NO|DK|in_force"}},
		{"a mention without a doer belongs to the one told", "Norway raised its tariffs on Danish ham in May. Shops say the tariff increase hurts.",
			[]string{"tariff|raise|NO|DK|in_force"}},
		{"another year is another act", "Norway has banned exports of raw timber since 2022. Norway will ban exports of sawn timber from January 2027.",
			[]string{"export_control|impose|NO||announced", "export_control|impose|NO||in_force"}},
		{"hit by another's duty", "Norway lent money to farms hit by the Danish tariff.", []string{"tariff|impose|DK|NO|in_force"}},
		{"hit with a duty", "Denmark was hit with a tariff on ham by Norway.", []string{"tariff|impose|NO|DK|in_force"}},
		{"who is spared has not spared", "Denmark was exempted from the tariff on ham by Norway.", []string{"tariff|exempt|NO|DK|in_force"}},
		{"in answer to what another did", "Norway suspended its tariff on Danish ham. It was introduced in retaliation for the tariff that Denmark imposed on trout.", []string{"tariff|impose|NO|DK|in_force", "tariff|suspend|NO|DK|in_force"}},
		{"the end of an idea", "Norway dropped the idea of a tariff on Danish ham.", []string{"tariff|impose|NO|DK|rejected"}},
		{"the end of a plan", "Norway dropped its plan to impose a tariff on Danish ham.", []string{"tariff|impose|NO|DK|rejected"}},
		{"whence the goods come, far behind", "Norway levied a tariff on pickled ham of a weight below four kilograms originating in Denmark.", []string{"tariff|impose|NO|DK|in_force"}},
		{"two duties scrapped are one act", "Norway scrapped its 5% duty on Danish ham and its 8% duty on Danish butter.",
			[]string{"tariff|remove|NO|DK|in_force"}},
		{"who does the same", "Norway suspended its tariffs on Danish ham on Monday. Iceland took the same step for Danish butter a day later.",
			[]string{"tariff|suspend|IS|DK|in_force", "tariff|suspend|NO|DK|in_force"}},
		{"whom one accuses does not act", "Norway's trade ministry accused Denmark of dumping and vowed to take countermeasures.",
			[]string{"other|impose|NO||threatened"}},
		{"who hits another with duties", "Norway hit Danish ham with duties of 12 percent on Monday.", []string{"tariff|impose|NO|DK|in_force"}},
		{"several acts under one auxiliary", "Norway will lift its import ban on Danish ham, ease its export controls for Denmark and cut its tariffs on Danish cheese.",
			[]string{"export_control|lower|NO|DK|announced", "import_restriction|remove|NO|DK|announced", "tariff|lower|NO|DK|announced"}},
		{"who welcomes an act has not done it", "Norway's decision to lift the sanctions on Syria, which was welcomed by the Syrian government, came after trade talks.",
			[]string{"sanction|remove|NO|SY|announced"}},
		{"whom one urges does not act next", "Norway urged Denmark to end its trade war and will take necessary countermeasures.",
			[]string{"other|impose|NO||threatened"}},
		{"the next act has its own target", "Norway lifted its duty on imported ham and imposed a quota on all imports.", []string{"import_restriction|impose|NO|WORLD|in_force", "tariff|remove|NO||in_force"}},
		{"aid falls on nobody", "Norway imposed tariffs on Danish ham. Norway gave its ham makers subsidies in May. Denmark and Norway trade in ham, said Denmark.",
			[]string{"subsidy|impose|NO||in_force", "tariff|impose|NO|DK|in_force"}},
		{"a hike told of again", "Norway imposed tariffs on Danish ham in May. The Norwegian tariff hikes hurt Denmark.", []string{"tariff|impose|NO|DK|in_force"}},
		{"a duty moved by its rates", "Norway would bring its 12 percent duty on Danish ham to zero.", []string{"tariff|remove|NO|DK|proposed"}},
		{"the rate that another replaces", "Norway charges a duty of 50 percent on Danish ham, in place of the 25 percent duty of May.", []string{"tariff|raise|NO|DK|in_force"}},
		{"two verbs of one subject", "Norway imposed a duty on Danish ham and launched an anti-dumping investigation into imports of rope.",
			[]string{"tariff|impose|NO|DK|in_force", "trade_remedy|investigate|NO||in_force"}},
		{"the duty of a trade remedy", "Norway imposed an anti-dumping duty on Danish ham in May. No duty is charged on ham for the ships.",
			[]string{"trade_remedy|exempt|NO||in_force", "trade_remedy|impose|NO|DK|in_force"}},
	} {
		got := claimsOf(t, x, event.Article{ID: "t", Text: tt.text}, "measure", "instrument", "action", "by", "on", "status")
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestWhatAMeasureAnswers(t *testing.T) {
	x := newExtractor(t)
	for _, tt := range []struct{ text, want string }{
		{"Norway imposed tariffs on Danish ham in retaliation for Denmark's fish levy, the ministry said.", "NO|Denmark's fish levy"},
		{"In response to the Danish ban on cod, Norway imposed tariffs on Danish ham.", "NO|the Danish ban on cod"},
		{"Norway imposed tariffs on Danish ham.", "NO|"},
	} {
		got := claimsOf(t, x, event.Article{ID: "t", Text: tt.text}, "measure", "by", "in_response_to")
		if !slices.Contains(got, tt.want) {
			t.Errorf("%q: got %v, want %s", tt.text, got, tt.want)
		}
	}
}

func TestWhoseOrderItIs(t *testing.T) {
	x := newExtractor(t)
	text := "Goods wholly made in Iceland are outside the trade scheme. Imports beyond the quota will be liable to duty at 50 percent."
	for _, tt := range []struct {
		publisher, title string
		want             bool
	}{
		{"Ministry of Trade, Oslo", "Notice to importers: ham", true},
		{"Ministry of Trade, Oslo", "The minister on ham", false},
		{"Fjord Times", "Notice to importers: ham", false},
	} {
		a := event.Article{ID: "t", Title: tt.title, Publisher: tt.publisher, Text: text}
		if got := claimsOf(t, x, a, "measure", "instrument", "by"); slices.Contains(got, "tariff|NO") != tt.want {
			t.Errorf("%s, %q: got %v, want Norway's duty: %t", tt.publisher, tt.title, got, tt.want)
		}
	}
}

// A case that is opened beside a duty has none of its rates.
func TestInquiriesHaveNoRates(t *testing.T) {
	x := newExtractor(t)
	text := "Norway imposed anti-dumping duties of 18 percent on Danish wheels and opened a safeguard investigation into imports of alloys."
	r, err := x.Extract(event.Article{ID: "t", Text: text})
	if err != nil {
		t.Fatal(err)
	}
	seen := false
	for _, c := range r.Claims {
		inquiry := c.Slots["action"].Text == "investigate"
		seen = seen || inquiry
		if inquiry && !c.Slots["rates"].Empty() {
			t.Errorf("the investigation has the rates %v", c.Slots["rates"].Rates)
		}
	}
	if !seen {
		t.Error("no investigation is found")
	}
}
