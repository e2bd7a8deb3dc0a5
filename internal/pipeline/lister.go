package pipeline

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/fetch"
	"github.com/tradewire/tradewire/internal/source"
	"github.com/tradewire/tradewire/internal/topic"
	"github.com/tradewire/tradewire/internal/weburl"
)

// lister reads the documents in which sources announce their articles.
type lister struct {
	web       web
	hold      *holding
	announced *announcements
	revisit   time.Duration
	rhythms   *rhythms
	log       *slog.Logger
}

// found is what one document announced.
type found struct {
	// fetches ask for the addresses that are due.
	fetches []topic.Record
	urls    []string
	// more are documents to read as well.
	more []string
	// page is the state of the document, to be kept when the fetches are
	// safe: a validator kept earlier would hide what was never announced.
	page event.Page
}

// read reads page n of a source's announcement; the first only if it has
// changed. sh is the state of its host.
func (l *lister) read(ctx context.Context, s source.Source, sh *shard, url string, n int) (found, error) {
	known, _ := sh.get(url)
	req := fetch.Request{URL: url, Accept: accepted(s.Kind)}
	if n == 1 {
		req.ETag, req.LastModified = known.ETag, known.LastModified
	}
	resp, err := l.web.Get(ctx, req)
	if err != nil {
		return found{}, err
	}
	spent := sh.spend(budget{s.Name, weburl.Host(url)}, resp.Fetched, resp.Wire)
	if resp.NotModified {
		known.Fetched, known.Spent = resp.Fetched, spent
		return found{page: known}, nil
	}
	listing, err := s.Items(resp.URL, resp.ContentType, resp.Body)
	if err != nil {
		return found{}, err
	}
	l.rhythms.heard(s.Name, listing.Items)
	for _, remark := range slices.Concat(listing.Mismatches, listing.Problems) {
		l.log.Warn("source looks odd", "source", s.Name, "url", url, "problem", remark)
	}
	got, err := l.due(s, listing.Items)
	got.more = listing.More
	got.page = event.Page{URL: url, Status: resp.Status, Fetched: resp.Fetched, Spent: spent}
	if n == 1 {
		got.page.ETag, got.page.LastModified = resp.ETag, resp.LastModified
	}
	return got, err
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

// due asks for the items that are due. Of an item whose host another process
// asks we know only when we announced it; the process that asks knows better.
func (l *lister) due(s source.Source, items []source.Item) (found, error) {
	now := time.Now()
	var got found
	for _, item := range items {
		asked := l.announced.last(item.URL)
		if sh := l.hold.at(item.URL); sh == nil && now.Sub(asked) < l.revisit || sh != nil && !sh.due(item.URL, asked, now, l.revisit) {
			continue
		}
		record, err := fetchMessage(event.Fetch{URL: item.URL, Source: s.Name, Title: item.Title, Published: item.Published}, now, "")
		if err != nil {
			return found{}, err
		}
		got.fetches, got.urls = append(got.fetches, record), append(got.urls, item.URL)
	}
	return got, nil
}

// newestFirst says that a page without news means that those behind it have
// none either. The children of a sitemap index come in any order.
func newestFirst(s source.Source) bool {
	return s.Kind == source.ListingPage || s.Kind == source.JSONAPI || s.Kind == source.Feed
}

// fetchMessage stands on the partition of its host, and so decides who asks.
func fetchMessage(f event.Fetch, now time.Time, trace string) (topic.Record, error) {
	id := fmt.Sprintf("%s.%d", event.ArticleID(f.URL), now.UnixMilli())
	ce := event.NewCloudEvent("fetch", id, sourceScrape, f.URL, now)
	return message(TopicFetches, []byte(weburl.Host(f.URL)), ce, f, trace)
}
