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
// article and the state of the page.
type scraper struct {
	web     web
	pages   *pages
	sources map[string]source.Source
	// held reports whether the partition of a record is still ours. Once it
	// is not, another process asks its hosts, and we must not.
	held func(topic.Record) bool
}

func (s *scraper) work(ctx context.Context, t *task) error {
	var f event.Fetch
	if err := read(t.in, &f); err != nil {
		return err
	}
	if weburl.Host(f.URL) == "" {
		return refuse(classBadJSON, "a fetch needs an address, found %q", f.URL)
	}
	if !s.held(t.in) {
		t.gone = true
		return nil
	}
	known, again := s.pages.get(f.URL)
	if again && known.Fetched.After(t.in.Time) {
		return nil // fetched since it was asked for
	}
	resp, err := s.web.Get(ctx, request(f.URL, known))
	if err != nil {
		return s.failed(ctx, t, f, err)
	}
	page := event.Page{
		URL: f.URL, ETag: resp.ETag, LastModified: resp.LastModified, Status: resp.Status,
		Fetched: resp.Fetched, ContentHash: known.ContentHash, Article: known.Article,
	}
	if resp.NotModified {
		page.Status = known.Status
		page.ETag, page.LastModified = either(resp.ETag, known.ETag), either(resp.LastModified, known.LastModified)
		return s.remember(t, page)
	}
	t.page = &enclosure{url: f.URL, contentType: either(resp.ContentType, unknownContent), body: resp.Body}
	a, err := article.FromPage(articlePage(s.sources[f.Source], f, resp))
	if err != nil {
		page.ContentHash, page.Article = "", ""
		return errors.Join(err, s.remember(t, page))
	}
	if a.Version != known.ContentHash || a.ID != known.Article {
		if err := s.emit(t, a); err != nil {
			return err
		}
	}
	page.ContentHash, page.Article = a.Version, a.ID
	return s.remember(t, page)
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

// failed decides what a failed fetch means: wait and ask again, or give up.
// When the stage gives up, the state of the page says so, lest it be
// announced again at once.
func (s *scraper) failed(ctx context.Context, t *task, f event.Fetch, err error) error {
	var why *fetch.Error
	if ctx.Err() != nil || !errors.As(err, &why) {
		return err
	}
	page := event.Page{URL: f.URL, Status: why.Status, Fetched: time.Now()}
	if why.Temporary {
		out, encodeErr := pageMessage(page, t.in)
		t.state = []topic.Record{out}
		return errors.Join(&later{refusal: refusal{why.Class, err}, wait: why.RetryAfter}, encodeErr)
	}
	return errors.Join(err, s.remember(t, page))
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
func (s *scraper) remember(t *task, page event.Page) error {
	out, err := pageMessage(page, t.in)
	if err != nil {
		return err
	}
	s.pages.put(page)
	t.state = []topic.Record{out}
	return nil
}

// pageMessage stands on the partition of its host, as the fetches do.
func pageMessage(page event.Page, cause topic.Record) (topic.Record, error) {
	id := fmt.Sprintf("%s.%d", event.ArticleID(page.URL), page.Fetched.UnixMilli())
	ce := event.NewCloudEvent("page", id, sourceScrape, page.URL, page.Fetched)
	out, err := message(TopicPages, []byte(page.URL), ce, page, cause.Header(event.TraceParent))
	out.PartitionKey = []byte(weburl.Host(page.URL))
	return out, err
}

// restore reads the state of all pages into memory.
func restore(p *pages) func(topic.Record) error {
	return func(r topic.Record) error {
		var page event.Page
		if r.Value == nil || read(r, &page) != nil || page.URL == "" {
			return nil // a page we cannot read about is one we have not seen
		}
		p.put(page)
		return nil
	}
}
