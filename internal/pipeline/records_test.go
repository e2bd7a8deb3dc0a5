package pipeline_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/pipeline"
	"github.com/tradewire/tradewire/internal/topic"
	"github.com/tradewire/tradewire/testdata/site"
)

// metricsAddUp checks that the metrics are there and that they add up.
func (w *wire) metricsAddUp(r *running) {
	w.t.Helper()
	var metrics string
	eventually(w.t, "nothing in flight and lag shown", func() bool {
		_, metrics = r.get("/metrics")
		idle := strings.Count(metrics, "tradewire_stage_in_flight{") == 4
		for _, line := range strings.Split(metrics, "\n") {
			if strings.HasPrefix(line, "tradewire_stage_in_flight{") || strings.HasPrefix(line, "tradewire_kafka_lag{") {
				idle = idle && strings.HasSuffix(line, " 0")
			}
		}
		return idle && strings.Contains(metrics, "tradewire_kafka_lag{")
	})
	value := func(name string) int {
		for _, line := range strings.Split(metrics, "\n") {
			if rest, ok := strings.CutPrefix(line, name+" "); ok {
				n, err := strconv.Atoi(rest)
				if err != nil {
					w.t.Fatal(err)
				}
				return n
			}
		}
		return 0
	}
	for stage, sent := range map[string]int{"scrape": siteArticles, "extract": siteArticles, "correlate": siteArticles, "serve": 3 * siteArticles} {
		received := value(`tradewire_stage_received_total{stage="` + stage + `"}`)
		rejected := value(`tradewire_stage_rejected_total{reason="no_text",stage="` + stage + `"}`)
		if got := value(`tradewire_stage_sent_total{stage="` + stage + `"}`); got < sent || received != got+rejected {
			w.t.Errorf("%s: received %d, sent %d, rejected %d", stage, received, got, rejected)
		}
		if (stage == "scrape") != (rejected == 1) {
			w.t.Errorf("%s rejected %d", stage, rejected)
		}
	}
}

// records reads every topic and holds each record against its schema and the
// rules of CloudEvents.
func (w *wire) records(brokers []string) {
	w.t.Helper()
	schemas := compiled(w.t)
	nouns := map[string]string{"fetches": "fetch", "pages": "page", "articles": "article", "mentions": "mentions", "claims": "claim"}
	for _, family := range event.Families() {
		nouns[family] = "event"
	}
	cluster, err := topic.Open(topic.Config{Brokers: brokers, Prefix: w.config.Prefix}, slog.New(slog.DiscardHandler))
	if err != nil {
		w.t.Fatal(err)
	}
	defer cluster.Close()
	counts := map[string]int{}
	for _, name := range pipeline.Topics() {
		err := cluster.Scan(w.t.Context(), name, topic.FromBeginning(), func(r topic.Record) error {
			counts[name]++
			if name == topic.DeadLetterTopic {
				w.deadLetter(r)
				return nil
			}
			return checkRecord(r, nouns[name], schemas)
		})
		if err != nil {
			w.t.Errorf("%s: %v", name, err)
		}
	}
	want := map[string]int{"fetches": siteArticles + 1, "articles": siteArticles, "mentions": siteArticles, "claims": siteArticles, "stances": siteArticles, "deadletter": 1}
	for name, n := range want {
		if counts[name] != n {
			w.t.Errorf("%d records on %s, want %d", counts[name], name, n)
		}
	}
}

func compiled(t testing.TB) map[string]*jsonschema.Schema {
	t.Helper()
	texts, err := event.Schemas(stanceKinds())
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	out := map[string]*jsonschema.Schema{}
	for noun, text := range texts {
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
		if err != nil {
			t.Fatal(err)
		}
		if err := compiler.AddResource(event.SchemaID(noun), doc); err != nil {
			t.Fatal(err)
		}
	}
	for noun := range texts {
		if out[noun], err = compiler.Compile(event.SchemaID(noun)); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func checkRecord(r topic.Record, noun string, schemas map[string]*jsonschema.Schema) error {
	body, err := jsonschema.UnmarshalJSON(strings.NewReader(string(r.Value)))
	if err != nil {
		return err
	}
	if err := schemas[noun].Validate(body); err != nil {
		return fmt.Errorf("%s: %w\n%s", noun, err, r.Value)
	}
	ce, err := event.ParseCloudEvent(r.Header)
	if err != nil {
		return err
	}
	if ce.DataSchema != event.SchemaID(noun) || !strings.HasPrefix(ce.Source, "tradewire/") || r.Header(event.TraceParent) == "" || len(r.Key) == 0 {
		return fmt.Errorf("headers %+v, key %q", ce, r.Key)
	}
	return nil
}

func (w *wire) deadLetter(r topic.Record) {
	w.t.Helper()
	var f event.Fetch
	if err := json.Unmarshal(topic.Original(r).Value, &f); err != nil || !strings.HasSuffix(f.URL, "/fish-auction") {
		w.t.Fatalf("dead letter does not hold its input: %v", r.Headers)
	}
	served := httptest.NewRecorder()
	site.Handler().ServeHTTP(served, httptest.NewRequest(http.MethodGet, f.URL, nil))
	if !bytes.Equal(r.Value, served.Body.Bytes()) || r.Header(event.ContentType) != served.Header().Get("Content-Type") {
		w.t.Errorf("dead letter is not the page as it was served: %s %.200s", r.Header(event.ContentType), r.Value)
	}
	if r.Header(event.HeaderStage) != "scrape" || r.Header(event.HeaderClass) != "no_text" || r.Header(event.HeaderTopic) != "fetches" || r.Header(event.HeaderSource) != f.URL {
		w.t.Errorf("dead letter headers %v", r.Headers)
	}
}
