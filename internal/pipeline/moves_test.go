package pipeline_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/pipeline"
	"github.com/tradewire/tradewire/internal/story"
	"github.com/tradewire/tradewire/internal/topic"
)

// Partitions of extract and correlate move when a process joins, is killed, or
// leaves, while inputs come all the time: within seconds, and no input is
// lost. (Those of scrape: TestProcessesShareHosts. Each serve process with a
// data directory of its own has a group of its own, and all of the events.)
func TestPartitionsMoveBetweenProcesses(t *testing.T) {
	for _, stage := range []string{pipeline.StageExtract, pipeline.StageCorrelate} {
		t.Run(stage, func(t *testing.T) {
			t.Parallel()
			w, cluster := scaleWire(t)
			m := &moves{t: t, stage: stage, cluster: cluster}
			spec := pipeline.Scraper{Config: w.config, Brokers: w.brokers, Stage: stage}
			first := startScraper(t, spec)
			m.settle("alone", 15*time.Second, first, 6)
			stop := m.feed()
			second := startScraper(t, spec)
			m.settle("another joined", 10*time.Second, first, 3, second, 3)
			second.kill()
			m.settle("it was killed", 15*time.Second, first, 6)
			third := startScraper(t, spec)
			m.settle("a third joined", 10*time.Second, first, 3, third, 3)
			third.term()
			m.settle("it left", 10*time.Second, first, 6)
			stop()
			m.complete()
			first.term()
		})
	}
}

// moves watches how partitions of one stage move.
type moves struct {
	t       *testing.T
	stage   string
	cluster *topic.Cluster
	written map[string]time.Time // when each input was written, by its claim
}

// settle waits until each process has as many partitions as said, and checks
// how long that took.
func (m *moves) settle(what string, within time.Duration, shares ...any) {
	m.t.Helper()
	began := time.Now()
	eventually(m.t, what, func() bool {
		for i := 0; i < len(shares); i += 2 {
			if m.partitions(shares[i].(*scraper)) != shares[i+1].(int) {
				return false
			}
		}
		return true
	})
	took := time.Since(began)
	m.t.Logf("%s: partitions where they belong after %v", what, took.Round(10*time.Millisecond))
	if took > within {
		m.t.Errorf("%s: that took %v, expected %v at most", what, took, within)
	}
}

// partitions counts those that a process says it has.
func (m *moves) partitions(s *scraper) int {
	m.t.Helper()
	resp, err := http.Get(s.at + "/metrics")
	if err != nil {
		m.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		m.t.Fatal(err)
	}
	return strings.Count(string(body), "\ntradewire_kafka_lag{")
}

// feed writes an input every 20 ms until the returned function is called.
func (m *moves) feed() (stop func()) {
	ctx, cancel := context.WithCancel(m.t.Context())
	m.written = map[string]time.Time{}
	var writing sync.WaitGroup
	writing.Go(func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for n := 0; ; n++ {
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
			claim, record := m.input(n)
			m.written[claim] = time.Now()
			if err := m.cluster.Writer().Write(context.WithoutCancel(ctx), record); err != nil {
				m.t.Error(err)
			}
		}
	})
	return func() { cancel(); writing.Wait() }
}

// input is one of the stage, and the id of the claim that it leads to.
func (m *moves) input(n int) (string, topic.Record) {
	url := fmt.Sprintf("https://moves.example/%d", n)
	text := fmt.Sprintf("The harbour board backs plan %d.", n)
	a := event.Article{ID: event.ArticleID(url), Version: event.TextHash(text), URL: url, Title: fmt.Sprintf("Plan %d", n), Text: text}
	_, claims, err := oneStance(a)
	if err != nil {
		m.t.Error(err)
	}
	var body any = a
	record := topic.Record{Topic: pipeline.TopicArticles, Key: []byte(a.ID)}
	if m.stage == pipeline.StageCorrelate {
		body = claims[0]
		record.Topic, record.Key = pipeline.TopicClaims, []byte(story.CorrelationKey(claims[0]))
	}
	if record.Value, err = json.Marshal(body); err != nil {
		m.t.Error(err)
	}
	return claims[0].ID, record
}

// complete checks that every input has its output, and tells how long the one
// waited that waited longest.
func (m *moves) complete() {
	m.t.Helper()
	output := pipeline.TopicClaims
	if m.stage == pipeline.StageCorrelate {
		output = "stances"
	}
	ctx, cancel := context.WithTimeout(m.t.Context(), time.Minute)
	defer cancel()
	all, read, longest, enough := len(m.written), 0, time.Duration(0), errors.New("all are there")
	err := m.cluster.Follow(ctx, output, topic.FromBeginning(), func(r topic.Record) error {
		read++
		var made struct { // a claim, or an event and its claims
			ID     string
			Claims []string
		}
		if err := json.Unmarshal(r.Value, &made); err != nil {
			return err
		}
		for _, id := range append(made.Claims, made.ID) {
			if written, ok := m.written[id]; ok {
				longest = max(longest, r.Time.Sub(written))
				delete(m.written, id)
			}
		}
		if len(m.written) == 0 {
			return enough
		}
		return nil
	})
	if !errors.Is(err, enough) {
		m.t.Fatalf("%d of %d inputs have no output: %v", len(m.written), all, err)
	}
	m.t.Logf("%d inputs, all with an output, %d outputs; the longest wait of an input was %v", all, read, longest.Round(10*time.Millisecond))
	if longest > 20*time.Second {
		m.t.Errorf("an input waited for %v", longest)
	}
}
