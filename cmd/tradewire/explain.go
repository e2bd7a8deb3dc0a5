package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/extract"
)

// explained is one line of `extract --explain --json`.
type explained struct {
	Article     described           `json:"article"`
	Explanation extract.Explanation `json:"explanation"`
	Events      []event.Claim       `json:"events"`
}

// explainer shows how each article was read, for people or as JSON.
func explainer(x *extract.Extractor, asJSON bool) reader {
	return func(a event.Article) (write func(io.Writer) error, err error) {
		defer recovered(&err)
		found, how, err := x.Explain(a)
		if err != nil {
			return nil, err
		}
		if asJSON {
			line := explained{Article: describedAs(a), Explanation: how, Events: found.Claims}
			return func(w io.Writer) error { return lineTo(w, line) }, nil
		}
		return func(w io.Writer) error { return writeExplanation(w, a, how) }, nil
	}
}

// lineTo writes a value as one line of JSON.
func lineTo(w io.Writer, v any) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	return out.Encode(v)
}

// writeExplanation shows, for each sentence in which a rule matched, its
// tokens with their tags, and for each match what became of it.
func writeExplanation(w io.Writer, a event.Article, how extract.Explanation) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", oneLine(or(a.Title, a.Input)))
	if how.Silent != "" {
		fmt.Fprintf(&b, "\nno rule was run: %s\n", how.Silent)
	}
	for _, s := range how.Sentences {
		place := fmt.Sprintf("sentence %d", s.Sentence)
		if s.Title {
			place = "title"
		}
		fmt.Fprintf(&b, "\n%s: %s\n ", place, oneLine(s.Text))
		for _, t := range s.Tokens {
			fmt.Fprintf(&b, " %s/%s", oneLine(t.Text), t.Tag)
		}
		b.WriteByte('\n')
		for _, m := range s.Matches {
			writeMatch(&b, m)
		}
	}
	b.WriteByte('\n')
	_, err := io.WriteString(w, b.String())
	return err
}

// writeMatch shows one match: outcome, rule, pattern, parts, slots.
func writeMatch(b *strings.Builder, m extract.ExplainedMatch) {
	fmt.Fprintf(b, "\n  %s %s by %s (%s:%d)\n", m.Outcome, m.Kind, m.Rule, m.File, m.Line)
	row := func(name, text string) { fmt.Fprintf(b, "    %-15s %s\n", name, text) }
	if m.Why != "" {
		row("why", m.Why)
	}
	if m.Claim != "" {
		row("claim", m.Claim)
	}
	row("pattern", m.Pattern)
	row("matched", oneLine(m.Match.Text))
	row("trigger", oneLine(m.Trigger.Text))
	for _, c := range m.Captures {
		row("{"+c.Slot+"}", oneLine(c.Text))
	}
	for _, s := range m.Slots {
		row(s.Slot, fmt.Sprintf("%s  (%s)", oneLine(said(s.Value)), s.How))
	}
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
