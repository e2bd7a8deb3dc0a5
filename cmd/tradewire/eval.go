package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/score"
)

// evaluation is what eval is asked for.
type evaluation struct {
	config                       string
	gold                         []string
	mistakes, confidence, asJSON bool
}

func (a *app) evalCommand() *cobra.Command {
	var e evaluation
	c := &cobra.Command{
		Use:   "eval",
		Short: "Score extraction against labelled articles",
		Long: `Extract from the articles of a folder (articles.jsonl) and compare with its
labels (gold.jsonl): precision, recall and F1 of every part, and how far the
confidence of the claims agrees with the share that was right. --gold may be
given several times; each folder is scored by itself.

--confidence measures the confidence of the rules anew, over all folders
together: of how many claims each rule's kind and main actor were right, and
the share to write into pipelines/patterns. The share of a rule with few claims
is drawn to that of its kind (as if five claims more had that share).`,
		Example: `  tradewire eval --mistakes
  tradewire eval --gold testdata/gold --gold labelled/more --confidence
  tradewire eval --json | jq '.sets[0].rows[] | {name, f1}'`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.evaluate(c.Context(), e)
		},
	}
	configFlag(c, &e.config)
	c.Flags().StringArrayVar(&e.gold, "gold", []string{filepath.Join("testdata", "gold")}, "`folder` of articles.jsonl and gold.jsonl, may be repeated")
	c.Flags().BoolVar(&e.mistakes, "mistakes", false, "list what was missed, wrong or made up")
	c.Flags().BoolVar(&e.confidence, "confidence", false, "measure each rule's confidence over all folders")
	c.Flags().BoolVar(&e.asJSON, "json", false, "print one JSON object in place of tables")
	return c
}

// scored is the outcome of one folder, in JSON.
type scored struct {
	Gold             string          `json:"gold"`
	Rows             []score.Row     `json:"rows"`
	Reliability      []score.Bucket  `json:"reliability"`
	CalibrationError float64         `json:"calibration_error"`
	Mistakes         []score.Mistake `json:"mistakes,omitempty"`
}

func (a *app) evaluate(ctx context.Context, e evaluation) error {
	reports := make([]score.Report, len(e.gold))
	for i, dir := range e.gold {
		var err error
		if reports[i], err = a.report(ctx, e.config, dir); err != nil {
			return err
		}
	}
	if e.asJSON {
		return a.evaluationJSON(e, reports)
	}
	for i, report := range reports {
		if len(reports) > 1 {
			fmt.Fprintf(a.stdout, "== %s\n", e.gold[i])
		}
		if err := report.WriteTable(a.stdout); err != nil {
			return err
		}
		if err := report.WriteReliability(a.stdout); err != nil {
			return err
		}
		if e.mistakes {
			if err := report.WriteMistakes(a.stdout); err != nil {
				return err
			}
		}
	}
	if !e.confidence {
		return nil
	}
	return score.WriteConfidence(a.stdout, score.Confidence(reports...))
}

// evaluationJSON prints the same as data.
func (a *app) evaluationJSON(e evaluation, reports []score.Report) error {
	var out struct {
		Sets       []scored          `json:"sets"`
		Confidence []score.RuleShare `json:"confidence,omitempty"`
	}
	for i, r := range reports {
		s := scored{Gold: e.gold[i], Rows: r.Rows, Reliability: r.Reliability(), CalibrationError: r.CalibrationError()}
		if e.mistakes {
			s.Mistakes = r.Mistakes
		}
		out.Sets = append(out.Sets, s)
	}
	if e.confidence {
		out.Confidence = score.Confidence(reports...)
	}
	return lineTo(a.stdout, out)
}

// report extracts from the articles of dir and compares with its labels.
func (a *app) report(ctx context.Context, config, dir string) (score.Report, error) {
	o, err := loadOntology(config)
	if err != nil {
		return score.Report{}, err
	}
	x, err := extractor(o)
	if err != nil {
		return score.Report{}, err
	}
	gold, err := readRecords(filepath.Join(dir, "gold.jsonl"))
	if err != nil {
		return score.Report{}, err
	}
	var lines bytes.Buffer
	r := &articleReader{app: a, config: config}
	err = r.read(ctx, filepath.Join(dir, "articles.jsonl"), func(name string, article event.Article, err error) error {
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		line, err := extractOne(x, article)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return json.NewEncoder(&lines).Encode(line)
	})
	if err != nil {
		return score.Report{}, usage("read articles of %s: %w", dir, err)
	}
	predicted, err := score.Read("extracted", &lines)
	if err != nil {
		return score.Report{}, fmt.Errorf("score: %w", err)
	}
	return score.Compare(gold, predicted), nil
}

func readRecords(path string) ([]score.Record, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, usage("read labels: %w", err)
	}
	defer f.Close()
	records, err := score.Read(path, f)
	if err != nil {
		return nil, usage("read labels: %w", err)
	}
	return records, nil
}
