package main

import (
	"fmt"
	"log/slog"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tradewire/tradewire/internal/pipeline"
)

// places are the flags that run and demo share.
type places struct {
	listen, kafkaListen, data string
}

func (p *places) flags(c *cobra.Command, data, dataHelp string) {
	c.Flags().StringVar(&p.listen, "listen", "127.0.0.1:8080", "`address` of the feed, /healthz, /readyz and /metrics")
	c.Flags().StringVar(&p.kafkaListen, "kafka-listen", "127.0.0.1:9092", "`address` of the embedded broker")
	c.Flags().StringVar(&p.data, "data", data, dataHelp)
}

func (a *app) runCommand() *cobra.Command {
	var at places
	var config string
	var stages []string
	var kafka kafkaFlags
	var schemas registryFlags
	c := &cobra.Command{
		Use:   "run",
		Short: "Read the sources and publish events until interrupted",
		Long: `Run the stages of pipelines/trade.yaml: scrape (sources to articles), extract
(articles to claims), correlate (claims to events) and serve (archive and feed).
Several processes with the same brokers share the work.`,
		Example: `  tradewire run                                   # all stages, embedded broker
  tradewire run --brokers kafka:9092 --stages extract,correlate`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			log, err := a.logger(slog.LevelInfo)
			if err != nil {
				return err
			}
			s, err := loadAll(config)
			if err != nil {
				return err
			}
			security, err := kafka.secured()
			if err != nil {
				return err
			}
			registry, err := schemas.registry()
			if err != nil {
				return err
			}
			o := pipeline.Options{
				Registry: registry,
				Config:   s.config, Sources: s.sources, Stages: stages, Brokers: kafka.brokers, Security: security, KafkaListen: at.kafkaListen,
				Listen: at.listen, DataDir: at.data, Log: log,
				Up: func(at pipeline.Addresses) {
					fmt.Fprintf(a.stderr, "feed %s, kafka %s\n", at.Feed, strings.Join(at.Kafka, ","))
				},
			}
			if err := withKnowledge(&o, s); err != nil {
				return err
			}
			return pipeline.Run(c.Context(), o)
		},
	}
	at.flags(c, "data", "`folder` of the archive and of the embedded broker's log")
	configFlag(c, &config)
	c.Flags().StringSliceVar(&stages, "stages", nil, "some of "+strings.Join(pipeline.Stages(), ",")+" (default all)")
	kafka.flags(c, "Kafka brokers, host:port (default the embedded broker)")
	schemas.flags(c)
	return c
}

// withKnowledge adds what comes out of the ontology.
func withKnowledge(o *pipeline.Options, s *setup) (err error) {
	o.Kinds, o.Sectors = s.ontology.Kinds, sectorCodes(s.ontology)
	o.Extract, err = limitedExtractor(s.ontology, s.config.Extract)
	return err
}
