package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/pipeline"
)

func (a *app) tailCommand() *cobra.Command {
	var config string
	var asJSON, fromBeginning, toEnd bool
	var kafka kafkaFlags
	c := &cobra.Command{
		Use:   "tail [FAMILY…]",
		Short: "Print events as they arrive on the topics",
		Long: `Follow the topics of the families (all of them by default): ` + strings.Join(event.Families(), ", ") + `.
An event that comes again with a revision already seen is left out.`,
		ValidArgs: event.Families(),
		Args:      families,
		RunE: func(c *cobra.Command, args []string) error {
			log, err := a.logger(slog.LevelWarn)
			if err != nil {
				return err
			}
			cfg, err := loadConfig(config)
			if err != nil {
				return err
			}
			o, err := loadOntology(config)
			if err != nil {
				return err
			}
			security, err := kafka.secured()
			if err != nil {
				return err
			}
			if len(args) == 0 {
				args = event.Families()
			}
			t := &tailer{app: a, print: newPrinter(a.stdout, o.Kinds), json: asJSON, seen: map[string]int{}}
			return pipeline.Tail(c.Context(), pipeline.TailOptions{
				Brokers: kafka.brokers, Security: security, Prefix: cfg.Prefix, Topics: args, FromBeginning: fromBeginning, ToEnd: toEnd, Log: log,
			}, t.show)
		},
	}
	configFlag(c, &config)
	kafka.flags(c, "Kafka brokers, host:port", localBrokers)
	c.Flags().BoolVar(&asJSON, "json", false, "print the messages as they are, one JSON object a line")
	c.Flags().BoolVar(&fromBeginning, "from-beginning", false, "begin with the earliest events, not with the next")
	c.Flags().BoolVar(&toEnd, "to-end", false, "stop at the end of the topics")
	return c
}

func families(_ *cobra.Command, args []string) error {
	for _, name := range args {
		if !slices.Contains(event.Families(), name) {
			return fmt.Errorf("unknown family %q: expected some of %s", name, strings.Join(event.Families(), ", "))
		}
	}
	return nil
}

// tailer prints events and keeps the consumers' rule: the higher revision
// wins, one that was seen is ignored.
type tailer struct {
	*app
	print *printer
	json  bool
	seen  map[string]int
}

func (t *tailer) show(body []byte) error {
	var e event.Event
	if err := json.Unmarshal(body, &e); err != nil {
		fmt.Fprintf(t.stderr, "tradewire: a message is no event: %v\n", err)
		return nil
	}
	if rev, ok := t.seen[e.ID]; ok && rev >= e.Rev {
		return nil
	}
	t.seen[e.ID] = e.Rev
	if !t.json {
		t.print.event(e)
		return nil
	}
	var line bytes.Buffer
	if err := json.Compact(&line, body); err != nil {
		return fmt.Errorf("print event: %w", err)
	}
	line.WriteByte('\n')
	if _, err := t.stdout.Write(line.Bytes()); err != nil {
		return fmt.Errorf("print event: %w", err)
	}
	return nil
}
