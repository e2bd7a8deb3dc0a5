package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/tradewire/tradewire/internal/pipeline"
	"github.com/tradewire/tradewire/internal/source"
)

func (a *app) sourcesCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "sources",
		Short: "List the sources, or look whether they still give what they promise",
		Long: `A source is one YAML file in the sources folder of a pipelines folder: where
articles are announced, how often to look, and how to read what is found.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(a.sourcesListCommand(), a.sourcesCheckCommand())
	return c
}

func (a *app) sourcesListCommand() *cobra.Command {
	var config string
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List the sources",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			sources, err := loadSources(config)
			if err != nil {
				return err
			}
			if asJSON {
				return eachLine(a.stdout, sources, describedSource)
			}
			return tableOf(a.stdout, sources)
		},
	}
	configFlag(c, &config)
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object a line")
	return c
}

func (a *app) sourcesCheckCommand() *cobra.Command {
	var config string
	var asJSON, loopback bool
	c := &cobra.Command{
		Use:   "check [NAME…]",
		Short: "Fetch sources once, with an article of each, and say what was found",
		Long: `Fetch the announcement of each source once (all enabled ones, or those named),
and the page of one article that it announces. Printed are how many entries
there are and how many the source takes, the newest date, the fields that are
missing, what robots.txt says, every selector that matched nothing, and title,
date and number of words of the article. robots.txt and the pace of hosts are
obeyed. The exit code is 3 when some sources fail, 1 when all of them do.`,
		Example: `  tradewire sources check ustr white-house-list
  tradewire sources check --json | jq -r 'select(.ok | not) | .name'`,
		RunE: func(c *cobra.Command, names []string) error {
			log, err := a.logger(slog.LevelError)
			if err != nil {
				return err
			}
			trade, err := loadConfig(config)
			if err != nil {
				return err
			}
			all, err := loadSources(config)
			if err != nil {
				return err
			}
			sources, err := chosenSources(all, names)
			if err != nil {
				return err
			}
			good := 0
			err = pipeline.CheckSources(c.Context(), pipeline.CheckOptions{Config: trade, Local: loopback, Log: log}, sources,
				func(r pipeline.SourceReport) error {
					if r.OK {
						good++
					}
					return a.showReport(r, asJSON)
				})
			switch {
			case err != nil:
				return err
			case good == len(sources):
				return nil
			case good > 0:
				return errPartly
			}
			return errShown
		},
	}
	configFlag(c, &config)
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object a line")
	c.Flags().BoolVar(&loopback, "allow-loopback", false, "let sources lead to this machine")
	return c
}

// loadSources reads the source files alone.
func loadSources(dir string) ([]source.Source, error) {
	fsys, shown, err := configFS(dir)
	if err != nil {
		return nil, err
	}
	sources, problems := source.Load(fsys, sourcesDir)
	return sources, within(shown, problems)
}

// chosenSources finds the sources of that name; without names, those that are
// enabled.
func chosenSources(all []source.Source, names []string) ([]source.Source, error) {
	var chosen []source.Source
	if len(names) == 0 {
		for _, s := range all {
			if s.Enabled {
				chosen = append(chosen, s)
			}
		}
		return chosen, nil
	}
	for _, name := range names {
		s, err := source.Find(all, name)
		if err != nil {
			return nil, &pipeline.UsageError{Err: err}
		}
		chosen = append(chosen, s)
	}
	return chosen, nil
}

// sourceLine is a source as `sources list --json` prints it.
type sourceLine struct {
	Name  string `json:"name"`
	Kind  string `json:"kind"`
	URL   string `json:"url,omitempty"`
	Every string `json:"every"`
	// Pages and Bytes are its budget a day; 0 for the common one.
	Pages     int    `json:"budget_pages,omitempty"`
	Bytes     int64  `json:"budget_bytes,omitempty"`
	Publisher string `json:"publisher"`
	Country   string `json:"country"`
	Language  string `json:"language"`
	Official  bool   `json:"official"`
	Enabled   bool   `json:"enabled"`
}

func describedSource(s source.Source) any {
	return sourceLine{
		Name: s.Name, Kind: s.Kind, URL: s.URL, Every: s.Every.String(), Pages: s.Budget.Pages, Bytes: s.Budget.Bytes, Publisher: s.Publisher,
		Country: s.Country, Language: s.Language, Official: s.Official, Enabled: s.Enabled,
	}
}

// eachLine prints JSON objects, one a line.
func eachLine[T any](out io.Writer, list []T, describe func(T) any) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for _, item := range list {
		if err := encoder.Encode(describe(item)); err != nil {
			return fmt.Errorf("write result: %w", err)
		}
	}
	return nil
}

// tableOf prints sources for people.
func tableOf(out io.Writer, sources []source.Source) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "NAME\tKIND\tEVERY\tFROM\tLANGUAGE\tPUBLISHER")
	for _, s := range sources {
		from := s.Country
		if s.Official {
			from += " official"
		}
		publisher := s.Publisher
		if !s.Enabled {
			publisher += " (disabled)"
		}
		every := strings.NewReplacer("h0m0s", "h", "m0s", "m").Replace(s.Every.String())
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", s.Name, s.Kind, every, from, s.Language, publisher)
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("write result: %w", err)
	}
	return nil
}

// showReport prints the report on one source.
func (a *app) showReport(r pipeline.SourceReport, asJSON bool) error {
	if asJSON {
		return eachLine(a.stdout, []pipeline.SourceReport{r}, func(r pipeline.SourceReport) any { return r })
	}
	if _, err := io.WriteString(a.stdout, reportText(r)); err != nil {
		return fmt.Errorf("write result: %w", err)
	}
	return nil
}

// reportText tells a report in a few lines.
func reportText(r pipeline.SourceReport) string {
	var b strings.Builder
	verdict := "ok  "
	if !r.OK {
		verdict = "FAIL"
	}
	fmt.Fprintf(&b, "%s  %s (%s)", verdict, r.Name, r.Kind)
	if r.Found > 0 {
		fmt.Fprintf(&b, ": %d of %d entries taken", r.Items, r.Found)
		for _, lack := range []struct {
			n    int
			what string
		}{{r.Untitled, "title"}, {r.Undated, "date"}} {
			if lack.n > 0 {
				fmt.Fprintf(&b, ", %d without %s", lack.n, lack.what)
			}
		}
	}
	if r.Newest != "" {
		fmt.Fprintf(&b, ", newest %s", r.Newest)
	}
	if r.Robots != "" {
		fmt.Fprintf(&b, "; robots.txt: %s", r.Robots)
	}
	b.WriteByte('\n')
	if p := r.Article; p != nil && p.Words > 0 {
		fmt.Fprintf(&b, "      article %s\n              %q, %s, %d words\n", oneLine(p.URL), oneLine(p.Title), orNone(p.Published), p.Words)
	}
	for _, fault := range r.Faults {
		fmt.Fprintf(&b, "      fault: %s\n", oneLine(fault))
	}
	for _, remark := range r.Remarks {
		fmt.Fprintf(&b, "      remark: %s\n", oneLine(remark))
	}
	return b.String()
}

func orNone(s string) string {
	if s == "" {
		return "no date"
	}
	return s
}
