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

func (a *app) evalCommand() *cobra.Command {
	var config, gold string
	var mistakes bool
	c := &cobra.Command{
		Use:   "eval",
		Short: "Score extraction against labelled articles",
		Long: `Extract from the articles of a folder (articles.jsonl) and compare with its
labels (gold.jsonl): precision, recall and F1 of every part, and how far the
confidence of the claims agrees with the share that was right.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.evaluate(c.Context(), config, gold, mistakes)
		},
	}
	configFlag(c, &config)
	c.Flags().StringVar(&gold, "gold", filepath.Join("testdata", "gold"), "`folder` of articles.jsonl and gold.jsonl")
	c.Flags().BoolVar(&mistakes, "mistakes", false, "list what was missed, wrong or made up")
	return c
}

func (a *app) evaluate(ctx context.Context, config, dir string, mistakes bool) error {
	report, err := a.report(ctx, config, dir)
	if err != nil {
		return err
	}
	if err := report.WriteTable(a.stdout); err != nil {
		return err
	}
	if err := report.WriteReliability(a.stdout); err != nil || !mistakes {
		return err
	}
	return report.WriteMistakes(a.stdout)
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
