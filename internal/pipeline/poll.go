package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/fetch"
	"github.com/tradewire/tradewire/internal/ops"
	"github.com/tradewire/tradewire/internal/source"
	"github.com/tradewire/tradewire/internal/topic"
	"github.com/tradewire/tradewire/internal/weburl"
)

// poller visits one source again and again and puts what is new on
// trade.fetches.
type poller struct {
	source  source.Source
	config  Scrape
	eager   bool // visit at once, not some time within the first seconds
	web     web
	pages   *pages
	writer  writer
	flow    *flow
	metrics *ops.Metrics
	// mine reports whether this process looks after the source: another one
	// may, when several share the scrape stage.
	mine func(source.Source) bool
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
		if !p.mine(p.source) {
			wait = askAgainIfMine
			continue
		}
		items, err := p.visit(ctx)
		switch {
		case ctx.Err() != nil:
			return
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
		}
		p.visited(p.source.Name)
	}
}

// visit reads the announcements of the source and returns how many new
// addresses it found.
func (p *poller) visit(ctx context.Context) (int, error) {
	if p.source.Kind == source.URLs {
		listing, err := p.source.Items("", "", nil)
		if err != nil {
			return 0, err
		}
		return p.announce(ctx, listing.Items)
	}
	queue, total := p.source.Pages(), 0
	for read := 0; len(queue) > 0 && read < p.source.MaxPages; read++ {
		listing, n, err := p.readPage(ctx, queue[0], read == 0)
		total += n
		if err != nil {
			return total, err
		}
		queue = queue[1:]
		if n > 0 || !p.newestFirst() {
			queue = append(queue, listing.More...)
		}
	}
	return total, nil
}

// newestFirst says that a page without news means that those behind it have
// none either. The children of a sitemap index come in any order.
func (p *poller) newestFirst() bool {
	return p.source.Kind == source.ListingPage || p.source.Kind == source.JSONAPI || p.source.Kind == source.Feed
}

// readPage reads one document; the first of a visit only if it has changed.
func (p *poller) readPage(ctx context.Context, url string, first bool) (source.Listing, int, error) {
	req := fetch.Request{URL: url, Accept: accepted(p.source.Kind)}
	known, _ := p.pages.get(url)
	if first {
		req.ETag, req.LastModified = known.ETag, known.LastModified
	}
	resp, err := p.web.Get(ctx, req)
	if err != nil {
		return source.Listing{}, 0, err
	}
	if resp.NotModified {
		return source.Listing{}, 0, nil
	}
	listing, err := p.source.Items(resp.URL, resp.ContentType, resp.Body)
	if err != nil {
		return listing, 0, err
	}
	for _, remark := range slices.Concat(listing.Mismatches, listing.Problems) {
		p.log.Warn("source looks odd", "source", p.source.Name, "url", url, "problem", remark)
	}
	n, err := p.announce(ctx, listing.Items)
	if err != nil {
		return listing, n, err
	}
	if !first {
		return listing, n, nil
	}
	// Only now: a validator kept earlier would hide what was never announced.
	return listing, n, p.remember(ctx, event.Page{
		URL: url, ETag: resp.ETag, LastModified: resp.LastModified, Status: resp.Status, Fetched: resp.Fetched,
	})
}

func accepted(kind string) string {
	switch kind {
	case source.JSONAPI:
		return "application/json"
	case source.ListingPage:
		return ""
	}
	return "application/rss+xml, application/atom+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
}

// announce puts the addresses that are due on trade.fetches.
func (p *poller) announce(ctx context.Context, items []source.Item) (int, error) {
	now := time.Now()
	var records []topic.Record
	var urls []string
	for _, item := range items {
		if !p.pages.due(item.URL, now, p.config.Revisit) {
			continue
		}
		record, err := p.fetchMessage(item, now)
		if err != nil {
			return 0, err
		}
		records, urls = append(records, record), append(urls, item.URL)
	}
	if len(records) == 0 {
		return 0, nil
	}
	err := p.writer.Write(ctx, records...)
	var never *topic.RejectedError
	if errors.As(err, &never) {
		p.log.Error("announced pages cannot be written", "source", p.source.Name, "error", err)
	} else if err != nil {
		return 0, fmt.Errorf("announce %d pages of %s: %w", len(records), p.source.Name, err)
	}
	p.flow.wrote(records...)
	p.pages.announce(now, urls...)
	return len(records), nil
}

func (p *poller) fetchMessage(item source.Item, now time.Time) (topic.Record, error) {
	body := event.Fetch{URL: item.URL, Source: p.source.Name, Title: item.Title, Published: item.Published}
	id := fmt.Sprintf("%s.%d", event.ArticleID(item.URL), now.UnixMilli())
	ce := event.NewCloudEvent("fetch", id, sourceScrape, item.URL, now)
	return message(TopicFetches, []byte(weburl.Host(item.URL)), ce, body, "")
}

// remember keeps the validators of an announcement.
func (p *poller) remember(ctx context.Context, page event.Page) error {
	record, err := pageMessage(page, topic.Record{})
	if err != nil {
		return err
	}
	if err := p.writer.Write(ctx, record); err != nil {
		return fmt.Errorf("keep the state of %s: %w", p.source.Name, err)
	}
	p.pages.put(page)
	return nil
}
