package pipeline

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"sync"
	"time"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/feed"
	"github.com/tradewire/tradewire/internal/source"
	"github.com/tradewire/tradewire/internal/topic"
)

const (
	// drainTime is what work under way may take once ctx has ended; with the
	// closing of everything a shutdown stays under 10 seconds.
	drainTime = 5 * time.Second
	// closeTime is what HTTP answers under way may take after that.
	closeTime = time.Second
	pingEvery = 2 * time.Second
	lagEvery  = 2 * time.Second
)

// Run opens everything, runs the stages until ctx ends (or, with Once, until
// the sources are drained) and closes everything. It returns nil after an
// orderly end. A *UsageError is a mistake in the options.
func Run(ctx context.Context, o Options) error {
	p, err := open(o)
	if err != nil {
		return err
	}
	return errors.Join(p.run(ctx), p.close())
}

// run owns the goroutines: servers and watchers end after the stages do, so
// that /readyz and /metrics answer until the end.
func (p *process) run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	hard, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(drainTime, cut) })
	defer stop()

	var beside sync.WaitGroup
	besideCtx, endBeside := context.WithCancel(context.WithoutCancel(ctx))
	for _, s := range append([]Site{{p.listener, p.handler()}}, p.Sites...) {
		beside.Go(func() { p.serve(besideCtx, s, cancel) })
	}
	beside.Go(func() { p.ping(besideCtx) })

	err := p.runStages(ctx, hard, cancel)
	endBeside()
	beside.Wait()
	if cause := context.Cause(ctx); err == nil && cause != nil && !errors.Is(cause, context.Canceled) && !errors.Is(cause, errDrained) {
		err = cause
	}
	return err
}

// errDrained ends a run with Once.
var errDrained = errors.New("all that was announced has been served")

// serve answers HTTP until ctx ends, and then lets answers under way finish.
func (p *process) serve(ctx context.Context, s Site, fail context.CancelCauseFunc) {
	server := feed.Server(s.Handler, p.Log)
	stopped := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(stopped)
		closing, cancel := context.WithTimeout(context.Background(), closeTime)
		defer cancel()
		if server.Shutdown(closing) != nil {
			// Whoever is still there has had its time.
			_ = server.Close()
		}
	})
	err := server.Serve(s.Listener)
	if !errors.Is(err, http.ErrServerClosed) {
		fail(fmt.Errorf("serve %s: %w", s.Listener.Addr(), err))
		stop()
		return
	}
	<-stopped
}

// ping keeps the readiness of Kafka and of the disk true to within a few
// seconds.
func (p *process) ping(ctx context.Context) {
	for {
		asking, cancel := context.WithTimeout(ctx, pingEvery)
		err := p.cluster.Ping(asking)
		cancel()
		if ctx.Err() != nil {
			return
		}
		if p.ready.Set(checkKafka, err) && err != nil {
			p.Log.Warn("kafka cannot be reached", "brokers", p.Brokers, "error", err)
		}
		if err := roomFor(p.DataDir); p.ready.Set(checkDisk, err) && err != nil {
			p.Log.Warn("no room on disk: nothing is taken in until there is", "error", err)
		}
		if !sleep(ctx, pingEvery) {
			return
		}
	}
}

// runStages runs the stages until ctx ends.
func (p *process) runStages(ctx, hard context.Context, end context.CancelCauseFunc) error {
	if err := p.ensure(ctx); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	var running sync.WaitGroup
	if p.runs(StageScrape) {
		follow, err := p.recollect(ctx)
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		running.Go(func() { follow(ctx) })
		defer running.Wait()
	}
	stages, err := p.stages()
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	for _, r := range stages.runners {
		running.Go(func() { r.run(ctx, hard) })
	}
	for _, poll := range stages.pollers {
		running.Go(func() { poll.run(ctx) })
	}
	if stages.waker != nil {
		running.Go(func() { stages.waker.run(ctx) })
	}
	for _, follow := range stages.beside {
		running.Go(func() { follow(ctx) })
	}
	running.Go(func() { p.watchLag(ctx, stages.runners) })
	if p.Once {
		running.Go(func() { p.endWhenDrained(ctx, stages, end) })
	}
	p.announceUp()
	running.Wait()
	return nil
}

func (p *process) announceUp() {
	p.Log.Info("running", "stages", p.Stages, "feed", "http://"+p.listener.Addr().String(), "kafka", p.Brokers, "data", p.DataDir)
	if p.Up != nil {
		p.Up(Addresses{Feed: "http://" + p.listener.Addr().String(), Kafka: p.Brokers})
	}
}

// watchLag shows how far each stage is behind.
func (p *process) watchLag(ctx context.Context, runners []*runner) {
	shown := map[string]map[partition]bool{}
	for {
		for _, r := range runners {
			held := map[partition]bool{}
			for _, lag := range r.reader.Lag() {
				held[partition{lag.Topic, lag.Partition}] = true
				p.metrics.Lag(r.name, lag.Topic, lag.Partition, lag.Lag())
			}
			for old := range shown[r.name] {
				if !held[old] {
					p.metrics.ForgetLag(r.name, old.topic, old.id)
				}
			}
			shown[r.name] = held
		}
		if !sleep(ctx, lagEvery) {
			return
		}
	}
}

// stageSet is what runs: the runner of each stage, and for scrape its pollers
// and what wakes fetches that wait.
type stageSet struct {
	runners []*runner
	pollers []*poller
	waker   *waker
	beside  []func(context.Context) // what stages follow
	visited *visits
}

func (p *process) stages() (*stageSet, error) {
	set := &stageSet{visited: newVisits()}
	for _, name := range p.Stages {
		var err error
		switch name {
		case StageScrape:
			err = p.addScrape(set)
		case StageExtract:
			err = p.addStage(set, name, p.Config.Stages.Extract, extraction(p.Extract), TopicArticles)
		case StageCorrelate:
			corrected := newCorrections()
			set.beside = append(set.beside, func(ctx context.Context) {
				corrected.follow(ctx, p.cluster, p.ready, p.Log.With("stage", name))
			})
			err = p.addStage(set, name, p.Config.Stages.Correlate, correlation(corrected), TopicClaims)
		case StageServe:
			topics := append([]string{TopicArticles, TopicMentions}, event.Families()...)
			if err = p.addStage(set, name, p.Config.Stages.Serve, serving, topics...); err == nil {
				set.runners[len(set.runners)-1].store = storing(p.archive, p.Watch)
			}
		}
		if err != nil {
			return nil, err
		}
	}
	return set, nil
}

func (p *process) addStage(set *stageSet, name string, limits Limits, w work, topics ...string) error {
	reader, err := p.readerFor(name, topics...)
	if err != nil {
		return err
	}
	set.runners = append(set.runners, p.runner(name, limits, w, reader))
	return nil
}

func (p *process) runner(name string, limits Limits, w work, from reader) *runner {
	return &runner{
		name: name, limits: limits, reader: from, writer: p.cluster.Writer(), work: w,
		laneKey: func(r topic.Record) []byte { return r.Key },
		stage:   p.metrics.Stage(name), ready: p.ready, flow: p.flow, log: p.Log.With("stage", name),
	}
}

// addScrape adds the stage that asks hosts. What it looks after is decided by
// its consumer group, and the state of the pages follows.
func (p *process) addScrape(set *stageSet) error {
	log, config, limits := p.Log.With("stage", StageScrape), p.Config.Scrape, p.Config.Stages.Scrape
	p.hold.load = func(ctx context.Context, partition int, apply func(topic.Record) error) error {
		return p.cluster.ScanPartition(ctx, TopicPages, partition, apply)
	}
	lister := &lister{web: p.client, hold: p.hold, announced: newAnnouncements(config.Revisit), revisit: config.Revisit, rhythms: p.memory.rhythms, log: log}
	scraper := &scraper{
		lister: lister, copies: p.memory.copies, sources: map[string]source.Source{}, config: config, limits: limits,
		reading: make(chan struct{}, runtime.GOMAXPROCS(0)),
	}
	for _, s := range p.Sources {
		scraper.sources[s.Name] = s
	}
	group, err := p.readerFor(StageScrape, TopicFetches)
	if err != nil {
		return err
	}
	p.hold.group = group
	stage := p.runner(StageScrape, limits, scraper.work, group)
	stage.ownLane = true
	stage.spare = &spare{work: scraper.putAside, pace: p.pace(), roomy: func(in topic.Record) bool { return p.hold.roomy(in.Partition) }}
	set.runners = append(set.runners, stage)
	set.waker = &waker{scraper: scraper, writer: p.cluster.Writer(), flow: p.flow, metrics: p.metrics, grown: p.spareMemory}
	for _, s := range p.Sources {
		if !s.Enabled {
			continue
		}
		set.visited.expect(s.Name)
		set.pollers = append(set.pollers, &poller{
			lister: lister, source: s, config: config, eager: p.Local, writer: p.cluster.Writer(),
			flow: p.flow, metrics: p.metrics, visited: set.visited.done, log: log,
		})
	}
	return nil
}
