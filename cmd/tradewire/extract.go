package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/extract"
	"github.com/tradewire/tradewire/internal/pipeline"
)

func (a *app) extractCommand() *cobra.Command {
	var config string
	var loopback, explain, asJSON bool
	c := &cobra.Command{
		Use:   "extract FILE|URL|-…",
		Short: "Print what articles mention and claim, one JSON object a line",
		Long: `Read articles and print for each one a line of JSON: {"article", "mentions",
"events"}. Input is HTML, PDF, plain text, or JSON articles {"id", "title", "url",
"publisher", "date", "text"}, one or many to a file; each also gzipped. "-" is
stdin. No broker is needed.

With --explain it shows instead how each article was read: every sentence in
which a rule matched, with its tokens and their tags; for every match the rule,
the pattern, trigger and captures; how each slot was filled (captured, set by
the rule, resolved by a named way, merged from another sentence); and why a
match made no claim. --json gives the same as one JSON object a line.`,
		Example: `  tradewire extract articles.jsonl https://ustr.gov/some/press-release
  tradewire extract page.html | jq .events
  tradewire extract --explain page.html | less`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			o, err := loadOntology(config)
			if err != nil {
				return err
			}
			x, err := extract.New(o)
			if err != nil {
				return fmt.Errorf("make extractor: %w", err)
			}
			r := &articleReader{app: a, config: config, loopback: loopback}
			if explain {
				return a.extractAll(c.Context(), r, explainer(x, asJSON), args)
			}
			return a.extractAll(c.Context(), r, finder(x), args)
		},
	}
	configFlag(c, &config)
	c.Flags().BoolVar(&explain, "explain", false, "show how each article was read, and why")
	c.Flags().BoolVar(&asJSON, "json", false, "with --explain: JSON in place of text")
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

// reader reads an article and returns what writes the outcome.
type reader func(a event.Article) (write func(io.Writer) error, err error)

// finder writes what each article mentions and claims.
func finder(x *extract.Extractor) reader {
	return func(a event.Article) (func(io.Writer) error, error) {
		line, err := extractOne(func(a event.Article) (event.Mentions, []event.Claim, error) {
			found, err := x.Extract(a)
			return found.Mentions, found.Claims, err
		}, a)
		return func(w io.Writer) error { return lineTo(w, line) }, err
	}
}

// extractAll prints what each input holds. An input that fails is reported
// and left out; the others go on.
func (a *app) extractAll(ctx context.Context, r *articleReader, read reader, inputs []string) error {
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
			write, err := read(article)
			if err != nil {
				bad(name, err)
				return nil
			}
			done++
			broken = write(a.stdout)
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
	defer recovered(&err)
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

// recovered, deferred, turns a panic into an error.
func recovered(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("panic in extraction: %v", p)
	}
}
