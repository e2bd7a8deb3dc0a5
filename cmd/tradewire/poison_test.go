//go:build unix

package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/pipeline"
	"github.com/tradewire/tradewire/internal/topic"
)

// costly is a rule as nobody should write one: at each word it looks ahead,
// from each of those again, and so on. An article of costlyText would take the
// processor for more than 20 s.
const costly = `kind: market_move
merge: [instrument, direction]
require: [instrument, direction]
rules:
  - id: market_move.costly
    pattern: "@tariff ..40 !( ..40 !( ..40 !( ..40 !( ..40 !( ..40 never ) never ) never ) never ) never ) wherefore"
    set: {instrument: x, direction: up}
    match:
      - text: A tariff rose wherefore.
        slots: {direction: up}
    reject:
      - A tariff rose.
`

// costlyText are 400 words.
func costlyText() string {
	return "Tariffs on imports hit trade.\n" + strings.Repeat("A tariff "+strings.Repeat("so ", 130)+"wherefore.\n", 3)
}

// padding makes a note as long as an article is.
const padding = `
Importers had asked for more time, because goods that are already at sea would otherwise be charged at the new rate.
A spokesman for the chamber of commerce said that its members learned of the decision from the radio and had not been heard.
Officials in the capital answered that the matter had been open for comment since spring, and that nobody should be surprised.
At the port of Santos the news made little difference: ships were loaded as on any other day, and the cranes moved without a pause.
The customs office will publish a list of the headings in question, together with the forms that have to be filled in for an exemption.
Economists at two banks expect that prices in the shops will follow within three months, though one of them sees no effect before winter.
Few of those who waited on the quay had read the decree, and fewer still knew which of the old forms would be accepted on Monday.
Whether there will be talks is open, and so is who would sit at the table; both sides said that their doors are not closed.
The union of dock workers called a meeting for Sunday, at which the future of the night shift will be the only subject.
`

// poisoned counts what a batch led to.
type poisoned struct {
	*rig
	c        *topic.Cluster
	articles int
	written  int
	want     int            // events
	letters  map[string]int // by class
	events   map[string]int // that a note gives, by its goods
	extract  pipeline.Extractor
}

// eventsOf counts what our rules find in a note: the notes differ by their goods.
func (p *poisoned) eventsOf(a event.Article) int {
	p.t.Helper()
	goods, _, _ := strings.Cut(a.Text[strings.Index(a.Text, " on ")+len(" on "):], " from ")
	if _, known := p.events[goods]; !known {
		_, claims, err := p.extract(a)
		if err != nil || len(claims) == 0 {
			p.t.Fatalf("a note gives %d claims (%v), expected some", len(claims), err)
		}
		p.events[goods] = len(claims)
	}
	return p.events[goods]
}

// batch writes articles and returns how long the pipeline works on them. With
// poison, one in a hundred is an article on which the engine panics, one that
// takes it for ever, or no JSON.
func (p *poisoned) batch(poison bool) time.Duration {
	p.t.Helper()
	var batch []topic.Record
	for i := range p.articles {
		a := note(p.written)
		a.Text += padding
		kind := ""
		if poison && i%100 == 50 {
			kind = []string{"panic", "effort", "bad_json"}[i/100%3]
		}
		switch kind {
		case "panic":
			a.Text = "panic"
		case "effort":
			a.Text = costlyText()
		}
		in := p.record(a)
		if kind == "bad_json" {
			in.Value = in.Value[:len(in.Value)-1]
		}
		batch = append(batch, in)
		p.written++
		if kind == "" {
			p.want += p.eventsOf(a)
		} else {
			p.letters[kind]++
		}
	}
	began := time.Now()
	for part := range slices.Chunk(batch, 500) {
		if err := p.c.Writer().Write(p.t.Context(), part...); err != nil {
			p.t.Fatal(err)
		}
	}
	eventually(p.t, 10*time.Minute, "all is worked on", func() bool {
		return p.counted("extract", "sent")+p.counted("extract", "rejected") >= p.written && p.counted("correlate", "sent") >= p.want
	})
	return time.Since(began)
}

// counted is a counter of a stage, over all classes.
func (p *poisoned) counted(stage, what string) int {
	p.t.Helper()
	resp, err := http.Get("http://" + p.listen + "/metrics")
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	total := 0
	for _, m := range regexp.MustCompile(`(?m)^tradewire_stage_`+what+`_total\{[^}]*stage="`+stage+`"[^}]*\} (\d+)`).FindAllSubmatch(body, -1) {
		n, err := strconv.Atoi(string(m[1]))
		if err != nil {
			p.t.Fatal(err)
		}
		total += n
	}
	return total
}

// found counts the dead letters by class.
func (p *poisoned) found() map[string]int {
	p.t.Helper()
	got := map[string]int{}
	err := p.c.DeadLetters(p.t.Context(), topic.DeadLetters{Stage: "extract"}, func(dead topic.Record) error {
		got[dead.Header(event.HeaderClass)]++
		if a := topic.Original(dead); a.Topic != "articles" || string(a.Key) == "" || len(a.Value) == 0 {
			p.t.Errorf("dead letter of %s[%d]@%d lacks its article", dead.Topic, dead.Partition, dead.Offset)
		}
		return nil
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return got
}

// inProcess runs the stages in the process of the test, where an article can
// make the engine panic, until the returned function is called.
func (r *rig) inProcess() (stop func()) {
	r.t.Helper()
	s, err := loadAll(r.rules)
	if err != nil {
		r.t.Fatal(err)
	}
	up := make(chan pipeline.Addresses, 1)
	o := pipeline.Options{Config: s.config, Stages: []string{"extract", "correlate"}, Brokers: strings.Split(r.brokers, ","),
		Listen: r.listen, DataDir: r.data, Log: slog.New(slog.NewTextHandler(r.log, nil)), Up: func(at pipeline.Addresses) { up <- at }}
	if err := withKnowledge(&o, s); err != nil {
		r.t.Fatal(err)
	}
	real := o.Extract
	o.Extract = func(a event.Article) (event.Mentions, []event.Claim, error) {
		if a.Text == "panic" {
			panic("poison")
		}
		return real(a)
	}
	ctx, cancel := context.WithCancel(r.t.Context())
	done := make(chan error, 1)
	go func() { done <- pipeline.Run(ctx, o) }()
	select {
	case <-up:
	case err := <-done:
		r.t.Fatalf("ended before it was up: %v", err)
	}
	return func() {
		cancel()
		if err := <-done; err != nil {
			r.t.Error(err)
		}
	}
}

// TestOnePercentPoison lets one article in a hundred be poison: each becomes a
// dead letter, all others become events, hardly slower than without. Batches
// with and without poison take turns. In the end the rule is mended and the
// dead letters are replayed. FAULTS_POISON is how many articles a batch has.
func TestOnePercentPoison(t *testing.T) {
	r := newRig(t)
	rule := filepath.Join(r.rules, "patterns", "costly.yaml")
	if err := os.WriteFile(rule, []byte(costly), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if log, err := os.ReadFile(r.log.Name()); err == nil && t.Failed() {
			t.Logf("the end of the log:\n%s", log[max(0, len(log)-4000):])
		}
	})
	stop := r.inProcess()
	p := &poisoned{rig: r, c: r.cluster(), articles: setting(t, "FAULTS_POISON", 10_000), letters: map[string]int{},
		events: map[string]int{}, extract: r.extractor()}
	p.batch(false) // to warm up
	var without, with []time.Duration
	for range 3 {
		without, with = append(without, p.batch(false)), append(with, p.batch(true))
	}
	slices.Sort(without)
	slices.Sort(with)
	slower := with[1].Seconds()/without[1].Seconds() - 1
	revs, _ := r.events(p.c)
	t.Logf("%d articles a batch, three without and three with 1%% poison in turns: %.1f s and %.1f s (medians), %+.1f%%; %d events, %d wanted; dead letters %v; load %s",
		p.articles, without[1].Seconds(), with[1].Seconds(), 100*slower, len(revs), p.want, p.found(), load())
	if got := p.found(); fmt.Sprint(got) != fmt.Sprint(p.letters) {
		t.Errorf("dead letters are %v, want %v", got, p.letters)
	}
	if len(revs) != p.want {
		t.Errorf("%d events, want %d: all of each article that is no poison", len(revs), p.want)
	}
	if p.articles >= 10_000 && slower > .1 || slower > .5 { // a small batch is too short to tell
		t.Errorf("%.0f%% slower with poison", 100*slower)
	}
	stop()
	if err := os.Remove(rule); err != nil {
		t.Fatal(err)
	}
	stop = r.inProcess()
	defer stop()
	how := topic.Replay{Which: topic.DeadLetters{Stage: "extract", Class: "effort"}, Compacted: func(string) bool { return false }}
	if err := p.c.Replay(t.Context(), how, func(topic.Record, topic.Outcome) error { return nil }); err != nil {
		t.Fatal(err)
	}
	eventually(t, time.Minute, "what took too much is read without the rule", func() bool { return r.done() >= p.letters["effort"] })
	if n := p.found()["effort"]; n > 0 {
		t.Errorf("%d dead letters of class effort are left", n)
	}
}
