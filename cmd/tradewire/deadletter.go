package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/pipeline"
	"github.com/tradewire/tradewire/internal/topic"
)

func (a *app) deadletterCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "deadletter",
		Short: "List, show and replay what could not be processed",
		Long: `What a stage cannot process is kept on the topic deadletter: its bytes and
headers, and why it was refused. A letter is named by its place there,
PARTITION/OFFSET. One that was replayed is marked so, by a record with the
header ` + event.HeaderReplayed + `, and is listed no more.`,
		Args: cobra.NoArgs,
	}
	c.AddCommand(a.deadletterList(), a.deadletterShow(), a.deadletterReplay())
	return c
}

// letterFilter is which dead letters the flags ask for.
type letterFilter struct {
	topic.DeadLetters
	since string
}

func (l *letterFilter) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&l.Stage, "stage", "", "refused by this `stage`: "+strings.Join(pipeline.Stages(), ", "))
	f.StringVar(&l.Class, "class", "", "refused for this `class` of reason, such as no_text")
	f.StringVar(&l.Source, "source", "", "with this `text` in the address it came from")
	f.StringVar(&l.Key, "key", "", "with this `key`")
	f.StringVar(&l.since, "since", "", "refused at this `time` (RFC 3339, a date) or later, or that long ago (24h)")
}

// read completes the filter with places and the time.
func (l *letterFilter) read(places []string, now time.Time) (topic.DeadLetters, error) {
	for _, text := range places {
		place, err := topic.ParsePlace(text)
		if err != nil {
			return topic.DeadLetters{}, &pipeline.UsageError{Err: err}
		}
		l.Places = append(l.Places, place)
	}
	since, err := sinceTime(l.since, now)
	l.Since = since
	return l.DeadLetters, err
}

// sinceTime reads a time or an age; zero for "".
func sinceTime(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if age, err := time.ParseDuration(text); err == nil && age >= 0 {
		return now.Add(-age), nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, usage("--since %q: expected a time as 2026-01-31T08:00:00Z, a date, or an age as 24h", text)
}

func (a *app) deadletterList() *cobra.Command {
	var filter letterFilter
	var asJSON bool
	c := &cobra.Command{Use: "list", Short: "List dead letters, one a line", Args: cobra.NoArgs}
	k := a.newClient(c)
	filter.flags(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object a line")
	c.RunE = func(c *cobra.Command, _ []string) error {
		which, err := filter.read(nil, time.Now())
		if err != nil {
			return err
		}
		return k.do(c.Context(), func(ctx context.Context, cluster *topic.Cluster, _ *pipeline.Config) error {
			table := tabwriter.NewWriter(a.stdout, 0, 8, 2, ' ', 0)
			err := cluster.DeadLetters(ctx, which, func(dead topic.Record) error { return listLetter(a.stdout, table, dead, asJSON) })
			if err != nil {
				return fmt.Errorf("list dead letters: %w", err)
			}
			return table.Flush()
		})
	}
	return c
}

// letterLine is a dead letter in a list.
type letterLine struct {
	ID        string    `json:"id"`
	Time      time.Time `json:"time"`
	Stage     string    `json:"stage"`
	Class     string    `json:"class"`
	Message   string    `json:"message"`
	Attempt   int       `json:"attempt"`
	Source    string    `json:"source,omitempty"`
	Topic     string    `json:"topic"`
	Partition int       `json:"partition"`
	Offset    int64     `json:"offset"`
	Key       string    `json:"key"`
	Bytes     int       `json:"bytes"`
}

func lineOf(dead topic.Record) letterLine {
	number := func(header string) int64 {
		n, err := strconv.ParseInt(dead.Header(header), 10, 64)
		if err != nil { // a letter of another writer
			return -1
		}
		return n
	}
	return letterLine{
		ID: topic.PlaceOf(dead).String(), Time: dead.Time.UTC(), Stage: dead.Header(event.HeaderStage), Class: dead.Header(event.HeaderClass),
		Message: dead.Header(event.HeaderMessage), Attempt: int(number(event.HeaderAttempt)), Source: dead.Header(event.HeaderSource),
		Topic: dead.Header(event.HeaderTopic), Partition: int(number(event.HeaderPartition)), Offset: number(event.HeaderOffset),
		Key: string(dead.Key), Bytes: len(dead.Value),
	}
}

func listLetter(out, table io.Writer, dead topic.Record, asJSON bool) error {
	line := lineOf(dead)
	if asJSON {
		return json.NewEncoder(out).Encode(line)
	}
	_, err := fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%d\t%s %d/%d\t%s\t%s\n", line.ID, line.Time.Format(time.RFC3339),
		line.Stage, line.Class, line.Attempt, line.Topic, line.Partition, line.Offset, oneLine(line.Key), oneLine(line.Message))
	return err
}

func (a *app) deadletterShow() *cobra.Command {
	var body bool
	c := &cobra.Command{
		Use:   "show PARTITION/OFFSET",
		Short: "Show one dead letter: headers, and the bytes of its body",
		Args:  cobra.ExactArgs(1),
	}
	k := a.newClient(c)
	c.Flags().BoolVar(&body, "body", false, "print the body alone, byte for byte")
	c.RunE = func(c *cobra.Command, args []string) error {
		which, err := new(letterFilter).read(args, time.Now())
		if err != nil {
			return err
		}
		return k.do(c.Context(), func(ctx context.Context, cluster *topic.Cluster, _ *pipeline.Config) error {
			found := false
			err := cluster.DeadLetters(ctx, which, func(dead topic.Record) error {
				found = true
				if body {
					return a.print(dead.Value)
				}
				return a.showLetter(dead)
			})
			switch {
			case err != nil:
				return fmt.Errorf("show dead letter: %w", err)
			case !found:
				return fmt.Errorf("no dead letter at %s, or it was replayed", args[0])
			}
			return nil
		})
	}
	return c
}

// showLetter prints headers as lines, an empty line, and the body.
func (a *app) showLetter(dead topic.Record) error {
	var b strings.Builder
	fmt.Fprintf(&b, "id: %s\ntime: %s\nkey: %s\n", topic.PlaceOf(dead), dead.Time.UTC().Format(time.RFC3339Nano), dead.Key)
	for _, h := range dead.Headers {
		value := string(h.Value)
		if !utf8.ValidString(value) || strings.ContainsAny(value, "\r\n") {
			value = strconv.Quote(value)
		}
		fmt.Fprintf(&b, "%s: %s\n", h.Name, value)
	}
	return a.printf("%s\n%s\n", b.String(), dead.Value)
}

func (a *app) deadletterReplay() *cobra.Command {
	var filter letterFilter
	var all, dry bool
	c := &cobra.Command{
		Use:   "replay [PARTITION/OFFSET…]",
		Short: "Write dead letters to the topics they came from, once more",
		Long: `Write dead letters to the topics they came from, with their own key, bytes and
headers, and take them off the list. What is refused again comes back as a new
letter that counts on. A letter of a topic that keeps only the last record of a
key is passed over when a later one is there. Cut short, it can be run again.`,
		Example: `  tradewire deadletter replay --stage extract --class panic --dry-run
  tradewire deadletter replay 0/12 2/7`,
	}
	k := a.newClient(c)
	filter.flags(c)
	c.Flags().BoolVar(&all, "all", false, "replay all of them")
	c.Flags().BoolVar(&dry, "dry-run", false, "write nothing, say what would be done")
	c.RunE = func(c *cobra.Command, args []string) error {
		which, err := filter.read(args, time.Now())
		if err != nil {
			return err
		}
		if which.All() && !all {
			return usage("say which dead letters: PARTITION/OFFSET, a filter, or --all")
		}
		return k.do(c.Context(), func(ctx context.Context, cluster *topic.Cluster, cfg *pipeline.Config) error {
			return a.replayLetters(ctx, cluster, cfg, topic.Replay{Which: which, DryRun: dry})
		})
	}
	return c
}

func (a *app) replayLetters(ctx context.Context, cluster *topic.Cluster, cfg *pipeline.Config, how topic.Replay) error {
	how.Compacted = func(name string) bool { return cfg.Topics[name].Cleanup == "compact" }
	counts := map[topic.Outcome]int{}
	err := cluster.Replay(ctx, how, func(dead topic.Record, outcome topic.Outcome) error {
		counts[outcome]++
		return a.printf("%s %s to %s, key %s\n", outcome, topic.PlaceOf(dead), dead.Header(event.HeaderTopic), oneLine(string(dead.Key)))
	})
	if err != nil {
		return fmt.Errorf("replay dead letters: %w", err)
	}
	verb := ""
	if how.DryRun {
		verb = " (nothing was written)"
	}
	fmt.Fprintf(a.stderr, "%d replayed, %d superseded, %d unwritable%s\n",
		counts[topic.Republished], counts[topic.Superseded], counts[topic.Unwritable], verb)
	if counts[topic.Unwritable] > 0 {
		return errPartly
	}
	return nil
}
