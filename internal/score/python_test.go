package score

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// original finds the Python scorer beside the project and an interpreter.
func original(t *testing.T) (python, script string) {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3")
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for up := filepath.Dir(dir); up != dir; dir, up = up, filepath.Dir(up) {
		script = filepath.Join(up, "shared", "eval", "score.py")
		if _, err := os.Stat(script); err == nil {
			return python, script
		}
	}
	t.Skip("no scorer beside the project")
	return "", ""
}

// TestEqualsOriginal holds the port to the original on random records: every
// row to 12 digits, the printed table, and the list of mistakes.
func TestEqualsOriginal(t *testing.T) {
	python, script := original(t)
	for seed := range uint64(12) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 1))
			dir := t.TempDir()
			goldFile, foundFile := filepath.Join(dir, "gold.jsonl"), filepath.Join(dir, "found.jsonl")
			gold, found := randomFiles(r)
			write(t, goldFile, gold)
			write(t, foundFile, found)
			report := Compare(read(t, gold), read(t, found))
			compareRows(t, report, run(t, python, script, goldFile, foundFile, "--json"))
			comparePrint(t, report, run(t, python, script, goldFile, foundFile, "--errors"))
		})
	}
}

func compareRows(t *testing.T, report Report, out []byte) {
	t.Helper()
	var want map[string]struct {
		P, R, F1   float64
		Gold, Pred int
	}
	if err := json.Unmarshal(out, &want); err != nil {
		t.Fatal(err)
	}
	if len(want) != len(report.Rows) || len(want) < 10 {
		t.Errorf("%d rows, the original has %d", len(report.Rows), len(want))
	}
	for _, row := range report.Rows {
		w := want[row.Name]
		off := max(math.Abs(w.P-row.Precision), math.Abs(w.R-row.Recall), math.Abs(w.F1-row.F1))
		if off > 1e-12 || w.Gold != row.Gold || w.Pred != row.Found {
			t.Errorf("%s: got %+v, want %+v", row.Name, row, w)
		}
	}
}

func comparePrint(t *testing.T, report Report, out []byte) {
	t.Helper()
	var table bytes.Buffer
	if err := report.WriteTable(&table); err != nil {
		t.Fatal(err)
	}
	if !bytes.HasSuffix(out, table.Bytes()) {
		t.Errorf("the printed table differs:\n%s\nthe original:\n%s", table.String(), out)
	}
	var want, got []string
	for line := range strings.Lines(string(bytes.TrimSuffix(out, table.Bytes()))) {
		fields := strings.SplitN(line, " ", 3)
		want = append(want, fields[0]+" "+fields[1])
	}
	for _, m := range report.Mistakes {
		if _, known := rules()[m.Kind]; known { // the original does not list unknown kinds
			got = append(got, m.What+" "+m.Article)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("mistakes differ: %d, the original has %d", len(got), len(want))
	}
}

func run(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		t.Fatalf("run the original: %v", err)
	}
	return out
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// randomFiles makes labels and finds that often agree and often nearly do.
func randomFiles(r *rand.Rand) (gold, found string) {
	var left, right strings.Builder
	for i := range 60 {
		id := fmt.Sprint("art-", i)
		label := map[string]any{"id": id}
		guess := map[string]any{"article": map[string]any{"id": id}}
		mentions := map[string]any{}
		for _, name := range [...]string{"officials", "rates", "sectors"} {
			label[name], mentions[name] = randomList(r, name), randomList(r, name)
		}
		label["events"], guess["events"] = randomList(r, "events"), randomList(r, "events")
		if r.IntN(4) == 0 { // the flat form
			guess = mentions
			guess["id"], guess["events"] = id, randomList(r, "events")
		} else {
			guess["mentions"] = mentions
		}
		if i%9 == 0 {
			label["events"] = []any{}
		}
		line(&left, label)
		if r.IntN(10) > 0 {
			line(&right, guess)
		}
	}
	line(&right, map[string]any{"id": "nobody", "events": randomList(r, "events")})
	return left.String(), right.String() + "\n"
}

func line(b *strings.Builder, v any) {
	out, err := json.Marshal(v)
	if err != nil {
		panic(err) // the values are made above
	}
	b.Write(out)
	b.WriteByte('\n')
}

func randomList(r *rand.Rand, name string) []any {
	items := []any{}
	for range r.IntN(5) {
		switch name {
		case "officials":
			items = append(items, fill(r, map[string][]any{"name": names(), "country": parties()}))
		case "rates":
			numbers := []any{10, 10.0, 25, "25", 12.5, 0, nil, " 12.5 ", "1e1", true, "ten", 1e20, "0x10"}
			items = append(items, fill(r, map[string][]any{"value": numbers, "min": numbers, "max": numbers, "by": parties(), "on": parties()}))
		case "sectors":
			items = append(items, pick(r, []any{"steel", "Toys", "gems", "dairy", "ENERGY"}))
		default:
			items = append(items, randomEvent(r))
		}
	}
	return items
}

func randomEvent(r *rand.Rand) any {
	texts := []any{"unilateral tariffs", "the tariffs on steel", "Talks with the US", "new talks", "", nil, "S&P 500", "Zölle", 7, 0, []any{"steel", "talks"},
		"duties on copper wire and steel pipes", "copper prices in Asia", "pipes for gas fields"}
	states := []any{"announced", "In_Force", "proposed", "threatened", "rejected", "filed", "", nil, "underway", "held"}
	return fill(r, map[string][]any{
		"kind":       {"measure", "measure", "measure", "measure", "stance", "negotiation", "agreement", "stance", "appointment", "dispute", "market_move", "trade_flow", "realignment", "rumour"},
		"instrument": {"tariff", "Tariff", "export_control", "S&P 500", "the index", "soybeans"},
		"action":     {"impose", "raise", "extend", "lower", "remove", "EXEMPT", "appoint", "resign", "", nil},
		"status":     states, "by": parties(), "on": parties(), "parties": parties(), "holder": append(parties(), names()...),
		"speaker": names(), "position": {"support", "oppose", "Oppose", nil}, "target": texts, "person": names(),
		"complainant": parties(), "respondent": parties(), "direction": {"up", "down", "UP", "", nil},
		"reporter": parties(), "flow": {"exports", "imports", "Exports"}, "actor": parties(), "away_from": parties(),
		"confidence": {0.2, 0.5, 0.95},
	})
}

func names() []any {
	return []any{"Ana Maria Ruiz", "Ruiz", "Ana Ruiz", "Tom Hall", "Hall", "Jo", "", nil, "İlker Öz", "the US", "Straße Groß", []any{"Tom", "Hall"}}
}

func parties() []any {
	return []any{"US", "us", []any{"US", "CN"}, []any{"cn"}, []any{}, nil, "", []any{"EU", "CN", "MX"}, []any{nil, 3, "Straße"}, "STRASSE", 0}
}

// fill gives an object most of the slots.
func fill(r *rand.Rand, slots map[string][]any) map[string]any {
	out := map[string]any{}
	keys := make([]string, 0, len(slots))
	for name := range slots {
		keys = append(keys, name)
	}
	slices.Sort(keys) // so that a seed gives the same records
	for _, name := range keys {
		if name == "kind" || r.IntN(6) > 0 {
			out[name] = pick(r, slots[name])
		}
	}
	return out
}

func pick(r *rand.Rand, from []any) any { return from[r.IntN(len(from))] }
