// Package pipeline reads the configuration, wires the stages to their topics
// and owns every goroutine. A stage knows its input topics and what to do
// with one record; the runner around it keeps the promises of delivery.
package pipeline

import (
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/fetch"
	"github.com/tradewire/tradewire/internal/strictyaml"
	"github.com/tradewire/tradewire/internal/topic"
)

// ConfigFile is the name of the configuration in the pipelines folder.
const ConfigFile = "trade.yaml"

// The stages, in the order of the flow.
const (
	StageScrape    = "scrape"
	StageExtract   = "extract"
	StageCorrelate = "correlate"
	StageServe     = "serve"
)

// Stages lists the stages in the order of the flow.
func Stages() []string { return []string{StageScrape, StageExtract, StageCorrelate, StageServe} }

// Names of the topics that are not families of events.
const (
	TopicFetches  = "fetches"
	TopicPages    = "pages"
	TopicArticles = "articles"
	TopicMentions = "mentions"
	TopicClaims   = "claims"
	TopicLedger   = "ledger"
)

// Topics lists all topics without the prefix, families of events included.
func Topics() []string {
	names := []string{TopicFetches, TopicPages, TopicArticles, TopicMentions, TopicClaims}
	names = append(names, event.Families()...)
	return append(names, TopicLedger, topic.DeadLetterTopic)
}

// Config is pipelines/trade.yaml.
type Config struct {
	// Prefix is put before every topic's name.
	Prefix string `yaml:"prefix"`
	// Replication is how many copies of a partition are made.
	Replication int `yaml:"replication"`
	// MinInSync is how many of them must have a record before it counts as
	// written.
	MinInSync int              `yaml:"min_in_sync"`
	Topics    map[string]Topic `yaml:"topics"`
	Stages    StageLimits      `yaml:"stages"`
	Scrape    Scrape           `yaml:"scrape"`
	Extract   Effort           `yaml:"extract"`
	Fetch     Fetch            `yaml:"fetch"`
}

// Topic says how a topic is made.
type Topic struct {
	Partitions int `yaml:"partitions"`
	// Cleanup is "delete" or "compact".
	Cleanup string `yaml:"cleanup"`
	// Retention 0 keeps records for ever.
	Retention time.Duration `yaml:"retention"`
}

// StageLimits are the limits of each stage.
type StageLimits struct {
	Scrape    Limits `yaml:"scrape"`
	Extract   Limits `yaml:"extract"`
	Correlate Limits `yaml:"correlate"`
	Serve     Limits `yaml:"serve"`
}

// Limits bound a stage in one process.
type Limits struct {
	// Workers is how many inputs are worked on side by side.
	Workers int `yaml:"workers"`
	// Queue is how many inputs are held in memory, over all workers.
	Queue int `yaml:"queue"`
	// Batch is how many inputs of one worker are made safe together.
	Batch int `yaml:"batch"`
	// Attempts is how often an input is tried that fails for now.
	Attempts int `yaml:"attempts"`
	// Backoff is the wait before the second attempt; it doubles up to
	// MaxBackoff.
	Backoff    time.Duration `yaml:"backoff"`
	MaxBackoff time.Duration `yaml:"max_backoff"`
}

// Scrape is how sources are visited.
type Scrape struct {
	// Revisit is how long a fetched page is left alone.
	Revisit time.Duration `yaml:"revisit"`
	// Retry is the wait after a source failed; it doubles up to MaxRetry.
	Retry    time.Duration `yaml:"retry"`
	MaxRetry time.Duration `yaml:"max_retry"`
	// GiveUp is how long a page is tried again for.
	GiveUp time.Duration `yaml:"give_up"`
	// Budget is that of a source which names none.
	Budget Budget `yaml:"budget"`
}

// Effort is the most work that extraction may put into an article. The
// extractor that Options.Extract hands in has to keep to it.
type Effort struct {
	// StepsPerWord is for each word and mark of the article.
	StepsPerWord int `yaml:"steps_per_word"`
	// MostSteps is for an article of any length.
	MostSteps int `yaml:"most_steps"`
}

// Fetch is how pages are asked for.
type Fetch struct {
	UserAgent string        `yaml:"user_agent"`
	Timeout   time.Duration `yaml:"timeout"`
	// MaxBody is in bytes, after decoding.
	MaxBody int64 `yaml:"max_body"`
	// PerHost is requests a second to one host, MinGap the least time
	// between two.
	PerHost float64       `yaml:"per_host"`
	MinGap  time.Duration `yaml:"min_gap"`
	// Rest is how long a host is left alone after five failures in a row; it
	// doubles with each one after that, up to 32 times.
	Rest time.Duration `yaml:"rest"`
}

// client is the configuration of the HTTP client.
func (f Fetch) client() fetch.Config {
	return fetch.Config{
		UserAgent: f.UserAgent, Robots: true, Timeout: f.Timeout, MaxBody: f.MaxBody,
		PerHost: f.PerHost, MinGap: f.MinGap, BreakFor: f.Rest,
	}
}

// LoadConfig reads trade.yaml at the root of fsys, and reports every problem
// of it at once.
func LoadConfig(fsys fs.FS) (*Config, strictyaml.Problems) {
	data, err := fs.ReadFile(fsys, ConfigFile)
	if err != nil {
		return nil, strictyaml.Problems{{File: ConfigFile, Message: fmt.Sprintf("cannot be read: %v", err)}}
	}
	c := &Config{Replication: 1, MinInSync: 1, Extract: Effort{StepsPerWord: 1000, MostSteps: 50_000_000}}
	problems := strictyaml.Decode(ConfigFile, data, c)
	check := checker{data: data, told: problems}
	check.config(c)
	if problems = append(problems, check.found...); len(problems) > 0 {
		return nil, problems.Sorted()
	}
	return c, nil
}

// checker gathers what is well-formed but makes no sense.
type checker struct {
	data  []byte
	told  strictyaml.Problems // of the same file, by the decoder
	found strictyaml.Problems
}

// unless adds a problem at a path when the condition does not hold, and the
// decoder has not spoken of the same line already.
func (c *checker) unless(ok bool, path, format string, args ...any) {
	if ok {
		return
	}
	p := strictyaml.At(ConfigFile, c.data, path, format, args...)
	for _, t := range c.told {
		if t.Line == p.Line {
			return
		}
	}
	c.found = append(c.found, p)
}

func (c *checker) config(cfg *Config) {
	prefix := regexp.MustCompile(`^[a-zA-Z0-9._-]{0,100}$`)
	c.unless(prefix.MatchString(cfg.Prefix), "$.prefix", "prefix: expected letters, digits, dots, dashes and underscores, found %q", cfg.Prefix)
	c.unless(cfg.Replication >= 1, "$.replication", "replication: expected 1 or more, found %d", cfg.Replication)
	c.unless(cfg.MinInSync >= 1 && cfg.MinInSync <= cfg.Replication, "$.min_in_sync",
		"min_in_sync: expected 1 to replication (%d), found %d", cfg.Replication, cfg.MinInSync)
	c.topics(cfg)
	c.limits("scrape", cfg.Stages.Scrape)
	c.limits("extract", cfg.Stages.Extract)
	c.limits("correlate", cfg.Stages.Correlate)
	c.limits("serve", cfg.Stages.Serve)
	c.unless(cfg.Stages.Scrape.Attempts >= 1, "$.stages.scrape.attempts", "attempts: expected 1 or more")
	for path, d := range map[string]time.Duration{
		"$.scrape.revisit": cfg.Scrape.Revisit, "$.scrape.retry": cfg.Scrape.Retry,
		"$.scrape.max_retry": cfg.Scrape.MaxRetry, "$.scrape.give_up": cfg.Scrape.GiveUp, "$.fetch.timeout": cfg.Fetch.Timeout,
		"$.fetch.rest": cfg.Fetch.Rest,
	} {
		c.unless(d > 0, path, "%s: expected a time above zero", path[strings.LastIndex(path, ".")+1:])
	}
	c.unless(cfg.Scrape.Budget.Pages > 0, "$.scrape.budget", "budget: pages: expected pages a day above zero")
	c.unless(cfg.Scrape.Budget.Bytes > 0, "$.scrape.budget", "budget: bytes: expected bytes a day above zero")
	c.unless(cfg.Extract.StepsPerWord >= 1, "$.extract.steps_per_word", "steps_per_word: expected 1 or more, found %d", cfg.Extract.StepsPerWord)
	c.unless(cfg.Extract.MostSteps >= 1, "$.extract.most_steps", "most_steps: expected 1 or more, found %d", cfg.Extract.MostSteps)
	_, hasPages := cfg.Topics[TopicPages]
	c.unless(!hasPages || cfg.Topics[TopicPages].Partitions == cfg.Topics[TopicFetches].Partitions, "$.topics."+TopicPages,
		"pages: partitions: expected as many as fetches has, %d: who asks a host needs what is known of its pages", cfg.Topics[TopicFetches].Partitions)
	c.unless(strings.Contains(cfg.Fetch.UserAgent, "http") || strings.Contains(cfg.Fetch.UserAgent, "@"), "$.fetch.user_agent",
		"user_agent: expected a name and a contact, as in name/1.0 (+https://example.org/contact)")
	c.unless(cfg.Fetch.MaxBody > 0, "$.fetch.max_body", "max_body: expected bytes above zero")
	c.unless(cfg.Fetch.PerHost > 0, "$.fetch.per_host", "per_host: expected requests a second above zero")
	c.unless(cfg.Fetch.MinGap >= 0, "$.fetch.min_gap", "min_gap: expected zero or more")
}

func (c *checker) topics(cfg *Config) {
	known := Topics()
	for _, name := range slices.Sorted(maps.Keys(cfg.Topics)) {
		t, path := cfg.Topics[name], "$.topics."+name
		c.unless(slices.Contains(known, name), path, "unknown topic %q: expected one of %s", name, strings.Join(known, ", "))
		c.unless(t.Partitions >= 1 && t.Partitions <= 10_000, path+".partitions", "%s: partitions: expected 1 to 10000, found %d", name, t.Partitions)
		c.unless(t.Cleanup == "delete" || t.Cleanup == "compact", path+".cleanup", "%s: cleanup: expected delete or compact, found %q", name, t.Cleanup)
		c.unless(t.Retention >= 0, path+".retention", "%s: retention: expected a time above zero, or none for ever", name)
	}
	for _, name := range known {
		_, ok := cfg.Topics[name]
		c.unless(ok, "$.topics", "topics: %s is missing", name)
	}
}

func (c *checker) limits(stage string, l Limits) {
	path := "$.stages." + stage
	for name, n := range map[string]int{"workers": l.Workers, "queue": l.Queue, "batch": l.Batch} {
		c.unless(n >= 1, path+"."+name, "%s: %s: expected 1 or more, found %d", stage, name, n)
	}
	c.unless(l.Backoff >= 0 && l.MaxBackoff >= l.Backoff, path+".backoff", "%s: backoff: expected no more than max_backoff", stage)
}

// Channels are the topics as an AsyncAPI document describes them.
func (c *Config) Channels() []event.Channel {
	var all []event.Channel
	for _, s := range c.specs() {
		channel := event.Channel{
			Name: s.Name, Address: c.Prefix + s.Name, Partitions: s.Partitions, Replicas: s.Replication, Cleanup: s.Cleanup, RetentionMilliseconds: -1,
		}
		if s.Retention > 0 {
			channel.RetentionMilliseconds = s.Retention.Milliseconds()
		}
		all = append(all, channel)
	}
	return all
}

// specs are the topics as Ensure wants them.
func (c *Config) specs() []topic.Spec {
	var specs []topic.Spec
	for _, name := range Topics() {
		t := c.Topics[name]
		if t.Retention == 0 && t.Cleanup == "delete" {
			t.Retention = -1 // else the brokers' default would delete after a week
		}
		specs = append(specs, topic.Spec{
			Name: name, Partitions: t.Partitions, Replication: c.Replication,
			Cleanup: t.Cleanup, Retention: t.Retention, MinInSync: c.MinInSync,
		})
	}
	return specs
}
