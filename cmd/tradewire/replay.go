package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/pipeline"
	"github.com/tradewire/tradewire/internal/story"
	"github.com/tradewire/tradewire/internal/topic"
)

func (a *app) replayCommand() *cobra.Command {
	var since string
	var offset int64
	var asJSON, publish bool
	c := &cobra.Command{
		Use:   "replay [FILE…]",
		Short: "Read articles again with today's rules, and show what would change",
		Long: `Read articles again with today's rules and compare what they claim with what is
on the topics: those of the articles topic, from the beginning, a time or an
offset on, or those in files, by their ids. Claims that are added (+), changed
(~) or vanished (-) are printed. With --publish the differences are written:
new claims, and for events that no longer say the right thing a revision with
op update or retract. Run again, it finds nothing left to do.`,
		Example: `  tradewire replay --since 2026-01-01 --brokers kafka:9092
  tradewire replay --publish --brokers kafka:9092
  tradewire replay articles.jsonl`,
	}
	k := a.newClient(c)
	f := c.Flags()
	f.StringVar(&since, "since", "", "articles that were read at this `time` (RFC 3339, a date) or later, or that long ago (24h)")
	f.Int64Var(&offset, "from-offset", 0, "articles from this `offset` on, in every partition")
	f.BoolVar(&publish, "publish", false, "write the differences")
	f.BoolVar(&asJSON, "json", false, "print one JSON object a line")
	c.RunE = func(c *cobra.Command, args []string) error {
		if since != "" && offset != 0 {
			return usage("--since and --from-offset exclude each other")
		}
		if len(args) > 0 && (since != "" || offset != 0) {
			return usage("--since and --from-offset are for the articles on the topic, not for files")
		}
		o, err := loadOntology(k.config)
		if err != nil {
			return err
		}
		limits, err := loadConfig(k.config)
		if err != nil {
			return err
		}
		how := pipeline.Replay{Publish: publish, From: topic.FromOffset(offset)}
		if how.Extract, err = limitedExtractor(o, limits.Extract); err != nil {
			return err
		}
		if since != "" {
			at, err := sinceTime(since, time.Now())
			if err != nil {
				return err
			}
			how.From = topic.FromTime(at)
		}
		if how.Articles, err = a.articlesOf(c.Context(), k.config, args); err != nil {
			return err
		}
		r := &replayer{app: a, print: newPrinter(a.stdout, o.Kinds), json: asJSON, counts: map[string]int{}}
		return k.do(c.Context(), func(ctx context.Context, cluster *topic.Cluster, _ *pipeline.Config) error {
			return r.run(ctx, cluster, how)
		})
	}
	return c
}

// articlesOf reads the articles of files; nil when there are no files.
func (a *app) articlesOf(ctx context.Context, config string, files []string) ([]event.Article, error) {
	var all []event.Article
	r := &articleReader{app: a, config: config}
	for _, file := range files {
		err := r.read(ctx, file, func(name string, article event.Article, err error) error {
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			all = append(all, article)
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", file, err)
		}
	}
	return all, nil
}

// replayer prints what a replay finds.
type replayer struct {
	*app
	print            *printer
	json             bool
	counts           map[string]int
	articles, failed int
}

func (r *replayer) run(ctx context.Context, cluster *topic.Cluster, how pipeline.Replay) error {
	if err := how.Run(ctx, cluster, r.show); err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	done := "nothing was written, --publish writes it"
	if how.Publish {
		done = "written"
	}
	if r.counts["added"]+r.counts["changed"]+r.counts["vanished"]+r.counts["mentions"] == 0 {
		done = "nothing to do"
	}
	fmt.Fprintf(r.stderr, "%d articles: %d claims added, %d changed, %d vanished; mentions of %d articles differ: %s\n",
		r.articles, r.counts["added"], r.counts["changed"], r.counts["vanished"], r.counts["mentions"], done)
	if r.failed > 0 {
		return errPartly
	}
	return nil
}

func (r *replayer) show(found pipeline.Replayed) error {
	r.articles++
	if found.Err != nil {
		r.failed++
		fmt.Fprintf(r.stderr, "tradewire: article %s: %v\n", found.Article.ID, found.Err)
		return nil
	}
	if found.Mentions {
		r.counts["mentions"]++
	}
	if len(found.Changes) > 0 && !r.json {
		if err := r.printf("%s %s\n", found.Article.ID, oneLine(found.Article.Title+"  "+found.Article.URL)); err != nil {
			return err
		}
	}
	for _, change := range found.Changes {
		if err := r.change(found.Article.ID, change); err != nil {
			return err
		}
	}
	return nil
}

// changeLine is a difference in JSON.
type changeLine struct {
	Change  string   `json:"change"`
	Article string   `json:"article"`
	Event   string   `json:"event"`
	Rev     int      `json:"rev"`
	Op      string   `json:"op"`
	Differs []string `json:"differs,omitempty"`
	// Old and New are the claims.
	Old *event.Claim `json:"old,omitempty"`
	New *event.Claim `json:"new,omitempty"`
}

func (r *replayer) change(article string, c story.Change) error {
	e := story.Correlate(c.Record)
	line := changeLine{Article: article, Event: e.ID, Rev: e.Rev, Op: e.Op, New: c.New}
	if c.Old != nil {
		line.Old = &c.Old.Claim
	}
	switch {
	case c.Old == nil:
		line.Change = "added"
	case c.New == nil:
		line.Change = "vanished"
	default:
		line.Change, line.Differs = "changed", story.Differences(c.Old.Claim, *c.New)
	}
	r.counts[line.Change]++
	if r.json {
		return json.NewEncoder(r.stdout).Encode(line)
	}
	return r.printf("%s", r.diff(line))
}

// diff shows a difference as lines with +, - and ~.
func (r *replayer) diff(line changeLine) string {
	shown := func(c event.Claim) string {
		return r.print.slots(event.Event{Kind: c.Kind, Slots: c.Slots, Factuality: c.Factuality})
	}
	var b strings.Builder
	switch line.Change {
	case "added":
		fmt.Fprintf(&b, "  + %s  %s\n", line.New.Kind, shown(*line.New))
	case "vanished":
		fmt.Fprintf(&b, "  - %s  %s\n", line.Old.Kind, shown(*line.Old))
	default:
		fmt.Fprintf(&b, "  ~ %s  %s\n    - %s\n    + %s\n", line.New.Kind, strings.Join(line.Differs, ", "), shown(*line.Old), shown(*line.New))
	}
	fmt.Fprintf(&b, "      event %s rev %d %s\n", line.Event, line.Rev, line.Op)
	return b.String()
}
