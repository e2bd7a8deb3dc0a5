package extract

import (
	"os"
	"strings"
	"testing"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/ontology"
)

// newExtractor loads the knowledge of the project.
func newExtractor(t testing.TB) *Extractor {
	t.Helper()
	o, problems := ontology.Load(os.DirFS("../../pipelines"))
	for _, p := range problems {
		t.Error(p)
	}
	if len(problems) > 0 {
		t.FailNow()
	}
	x, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// sample is an article of about 600 words, written for the purpose: most of
// its sentences speak of trade, as in a busy week.
func sample(n int) event.Article {
	week := []string{
		"Canada's trade minister said on Monday that the country would impose a 25% tariff on Brazilian steel from May 1.",
		"The ministry in Ottawa added that the measure answers subsidies which Brazil has paid to its mills since 2019.",
		"Brazil's Foreign Minister Mauro Vieira called the plan unjustified and said his government may turn to the World Trade Organization.",
		"\"We prefer talks to tariffs, and we are ready to meet this week,\" he told reporters in Brasilia.",
		"Exports of Brazilian steel to Canada rose 12 percent in the first quarter to $1.4 billion, customs data show.",
		"Farmers near Porto Alegre fear that their beef, soybeans and orange juice could be next on the list.",
		"The two sides agreed to hold a second round of negotiations in Geneva before the duties take effect.",
		"Share prices of steel makers fell, while the real gained slightly against the dollar.",
		"Local people spoke of the weather, the harvest and the long road to the coast, as they do every spring.",
		"A decision by the European Union to extend its own safeguard measures on steel is expected in June.",
	}
	var lines []string
	for range n {
		lines = append(lines, strings.Join(week[:5], " "), strings.Join(week[5:], " "))
	}
	return event.Article{ID: "sample", Title: "Canada plans duty on Brazilian steel", Published: "2026-04-06", Text: strings.Join(lines, "\n")}
}

// BenchmarkExtract is the whole extract stage on one article of 600 words.
func BenchmarkExtract(b *testing.B) {
	x := newExtractor(b)
	a := sample(3)
	b.SetBytes(int64(len(a.Text)))
	for b.Loop() {
		if _, err := x.Extract(a); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "articles/s")
	b.ReportMetric(float64(len(strings.Fields(a.Text))), "words")
}

// BenchmarkExtractLength shows that time grows with the text and no faster.
func BenchmarkExtractLength(b *testing.B) {
	x := newExtractor(b)
	for _, times := range []struct {
		name string
		n    int
	}{{"1x", 3}, {"10x", 30}, {"100x", 300}} {
		a := sample(times.n)
		b.Run(times.name, func(b *testing.B) {
			b.SetBytes(int64(len(a.Text)))
			for b.Loop() {
				if _, err := x.Extract(a); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
