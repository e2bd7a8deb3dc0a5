package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/extract"
	"github.com/tradewire/tradewire/internal/ontology"
	"github.com/tradewire/tradewire/internal/pipeline"
	"github.com/tradewire/tradewire/internal/source"
	"github.com/tradewire/tradewire/internal/strictyaml"
	"github.com/tradewire/tradewire/pipelines"
)

// sourcesDir holds the source files within a pipelines folder.
const sourcesDir = "sources"

// setup is a pipelines folder, read and found right.
type setup struct {
	config   *pipeline.Config
	sources  []source.Source
	ontology *ontology.Ontology
}

func configFlag(c *cobra.Command, dir *string) {
	c.Flags().StringVar(dir, "config", "", "a pipelines `folder` to use in place of the one in the binary")
}

// configFS is the folder dir, or, when dir is empty, the one in the binary;
// shown is how its files are called in messages.
func configFS(dir string) (fsys fs.FS, shown string, err error) {
	if dir == "" {
		return pipelines.FS(), "pipelines", nil
	}
	info, err := os.Stat(dir)
	if err != nil {
		return nil, "", usage("--config: %w", err)
	}
	if !info.IsDir() {
		return nil, "", usage("--config: %s is not a folder", dir)
	}
	return os.DirFS(dir), dir, nil
}

// loadAll reads a whole pipelines folder and reports every problem of every
// file at once.
func loadAll(dir string) (*setup, error) {
	fsys, shown, err := configFS(dir)
	if err != nil {
		return nil, err
	}
	var s setup
	var all, problems strictyaml.Problems
	s.config, problems = pipeline.LoadConfig(fsys)
	all = append(all, problems...)
	s.sources, problems = source.Load(fsys, sourcesDir)
	all = append(all, problems...)
	s.ontology, problems = ontology.Load(fsys)
	all = append(all, problems...)
	return &s, within(shown, all)
}

// loadConfig reads trade.yaml alone.
func loadConfig(dir string) (*pipeline.Config, error) {
	fsys, shown, err := configFS(dir)
	if err != nil {
		return nil, err
	}
	config, problems := pipeline.LoadConfig(fsys)
	return config, within(shown, problems)
}

// loadOntology reads kinds, lexicons and patterns alone.
func loadOntology(dir string) (*ontology.Ontology, error) {
	fsys, shown, err := configFS(dir)
	if err != nil {
		return nil, err
	}
	o, problems := ontology.Load(fsys)
	return o, within(shown, problems)
}

// within puts the folder before the names of the files.
func within(folder string, problems strictyaml.Problems) error {
	moved := make(strictyaml.Problems, len(problems))
	for i, p := range problems {
		p.File = filepath.Join(folder, p.File)
		moved[i] = p
	}
	return moved.Err()
}

// extractor makes the extractor of an ontology, as the pipeline wants it,
// without a limit to the work on an article.
func extractor(o *ontology.Ontology) (pipeline.Extractor, error) {
	return limitedExtractor(o, pipeline.Effort{})
}

func limitedExtractor(o *ontology.Ontology, effort pipeline.Effort) (pipeline.Extractor, error) {
	x, err := extract.New(o)
	if err != nil {
		return nil, fmt.Errorf("make extractor: %w", err)
	}
	x = x.Limited(extract.Effort{PerToken: effort.StepsPerWord, Most: effort.MostSteps})
	return func(a event.Article) (event.Mentions, []event.Claim, error) {
		found, err := x.Extract(a)
		return found.Mentions, found.Claims, err
	}, nil
}

// sectorCodes lists the codes of the sectors.
func sectorCodes(o *ontology.Ontology) []string {
	codes := make([]string, len(o.Sectors))
	for i, s := range o.Sectors {
		codes[i] = s.Code
	}
	return codes
}
