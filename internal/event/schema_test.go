package event_test

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/tradewire/tradewire/internal/event"
)

// ourKinds are the kinds that the project ships.
func ourKinds(t testing.TB) []event.Kind {
	t.Helper()
	data, err := os.ReadFile("../../pipelines/ontology/kinds.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Kinds []event.Kind `yaml:"kinds"`
	}
	if err := yaml.UnmarshalWithOptions(data, &file, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	return file.Kinds
}

func compiled(t testing.TB) map[string]*jsonschema.Schema {
	t.Helper()
	schemas, err := event.Schemas(ourKinds(t))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	out := map[string]*jsonschema.Schema{}
	for noun, body := range schemas {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if err := compiler.AddResource(event.SchemaID(noun), doc); err != nil {
			t.Fatal(err)
		}
		if out[noun], err = compiler.Compile(event.SchemaID(noun)); err != nil {
			t.Fatalf("compile %s: %v", noun, err)
		}
	}
	return out
}

func validate(t testing.TB, schema *jsonschema.Schema, body []byte) error {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return schema.Validate(doc)
}

// good holds one valid body of each noun; bad below spoils them.
func good(t testing.TB) map[string]string {
	t.Helper()
	rate := 125.0
	when := time.Date(2025, 5, 2, 9, 0, 0, 0, time.UTC)
	passage := []event.Evidence{{Sentence: 1, Start: 10, End: 14, Text: "duty"}}
	slots := event.Slots{
		"instrument": event.Text("tariff"), "action": event.Text("impose"), "status": event.Text("in_force"),
		"by": event.List("CN"), "on": event.List("US"), "sectors": event.List("energy"),
		"rates": {Rates: []event.Rate{{Value: &rate, Unit: "percent", Qualifier: "up_to"}}},
	}
	source := event.Source{Article: "a1", Claim: "c1", URL: "https://news.example/1", Published: "2025-05-02", Evidence: passage}
	bodies := map[string]any{
		"article": event.Article{ID: "a1", Version: "v1", URL: "https://news.example/1", Published: "2025-05-02T08:00:00+02:00", Country: "CN", Text: "A duty.", Fetched: &when},
		"fetch":   event.Fetch{URL: "https://news.example/1", Source: "news"},
		"page": event.Page{URL: "https://news.example/1", Status: 200, Fetched: when,
			Waits: &event.Wait{Until: when, Reason: event.WaitBudget, Fetch: event.Fetch{URL: "https://news.example/1", Source: "news", Listing: 1, Asked: &when}},
			Spent: &event.Spent{Source: "news", Day: "2025-05-02", Pages: 3, Bytes: 4096}},
		"mentions": event.Mentions{Article: "a1", Officials: []event.Official{{Name: "Ada Example", Country: "EU", Evidence: passage}}},
		"claim": event.Claim{ID: "c1", Article: "a1", Family: "measures", Kind: "measure", Slots: slots, Factuality: "asserted",
			Evidence: passage, Rule: "tariff-on", Confidence: .9, Source: &source,
			Revision: &event.Revision{Event: "e1", Rev: 2, Op: event.OpUpdate, Replaced: []string{"c0"}}},
		"event": event.Event{ID: "e1", Rev: 1, Op: event.OpCreate, Family: "measures", Kind: "measure", Slots: slots,
			Confidence: .9, Claims: []string{"c1"}, Sources: []event.Source{source}, Replaced: []string{"c0"}, Known: when},
		"deadletter": map[string]string{event.HeaderStage: "extract", event.HeaderClass: "panic", event.HeaderMessage: "index out of range",
			event.HeaderAttempt: "1", event.HeaderTopic: "trade.articles", event.HeaderPartition: "0", event.HeaderOffset: "17", "ce_id": "a1"},
	}
	out := map[string]string{}
	for noun, body := range bodies {
		data, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		out[noun] = string(data)
	}
	return out
}

func TestSchemasAcceptWhatWeWrite(t *testing.T) {
	schemas := compiled(t)
	for noun, body := range good(t) {
		if err := validate(t, schemas[noun], []byte(body)); err != nil {
			t.Errorf("%s: %v\n%s", noun, err, body)
		}
	}
	if len(schemas) != len(good(t)) {
		t.Errorf("%d schemas, %d examples", len(schemas), len(good(t)))
	}
}

func TestSchemasRefuse(t *testing.T) {
	schemas := compiled(t)
	whole := good(t)
	for _, tc := range []struct{ noun, replace, by, why string }{
		{"article", `"id":"a1"`, `"id":""`, "empty id"},
		{"article", `"text":"A duty."`, `"body":"A duty."`, "unknown member, no text"},
		{"article", `"country":"CN"`, `"country":"China"`, "a country is a code"},
		{"article", `"2025-05-02T08:00:00+02:00"`, `"May 2"`, "a date is a date"},
		{"fetch", `"source":"news"`, `"source":1`, "wrong type"},
		{"page", `"status":200`, `"status":-1`, "negative status"},
		{"mentions", `"rates":[]`, `"rates":null`, "null for a list"},
		{"mentions", `"rates":[]`, `"rates":[{"unit":"percent"}]`, "a rate without a value"},
		{"mentions", `"rates":[]`, `"rates":[{"min":5}]`, "a least without a most"},
		{"mentions", `"name":"Ada Example"`, `"name":""`, "an official without a name"},
		{"claim", `"instrument":"tariff"`, `"instrument":"quota"`, "a value outside the closed list"},
		{"claim", `"action":"impose"`, `"direction":"up"`, "a slot of another kind"},
		{"claim", `"action":"impose"`, `"reaction":"impose"`, "a slot of no kind"},
		{"claim", `"by":["CN"]`, `"by":"CN"`, "one text for a list"},
		{"claim", `"by":["CN"]`, `"by":["China"]`, "a country is a code"},
		{"claim", `"family":"measures"`, `"family":"stances"`, "the family of another kind"},
		{"claim", `"kind":"measure"`, `"kind":"rumour"`, "an unknown kind"},
		{"claim", `"confidence":0.9`, `"confidence":0`, "no confidence"},
		{"claim", `"confidence":0.9`, `"confidence":1.1`, "more than sure"},
		{"claim", `"factuality":"asserted"`, `"factuality":"true"`, "an unknown factuality"},
		{"claim", `"qualifier":"up_to"`, `"qualifier":"maybe"`, "an unknown qualifier"},
		{"claim", `"evidence":[{"sentence":1,"start":10,"end":14,"text":"duty"}],"rule"`, `"evidence":[],"rule"`, "no evidence"},
		{"claim", `"start":10`, `"start":-1`, "an offset before the text"},
		{"claim", `"rev":2`, `"rev":0`, "a correction without a revision"},
		{"event", `"rev":1`, `"rev":0`, "no revision"},
		{"event", `"op":"create"`, `"op":"delete"`, "an unknown operation"},
		{"event", `"claims":["c1"]`, `"claims":[]`, "no claim"},
		{"event", `"known_since":"2025-05-02T09:00:00Z"`, `"known_since":"yesterday"`, "not an instant"},
		{"deadletter", `"dl_stage":"extract"`, `"stage":"extract"`, "no stage"},
		{"deadletter", `"dl_offset":"17"`, `"dl_offset":"-1"`, "an offset is not negative"},
	} {
		body := strings.Replace(whole[tc.noun], tc.replace, tc.by, 1)
		if body == whole[tc.noun] {
			t.Fatalf("%s: %s is not in %s", tc.noun, tc.replace, body)
		}
		if validate(t, schemas[tc.noun], []byte(body)) == nil {
			t.Errorf("%s: %s was accepted: %s", tc.noun, tc.why, body)
		}
	}
}

// TestSchemasDescribeEveryField walks the schemas: a property without a
// description is found wherever it stands.
func TestSchemasDescribeEveryField(t *testing.T) {
	schemas, err := event.Schemas(ourKinds(t))
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	var walk func(path string, node any)
	walk = func(path string, node any) {
		switch n := node.(type) {
		case map[string]any:
			// The condition on the kind is no member of its own.
			if properties, ok := n["properties"].(map[string]any); ok && !strings.HasSuffix(path, "/if") {
				for name, p := range properties {
					seen++
					if d, _ := p.(map[string]any)["description"].(string); d == "" {
						t.Errorf("%s: property %s has no description", path, name)
					}
				}
			}
			for name, child := range n {
				walk(path+"/"+name, child)
			}
		case []any:
			for _, child := range n {
				walk(path, child)
			}
		}
	}
	for noun, body := range schemas {
		var doc map[string]any
		if err := json.Unmarshal(body, &doc); err != nil {
			t.Fatal(err)
		}
		if doc["$id"] != "https://tradewire.dev/schema/v1/"+noun+".json" || doc["description"] == "" {
			t.Errorf("%s: $id %v, description %v", noun, doc["$id"], doc["description"])
		}
		walk(noun, doc)
	}
	if seen < 150 {
		t.Errorf("only %d properties were seen", seen)
	}
}

// TestSchemasNameTheFieldsOfTheTypes holds schema and struct tags together.
func TestSchemasNameTheFieldsOfTheTypes(t *testing.T) {
	schemas, err := event.Schemas(ourKinds(t))
	if err != nil {
		t.Fatal(err)
	}
	slots := map[string]bool{}
	for _, k := range ourKinds(t) {
		for _, s := range k.Slots {
			slots[s.Name] = true
		}
	}
	for noun, of := range map[string]any{"article": event.Article{}, "fetch": event.Fetch{}, "page": event.Page{},
		"mentions": event.Mentions{}, "claim": event.Claim{}, "event": event.Event{}} {
		var doc struct {
			Properties map[string]any `json:"properties"`
		}
		if err := json.Unmarshal(schemas[noun], &doc); err != nil {
			t.Fatal(err)
		}
		var want []string
		for f := range reflect.TypeOf(of).Fields() {
			if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "-" {
				want = append(want, name)
			}
		}
		var got []string
		for name := range doc.Properties {
			if !slots[name] || slices.Contains(want, name) {
				got = append(got, name)
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: the schema has %v, the type %v", noun, got, want)
		}
	}
}

func TestSchemasAreStable(t *testing.T) {
	first, err := event.Schemas(ourKinds(t))
	if err != nil {
		t.Fatal(err)
	}
	second, err := event.Schemas(ourKinds(t))
	if err != nil {
		t.Fatal(err)
	}
	for noun := range first {
		if !bytes.Equal(first[noun], second[noun]) {
			t.Errorf("%s differs from run to run", noun)
		}
	}
}

func TestSchemasTellAllThatIsWrongWithKinds(t *testing.T) {
	_, err := event.Schemas([]event.Kind{
		{Name: "summit", Family: "meetings", Slots: []event.Slot{
			{Name: "place", Type: "location", Description: "Where."},
			{Name: "rule", Type: event.TypeText, Description: "Taken."},
			{Name: "claims", Type: event.TypeText, Description: "Taken by events."},
			{Name: "mood", Type: event.TypeEnum, Description: "No values."},
			{Name: "host", Type: event.TypeCountry, Values: []string{"US"}},
			{Name: "host", Type: event.TypeCountry, Description: "Twice."},
		}},
		{Name: "summit", Family: "stances", Description: "Twice."},
	})
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{`unknown family "meetings"`, "kind summit: no description", `unknown type "location"`,
		`slot "rule": every claim`, `slot "claims": every claim`, "an enum needs values", "values are for the type enum",
		`slot "host": no description`, `slot "host": the name is empty or given twice`, `kind "summit": the name is empty or given twice`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not told in:\n%v", want, err)
		}
	}
	if _, err := event.Schemas(nil); err == nil {
		t.Error("no kinds, no error")
	}
}
