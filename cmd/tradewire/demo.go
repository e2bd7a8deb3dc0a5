package main

import (
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/ops"
	"github.com/tradewire/tradewire/internal/pipeline"
	"github.com/tradewire/tradewire/internal/source"
	"github.com/tradewire/tradewire/testdata/site"
)

func (a *app) demoCommand() *cobra.Command {
	var at places
	var stay, once bool
	c := &cobra.Command{
		Use:   "demo",
		Short: "Show the whole job on a small news site of our own",
		Long: `Serve a small news site on loopback, read it through all four stages over real
HTTP and the Kafka protocol, and print events as they arrive. It needs no
network and no Kafka. On a terminal it stays up until interrupted.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			log, err := a.logger(slog.LevelWarn)
			if err != nil {
				return err
			}
			if stay && once {
				return usage("--stay and --once exclude each other")
			}
			if !stay && !once {
				stay = ops.IsTerminal(a.stdout)
			}
			d := &demo{app: a, stay: stay, log: log, places: at}
			return d.run(c)
		},
	}
	at.flags(c, "", "`folder` to keep what the demo makes (default one that is deleted in the end)")
	c.Flags().BoolVar(&stay, "stay", false, "stay up until interrupted")
	c.Flags().BoolVar(&once, "once", false, "end when every article of the site has been served")
	return c
}

type demo struct {
	*app
	places
	stay bool
	log  *slog.Logger
	show *printer
	seen int
}

func (d *demo) run(c *cobra.Command) (err error) {
	s, err := loadAll("")
	if err != nil {
		return err
	}
	if d.data == "" {
		if d.data, err = os.MkdirTemp("", "tradewire-demo-"); err != nil {
			return fmt.Errorf("make data directory: %w", err)
		}
		defer func() { _ = os.RemoveAll(d.data) }() // a leftover in the temporary folder harms nobody
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("serve the sample site: %w", err)
	}
	defer listener.Close()
	host := listener.Addr().String()
	sources, problems := source.Load(site.Sources(host), ".")
	if err := within("testdata/site/sources", problems); err != nil {
		return err
	}
	d.show = newPrinter(d.stdout, s.ontology.Kinds)
	o := pipeline.Options{
		Config: s.config, Sources: sources, Listen: d.listen, KafkaListen: d.kafkaListen, DataDir: d.data,
		Local: true, Once: !d.stay, Sites: []pipeline.Site{{Listener: listener, Handler: site.Handler()}},
		Watch: d.event, Up: func(at pipeline.Addresses) { d.greet(host, at) }, Log: d.log,
	}
	if err := withKnowledge(&o, s); err != nil {
		return err
	}
	if err := pipeline.Run(c.Context(), o); err != nil {
		return err
	}
	fmt.Fprintf(d.stderr, "%d events.\n", d.seen)
	return nil
}

// greet goes to stderr: stdout holds the events alone.
func (d *demo) greet(host string, at pipeline.Addresses) {
	kafka := strings.Join(at.Kafka, ",")
	fmt.Fprintf(d.stderr, `A small news site of our own is read now, and every event shown with the
sentence behind it. One page of it is broken on purpose: that is the warning.

Sample site  http://%s/
Feed         %s/
Kafka        %s (topics trade.*)

Try next%s:
  curl -s '%s/api/v1/events?kind=measure'
  %s tail --brokers %s --from-beginning --json
  %s extract --allow-loopback http://%s/meridian/steel-safeguard

`, host, at.Feed, kafka, d.when(), at.Feed, os.Args[0], kafka, os.Args[0], host)
}

// when says under which call the addresses stay up.
func (d *demo) when() string {
	if d.stay {
		return " in another terminal"
	}
	return " (with demo --stay, for this one ends when the site is read)"
}

func (d *demo) event(e event.Event) {
	d.seen++
	d.show.event(e)
}
