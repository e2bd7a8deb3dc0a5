package pipeline

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tradewire/tradewire/internal/article"
	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/fetch"
	"github.com/tradewire/tradewire/internal/source"
	"github.com/tradewire/tradewire/internal/topic"
	"github.com/tradewire/tradewire/internal/weburl"
)

// web fetches pages (*fetch.Client).
type web interface {
	Get(ctx context.Context, r fetch.Request) (*fetch.Response, error)
}

// scraper is the work of the scrape stage on a fetch: a page becomes an
// article and the state of the page, an announcement becomes fetches.
type scraper struct {
	*lister
	copies  *copies
	sources map[string]source.Source
	config  Scrape
	limits  Limits
	// reading holds a token for each page that is being parsed: that takes
	// memory and a processor, which a thousand hosts at a time would not leave.
	reading chan struct{}
}

// visit is one fetch and what is known around it.
type visit struct {
	event.Fetch
	host  string
	asked time.Time // when it was first tried
	shard *shard
	known event.Page
	again bool // the page is known
}

func (s *scraper) work(ctx context.Context, t *task) error {
	v, done, err := s.visit(ctx, t)
	switch {
	case done || err != nil:
		return err
	case v.Listing > 0:
		return s.list(ctx, t, v)
	}
	return s.fetch(ctx, t, v)
}

// putAside is the work on a fetch for which its lane has no place: it waits in
// the state of its page until its turn may have come.
func (s *scraper) putAside(ctx context.Context, t *task) error {
	v, done, err := s.visit(ctx, t)
	if done || err != nil {
		return err
	}
	return s.park(t, v, t.turn, event.WaitTurn)
}

// visit finds what is known around a fetch. It is done when there is nothing
// to ask the host for.
func (s *scraper) visit(ctx context.Context, t *task) (v visit, done bool, err error) {
	var f event.Fetch
	if err := read(t.in, &f); err != nil {
		return v, false, err
	}
	v = visit{Fetch: f, host: weburl.Host(f.URL), asked: t.first}
	if v.host == "" {
		return v, false, refuse(classBadJSON, "a fetch needs an address, found %q", f.URL)
	}
	if f.Asked != nil {
		v.asked = *f.Asked
	}
	if t.attempt == 1 {
		t.attempt += f.Attempts
	}
	at, ours, err := s.hold.shard(ctx, t.in.Partition)
	if err != nil {
		return v, false, unready(err)
	}
	if !ours || at.lease != t.in.Lease {
		t.gone = true
		return v, true, nil
	}
	if v.shard, ours, err = s.hold.shard(ctx, s.hold.partition(v.host)); err != nil {
		return v, false, unready(err)
	}
	if !ours { // it came by a partition that is not its host's
		return v, true, s.handOver(t, v, f.URL, 0)
	}
	v.known, v.again = v.shard.get(f.URL)
	return v, v.again && v.known.Fetched.After(t.in.Time), nil // fetched since it was asked for
}

// unready asks for another attempt when the topics answer again.
func unready(err error) error {
	return &later{refusal: refusal{classFailed, err}, wait: time.Second, free: true}
}

// freshness is what clocks may differ by when a page is announced on the
// minute.
const freshness = time.Second

// fetch makes a page an article.
func (s *scraper) fetch(ctx context.Context, t *task, v visit) error {
	if v.known.Article != "" && t.in.Time.Add(freshness).Before(v.known.Fetched.Add(s.config.Revisit)) {
		return nil // announced by a process that does not know the page
	}
	now, purse := time.Now(), budget{v.Source, v.host}
	if limit := s.budget(v.Source); !limit.covers(v.shard.spentOn(purse, now)) {
		return s.park(t, v, nextDay(now), event.WaitBudget)
	}
	resp, err := s.web.Get(ctx, request(v.URL, v.known))
	if err != nil {
		return s.failed(ctx, t, v, err)
	}
	page := event.Page{
		URL: v.URL, ETag: resp.ETag, LastModified: resp.LastModified, Status: resp.Status,
		Fetched: resp.Fetched, ContentHash: v.known.ContentHash, Article: v.known.Article,
		Spent: v.shard.spend(purse, resp.Fetched, resp.Wire),
	}
	if resp.NotModified {
		page.Status = v.known.Status
		page.ETag, page.LastModified = either(resp.ETag, v.known.ETag), either(resp.LastModified, v.known.LastModified)
		return s.remember(t, v, page)
	}
	t.page = &enclosure{url: v.URL, contentType: either(resp.ContentType, unknownContent), body: resp.Body}
	a, err := s.article(v, resp)
	if err != nil {
		page.ContentHash, page.Article = "", ""
		return errors.Join(err, s.remember(t, v, page))
	}
	if a.Version != v.known.ContentHash || a.ID != v.known.Article {
		a.SameTextAs = s.copies.link(a, resp.Fetched)
		if err := s.emit(t, a); err != nil {
			return err
		}
	}
	page.ContentHash, page.Article = a.Version, a.ID
	return s.remember(t, v, page)
}

// article reads a page, a few at a time.
func (s *scraper) article(v visit, resp *fetch.Response) (event.Article, error) {
	s.reading <- struct{}{}
	defer func() { <-s.reading }()
	return article.FromPage(articlePage(s.sources[v.Source], v.Fetch, resp))
}

// budget is that of a source, or the common one.
func (s *scraper) budget(name string) Budget {
	src := s.sources[name]
	return Budget{src.Budget.Pages, src.Budget.Bytes}.or(s.config.Budget)
}

// list makes an announcement fetches: one that a poller came upon on a host
// that is ours.
func (s *scraper) list(ctx context.Context, t *task, v visit) error {
	src, ok := s.sources[v.Source]
	if !ok {
		return refuse(classFailed, "the source %q, whose announcement this is, is not configured", v.Source)
	}
	got, err := s.read(ctx, src, v.shard, v.URL, v.Listing)
	var why *fetch.Error
	switch {
	case errors.As(err, &why):
		return s.failed(ctx, t, v, err)
	case err != nil:
		return err
	}
	t.outs = got.fetches
	if v.Listing < src.MaxPages && (len(got.urls) > 0 || !newestFirst(src)) {
		for _, url := range got.more {
			out, err := fetchMessage(event.Fetch{URL: url, Source: v.Source, Listing: v.Listing + 1}, time.Now(), t.in.Header(event.TraceParent))
			if err != nil {
				return err
			}
			t.outs = append(t.outs, out)
		}
	}
	s.announced.note(time.Now(), got.urls...)
	if err := s.rhythms.visited(ctx, src, time.Now()); err != nil {
		return unready(err)
	}
	return s.remember(t, v, got.page)
}

// unknownContent is the media type of bytes that nobody declared (RFC 2046).
const unknownContent = "application/octet-stream"

// request asks for a page, or, when its article is known, for its changes.
func request(url string, known event.Page) fetch.Request {
	r := fetch.Request{URL: url}
	if known.Article != "" {
		r.ETag, r.LastModified = known.ETag, known.LastModified
	}
	return r
}

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// articlePage is what an article is read from. src is zero when the source
// was taken out of the configuration.
func articlePage(src source.Source, f event.Fetch, resp *fetch.Response) article.Page {
	p := article.Page{
		URL: resp.URL, ContentType: resp.ContentType, Body: resp.Body, Fetched: resp.Fetched,
		Selectors: article.Selectors(src.Article),
		Publisher: src.Publisher, Source: f.Source, Country: src.Country, Language: src.Language, Official: src.Official,
	}
	p.Hint.Title, p.Hint.Published = f.Title, f.Published
	return p
}

func (s *scraper) emit(t *task, a event.Article) error {
	out, err := message(TopicArticles, []byte(a.ID), a.CloudEvent(sourceScrape, time.Now()), a, t.in.Header(event.TraceParent))
	if err != nil {
		return err
	}
	t.published = instant(a.Published)
	t.outs = append(t.outs, out)
	return nil
}

// remember keeps the state of a page, here and on the topic of pages.
func (s *scraper) remember(t *task, v visit, page event.Page) error {
	out, err := pageMessage(s.copies.told(page), t.in)
	if err != nil {
		return err
	}
	v.shard.put(page, v.host)
	t.state = []topic.Record{out}
	return nil
}

// pageMessage stands on the partition of its host, as the fetches do.
func pageMessage(page event.Page, cause topic.Record) (topic.Record, error) {
	at := page.Fetched
	if page.Waits != nil {
		at = time.Now()
	}
	id := fmt.Sprintf("%s.%d", event.ArticleID(page.URL), at.UnixMilli())
	ce := event.NewCloudEvent("page", id, sourceScrape, page.URL, at)
	out, err := message(TopicPages, []byte(page.URL), ce, page, cause.Header(event.TraceParent))
	out.PartitionKey = []byte(weburl.Host(page.URL))
	return out, err
}
