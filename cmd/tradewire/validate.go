package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/tradewire/tradewire/internal/extract"
)

func (a *app) validateCommand() *cobra.Command {
	var config string
	c := &cobra.Command{
		Use:   "validate [FOLDER]",
		Short: "Check a pipelines folder and run the examples of its patterns",
		Long: `Check every file of a pipelines folder (by default the one in the binary):
keys, types, values, patterns, selectors. Then run every example that a pattern
must match and must not. All problems are printed at once, each with its file,
line and column; then the exit code is 2.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			dir := config
			if len(args) == 1 {
				if config != "" {
					return usage("name the folder once: either %s or --config %s", args[0], config)
				}
				dir = args[0]
			}
			s, err := loadAll(dir)
			if err != nil {
				return err
			}
			x, err := extract.New(s.ontology)
			if err != nil {
				return err
			}
			_, shown, err := configFS(dir)
			if err != nil {
				return err
			}
			if err := within(shown, x.CheckExamples()); err != nil {
				return err
			}
			fmt.Fprintf(a.stdout, "%s: %d topics, %d sources, %d kinds, %d rules: no problems\n",
				shown, len(s.config.Topics), len(s.sources), len(s.ontology.Kinds), rules(s))
			return nil
		},
	}
	configFlag(c, &config)
	return c
}

func rules(s *setup) int {
	n := 0
	for _, set := range s.ontology.Sets {
		n += len(set.Rules)
	}
	return n
}
