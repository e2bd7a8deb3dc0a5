package extract

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/tradewire/tradewire/internal/event"
)

// about makes any text one of an article on trade, so that the rules run.
const about = "Tariffs on imports from China hit the exports of the United States in a trade war, the ministry said.\n"

// varied writes trade news of which hardly two sentences say the same: every
// claim stands apart, and the names are ever new.
func varied(x *Extractor, size int) string {
	r := rand.New(rand.NewPCG(1, 2))
	codes := slices.Sorted(maps.Keys(x.o.Names))
	country := func() string { return x.o.Names[codes[r.IntN(len(codes))]] }
	one := func(of ...string) string { return of[r.IntN(len(of))] }
	goods := func() string { return one("steel", "cars", "toys", "lithium", "beef", "wine", "solar panels") }
	name := func() string {
		return fmt.Sprintf("%s %c%c%c%c", one("Ana", "Jane", "Tomas", "Li", "Omar"), 'A'+rune(r.IntN(26)), 'a'+rune(r.IntN(26)), 'a'+rune(r.IntN(26)), 'a'+rune(r.IntN(26)))
	}
	sentences := []func() string{
		func() string {
			return fmt.Sprintf("%s will impose a %d%% tariff on %s from %s. ", country(), r.IntN(90)+1, goods(), country())
		},
		func() string {
			return fmt.Sprintf("%s and %s agreed to hold talks on trade. ", country(), country())
		},
		func() string {
			return fmt.Sprintf("Trade Minister %s of %s said that %s opposes the duties on %s, and the ministry called them unfair. ", name(), country(), country(), goods())
		},
		func() string {
			return fmt.Sprintf("Exports of %s from %s to %s rose %d percent. ", goods(), country(), country(), r.IntN(50))
		},
		func() string { return fmt.Sprintf("He appointed %s as trade minister of %s.\n", name(), country()) },
		func() string {
			return fmt.Sprintf("%s filed a complaint against %s at the World Trade Organization over its levies. ", country(), country())
		},
	}
	var b strings.Builder
	for b.Len() < size {
		b.WriteString(sentences[r.IntN(len(sentences))]())
	}
	return b.String()[:size]
}

// hostile gives texts of a size that no publisher means to write.
func hostile(x *Extractor, size int) map[string]string {
	fill := func(s string) string { return strings.Repeat(s, size/len(s)+1)[:size] }
	long := varied(x, size)
	out := map[string]string{
		"every sentence differs":    long,
		"all capitals":              strings.ToUpper(long),
		"all small letters":         strings.ToLower(long),
		"no stops":                  strings.ReplaceAll(long, ".", ""),
		"no spaces":                 strings.ReplaceAll(long, " ", ""),
		"rests of HTML":             strings.ReplaceAll(long, " ", ` <b class="x">&nbsp;`)[:size],
		"right to left":             fill("فرضت الصين رسوما جمركية بنسبة 25% على الواردات. "),
		"Chinese":                   fill("中国对美国商品加征125%的关税。"),
		"one number":                fill("1"),
		"rates without end":         fill("25% to 30% "),
		"quotation marks":           fill(`"`),
		"speech after speech":       fill(`"We oppose the tariffs," he said. `),
		"whose ministry":            fill("The ministry said they oppose the tariffs. "),
		"stops":                     fill(". "),
		"a list of countries":       fill("China and "),
		"a list of nothing":         fill("the and , "),
		"names and titles":          fill("Trade Minister Ana Roe, "),
		"titles alone":              fill("Trade Minister "),
		"capitals alone":            fill("Aa "),
		"a transcript":              fill("Ana Roe: we oppose tariffs\n"),
		"one word":                  fill("tariff"),
		"one line a word":           fill("tariff\n"),
		"combining and direction":   fill("tariff\u0301\u202e \u200b\ufeff"),
		"semicolons":                fill("China imposed a 10% tariff on steel; "),
		"the same claim ever again": fill("China imposed a 10% tariff on steel from Japan. "),
	}
	for name, text := range out {
		out[name] = about + strings.ToValidUTF8(text, "")
	}
	return out
}

// Any text gives sound results, in a time that grows with its length and no
// faster: four times the text may take eight times as long, which leaves room
// for a busy machine, where each with each would take sixteen.
//
// ANYTEXT_KB=256 makes the texts 256 KB and 1 MB long in place of 32 and 128 KB.
func TestAnyText(t *testing.T) {
	x := newExtractor(t)
	size := 32 << 10
	if kb, err := strconv.Atoi(os.Getenv("ANYTEXT_KB")); err == nil && kb > 0 {
		size = kb << 10
	}
	short, long := hostile(x, size), hostile(x, 4*size)
	for name := range short {
		t.Run(name, func(t *testing.T) {
			sound(t, x, event.Article{ID: "hostile", Title: "Tariffs", Text: short[name]})
			least := time.Duration(1<<63 - 1)
			for range 4 { // a busy machine is no fault of the text
				one, four := took(t, x, short[name]), took(t, x, long[name])
				if least = min(least, four-8*one); least < 20*time.Millisecond {
					return
				}
			}
			t.Errorf("four times the text takes more than eight times as long, by %v", least)
		})
	}
}

// took is the time of the processor, which other work on the machine does not
// lengthen.
func took(t *testing.T, x *Extractor, text string) time.Duration {
	t.Helper()
	start := processorTime(t)
	if _, err := x.Extract(event.Article{ID: "hostile", Text: text}); err != nil {
		t.Fatal(err)
	}
	return processorTime(t) - start
}

// An article may begin and end at any word of ours: no rule may look before the
// first token or behind the last.
func TestTornAnywhere(t *testing.T) {
	x := newExtractor(t)
	for _, a := range readArticles(t, "../../testdata/gold/articles.jsonl") {
		words := strings.Fields(a.Text)
		for i := range words {
			torn := event.Article{ID: a.ID, Title: a.Title, Text: strings.Join(words[i:min(len(words), i+30)], " ")}
			r, err := x.Extract(torn)
			if err != nil {
				t.Fatal(err)
			}
			exactEvidence(t, torn, r)
		}
	}
}

// FuzzPieces reads texts torn out of our own articles anywhere and sewn together
// anyhow: half sentences, names without their first word, quotes never closed,
// capitals throughout. Bytes at random seldom reach the rules; these always do.
func FuzzPieces(f *testing.F) {
	x := newExtractor(f)
	var words []string
	for _, a := range readArticles(f, "../../testdata/gold/articles.jsonl") {
		words = append(words, strings.Fields(a.Text)...)
	}
	for seed := range uint64(150) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		sound(t, x, event.Article{ID: "fuzz", Title: "Duties", Text: sewn(words, seed)})
	})
}

// sewn joins up to twelve runs of words, each begun and broken off anywhere.
func sewn(words []string, seed uint64) string {
	r := rand.New(rand.NewPCG(seed, 1))
	var text strings.Builder
	for range 1 + r.IntN(12) {
		at := r.IntN(len(words))
		piece := strings.Join(words[at:min(len(words), at+1+r.IntN(40))], " ")
		if r.IntN(8) == 0 {
			piece = strings.ToUpper(piece)
		}
		text.WriteString(piece)
		text.WriteString([]string{" ", " ", "\n", "\n\n", ". ", ", ", "\" ", "—"}[r.IntN(8)])
	}
	return text.String()
}

// sound checks what must hold for any article: evidence within the text and
// equal to it, claims in the order of their evidence, each once, with an id
// that a second reading gives again, and no value outside the closed ones.
func sound(t testing.TB, x *Extractor, a event.Article) {
	t.Helper()
	r, err := x.Extract(a)
	if err != nil {
		t.Fatal(err)
	}
	exactEvidence(t, a, r)
	ids, last := map[string]bool{}, 0
	for _, c := range r.Claims {
		if ids[c.ID] {
			t.Errorf("claim %s of rule %s stands twice", c.ID, c.Rule)
		}
		ids[c.ID] = true
		if c.Evidence[0].Start < last {
			t.Errorf("claim of rule %s at %d stands behind one at %d", c.Rule, c.Evidence[0].Start, last)
		}
		last = c.Evidence[0].Start
		closed(t, x, c)
	}
	again, err := x.Extract(a)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(r, again) {
		t.Error("a second reading gives something else")
	}
}

// closed checks a claim's slots against its kind.
func closed(t testing.TB, x *Extractor, c event.Claim) {
	t.Helper()
	kind, ok := x.o.Kind(c.Kind)
	if !ok {
		t.Errorf("claim of unknown kind %q", c.Kind)
	}
	for name, v := range c.Slots {
		at := slices.IndexFunc(kind.Slots, func(s event.Slot) bool { return s.Name == name })
		if at < 0 {
			t.Errorf("%s claim with a slot %q", c.Kind, name)
			continue
		}
		s := kind.Slots[at]
		if s.Type == event.TypeEnum && v.Text != "" && !slices.Contains(s.Values, v.Text) {
			t.Errorf("%s.%s is %q, which is none of its values", c.Kind, name, v.Text)
		}
		if !utf8.ValidString(v.Text) {
			t.Errorf("%s.%s is no valid text: %q", c.Kind, name, v.Text)
		}
	}
}
