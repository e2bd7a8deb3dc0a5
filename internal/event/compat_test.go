package event_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tradewire/tradewire/internal/event"
)

// The schemas of the last release are in testdata/released; what they allow
// and promise, today's do. When a release is made, `tradewire schema --out`
// writes the folder of its version there.
func TestSchemasKeepWhatTheLastReleasePromised(t *testing.T) {
	releases, err := filepath.Glob("testdata/released/*")
	if err != nil || len(releases) == 0 {
		t.Fatalf("no released schemas: %v", err)
	}
	last := slices.Max(releases)
	files, err := filepath.Glob(last + "/*.json")
	if err != nil || len(files) < 7 {
		t.Fatalf("%d schemas in %s: %v", len(files), last, err)
	}
	schemas, err := event.Schemas(ourKinds(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		noun := strings.TrimSuffix(filepath.Base(file), ".json")
		old, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if schemas[noun] == nil {
			t.Errorf("the schema of %s is gone", noun)
			continue
		}
		breaks, err := event.Breaks(old, schemas[noun])
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range breaks {
			t.Errorf("%s breaks what %s promised: %s", noun, last, b)
		}
	}
}

func TestBreaks(t *testing.T) {
	schemas, err := event.Schemas(ourKinds(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ noun, was, is, want string }{
		{"event", `"known_since": {`, `"known": {`, "/properties/known_since: it is gone"},
		{"event", `"retract"`, `"withdraw"`, `/properties/op: the value "retract" is gone`},
		{"event", `"minimum": 1`, `"minimum": 2`, "minimum was 1 and is 2"},
		{"event", `"sources"
  ]`, `"sources",
    "rule"
  ]`, "/: rule is required, and was not"},
		{"event", `"claims",
    "sources"
  ]`, `"sources"
  ]`, "/: claims is no longer required"},
		{"article", `"text": {
      "description"`, `"text": {
      "minLength": 1,
      "description"`, "/properties/text: minLength is asked for"},
		{"fetch", `"type": "integer"`, `"type": "string"`, "type was integer and is string"},
		{"claim", `"const": "measure"`, `"const": "tariff"`, "/allOf: the condition"},
		{"claim", `"enum": [
        "by",`, `"enum": [`, ""},
		{"article", `"additionalProperties": false`, `"additionalProperties": true`, "additionalProperties was false and is true"},
	} {
		old := string(schemas[tc.noun])
		now := strings.Replace(old, tc.was, tc.is, 1)
		if now == old {
			if tc.want != "" {
				t.Errorf("%s: %s is not in the schema", tc.noun, tc.was)
			}
			continue
		}
		breaks, err := event.Breaks([]byte(old), []byte(now))
		if err != nil || !strings.Contains(strings.Join(breaks, "\n"), tc.want) {
			t.Errorf("%s: %q, %v; want %q", tc.noun, breaks, err, tc.want)
		}
	}
	for noun, body := range schemas {
		if breaks, err := event.Breaks(body, body); err != nil || len(breaks) > 0 {
			t.Errorf("%s breaks itself: %q, %v", noun, breaks, err)
		}
	}
	if _, err := event.Breaks([]byte("{}"), []byte("{")); err == nil {
		t.Error("half a schema was read")
	}
}

// What may be added: a slot, a kind, a value, a member.
func TestAdditionsDoNotBreak(t *testing.T) {
	kinds := ourKinds(t)
	old, err := event.Schemas(kinds)
	if err != nil {
		t.Fatal(err)
	}
	for i := range kinds {
		for j := range kinds[i].Slots {
			if s := &kinds[i].Slots[j]; s.Type == event.TypeEnum {
				s.Values = append(slices.Clone(s.Values), "a_new_one")
			}
		}
		kinds[i].Slots = append(kinds[i].Slots, event.Slot{Name: "newly_said", Type: event.TypeText, Description: "New."})
	}
	kinds = append(kinds, event.Kind{Name: "novelty", Family: "measures", Description: "New.", Slots: []event.Slot{
		{Name: "what", Type: event.TypeText, Description: "New."}}})
	now, err := event.Schemas(kinds)
	if err != nil {
		t.Fatal(err)
	}
	for noun := range old {
		if breaks, err := event.Breaks(old[noun], now[noun]); err != nil || len(breaks) > 0 {
			t.Errorf("%s: %q, %v", noun, breaks, err)
		}
	}
	if breaks, err := event.Breaks(now["claim"], old["claim"]); err != nil || len(breaks) == 0 {
		t.Errorf("taking them away again breaks nothing: %v", err)
	}
}
