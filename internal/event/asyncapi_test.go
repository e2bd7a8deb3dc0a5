package event_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/tradewire/tradewire/internal/event"
)

func channels() []event.Channel {
	var all []event.Channel
	for _, name := range append([]string{"fetches", "pages", "articles", "mentions", "claims", "ledger", "deadletter"}, event.Families()...) {
		all = append(all, event.Channel{Name: name, Address: "trade." + name, Partitions: 6, Replicas: 3, Cleanup: "compact,delete", RetentionMilliseconds: -1})
	}
	return all
}

func asyncAPI(t *testing.T) (body []byte, doc any) {
	t.Helper()
	body, err := event.AsyncAPI(ourKinds(t), channels())
	if err != nil {
		t.Fatal(err)
	}
	if doc, err = jsonschema.UnmarshalJSON(bytes.NewReader(body)); err != nil {
		t.Fatal(err)
	}
	return body, doc
}

// The document is one of AsyncAPI 3.0.0, by the schema that its makers publish.
func TestAsyncAPIIsValid(t *testing.T) {
	packed, err := os.Open("testdata/asyncapi/3.0.0.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	plain, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	meta, err := jsonschema.UnmarshalJSON(plain)
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("http://asyncapi.com/definitions/3.0.0/asyncapi.json", meta); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("http://asyncapi.com/definitions/3.0.0/asyncapi.json")
	if err != nil {
		t.Fatal(err)
	}
	body, doc := asyncAPI(t)
	if err := schema.Validate(doc); err != nil {
		t.Errorf("%v", err)
	}
	spoilt, err := jsonschema.UnmarshalJSON(strings.NewReader(strings.Replace(string(body), `"action": "receive"`, `"action": "listen"`, 1)))
	if err != nil {
		t.Fatal(err)
	}
	if schema.Validate(spoilt) == nil {
		t.Error("an action that AsyncAPI does not know was accepted: nothing is checked")
	}
}

// Every reference leads somewhere, and the schemas are those of the topics:
// what we write is valid, what Schemas refuses is not.
func TestAsyncAPIHoldsTheSchemas(t *testing.T) {
	body, doc := asyncAPI(t)
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft7)
	if err := compiler.AddResource("asyncapi.json", doc); err != nil {
		t.Fatal(err)
	}
	for noun, good := range good(t) {
		schema, err := compiler.Compile("asyncapi.json#/components/schemas/" + noun)
		if err != nil {
			t.Fatalf("%s: %v", noun, err)
		}
		if err := validate(t, schema, []byte(good)); err != nil {
			t.Errorf("%s: %v", noun, err)
		}
		if noun != "deadletter" && validate(t, schema, []byte(`{"nonsense":1}`)) == nil {
			t.Errorf("%s: nonsense is accepted", noun)
		}
	}
	var parsed struct {
		Channels map[string]struct {
			Address  string
			Messages map[string]map[string]string
		}
		Components struct{ Messages, Schemas map[string]json.RawMessage }
	}
	if err := json.Unmarshal(body, &parsed); err != nil {
		t.Fatal(err)
	}
	if len(parsed.Channels) != 12 || parsed.Channels["measures"].Address != "trade.measures" {
		t.Errorf("%d channels", len(parsed.Channels))
	}
	for at := string(body); ; {
		_, rest, found := strings.Cut(at, `"$ref": "#/components/`)
		if !found {
			break
		}
		name, after, _ := strings.Cut(rest, `"`)
		kind, name, _ := strings.Cut(name, "/")
		if parsed.Components.Messages[name] == nil && kind == "messages" || parsed.Components.Schemas[name] == nil && kind == "schemas" {
			t.Errorf("#/components/%s/%s leads nowhere", kind, name)
		}
		at = after
	}
}
