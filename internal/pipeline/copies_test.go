package pipeline

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/fetch"
	"github.com/tradewire/tradewire/internal/topic"
)

const wireStory = `<html lang="en"><head><title>%TITLE%</title></head><body><article><h1>%TITLE%</h1>
<p>%LINE%Freedonia will raise its duty on imported steel to 25 percent from next month, the trade minister told reporters on Monday, after weeks of talks with its neighbours had led nowhere.</p>
<p>Mills in the north of the country had asked for the measure since the spring, when a flood of cheap bar and coil from overseas pushed their order books to the lowest level in a decade.</p>
<p>Builders warned that prices would go up before the summer, and a group of importers said that it would take the matter to court as soon as the decree is in the official gazette.</p></article></body></html>`

func storyAs(title, line string) func(fetch.Request) (*fetch.Response, error) {
	return page(strings.NewReplacer("%TITLE%", title, "%LINE%", line).Replace(wireStory), "")
}

// scraped fetches an address and returns the article and the state written.
func scraped(t *testing.T, s *scraper, url string) (event.Article, topic.Record) {
	t.Helper()
	job := scrapeTask(url)
	job.in.Time = time.Now()
	if err := s.work(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	var a event.Article
	if len(job.outs) != 1 || len(job.state) != 1 {
		t.Fatalf("%d outs, %d states", len(job.outs), len(job.state))
	}
	if err := json.Unmarshal(job.outs[0].Value, &a); err != nil {
		t.Fatal(err)
	}
	return a, job.state[0]
}

func TestCopiesAreLinkedAlsoAfterARestart(t *testing.T) {
	t.Parallel()
	w := &fakeWeb{answers: map[string]func(fetch.Request) (*fetch.Response, error){
		"https://agency.example/steel":      storyAs("Freedonia raises duty on steel", ""),
		"https://daily.example/1":           storyAs("Steel to cost more in Freedonia", "PORT CITY (Agency) — "),
		"https://post.example/2":            storyAs("Duty on steel goes up", "By our own reporters. "),
		"https://agency.example/other-news": page(strings.ReplaceAll(sample, "steel", "wool"), ""),
	}}
	s := testScraper(w)
	s.copies = &copies{}
	first, state := scraped(t, s, "https://agency.example/steel")
	second, secondState := scraped(t, s, "https://daily.example/1")
	other, _ := scraped(t, s, "https://agency.example/other-news")
	if first.SameTextAs != "" || second.SameTextAs != first.ID || other.SameTextAs != "" {
		t.Errorf("copies of %q, %q, %q; the first is %s", first.SameTextAs, second.SameTextAs, other.SameTextAs, first.ID)
	}

	// Another process, or this one after a restart, knows them by the topic.
	again := testScraper(w)
	again.copies = &copies{}
	memory := recollection{copies: again.copies}
	for _, r := range []topic.Record{secondState, state} { // in any order
		if err := errors.Join(shardOf(t, again.lister).apply(r), memory.apply(r)); err != nil {
			t.Fatal(err)
		}
	}
	third, _ := scraped(t, again, "https://post.example/2")
	if third.SameTextAs != first.ID {
		t.Errorf("copy of %q, want %q", third.SameTextAs, first.ID)
	}
	// What is written of the page later still tells the next process.
	job := scrapeTask("https://daily.example/1")
	job.in.Time = time.Now().Add(25 * time.Hour)
	if err := again.work(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	var later event.Page
	if err := json.Unmarshal(job.state[0].Value, &later); err != nil {
		t.Fatal(err)
	}
	if len(job.outs) != 0 || later.Sketch == "" || later.SameTextAs != first.ID {
		t.Errorf("%d outs, state %+v", len(job.outs), later)
	}
}
