package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tradewire/tradewire/internal/event"
)

func (a *app) schemaCommand() *cobra.Command {
	var config, out, against string
	var asyncAPI bool
	c := &cobra.Command{
		Use:   "schema [NOUN]",
		Short: "Print the JSON Schema of what goes over the topics",
		Long: `Print the JSON Schema (draft 2020-12) of a noun: article, fetch, page, mentions,
claim, event or deadletter. Without a noun, print one object with all of them.
--asyncapi prints an AsyncAPI 3 document of all topics instead.`,
		Example: `  tradewire schema --out schemas            # one file each, to keep
  tradewire schema --against schemas        # does what was valid stay valid?`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			o, err := loadOntology(config)
			if err != nil {
				return err
			}
			if asyncAPI {
				return a.asyncAPI(config, o.Kinds)
			}
			schemas, err := event.Schemas(o.Kinds)
			switch {
			case err != nil:
				return err
			case out != "":
				return writeSchemas(out, schemas)
			case against != "":
				return a.compareSchemas(against, schemas)
			case len(args) == 0:
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
	f := c.Flags()
	f.BoolVar(&asyncAPI, "asyncapi", false, "print an AsyncAPI 3 document of all topics")
	f.StringVar(&out, "out", "", "write each schema to a file in this `folder`")
	f.StringVar(&against, "against", "", "compare with the schemas in this `folder`: what was valid must stay valid")
	return c
}

func (a *app) asyncAPI(config string, kinds []event.Kind) error {
	cfg, err := loadConfig(config)
	if err != nil {
		return err
	}
	doc, err := event.AsyncAPI(kinds, cfg.Channels())
	if err != nil {
		return err
	}
	return a.print(doc)
}

func writeSchemas(folder string, schemas map[string][]byte) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("make folder for schemas: %w", err)
	}
	for noun, body := range schemas {
		if err := os.WriteFile(filepath.Join(folder, noun+".json"), body, 0o644); err != nil {
			return fmt.Errorf("write schema: %w", err)
		}
	}
	return nil
}

// compareSchemas prints what breaks the promises of the schemas in a folder,
// one a line, and fails when something does.
func (a *app) compareSchemas(folder string, schemas map[string][]byte) error {
	broken := 0
	for _, noun := range slices.Sorted(maps.Keys(schemas)) {
		old, err := os.ReadFile(filepath.Join(folder, noun+".json"))
		if err != nil {
			return usage("--against: %w", err)
		}
		breaks, err := event.Breaks(old, schemas[noun])
		if err != nil {
			return usage("--against: %s: %w", noun, err)
		}
		for _, b := range breaks {
			broken++
			if err := a.printf("%s%s\n", noun, b); err != nil {
				return err
			}
		}
	}
	if broken > 0 {
		return fmt.Errorf("%d changes break what the schemas in %s promise", broken, folder)
	}
	return nil
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
