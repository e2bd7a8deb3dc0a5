package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"

	"github.com/tradewire/tradewire/internal/article"
	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/fetch"
	"github.com/tradewire/tradewire/internal/source"
)

// The verdicts of a robots.txt on an address, as a SourceReport gives them.
const (
	RobotsAllow      = "allow"
	RobotsDisallow   = "disallow"
	RobotsUnreadable = "unreadable" // it answers 5xx or not at all: to be asked again later
	RobotsUnknown    = "unknown"    // the host was never reached
)

// SourceReport is what one look at a source found.
type SourceReport struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
	URL  string `json:"url,omitempty"`
	// OK says that nothing is wrong; Faults say what is, Remarks what may be.
	OK      bool     `json:"ok"`
	Faults  []string `json:"faults"`
	Remarks []string `json:"remarks"`
	// Robots is one of the Robots constants; empty for kind urls.
	Robots string `json:"robots,omitempty"`
	// Read lists the documents that were fetched: the announcement, and of an
	// index the first of its children.
	Read []string `json:"read"`
	// Found counts the entries, Items those that the source's patterns and
	// keywords take. Untitled and Undated count the items that lack a field.
	Found    int `json:"found"`
	Items    int `json:"items"`
	Untitled int `json:"untitled"`
	Undated  int `json:"undated"`
	// Newest is the latest date among the items, RFC 3339 or a date alone.
	Newest string `json:"newest,omitempty"`
	// Next is the document that follows, when there is one.
	Next string `json:"next,omitempty"`
	// Article is what the page of one announced article gave; nil when none
	// was announced.
	Article *ArticleReport `json:"article,omitempty"`
}

// ArticleReport is what reading one article page of a source gave.
type ArticleReport struct {
	URL       string `json:"url"`
	Robots    string `json:"robots"`
	Title     string `json:"title,omitempty"`
	Author    string `json:"author,omitempty"`
	Published string `json:"published,omitempty"`
	Language  string `json:"language,omitempty"`
	Words     int    `json:"words"`
}

// CheckOptions say how sources are looked at.
type CheckOptions struct {
	Config *Config
	// Local allows loopback addresses, and leaves out the pace of hosts.
	Local bool
	Log   *slog.Logger
}

// looksAtOnce is how many sources are looked at side by side; the client
// keeps the pace of each host all the same.
const looksAtOnce = 8

// CheckSources fetches each source once, with one of its articles, and hands
// the reports to show in the order of the sources. It obeys robots.txt. Its
// error is that of show, of ctx, or a *UsageError of the configuration; a
// source that fails is a report.
func CheckSources(ctx context.Context, o CheckOptions, sources []source.Source, show func(SourceReport) error) error {
	cfg := o.Config.Fetch.client()
	cfg.Retries = -1 // once
	if o.Local {
		cfg.AllowLoopback, cfg.PerHost, cfg.MinGap = true, 1000, 0
	}
	client, err := fetch.New(cfg, o.Log, nil)
	if err != nil {
		return &UsageError{err}
	}
	defer client.Close()
	return eachReport(ctx, client, sources, show)
}

// eachReport shares the sources out to workers and shows their reports in
// order.
func eachReport(ctx context.Context, w web, sources []source.Source, show func(SourceReport) error) error {
	var running sync.WaitGroup
	defer running.Wait()
	working, stop := context.WithCancel(ctx)
	defer stop()
	reports := make([]chan SourceReport, len(sources))
	queue := make(chan int, len(sources))
	for i := range sources {
		reports[i] = make(chan SourceReport, 1)
		queue <- i
	}
	close(queue)
	for range min(looksAtOnce, len(sources)) {
		running.Go(func() {
			for i := range queue {
				reports[i] <- checkSource(working, w, sources[i])
			}
		})
	}
	for _, report := range reports {
		r := <-report
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := show(r); err != nil {
			return err
		}
	}
	return nil
}

// looker looks at one source.
type looker struct {
	web    web
	source source.Source
	report SourceReport
	// any is an announced article, one that the source takes if there is one.
	any source.Item
}

func checkSource(ctx context.Context, w web, s source.Source) SourceReport {
	c := looker{web: w, source: s, report: SourceReport{Name: s.Name, Kind: s.Kind, URL: s.URL, Faults: []string{}, Remarks: []string{}, Read: []string{}}}
	if c.announcement(ctx) && c.any.URL != "" {
		c.article(ctx)
	}
	c.report.OK = len(c.report.Faults) == 0
	return c.report
}

func (c *looker) fault(format string, args ...any) {
	c.report.Faults = append(c.report.Faults, fmt.Sprintf(format, args...))
}

func (c *looker) remark(format string, args ...any) {
	c.report.Remarks = append(c.report.Remarks, fmt.Sprintf(format, args...))
}

// announcement reads what the source announces, and reports whether it could.
func (c *looker) announcement(ctx context.Context) bool {
	if c.source.Kind == source.URLs {
		return c.items("", "", nil)
	}
	next := c.source.URL
	for next != "" {
		resp, err := c.web.Get(ctx, fetch.Request{URL: next, Accept: accepted(c.source.Kind)})
		c.report.Read = append(c.report.Read, next)
		c.report.Robots = robotsVerdict(err)
		if err != nil {
			c.fault("%v", err)
			return false
		}
		if resp.URL != next {
			c.remark("%s leads on to %s: name the new address", next, resp.URL)
		}
		next = ""
		if !c.items(resp.URL, resp.ContentType, resp.Body) {
			return false
		}
		// An index holds no items itself: its first child does.
		if c.report.Found == 0 && len(c.report.Read) == 1 {
			next, c.report.Next = c.report.Next, ""
		}
	}
	if c.report.Found == 0 {
		c.report.Remarks = []string{} // that nothing is there
		c.fault("no entry was found in %s", strings.Join(c.report.Read, " and "))
	}
	return true
}

// items takes what one document announces.
func (c *looker) items(base, contentType string, body []byte) bool {
	listing, err := c.source.Items(base, contentType, body)
	if err != nil {
		c.fault("%v", err)
		return false
	}
	c.report.Found, c.report.Items = listing.Found, len(listing.Items)
	for _, item := range listing.Items {
		c.report.Newest = max(c.report.Newest, item.Published)
		if item.Title == "" {
			c.report.Untitled++
		}
		if item.Published == "" {
			c.report.Undated++
		}
	}
	if len(listing.More) > 0 {
		c.report.Next = listing.More[0]
	}
	for _, m := range listing.Mismatches {
		c.fault("%s: has the source been redesigned?", m)
	}
	c.report.Remarks = append(c.report.Remarks, listing.Problems...)
	return c.choose(base, contentType, body, listing)
}

// choose picks an article to read. Where the keywords turned every entry
// away, which is no fault of the source, one of those serves.
func (c *looker) choose(base, contentType string, body []byte, listing source.Listing) bool {
	if len(listing.Items) == 0 && listing.Skipped > 0 {
		open := c.source
		open.Keywords = nil
		all, err := open.Items(base, contentType, body)
		if err != nil {
			c.fault("%v", err)
			return false
		}
		listing = all
		if len(all.Items) > 0 {
			c.remark("no entry of %d has one of the keywords", c.report.Found)
		} else {
			c.fault("no entry of %d matches include and exclude", c.report.Found)
		}
	}
	if len(listing.Items) > 0 {
		c.any = listing.Items[0]
	}
	return true
}

// article reads the page of the chosen article.
func (c *looker) article(ctx context.Context) {
	found := &ArticleReport{URL: c.any.URL}
	c.report.Article = found
	resp, err := c.web.Get(ctx, fetch.Request{URL: c.any.URL})
	found.Robots = robotsVerdict(err)
	if err != nil {
		c.fault("article: %v", err)
		return
	}
	page := articlePage(c.source, event.Fetch{URL: c.any.URL, Source: c.source.Name, Title: c.any.Title, Published: c.any.Published}, resp)
	for _, name := range article.Unmatched(page) {
		c.fault("article.%s matches nothing on %s: has the source been redesigned?", name, resp.URL)
	}
	a, err := article.FromPage(page)
	if err != nil {
		c.fault("article: read %s: %v", resp.URL, err)
		return
	}
	found.URL, found.Title, found.Author, found.Published, found.Language = either(a.URL, found.URL), a.Title, a.Author, a.Published, a.Language
	found.Words = len(strings.Fields(a.Text))
	for _, part := range []struct{ name, value string }{{"title", a.Title}, {"date", a.Published}} {
		if part.value == "" {
			c.fault("article: no %s on %s", part.name, resp.URL)
		}
	}
}

// robotsVerdict is what a fetch tells of the robots.txt of its host.
func robotsVerdict(err error) string {
	var why *fetch.Error
	switch {
	case err == nil:
		return RobotsAllow
	case !errors.As(err, &why) || slices.Contains([]string{fetch.DNS, fetch.Blocked, fetch.BadURL, fetch.Cancelled}, why.Class):
		return RobotsUnknown
	case why.Class == fetch.Robots && why.Temporary:
		return RobotsUnreadable
	case why.Class == fetch.Robots:
		return RobotsDisallow
	case why.Class == fetch.TLS, why.Class == fetch.Network, why.Class == fetch.Timeout:
		return RobotsUnknown // it may be that of the robots.txt itself
	}
	return RobotsAllow
}
