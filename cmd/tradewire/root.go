package main

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/spf13/cobra"

	"github.com/tradewire/tradewire/internal/ops"
	"github.com/tradewire/tradewire/internal/pipeline"
)

// app is what all commands share.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	logFormat      string
	logLevel       string
	// started says that flags and arguments were right: what fails after that
	// is no mistake in the call.
	started bool
}

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "tradewire",
		Short: "An open trade newswire for machines",
		Long: `tradewire reads what ministries and newsrooms publish about trade, finds who
does what to whom, and writes it as events to Kafka topics and to a feed.

Data goes to stdout, everything else to stderr. Exit codes: 0 done, 1 failed,
2 usage or configuration, 3 partly done.`,
		SilenceUsage:  true,
		SilenceErrors: true,
		PersistentPreRun: func(*cobra.Command, []string) {
			a.started = true
		},
	}
	root.PersistentFlags().StringVar(&a.logFormat, "log-format", ops.LogAuto, "auto, text or json")
	root.PersistentFlags().StringVar(&a.logLevel, "log-level", "", "debug, info, warn or error (default info, for demo warn)")
	root.AddCommand(
		a.demoCommand(), a.runCommand(), a.extractCommand(), a.tailCommand(), a.replayCommand(), a.deadletterCommand(), a.validateCommand(),
		a.sourcesCommand(),
		a.evalCommand(), a.schemaCommand(), a.versionCommand(),
	)
	return root
}

// logger is the log that the flags ask for.
func (a *app) logger(fallback slog.Level) (*slog.Logger, error) {
	level := fallback
	if a.logLevel != "" {
		if err := level.UnmarshalText([]byte(a.logLevel)); err != nil {
			return nil, usage("--log-level %q: expected debug, info, warn or error", a.logLevel)
		}
	}
	log, err := ops.NewLogger(a.stderr, a.logFormat, level)
	if err != nil {
		return nil, &pipeline.UsageError{Err: err}
	}
	return log, nil
}

func usage(format string, args ...any) error {
	return &pipeline.UsageError{Err: fmt.Errorf(format, args...)}
}
