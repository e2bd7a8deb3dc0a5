package extract

import (
	"strings"
	"testing"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/ontology"
	"github.com/tradewire/tradewire/pipelines"
)

func peopleOntology(t testing.TB) *ontology.Ontology {
	t.Helper()
	o, problems := ontology.Load(pipelines.FS())
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return o
}

// found writes the officials of an article as "name/country".
func found(o *ontology.Ontology, a event.Article) string {
	title, body := newView(o, a, a.Title, true), newView(o, a, a.Text, false)
	var out []string
	for _, p := range officials(title, body, title.findPeople(false), body.findPeople(true)) {
		out = append(out, p.Name+"/"+p.Country)
	}
	return strings.Join(out, " ")
}

func TestOfficials(t *testing.T) {
	o := peopleOntology(t)
	tests := []struct{ name, text, want string }{
		{"a country and title before", "Peru's Trade Minister Rosa Quispe Mamani spoke first.", "Rosa Quispe Mamani/PE"},
		{"a title joined to another", "Norwegian Vice Minister and Chief Negotiator Kari Lund left.", "Kari Lund/NO"},
		{"an apposition", "Kari Lund, the Norwegian trade minister, left.", "Kari Lund/NO"},
		{"an apposition with a body", "Marco Bello, a spokesman for the European Commission, agreed.", "Marco Bello/EU"},
		{"an apposition after a profession", "It fell, said Ann Byrd, a law professor and former U.S. International Trade Commission member.", "Ann Byrd/US"},
		{"a member of a body", "Wu Jun, a member of the People's Bank of China's monetary policy committee, said so.", "Wu Jun/CN"},
		{"a list", "Treasury Secretary Ann Byrd and Trade Representative Tom Hale flew home.", "Ann Byrd/US Tom Hale/US"},
		{"governors", "Governors Ann Byrd of Iowa, Tom Hale of Ohio and Sue Park of Utah wrote.", "Ann Byrd/US Tom Hale/US Sue Park/US"},
		{"an ambassador speaks for who sent him", "Brazil's ambassador to China, João da Silva, said it.", "João da Silva/BR"},
		{"a body that many have", "The plan is Vietnam's. Commerce Ministry spokesman Gao Ming of China replied.", "Gao Ming/CN"},
		{"a later surname adds nobody", "Vice Premier He Jian arrived. Mr. He left. He slept.", "He Jian/CN"},
		{"a first name behind a title", "Thailand's Commerce Minister Anong Suksai spoke. Minister Anong left.", "Anong Suksai/TH"},
		{"a senator", "Sen. Ann Byrd, who blames Peru, wrote a letter.", "Ann Byrd/US"},
		{"an honorific after an unknown portfolio", "Malaysian Rubber Minister Datuk Seri Johan Rahim said so.", "Johan Rahim/MY"},
		{"a name after the title's comma", "The WTO chief economist is away. A senior European Commission official, Marco Bello, said so.", "Marco Bello/EU"},
		{"a signature", "Dated: May 3, 2018.\nAnn Q. Byrd,\nDeputy Assistant Secretary for Enforcement and Compliance.", "Ann Q. Byrd/US"},
		{"a bare head", "Markets fell after Trump spoke.", "Trump/US"},
		{"an administration is nobody", "The Trump administration raised tariffs.", ""},
		{"a counterpart", "Peru's Trade Minister Rosa Quispe Mamani spoke to her Chilean counterpart, Diego Soto.", "Rosa Quispe Mamani/PE Diego Soto/CL"},
		{"her deputy takes over", "Peru's trade minister, Rosa Quispe Mamani, resigned. Her deputy, Julio Conte, takes over until a successor is named.", "Rosa Quispe Mamani/PE Julio Conte/PE"},
		{"elsewhere than the dateline", "LIMA: Peru raised a duty. Peru is content. In Accra, meanwhile, Trade Minister Kofi Adu spoke.", "Kofi Adu/GH"},
		{"a guest is of another country", "LIMA: Peru and Ghana signed a pact. President Rosa Quispe Mamani and her guest, President Kofi Adu, watched.", "Rosa Quispe Mamani/PE Kofi Adu/GH"},
		{"an unknown portfolio of the country's", "The charge would hurt Panama, the country's maritime minister, Julio Conte, said.", "Julio Conte/PA"},
		{"its minister is of the country named last", "Canada appealed. Norway has not decided. “We read first,” its fisheries minister, Odd Lund, said.", "Odd Lund/NO"},
		{"a commissioner is the EU's", "Dutch growers complained to Brussels, and the European Union replied. Trade Commissioner Kerstin Vogt thanked them.", "Kerstin Vogt/EU"},
		{"a director-general of the body spoken of", "The WTO met in May. Nobody spoke. Director-General Helena Moreau waited.", "Helena Moreau/WTO"},
		{"a place where others meet", "VIENNA, May 2 - American and Chinese negotiators met. President Kincaid will decide, an American aide said.", "Kincaid/US"},
		{"a secretary of the dateline's country", "MANILA, May 2 - The Philippines will wait, Trade Secretary Ramon Cruz said.", "Ramon Cruz/PH"},
		{"a secretary whose title is another country's", "MEXICO CITY, May 2 - Mexico will wait for Commerce Secretary Grant Hale.", "Grant Hale/US"},
		{"an accented initial", "Irish Trade Minister Cormac Ó Briain spoke to reporters.", "Cormac Ó Briain/IE"},
		{"half a name is not a known surname", "Rania al-Trump, a singer, left.", ""},
		{"a spokesman of the ministry spoken of", "Turkey's trade ministry denied it. Spokesman Emre Kaya gave no reason.", "Emre Kaya/TR"},
		{"a spokesman of a firm spoken of", "The maker Acme Motors denied it. Spokesman Emre Kaya gave no reason.", ""},
		{"company people", "Kari Lund, president of Acme Steel Corp, and Boeing spokesman Tom Hale agreed.", ""},
		{"associations", "Tom Hale, president of the American Tin Association, and US Chamber of Commerce President Ann Byrd agreed.", ""},
		{"analysts", "Analyst Wu Jun and Professor Ann Byrd of Yale University disagree.", ""},
		{"a title alone", "The Commerce Secretary Friday said nothing.", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := found(o, event.Article{Text: tt.text, Published: "2019-05-01"}); got != tt.want {
				t.Errorf("officials of %q:\n got %s\nwant %s", tt.text, got, tt.want)
			}
		})
	}
}

func TestOfficialsOfTranscript(t *testing.T) {
	a := event.Article{Title: "Chinese Ministry of Commerce Spokesperson Wu Meili Answers Questions", Published: "2025-05-01",
		Text: "Blue Wire: Will talks go on?\nWu Meili: We are open to them."}
	if got, want := found(peopleOntology(t), a), "Wu Meili/CN"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestOfficialsOfBriefing(t *testing.T) {
	text := "Reporter: Will Peru answer?\nRosa Mamani: It has.\nReporter: Thank you."
	for title, want := range map[string]string{"Trade ministry briefing": "Rosa Mamani/", "Acme Motors Corp briefing": ""} {
		got := found(peopleOntology(t), event.Article{Title: title, Text: text, Published: "2025-05-01"})
		if !strings.HasPrefix(got, want) || want == "" && got != "" {
			t.Errorf("%s: got %s, want %s", title, got, want)
		}
	}
}

func TestPeopleMarks(t *testing.T) {
	o := peopleOntology(t)
	text := "Peru's Trade Minister Rosa Quispe spoke. “Enough,” Quispe said — and Juan Quispe García, her cousin, left."
	v := newView(o, event.Article{Text: text}, text, false)
	people := v.findPeople(true)
	if len(people) != 1 {
		t.Fatalf("got %+v", people)
	}
	var spans []string
	for _, e := range v.within(0, len(v.doc.Tokens), labelPerson) {
		spans = append(spans, v.doc.Span(e.First, e.End))
	}
	if got, want := strings.Join(spans, "|"), "Peru's Trade Minister Rosa Quispe|Rosa Quispe|Quispe"; got != want {
		t.Errorf("marked %s, want %s", got, want)
	}
}

// checkEvidence tests what must hold for any text.
func checkEvidence(t *testing.T, o *ontology.Ontology, text string) {
	v := newView(o, event.Article{Text: text}, text, false)
	runes := []rune(text)
	people := v.findPeople(true)
	for _, p := range people {
		if p.Official.Name == "" || p.Surname == "" || p.First >= p.End {
			t.Fatalf("empty name in %+v of %q", p, text)
		}
		for _, e := range p.Official.Evidence {
			if got := string(runes[e.Start:e.End]); got != e.Text {
				t.Fatalf("evidence %q stands at %q in %q", e.Text, got, text)
			}
		}
	}
	for _, e := range v.within(0, len(v.doc.Tokens), labelPerson) {
		if e.Ref < 0 || e.Ref >= len(people) || e.First >= e.End {
			t.Fatalf("mark %+v of %d people in %q", e, len(people), text)
		}
	}
}

func FuzzFindPeople(f *testing.F) {
	o := peopleOntology(f)
	for _, s := range []string{"", "President", "the minister, ", "Minister (", "Senators , of and", "— “Peru’s” Trade Minister Ana-", "Ana de la",
		"Spokesman for the", "US TREASURY SECRETARY ANN BYRD SAYS NO", "member of the World Trade Organization (WTO", "中国 President Li\nWu Li: so",
		"King and former minister's's", "Trump’s President of the"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.ToValidUTF8(text, "") == text {
			checkEvidence(t, o, text)
		}
	})
}

func BenchmarkFindPeople(b *testing.B) {
	o := peopleOntology(b)
	text := strings.Repeat("Peru's Trade Minister Rosa Quispe met Tom Hale, a spokesman for the European Commission. Talks on steel went on, Quispe said. ", 30)
	for b.Loop() {
		v := newView(o, event.Article{Text: text}, text, false)
		v.findPeople(true)
	}
}
