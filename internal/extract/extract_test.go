package extract

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/ontology"
)

// Every rule's own examples hold: what must match does, with its slots.
func TestRuleExamples(t *testing.T) {
	for _, p := range newExtractor(t).CheckExamples() {
		t.Error(p)
	}
}

// articles reads the sample articles of the project, and the shared ones
// where they are.
func articles(t testing.TB) []event.Article {
	t.Helper()
	var out []event.Article
	for _, name := range []string{"../../testdata/gold/articles.jsonl", "../../../shared/eval/learn/articles.jsonl",
		"../../../shared/eval/check/articles.jsonl", "../../../shared/corpus/articles.jsonl"} {
		out = append(out, readArticles(t, filepath.FromSlash(name))...)
	}
	if len(out) < 50 {
		t.Fatalf("found %d articles, want those of testdata/gold at least", len(out))
	}
	return out
}

func readArticles(t testing.TB, name string) []event.Article {
	f, err := os.Open(name)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []event.Article
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 10<<20)
	for lines.Scan() {
		var a event.Article
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out = append(out, a)
	}
	return out
}

// The sentence behind every fact: an evidence's text is the article's text at
// its offsets, in code points, for everything found in every article we have.
func TestEvidenceIsExact(t *testing.T) {
	x := newExtractor(t)
	found := 0
	for _, a := range articles(t) {
		r, err := x.Extract(a)
		if err != nil {
			t.Fatalf("%s: %v", a.ID, err)
		}
		found += exactEvidence(t, a, r)
	}
	if found < 300 {
		t.Errorf("checked only %d pieces of evidence", found)
	}
}

// exactEvidence checks the offsets of all evidence and gives its number. On a
// fault it prints id and offsets alone: nobody is to read the articles of check.
func exactEvidence(t testing.TB, a event.Article, r Result) int {
	t.Helper()
	runes := []rune(a.Text)
	n := 0
	check := func(what string, list []event.Evidence) {
		for _, e := range list {
			n++
			if e.Start < 0 || e.End <= e.Start || e.End > len(runes) || string(runes[e.Start:e.End]) != e.Text {
				t.Errorf("%s: evidence of %s at [%d,%d) is not the article's text", a.ID, what, e.Start, e.End)
			}
		}
	}
	for _, c := range r.Claims {
		if len(c.Evidence) == 0 {
			t.Errorf("%s: %s claim of rule %s has no evidence", a.ID, c.Kind, c.Rule)
		}
		if c.Rule == "" || c.Confidence <= 0 || c.Confidence > 1 {
			t.Errorf("%s: claim without rule or with confidence %v", a.ID, c.Confidence)
		}
		check(c.Kind, c.Evidence)
	}
	for _, o := range r.Mentions.Officials {
		check("official", o.Evidence)
	}
	for _, m := range r.Mentions.Rates {
		check("rate", m.Evidence)
	}
	for _, s := range r.Mentions.Sectors {
		check(s.Code, s.Evidence)
	}
	return n
}

// Reading an article twice gives the same ids and slots.
func TestExtractIsDeterministic(t *testing.T) {
	x, again := newExtractor(t), newExtractor(t)
	for _, a := range readArticles(t, "../../testdata/gold/articles.jsonl") {
		first, err := x.Extract(a)
		if err != nil {
			t.Fatal(err)
		}
		second, err := again.Extract(a)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(first, second) {
			t.Errorf("%s: two readings differ", a.ID)
		}
	}
}

// A kind that no Go code knows works from YAML alone: a new instrument, with
// its rule and examples.
func TestNewKindByYAMLAlone(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../pipelines")); err != nil {
		t.Fatal(err)
	}
	kinds := filepath.Join(dir, "ontology", "kinds.yaml")
	appendTo(t, kinds, `
  - name: summit
    family: negotiations
    description: A meeting of heads of state or government on trade.
    slots:
      - {name: parties, type: countries, core: true, description: Who meets.}
      - {name: place, type: text, description: Where.}
`)
	appendTo(t, filepath.Join(dir, "patterns", "summit.yaml"), `
kind: summit
merge: [parties]
require: [parties]
rules:
  - id: summit.held
    pattern: "{parties: <ACTOR> and <ACTOR>} ..6 @summit|summits ..4 in {place: /NNP/}"
    match:
      - text: Japan and Kenya open a trade summit in Nairobi today.
        slots: {parties: "JP, KE", place: Nairobi}
    reject:
      - The climbers reached the summit at noon.
`)
	o, problems := ontology.Load(os.DirFS(dir))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	x, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range x.CheckExamples() {
		t.Error(p)
	}
	r, err := x.Extract(event.Article{ID: "a", Text: "Trade ministers of Chile and Peru met. Chile and Peru will hold a trade summit in Lima on exports and tariffs."})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range r.Claims {
		if c.Kind == "summit" && c.Family == "negotiations" && slotText(c, "parties") == "CL, PE" && slotText(c, "place") == "Lima" {
			return
		}
	}
	t.Errorf("no summit of CL and PE in Lima among %d claims", len(r.Claims))
}

func appendTo(t *testing.T, name, text string) {
	t.Helper()
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(text); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func FuzzExtract(f *testing.F) {
	x := newExtractor(f)
	f.Add("US duty on steel", "The United States imposed a 25% tariff on Mexican steel, Trade Minister Ana Ruiz said.")
	f.Add("", "“We will retaliate,” she said. EU duties rise from 10% to 25 per cent; imports fall.")
	f.Add("关税", "中国 tariffs on US$5bn of imports — customs, exports, trade war\u202E")
	f.Add("x", strings.Repeat("tariff ", 300))
	f.Add("Beijing weighs talks", "China is evaluating talks with the US over tariffs. “We will not bow,” the ministry said;\n\nJapan’s exports rose 3.2% to ¥9 trillion, while the EU filed a WTO complaint against India.")
	f.Add("TRADE WAR", "TRADE MINISTER ANA ROE RESIGNED. JOHN DOE WAS NAMED CHINA'S TRADE NEGOTIATOR; TARIFFS OF UP TO 95% ON US GOODS")
	f.Add("x", "tariff on \xff\xfe imports and exports of China's 145% <p>U.S</p>")
	f.Fuzz(func(t *testing.T, title, text string) {
		if !utf8.ValidString(text) || !utf8.ValidString(title) || len(text) > 4000 {
			return
		}
		sound(t, x, event.Article{ID: "fuzz", Title: title, Text: text})
	})
}
