package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/fetch"
	"github.com/tradewire/tradewire/internal/ops"
	"github.com/tradewire/tradewire/internal/source"
	"github.com/tradewire/tradewire/internal/topic"
	"github.com/tradewire/tradewire/internal/weburl"
)

// poller visits one source again and again and puts what is new on
// trade.fetches. It does so only while this process looks after the host of
// the announcement.
type poller struct {
	*lister
	source  source.Source
	config  Scrape
	eager   bool // visit at once, not some time within the first seconds
	writer  writer
	flow    *flow
	metrics *ops.Metrics
	// visited is called after each visit.
	visited func(name string)
	log     *slog.Logger
}

const (
	firstVisitWithin = 10 * time.Second
	askAgainIfMine   = time.Second
)

// run visits the source until ctx ends; a visit under way ends with it.
func (p *poller) run(ctx context.Context) {
	p.metrics.Source(p.source.Name)
	wait := time.Duration(0)
	if !p.eager {
		wait = rand.N(min(firstVisitWithin, p.source.Every))
	}
	failures := 0
	for sleep(ctx, wait) {
		sh, ours, err := p.hold.shard(ctx, p.hold.partition(p.host()))
		if err == nil && !ours {
			wait = askAgainIfMine
			continue
		}
		items := 0
		if err == nil {
			items, err = p.visit(ctx, sh)
		}
		var why *fetch.Error
		switch {
		case ctx.Err() != nil:
			return
		case errors.As(err, &why) && (why.Class == fetch.Elsewhere || why.Class == fetch.Cancelled):
			wait = askAgainIfMine // the group shares its hosts anew
			continue
		case err != nil:
			failures++
			wait = jitter(min(p.config.Retry<<min(failures-1, 16), p.config.MaxRetry), 0.1)
			p.metrics.SourceFailed(p.source.Name)
			p.log.Warn("source cannot be read", "source", p.source.Name, "error", err, "failures", failures, "again_in", wait.Round(time.Second))
		default:
			failures = 0
			wait = jitter(p.source.Every, 0.1)
			p.metrics.SourceRead(p.source.Name, time.Now(), items)
			p.log.Info("source read", "source", p.source.Name, "new", items)
			if err := p.rhythms.visited(ctx, p.source, time.Now()); err != nil && ctx.Err() == nil {
				p.log.Warn("what is known of a source cannot be kept", "source", p.source.Name, "error", err)
			}
		}
		p.visited(p.source.Name)
	}
}

// host is the one whose keeper visits the source; addresses that the source
// file itself names need no host, and any keeper will do.
func (p *poller) host() string {
	if p.source.Kind == source.URLs {
		return p.source.Name
	}
	return weburl.Host(p.source.URL)
}

// visit reads the announcements of the source and returns how many new
// addresses it found.
func (p *poller) visit(ctx context.Context, sh *shard) (int, error) {
	if p.source.Kind == source.URLs {
		listing, err := p.source.Items("", "", nil)
		if err != nil {
			return 0, err
		}
		got, err := p.due(p.source, listing.Items)
		if err != nil {
			return 0, err
		}
		return len(got.urls), p.announce(ctx, got)
	}
	queue, total := p.source.Pages(), 0
	for n := 1; len(queue) > 0 && n <= p.source.MaxPages; n++ {
		url := queue[0]
		queue = queue[1:]
		got, err := p.readPage(ctx, sh, url, n)
		if err != nil {
			return total, err
		}
		total += len(got.urls)
		if len(got.urls) > 0 || !newestFirst(p.source) {
			queue = append(queue, got.more...)
		}
	}
	return total, nil
}

// readPage reads one document and announces what is new in it. One that is
// on the host of another process, or leads there, is handed over.
func (p *poller) readPage(ctx context.Context, sh *shard, url string, n int) (found, error) {
	if host := weburl.Host(url); host != p.host() {
		other, ours, err := p.hold.shard(ctx, p.hold.partition(host))
		if err != nil {
			return found{}, err
		}
		if !ours {
			return found{}, p.handOver(ctx, url, n, 0)
		}
		sh = other
	}
	got, err := p.read(ctx, p.source, sh, url, n)
	var why *fetch.Error
	if errors.As(err, &why) && why.Class == fetch.Elsewhere && why.Hops > 0 {
		return found{}, p.handOver(ctx, why.At, n, why.Hops)
	}
	if err != nil {
		return found{}, err
	}
	if err := p.announce(ctx, got); err != nil {
		return found{}, err
	}
	return got, p.remember(ctx, sh, got.page)
}

// handOver puts a document of the source on trade.fetches.
func (p *poller) handOver(ctx context.Context, url string, n, hops int) error {
	record, err := fetchMessage(event.Fetch{URL: url, Source: p.source.Name, Listing: n, Hops: hops}, time.Now(), "")
	if err != nil {
		return err
	}
	if err := p.writer.Write(ctx, record); err != nil {
		return fmt.Errorf("hand over page %d of %s: %w", n, p.source.Name, err)
	}
	p.flow.wrote(record)
	return nil
}

// announce puts the addresses that are due on trade.fetches.
func (p *poller) announce(ctx context.Context, got found) error {
	if len(got.fetches) == 0 {
		return nil
	}
	err := p.writer.Write(ctx, got.fetches...)
	var never *topic.RejectedError
	if errors.As(err, &never) {
		p.log.Error("announced pages cannot be written", "source", p.source.Name, "error", err)
	} else if err != nil {
		return fmt.Errorf("announce %d pages of %s: %w", len(got.fetches), p.source.Name, err)
	}
	p.flow.wrote(got.fetches...)
	p.announced.note(time.Now(), got.urls...)
	return nil
}

// remember keeps the validators of an announcement.
func (p *poller) remember(ctx context.Context, sh *shard, page event.Page) error {
	record, err := pageMessage(page, topic.Record{})
	if err != nil {
		return err
	}
	if err := p.writer.Write(ctx, record); err != nil {
		return fmt.Errorf("keep the state of %s: %w", p.source.Name, err)
	}
	sh.put(page, weburl.Host(page.URL))
	return nil
}
