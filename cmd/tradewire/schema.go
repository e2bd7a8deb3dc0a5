package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tradewire/tradewire/internal/event"
)

func (a *app) schemaCommand() *cobra.Command {
	var config string
	c := &cobra.Command{
		Use:   "schema [NOUN]",
		Short: "Print the JSON Schema of what goes over the topics",
		Long: `Print the JSON Schema (draft 2020-12) of a noun: article, fetch, page, mentions,
claim, event or deadletter. Without a noun, print one object with all of them.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			o, err := loadOntology(config)
			if err != nil {
				return err
			}
			schemas, err := event.Schemas(o.Kinds)
			if err != nil {
				return err
			}
			if len(args) == 0 {
				return a.allSchemas(schemas)
			}
			schema, ok := schemas[args[0]]
			if !ok {
				return usage("unknown noun %q: expected one of %s", args[0], strings.Join(slices.Sorted(maps.Keys(schemas)), ", "))
			}
			return a.print(schema)
		},
	}
	configFlag(c, &config)
	return c
}

func (a *app) allSchemas(schemas map[string][]byte) error {
	all := map[string]json.RawMessage{}
	for noun, schema := range schemas {
		all[noun] = schema
	}
	body, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return fmt.Errorf("print schemas: %w", err)
	}
	return a.print(append(body, '\n'))
}

func (a *app) print(body []byte) error {
	if _, err := a.stdout.Write(body); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}
