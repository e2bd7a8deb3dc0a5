package origin

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

type sample struct{ ID, URL, Publisher, Text string }

// samplesIn reads articles; none when the file is not there.
func samplesIn(t *testing.T, path ...string) []sample {
	t.Helper()
	file, err := os.Open(filepath.Join(path...))
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var all []sample
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		var s sample
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	return all
}

// copies are what becomes of a text on its way through other papers.
func copies() map[string]func(string) string {
	paragraphs := func(change func([]string) []string) func(string) string {
		return func(text string) string { return strings.Join(change(strings.Split(text, "\n")), "\n") }
	}
	words := func(every int, change string) func(string) string {
		return func(text string) string {
			list := strings.Split(text, " ")
			for i := every; i < len(list); i += every {
				list[i] = change
			}
			return strings.Join(list, " ")
		}
	}
	cut := func(share float64) func(string) string {
		return func(text string) string {
			list := strings.SplitAfter(text, ". ")
			return strings.Join(list[:max(1, int(float64(len(list))*(1-share)))], "")
		}
	}
	return map[string]func(string) string{
		"the same": func(s string) string { return s },
		"capitals, no marks": func(s string) string {
			return strings.NewReplacer(",", "", ".", "", "\"", "").Replace(strings.ToUpper(s))
		},
		"other quotes": strings.NewReplacer("'", "’", "\"", "”", " - ", " — ").Replace,
		"an agency's line": func(s string) string {
			return "BRUSSELS (Coastal News Agency) — " + s + "\nReporting by Ada Okafor; editing by Jan Novak"
		},
		"a house's last word": paragraphs(func(p []string) []string {
			return append(p, "Sign up for our morning letter to get the day's news from the docks and the markets before breakfast.", "More on this: read our guide to what the duties mean for you and for the price of what you buy.")
		}),
		"British spelling":     strings.NewReplacer("percent", "per cent", "center", "centre", "labor", "labour", "program", "programme").Replace,
		"a fifth cut":          cut(.2),
		"a third cut":          cut(.34),
		"half cut":             cut(.5),
		"every 40th word":      words(40, "that"),
		"every 20th word":      words(20, "that"),
		"every 12th word":      words(12, "that"),
		"third cut and edited": func(s string) string { return words(30, "which")(cut(.34)(s)) },
		"first sentence gone": func(s string) string {
			if _, rest, ok := strings.Cut(s, ". "); ok {
				return rest
			}
			return s
		},
		"paragraphs turned": paragraphs(func(p []string) []string {
			if len(p) > 2 {
				p = append(append([]string{p[0]}, p[len(p)/2:]...), p[1:len(p)/2]...)
			}
			return p
		}),
	}
}

var start = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// linked puts texts into an index, each on a site and a minute of its own,
// and returns what each is a copy of.
func linked(t *testing.T, x *Index, all []sample) []string {
	t.Helper()
	found := make([]string, len(all))
	for i, s := range all {
		sketch, ok := Of("", s.Text)
		if ok {
			found[i] = x.Link(Text{Article: s.ID, Site: fmt.Sprintf("paper%d.example", i), Sketch: sketch, Seen: start.Add(time.Duration(i) * time.Minute)})
		}
	}
	return found
}

// TestCopiesAreTold measures, on our labelled articles (and those beside the
// project, as other articles), how many copies are found and how many
// articles that are none are taken for one.
func TestCopiesAreTold(t *testing.T) {
	own := samplesIn(t, "..", "..", "testdata", "gold", "articles.jsonl")
	var others []sample
	for _, path := range []string{"corpus/articles.jsonl", "eval/learn/articles.jsonl"} {
		others = append(others, samplesIn(t, "..", "..", "..", "shared", filepath.FromSlash(path))...)
	}
	var x Index
	for i, original := range linked(t, &x, append(slices.Clone(own), others...)) {
		if original != "" {
			t.Errorf("article %d is taken for a copy of %s", i, original)
		}
	}
	told, right, all := 0, 0, 0
	for name, change := range copies() {
		found, wanted := 0, 0
		for i, s := range own {
			sketch, ok := Of("", change(s.Text))
			if !ok {
				continue // too little is left
			}
			// An index of its own, so that a copy is not found by another copy.
			wanted++
			switch got := x.origin(Text{Article: fmt.Sprint(name, i), Site: "copy.example", Sketch: sketch}); got {
			case "":
			case s.ID:
				found, told, right = found+1, told+1, right+1
			default:
				told++
				t.Errorf("%s: %s is taken for a copy of %s", name, s.ID, got)
			}
		}
		all += wanted
		t.Logf("%-22s %3d of %3d", name, found, wanted)
		if float64(found) < .9*float64(wanted) || wanted < len(own)/2 {
			t.Errorf("%s: %d of %d copies found", name, found, wanted)
		}
	}
	precision, recall := float64(right)/float64(told), float64(right)/float64(all)
	t.Logf("%d articles, %d others: precision %.4f, recall %.4f of %d copies", len(own), len(others), precision, recall, all)
	if precision < 1 || recall < .97 {
		t.Errorf("precision %.4f, recall %.4f", precision, recall)
	}
}

const notice = "The Directorate of Imports gives notice that a duty is set on %s from %s with effect from %s. Interested parties may comment in writing within twenty " +
	"days of the day on which this notice appears. Comments are to name the product, the tariff heading and the reasons, and are put on the public file " +
	"unless the party asks for confidence and gives a summary. A hearing is held where one is asked for within ten days. The Directorate decides on the papers after that."

func TestOnePublishersFormIsNoCopy(t *testing.T) {
	text := func(article, title, goods, country, day, site string) Text {
		sketch, ok := Of(title, fmt.Sprintf(notice, goods, country, day))
		if !ok {
			t.Fatal("too short")
		}
		return Text{Article: article, Site: site, Sketch: sketch, Seen: start}
	}
	var x Index
	for _, c := range []struct {
		text Text
		want string
	}{
		{text("first", "Duty on wire from Chile", "wire", "Chile", "2 March", "imports.example"), ""},
		{text("another country", "Duty on wire from Peru", "wire", "Peru", "2 March", "imports.example"), ""},
		{text("the same title, another day", "Duty on wire from Chile", "wire", "Chile", "9 April", "imports.example"), ""},
		{text("print", "Duty on wire from Chile", "wire", "Chile", "2 March", "imports.example"), "first"},
		{text("elsewhere", "Chile wire duty in full", "wire", "Chile", "2 March", "gazette.example"), "first"},
		{text("elsewhere, of the print version", "Wire", "wire", "Chile", "2 March", "docks.example"), "first"},
	} {
		if got := x.Link(c.text); got != c.want {
			t.Errorf("%s: copy of %q, want %q", c.text.Article, got, c.want)
		}
	}
}

// TestAnArticleStaysWhatItIs: no edit makes an original the copy of its copy.
func TestAnArticleStaysWhatItIs(t *testing.T) {
	own := samplesIn(t, "..", "..", "testdata", "gold", "articles.jsonl")
	text := func(article, site, text string) Text {
		s, _ := Of("", text)
		return Text{Article: article, Site: site, Sketch: s, Seen: start}
	}
	one, two := own[0].Text, own[1].Text
	var x Index
	for _, c := range []struct {
		text Text
		want string
	}{
		{text("a", "a.example", one), ""},
		{text("b", "b.example", one), "a"},
		{text("a", "a.example", two), ""},
		{text("a", "a.example", one), ""},
		{text("b", "b.example", two), "a"},
		{text("c", "c.example", two), "a"},
		{text("d", "d.example", one), "a"},
	} {
		if got := x.Link(c.text); got != c.want {
			t.Errorf("%s: copy of %q, want %q", c.text.Article, got, c.want)
		}
	}
}

func TestTheIndexForgets(t *testing.T) {
	s, _ := Of("", fmt.Sprintf(notice, "wire", "Chile", "2 March"))
	var x Index
	at := func(article string, day int) string {
		return x.Link(Text{Article: article, Site: article, Sketch: s, Seen: start.AddDate(0, 0, day)})
	}
	if got := at("a", 0); got != "" {
		t.Errorf("first: %q", got)
	}
	if got := at("b", 13); got != "a" {
		t.Errorf("within the window: %q", got)
	}
	at("c", 30)
	if got := at("d", 60); got != "a" {
		t.Errorf("a copy keeps its original in mind: %q", got)
	}
	var other Sketch
	for i := range 2 * MaxTexts {
		other.Least[i%slots]++
		other.Least[(i+7)%slots] += 3
		x.Add(Text{Article: fmt.Sprint(i), Site: "x", Sketch: other, Seen: start.AddDate(0, 0, 61)})
	}
	if n := len(x.newer.texts) + len(x.older.texts); n > MaxTexts {
		t.Errorf("%d texts are held", n)
	}
	if got := at("e", 62); got != "" {
		t.Errorf("after many texts: %q", got)
	}
}

func TestShortTextsHaveNoSketch(t *testing.T) {
	for text, want := range map[string]bool{
		"": false, "The minister will speak at noon.": false,
		strings.Repeat("商务部发言人周四表示，中方将对进口铜线加征关税。", 3):                 true,
		strings.Repeat("one two three four five six seven eight ", 6): true,
	} {
		if _, ok := Of("A title", text); ok != want {
			t.Errorf("%q: %t", text, ok)
		}
	}
}

func TestSketchesAreWrittenAndRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.StringMatching(`[a-z0-9]{1,8}`), minShingles+run, 200).Draw(t, "words")
		s, ok := Of("A title", strings.Join(words, " "))
		if !ok {
			t.Fatal("too short")
		}
		back, err := Parse(s.String())
		if err != nil || back != s || s.Resemblance(back) != 1 {
			t.Fatalf("%v: %s", err, s)
		}
		again, _ := Of("A TITLE", strings.ToUpper(strings.Join(words, " — ")))
		if again != s {
			t.Fatal("case and marks count")
		}
	})
	for _, bad := range []string{"", "%%%", "AAAA", strings.Repeat("A", 500)} {
		if _, err := Parse(bad); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

func BenchmarkOf(b *testing.B) {
	text := strings.Repeat(notice, 6) // about 600 words
	for b.Loop() {
		Of("A title", text)
	}
}
