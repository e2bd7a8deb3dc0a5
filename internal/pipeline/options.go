package pipeline

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/source"
	"github.com/tradewire/tradewire/internal/topic"
)

// Options say what to run and where. Config and Log are needed; Extract is
// for the extract stage, Sources for scrape.
type Options struct {
	Config  *Config
	Sources []source.Source
	Extract Extractor
	// Kinds and Sectors are for the filters and the exports of the feed.
	Kinds   []event.Kind
	Sectors []string
	// Stages to run; all when empty.
	Stages []string
	// Brokers of a Kafka cluster; none starts the embedded broker on
	// KafkaListen.
	Brokers     []string
	KafkaListen string
	// Security is how the connections to Brokers are secured.
	Security topic.Security
	// Registry, when it has an address, gets the schemas of all topics.
	Registry topic.Registry
	// Listen is the address of the feed, or of the health pages alone when
	// the serve stage runs elsewhere.
	Listen string
	// DataDir holds the archive and the embedded broker's log.
	DataDir string
	// Local says that all sources are on this machine: loopback addresses
	// are allowed, hosts need no pace, and sources are visited at once.
	Local bool
	// Loopback allows loopback addresses and nothing else of what Local does.
	Loopback bool
	// Once ends the run when all that the sources announced has been served.
	Once bool
	// Sites are HTTP servers to run beside the stages.
	Sites []Site
	// Watch, when set, sees every event after the archive has it.
	Watch func(event.Event)
	// Up, when set, is called once everything runs.
	Up  func(Addresses)
	Log *slog.Logger
}

// Site is an HTTP server on a listener that is already open.
type Site struct {
	Listener net.Listener
	Handler  http.Handler
}

// Addresses say where a running process is to be found.
type Addresses struct {
	// Feed is a URL, Kafka lists host:port addresses.
	Feed  string
	Kafka []string
}

// UsageError is a mistake in how the process was called.
type UsageError struct{ Err error }

func (e *UsageError) Error() string { return e.Err.Error() }

// Unwrap gives the mistake.
func (e *UsageError) Unwrap() error { return e.Err }

func (o *Options) check() error {
	if len(o.Stages) == 0 {
		o.Stages = Stages()
	}
	for _, name := range o.Stages {
		if !slices.Contains(Stages(), name) {
			return &UsageError{fmt.Errorf("unknown stage %q: expected some of %s", name, strings.Join(Stages(), ","))}
		}
	}
	if len(o.Brokers) == 0 && !o.Security.Zero() {
		return &UsageError{errors.New("the embedded broker knows no TLS and no passwords: name the brokers with --brokers")}
	}
	if o.runs(StageExtract) && o.Extract == nil {
		return errors.New("the extract stage needs an extractor")
	}
	return nil
}

func (o *Options) runs(stage string) bool { return slices.Contains(o.Stages, stage) }

// listen opens a port, and names the flag to change when it is taken.
func listen(flag, address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, portError(flag, address, err)
	}
	return l, nil
}

func portError(flag, address string, err error) error {
	return fmt.Errorf("cannot listen on %s: %w (choose another address with %s)", address, err, flag)
}
