package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/pipeline"
)

func (a *app) extractCommand() *cobra.Command {
	var config string
	var loopback bool
	c := &cobra.Command{
		Use:   "extract FILE|URL|-…",
		Short: "Print what articles mention and claim, one JSON object a line",
		Long: `Read articles and print for each one a line of JSON: {"article", "mentions",
"events"}. Input is HTML, plain text, or JSON articles {"id", "title", "url",
"publisher", "date", "text"}, one or many to a file; each also gzipped. "-" is
stdin. No broker is needed.`,
		Example: `  tradewire extract articles.jsonl https://ustr.gov/some/press-release
  tradewire extract page.html | jq .events`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			o, err := loadOntology(config)
			if err != nil {
				return err
			}
			x, err := extractor(o)
			if err != nil {
				return err
			}
			r := &articleReader{app: a, config: config, loopback: loopback}
			return a.extractAll(c.Context(), r, x, args)
		},
	}
	configFlag(c, &config)
	c.Flags().BoolVar(&loopback, "allow-loopback", false, "let URLs lead to this machine")
	return c
}

// found is one line of output.
type found struct {
	Article  described      `json:"article"`
	Mentions event.Mentions `json:"mentions"`
	Events   []event.Claim  `json:"events"`
}

// described is an article without what only the topics need.
type described struct {
	ID        string `json:"id"`
	Input     string `json:"input"`
	URL       string `json:"url"`
	Title     string `json:"title"`
	Author    string `json:"author"`
	Publisher string `json:"publisher"`
	Published string `json:"published"`
	Language  string `json:"language"`
	Text      string `json:"text"`
}

func describedAs(a event.Article) described {
	return described{
		ID: a.ID, Input: a.Input, URL: a.URL, Title: a.Title, Author: a.Author,
		Publisher: a.Publisher, Published: a.Published, Language: a.Language, Text: a.Text,
	}
}

// extractAll prints what each input holds. An input that fails is reported
// and left out; the others go on.
func (a *app) extractAll(ctx context.Context, r *articleReader, x pipeline.Extractor, inputs []string) error {
	out := json.NewEncoder(a.stdout)
	out.SetEscapeHTML(false)
	done, failed := 0, 0
	bad := func(name string, err error) {
		failed++
		fmt.Fprintf(a.stderr, "tradewire: %s: %v\n", name, err)
	}
	var broken error
	for _, input := range inputs {
		err := r.read(ctx, input, func(name string, article event.Article, err error) error {
			if err != nil {
				bad(name, err)
				return nil
			}
			line, err := extractOne(x, article)
			if err != nil {
				bad(name, err)
				return nil
			}
			done++
			broken = out.Encode(line)
			return broken
		})
		switch {
		case broken != nil:
			return fmt.Errorf("write result: %w", broken)
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil:
			bad(input, err)
		}
	}
	switch {
	case failed == 0:
		return nil
	case done > 0:
		return errPartly
	}
	return errShown
}

// extractOne turns a panic on one article into its error.
func extractOne(x pipeline.Extractor, a event.Article) (line found, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in extraction: %v", p)
		}
	}()
	mentions, claims, err := x(a)
	if err != nil {
		return found{}, err
	}
	mentions.Article = ""
	if claims == nil {
		claims = []event.Claim{}
	}
	return found{Article: describedAs(a), Mentions: mentions, Events: claims}, nil
}
