// Package gold_test checks that the labelled articles keep to their own rules:
// those to learn from (this folder) and those that are only scored (unseen).
package gold_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/tradewire/tradewire/internal/event"
)

type article struct {
	ID, Title, Text string
}

type record struct {
	ID        string
	Officials []struct{ Name, Country string }
	Rates     []rate
	Sectors   []string
	Events    []map[string]any
}

type rate struct {
	Value, Min, Max *float64
	Unit, Qualifier string
	By, On          []string
}

const (
	learnt = "."
	unseen = "../unseen"
)

// records reads the labels of both folders.
func records(t *testing.T) []record {
	return append(lines[record](t, filepath.Join(learnt, "gold.jsonl")), lines[record](t, filepath.Join(unseen, "gold.jsonl"))...)
}

func lines[T any](t *testing.T, name string) []T {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var out []T
	scanner := bufio.NewScanner(file)
	for scanner.Scan() {
		var one T
		if err := json.Unmarshal(scanner.Bytes(), &one); err != nil {
			t.Fatalf("%s:%d: %v", name, len(out)+1, err)
		}
		out = append(out, one)
	}
	if err := scanner.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// kinds reads the published kinds and the sector codes.
func kinds(t *testing.T) (map[string]event.Kind, []string) {
	t.Helper()
	var k struct{ Kinds []event.Kind }
	var s struct{ Sectors []struct{ Code string } }
	for name, into := range map[string]any{
		"../../pipelines/ontology/kinds.yaml":  &k,
		"../../pipelines/lexicon/sectors.yaml": &s,
	} {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := yaml.Unmarshal(data, into); err != nil {
			t.Fatal(err)
		}
	}
	byName := map[string]event.Kind{}
	for _, kind := range k.Kinds {
		byName[kind.Name] = kind
	}
	var codes []string
	for _, sector := range s.Sectors {
		codes = append(codes, sector.Code)
	}
	return byName, codes
}

func TestArticlesAndRecordsBelongTogether(t *testing.T) {
	articles := append(lines[article](t, filepath.Join(learnt, "articles.jsonl")), lines[article](t, filepath.Join(unseen, "articles.jsonl"))...)
	records := records(t)
	if len(articles) != len(records) {
		t.Fatalf("%d articles, %d records", len(articles), len(records))
	}
	seen := map[string]bool{}
	silent := 0
	for i, a := range articles {
		if a.ID != records[i].ID || seen[a.ID] {
			t.Errorf("line %d: article %q, record %q", i+1, a.ID, records[i].ID)
		}
		seen[a.ID] = true
		if n := len(strings.Fields(a.Text)); n < 60 || n > 220 {
			t.Errorf("%s has %d words, want 60 to 220", a.ID, n)
		}
		if r := records[i]; len(r.Events) == 0 {
			silent++
			if len(r.Officials)+len(r.Rates)+len(r.Sectors) > 0 {
				t.Errorf("%s has no trade act and is yet labelled", a.ID)
			}
		}
	}
	if len(articles) < 60 || silent < 12 {
		t.Errorf("%d articles, %d of them silent; want 60 and 12", len(articles), silent)
	}
}

// TestLabelsStandInTheText holds names, evidence and quotes to the letter.
func TestLabelsStandInTheText(t *testing.T) {
	for _, dir := range []string{learnt, unseen} {
		articles := lines[article](t, filepath.Join(dir, "articles.jsonl"))
		for i, r := range lines[record](t, filepath.Join(dir, "gold.jsonl")) {
			checkLetters(t, articles[i], r)
		}
	}
}

func checkLetters(t *testing.T, a article, r record) {
	t.Helper()
	text := a.Text
	for _, o := range r.Officials {
		if !strings.Contains(text+a.Title, o.Name) || o.Country == "" {
			t.Errorf("%s: official %q (%s)", r.ID, o.Name, o.Country)
		}
	}
	for _, e := range r.Events {
		evidence, _ := e["evidence"].(string)
		if evidence == "" || !strings.Contains(text, evidence) {
			t.Errorf("%s: evidence not in the text: %q", r.ID, evidence)
		}
		for _, slot := range []string{"quote", "person", "speaker"} {
			if said, _ := e[slot].(string); !strings.Contains(text, said) {
				t.Errorf("%s: %s not in the text: %q", r.ID, slot, said)
			}
		}
	}
}

func TestRatesAreWhole(t *testing.T) {
	qualifiers := map[string]int{}
	for _, r := range records(t) {
		for _, rate := range r.Rates {
			between := rate.Qualifier == "between"
			if between != (rate.Min != nil && rate.Max != nil) || between == (rate.Value != nil) || rate.Unit == "" || rate.By == nil || rate.On == nil {
				t.Errorf("%s: rate %+v", r.ID, rate)
			}
			qualifiers[rate.Qualifier]++
		}
	}
	for _, q := range []string{"exact", "up_to", "at_least", "about", "between"} {
		if qualifiers[q] == 0 {
			t.Errorf("no rate is %s", q)
		}
		delete(qualifiers, q)
	}
	if len(qualifiers) > 0 {
		t.Errorf("unknown qualifiers %v", qualifiers)
	}
}

// TestSlotsAreThoseOfTheKind checks every slot against the ontology, and that
// each value of each closed slot occurs at least once.
func TestSlotsAreThoseOfTheKind(t *testing.T) {
	known, sectors := kinds(t)
	used := map[string]bool{}
	for _, r := range records(t) {
		for _, code := range r.Sectors {
			if !slices.Contains(sectors, code) {
				t.Errorf("%s: unknown sector %q", r.ID, code)
			}
		}
		for _, e := range r.Events {
			name, _ := e["kind"].(string)
			kind, ok := known[name]
			if !ok {
				t.Errorf("%s: unknown kind %q", r.ID, name)
				continue
			}
			checkSlots(t, r.ID, kind, e, sectors)
			for slot, value := range e {
				if text, ok := value.(string); ok {
					used[name+" "+slot+" "+text] = true
				}
			}
		}
	}
	for name, kind := range known {
		for _, slot := range kind.Slots {
			for _, value := range slot.Values {
				if !used[name+" "+slot.Name+" "+value] {
					t.Errorf("no %s has %s %s", name, slot.Name, value)
				}
			}
		}
	}
}

func checkSlots(t *testing.T, id string, kind event.Kind, e map[string]any, sectors []string) {
	t.Helper()
	fixed := []string{"kind", "evidence", "factuality"}
	for name, value := range e {
		if slices.Contains(fixed, name) {
			continue
		}
		at := slices.IndexFunc(kind.Slots, func(s event.Slot) bool { return s.Name == name })
		if at < 0 {
			t.Errorf("%s: a %s has no slot %s", id, kind.Name, name)
			continue
		}
		list, isList := value.([]any)
		switch slot := kind.Slots[at]; slot.Type {
		case event.TypeEnum:
			if text, _ := value.(string); !slices.Contains(slot.Values, text) {
				t.Errorf("%s: %s %s is %v", id, kind.Name, name, value)
			}
		case event.TypeSectors:
			for _, code := range list {
				if text, _ := code.(string); !slices.Contains(sectors, text) {
					t.Errorf("%s: %s has sector %v", id, kind.Name, code)
				}
			}
		case event.TypeCountries, event.TypeTexts, event.TypeRates:
			if !isList {
				t.Errorf("%s: %s %s is no list", id, kind.Name, name)
			}
		default:
			if _, ok := value.(string); !ok {
				t.Errorf("%s: %s %s is no text", id, kind.Name, name)
			}
		}
	}
}
