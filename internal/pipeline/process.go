package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/tradewire/tradewire/internal/archive"
	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/feed"
	"github.com/tradewire/tradewire/internal/fetch"
	"github.com/tradewire/tradewire/internal/ops"
	"github.com/tradewire/tradewire/internal/topic"
)

// process is everything that one run holds open.
type process struct {
	Options
	metrics  *ops.Metrics
	ready    *ops.Readiness
	flow     *flow
	memory   recollection // of the scrape stage
	hold     *holding     // what the scrape stage of this process looks after
	listener net.Listener
	broker   *topic.Embedded // nil with a cluster of others
	cluster  *topic.Cluster
	archive  *archive.Archive // nil without the serve stage
	client   *fetch.Client    // nil without the scrape stage
	group    string           // consumer group of the serve stage
	closers  []func() error   // in order of opening
}

// Checks of readiness that are there from the start.
const (
	checkKafka  = "kafka"
	checkTopics = "topics"
	checkDisk   = "disk"
)

func open(o Options) (*process, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	p := &process{
		Options: o, metrics: ops.NewMetrics(), ready: ops.NewReadiness(checkKafka, checkTopics),
		flow: newFlow(),
	}
	for _, step := range []func() error{p.openPort, p.openData, p.openCluster, p.openArchive, p.openClient} {
		if err := step(); err != nil {
			return nil, errors.Join(err, p.close())
		}
	}
	p.memory = recollection{&copies{}, newRhythms(p.cluster.Writer(), p.metrics, p.Log.With("stage", StageScrape))}
	return p, nil
}

// close closes what was opened, the last first.
func (p *process) close() error {
	var errs []error
	for i := len(p.closers) - 1; i >= 0; i-- {
		errs = append(errs, p.closers[i]())
	}
	p.closers = nil
	return errors.Join(errs...)
}

func (p *process) onClose(f func() error) { p.closers = append(p.closers, f) }

func (p *process) openPort() (err error) {
	p.listener, err = listen("--listen", p.Listen)
	if err != nil {
		return err
	}
	p.onClose(func() error {
		if err := p.listener.Close(); !errors.Is(err, net.ErrClosed) {
			return err
		}
		return nil
	})
	return nil
}

func (p *process) openData() error {
	if err := os.MkdirAll(p.DataDir, 0o755); err != nil {
		return &UsageError{fmt.Errorf("make data directory: %w (choose another with --data)", err)}
	}
	return nil
}

func (p *process) openCluster() error {
	if len(p.Brokers) == 0 {
		broker, err := topic.StartEmbedded(topic.EmbeddedConfig{
			Dir: filepath.Join(p.DataDir, "kafka"), Listen: p.KafkaListen,
		}, p.Log.With("room", "broker"))
		if err != nil {
			return portError("--kafka-listen", p.KafkaListen, err)
		}
		p.broker = broker
		p.onClose(broker.Close)
		p.Brokers = []string{broker.Addr()}
	}
	instance, err := topic.TakeInstance(p.DataDir)
	if err != nil {
		return &UsageError{err}
	}
	p.onClose(instance.Release)
	member := topic.Config{Instance: instance.Name, Memory: filepath.Join(p.DataDir, "read-"+instance.Name+".json")}
	cluster, err := connect(member, p.Brokers, p.Config.Prefix, p.Security, p.Log.With("room", "topic"))
	if err != nil {
		return err
	}
	p.cluster = cluster
	p.onClose(cluster.Close)
	return nil
}

// pollBytes keeps what a backlog takes of our memory small: a stage reads
// dozens of partitions, and works on a few hundred records a second.
const pollBytes = 64 << 10

// connect prepares a cluster; an error is a mistake in the options. cfg may be
// zero for those that join no group.
func connect(cfg topic.Config, brokers []string, prefix string, security topic.Security, log *slog.Logger) (*topic.Cluster, error) {
	cfg.Brokers, cfg.Prefix, cfg.PollBytes = brokers, prefix, pollBytes
	if err := security.Apply(&cfg); err != nil {
		return nil, &UsageError{fmt.Errorf("secure kafka: %w", err)}
	}
	cluster, err := topic.Open(cfg, log)
	if err != nil {
		return nil, &UsageError{err}
	}
	return cluster, nil
}

// WithCluster connects to brokers, makes sure that one answers, and hands the
// cluster to do. It closes it in the end. Errors: those of do; *UsageError;
// what keeps the brokers from answering.
func WithCluster(ctx context.Context, brokers []string, prefix string, security topic.Security, log *slog.Logger,
	do func(context.Context, *topic.Cluster) error,
) error {
	cluster, err := connect(topic.Config{}, brokers, prefix, security, log)
	if err != nil {
		return err
	}
	return errors.Join(reached(ctx, cluster, do), cluster.Close())
}

// reachable is how long a command waits for a first sign of the brokers.
const reachable = 5 * time.Second

func reached(ctx context.Context, cluster *topic.Cluster, do func(context.Context, *topic.Cluster) error) error {
	asking, cancel := context.WithTimeout(ctx, reachable)
	err := cluster.Ping(asking)
	cancel()
	var denied *topic.DeniedError
	switch {
	case errors.As(err, &denied):
		return err
	case err != nil:
		return fmt.Errorf("%w (name the brokers with --brokers)", err)
	}
	return do(ctx, cluster)
}

func (p *process) openClient() (err error) {
	if !p.runs(StageScrape) {
		return nil
	}
	p.hold = &holding{partitions: p.Config.Topics[TopicFetches].Partitions, shards: map[int]*shard{}}
	cfg := p.Config.Fetch.client()
	cfg.Parallel, cfg.Gate, cfg.Shared = p.Config.Stages.Scrape.Workers, p.hold.gate, true
	cfg.AllowLoopback = p.Local || p.Loopback
	if p.Local {
		cfg.PerHost, cfg.MinGap = 1000, 0
	}
	if p.client, err = fetch.New(cfg, p.Log.With("stage", StageScrape), p.metrics.Registry()); err != nil {
		return &UsageError{err}
	}
	p.hold.hosts = p.client
	p.limitMemory()
	p.onClose(func() error { p.client.Close(); return nil })
	return nil
}

// pace is the least time between two requests to a host.
func (p *process) pace() time.Duration {
	if p.Local {
		return time.Millisecond
	}
	return max(p.Config.Fetch.MinGap, time.Duration(float64(time.Second)/p.Config.Fetch.PerHost))
}

// A process that only scrapes waits more than it works, and a page in hand
// takes many times its size: its garbage is collected when it is half of what
// is in use (GOGC overrules that), and more often near the limit (GOMEMLIMIT
// does). With a million fetches on the topic, 75 MiB are in use; what grows is
// the state of the pages, and the limit with it.
const (
	scraperGC     = 50
	scraperMemory = 128 << 20 // beside it there are some 30 MiB of the binary
	knownMemory   = 256       // for each page
	waitingMemory = 512       // for each that waits, beside it
)

func (p *process) scraperOnly() bool { return len(p.Stages) == 1 && p.client != nil }

func (p *process) limitMemory() {
	if !p.scraperOnly() {
		return
	}
	if os.Getenv("GOGC") == "" {
		before := debug.SetGCPercent(scraperGC)
		p.onClose(func() error { debug.SetGCPercent(before); return nil })
	}
	before := debug.SetMemoryLimit(-1)
	p.onClose(func() error { debug.SetMemoryLimit(before); return nil })
	p.spareMemory(0, 0)
}

// spareMemory sets the limit for a number of pages that are known.
func (p *process) spareMemory(known, waiting int) {
	if !p.scraperOnly() || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	limit := int64(scraperMemory + known*knownMemory + waiting*waitingMemory)
	if now := debug.SetMemoryLimit(-1); max(limit-now, now-limit) >= 1<<20 {
		debug.SetMemoryLimit(limit)
	}
}

// handler is the feed, or health and metrics alone where there is no archive.
func (p *process) handler() http.Handler {
	if p.archive == nil {
		return ops.Handler(p.ready.Err, p.metrics.Handler())
	}
	return feed.New(feed.Config{
		Store: p.archive, Kinds: p.Kinds, Sectors: p.Sectors,
		Ready: p.ready.Err, Metrics: p.metrics.Handler(), Log: p.Log.With("room", "feed"),
	})
}

// readerFor joins the consumer group of a stage.
func (p *process) readerFor(stage string, topics ...string) (*topic.Reader, error) {
	group := p.Config.Prefix + stage
	if stage == StageServe {
		group = p.group
	}
	r, err := p.cluster.Reader(group, topics...)
	if err != nil {
		return nil, fmt.Errorf("start stage %s: %w", stage, err)
	}
	return r, nil
}

// ensure makes and checks the topics. It waits for the brokers.
func (p *process) ensure(ctx context.Context) error {
	err := p.cluster.Ensure(ctx, p.Config.specs())
	if err == nil && p.Registry.URL != "" {
		err = p.register(ctx)
	}
	p.ready.Set(checkTopics, err)
	if err != nil && ctx.Err() == nil {
		return &UsageError{err}
	}
	return err
}

// register gives the schema registry what describes the bodies of each topic.
func (p *process) register(ctx context.Context) error {
	schemas, err := event.Schemas(p.Kinds)
	if err != nil {
		return err
	}
	byTopic := map[string][]byte{}
	for _, name := range Topics() {
		if noun := event.TopicNoun(name); noun != "" && name != topic.DeadLetterTopic {
			byTopic[p.Config.Prefix+name] = schemas[noun]
		}
	}
	return p.Registry.Register(ctx, byTopic, p.Log.With("room", "registry"))
}
