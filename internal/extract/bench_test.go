package extract

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/ontology"
)

// newExtractor reads with the rules of the project.
func newExtractor(t testing.TB) *Extractor {
	t.Helper()
	x, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// shipped compiles the rules once for all tests, which only read them.
var shipped = sync.OnceValues(func() (*Extractor, error) {
	o, problems := ontology.Load(os.DirFS("../../pipelines"))
	if err := problems.Err(); err != nil {
		return nil, err
	}
	return New(o)
})

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

// BenchmarkExtractMany reads ten thousand articles of 600 words in a row (two
// thousand with -short), each cut elsewhere from our own sample articles: every
// thousand must cost as much as the first, in little memory. Times are of the
// processor, so that other work on the machine does not count.
func BenchmarkExtractMany(b *testing.B) {
	many := 10_000
	if testing.Short() {
		many = 2_000
	}
	x := newExtractor(b)
	var words []string
	for _, a := range readArticles(b, "../../testdata/gold/articles.jsonl") {
		words = append(words, strings.Fields(a.Text)...)
	}
	const length, lot = 600, 1000
	for b.Loop() {
		var lots []float64
		for from := 0; from < many; from += lot {
			start := processorTime(b)
			for i := from; i < from+lot; i++ {
				at := i * 37 % (len(words) - length)
				if _, err := x.Extract(event.Article{ID: "sample", Text: strings.Join(words[at:at+length], " ")}); err != nil {
					b.Fatal(err)
				}
			}
			lots = append(lots, (processorTime(b) - start).Seconds())
		}
		total := 0.0
		for _, took := range lots {
			total += took
		}
		b.Logf("seconds of the processor for each thousand: %.1f", lots)
		b.ReportMetric(float64(many)/total, "articles/cpu-s")
		b.ReportMetric(lot/lots[0], "first/cpu-s")
		b.ReportMetric(lot/lots[len(lots)-1], "last/cpu-s")
		b.ReportMetric(resident(b), "MB-resident")
	}
}

// processorTime is what the process has taken of the processors so far.
func processorTime(t testing.TB) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// resident is the most memory the process has held, in MB (Linux).
func resident(b *testing.B) float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Skip("no /proc here: ", err)
	}
	for line := range strings.Lines(string(status)) {
		var kb float64
		if n, _ := fmt.Sscanf(line, "VmHWM: %f kB", &kb); n == 1 {
			return kb / 1000
		}
	}
	b.Fatal("no VmHWM in /proc/self/status")
	return 0
}

// Nothing is kept from one article to the next.
func TestMemoryStaysFlat(t *testing.T) {
	x := newExtractor(t)
	text := varied(x, 1<<20)
	held := func(from, to int) uint64 {
		for i := from; i < to; i++ {
			if _, err := x.Extract(event.Article{ID: "sample", Text: text[i*1000 : i*1000+4000]}); err != nil {
				t.Fatal(err)
			}
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := held(0, 20)
	if after := held(20, 220); after > before+before/20 {
		t.Errorf("%d bytes held after 20 articles, %d after 220", before, after)
	}
}

// BenchmarkExtractLength shows that time grows with the text and no faster,
// where the text says the same again and again and where it never does.
func BenchmarkExtractLength(b *testing.B) {
	x := newExtractor(b)
	for _, times := range []int{1, 10, 100} {
		for name, text := range map[string]string{"same": sample(3 * times).Text, "varied": varied(x, 3900*times)} {
			b.Run(fmt.Sprintf("%s/%dx", name, times), func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				for b.Loop() {
					if _, err := x.Extract(event.Article{ID: "sample", Text: text}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
