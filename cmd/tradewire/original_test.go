package main

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/tradewire/tradewire/internal/extract"
	"github.com/tradewire/tradewire/internal/score"
)

// On real articles eval prints what the scorer of the labelled set prints.
func TestEvalEqualsOriginal(t *testing.T) {
	shared := filepath.Join("..", "..", "..", "shared", "eval")
	gold := filepath.Join(shared, "learn", "gold.jsonl")
	python, err := exec.LookPath("python3")
	if _, missing := os.Stat(gold); missing != nil || err != nil {
		t.Skip("no labelled set beside the project, or no python3; random records are compared in internal/score")
	}
	var lines bytes.Buffer
	a := &app{stdout: &lines, stderr: io.Discard}
	o, err := loadOntology(filepath.Join("..", "..", "pipelines"))
	if err != nil {
		t.Fatal(err)
	}
	x, err := extract.New(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.extractAll(t.Context(), &articleReader{app: a}, finder(x), []string{filepath.Join(shared, "learn", "articles.jsonl")}); err != nil {
		t.Fatal(err)
	}
	found := filepath.Join(t.TempDir(), "found.jsonl")
	if err := os.WriteFile(found, lines.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(python, filepath.Join(shared, "score.py"), gold, found, "--json").Output()
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]struct {
		P, R, F1   float64
		Gold, Pred int
	}
	if err := json.Unmarshal(out, &want); err != nil {
		t.Fatal(err)
	}
	labels, err := readRecords(gold)
	if err != nil {
		t.Fatal(err)
	}
	predicted, err := score.Read("extracted", bytes.NewReader(lines.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	report := score.Compare(labels, predicted)
	if len(report.Rows) != len(want) || len(want) < 20 {
		t.Errorf("%d rows, the original has %d", len(report.Rows), len(want))
	}
	for _, row := range report.Rows {
		w := want[row.Name]
		if off := max(math.Abs(w.P-row.Precision), math.Abs(w.R-row.Recall), math.Abs(w.F1-row.F1)); off > 1e-12 || w.Gold != row.Gold || w.Pred != row.Found {
			t.Errorf("%s: got %+v, the original %+v", row.Name, row, w)
		}
	}
}
