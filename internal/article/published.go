package article

import (
	"strings"
	"time"

	"github.com/PuerkitoBio/goquery"
	dateparser "github.com/markusmobius/go-dateparser"
	"github.com/markusmobius/go-htmldate"
	"golang.org/x/net/html"
)

// stamp is a date with as much of the time as was said.
type stamp struct {
	at time.Time
	// exact says that time and zone were given.
	exact bool
}

// text is RFC 3339, or the day alone.
func (s stamp) text() string {
	if s.exact {
		return s.at.Format(time.RFC3339)
	}
	return s.at.Format(time.DateOnly)
}

// choosePublished takes the source's selector, then what the page declares,
// then the listing's word, then go-htmldate's search of the whole page. A
// date in the address wins over a declared one that is later by more than a
// day: pages are re-dated when they are edited, addresses are not.
func choosePublished(p Page, query *goquery.Document, f facts, page tree) string {
	if s, ok := readDate(selected(query, p.Selectors.Date), p); ok {
		return s.text()
	}
	inAddress, addressSays := searchDate(p, &html.Node{Type: html.DocumentNode}, true)
	declared, found := declaredDate(f, p)
	switch {
	case addressSays && (!found || declared.at.Sub(inAddress.at) > 48*time.Hour):
		return inAddress.text()
	case found:
		return declared.text()
	}
	if hinted, ok := readStamp(p.Hint.Published); ok && plausible(hinted.at, p.Fetched) {
		return hinted.text()
	}
	if searched, ok := searchDate(p, page.root, page.elements > maxElementsForDates); ok {
		return searched.text()
	}
	return ""
}

// maxElementsForDates is the size up to which every date-like text of a page is
// tried in every language; beyond it only the usual forms are.
const maxElementsForDates = 6_000

// declaredDate reads the fields that mean "first published" and no other.
func declaredDate(f facts, p Page) (stamp, bool) {
	fields := []string{f.linked.published}
	for _, name := range [...]string{
		"article:published_time", "og:published_time", "datepublished", "parsely-pub-date", "sailthru.date",
		"dcterms.issued", "dc.date.issued", "dcterms.created", "dc.date.created", "article.published",
	} {
		fields = append(fields, f.meta[name])
	}
	for _, field := range append(fields, f.times...) {
		if s, ok := readStamp(field); ok && plausible(s.at, p.Fetched) {
			return s, true
		}
	}
	return stamp{}, false
}

// searchDate runs go-htmldate over the address and a page.
func searchDate(p Page, root *html.Node, quick bool) (stamp, bool) {
	latest := latestDate(p.Fetched)
	options := htmldate.Options{
		URL: p.URL, UseOriginalDate: true, ExtractTime: true, SkipExtensiveSearch: quick,
		MinDate: earliestDate(), MaxDate: latest,
		DateParserConfig: dateConfig(p),
	}
	if options.URL == "" {
		options.URL = "http://invalid.invalid/" // else it would take the page's own canonical link
	}
	var found htmldate.Result
	if !guarded(func() { found, _ = htmldate.FromDocument(root, options) }) || found.IsZero() || found.DateTime.After(latest) {
		return stamp{}, false
	}
	exact := found.HasTime && found.HasTimezone && !midnight(found.DateTime)
	return stamp{found.DateTime, exact}, true
}

// readDate reads a date in any of the forms people write, for a selector.
func readDate(s string, p Page) (stamp, bool) {
	s = clip(clean(s), 200)
	if at, ok := readStamp(s); ok && plausible(at.at, p.Fetched) {
		return at, true
	}
	if s == "" {
		return stamp{}, false
	}
	var at time.Time
	if !guarded(func() {
		found, err := dateparser.Parse(dateConfig(p), s)
		if err == nil {
			at = found.Time
		}
	}) || at.IsZero() || !plausible(at, p.Fetched) {
		return stamp{}, false
	}
	return stamp{at: at}, true
}

// dateConfig anchors relative dates at the fetch. Without one they are read
// from a day that latestDate refuses, so that they count as unknown.
func dateConfig(p Page) *dateparser.Configuration {
	now := p.Fetched
	if now.IsZero() {
		now = latestDate(now).AddDate(2, 0, 0)
	}
	order := dateparser.DMY
	if p.Country == "US" {
		order = dateparser.MDY
	}
	return &dateparser.Configuration{
		CurrentTime: now, PreferredDateSource: dateparser.Past, StrictParsing: true,
		DateOrder: order, DefaultTimezone: time.UTC,
	}
}

// readStamp reads the machine forms: RFC 3339 and its relatives, RFC 1123,
// and a plain day. A time without a zone says only the day, and midnight is
// what programs write when they do not know the time.
func readStamp(s string) (stamp, bool) {
	s = strings.TrimSpace(s)
	if len(s) < len("20060102") || len(s) > 64 {
		return stamp{}, false
	}
	for _, layout := range [...]string{
		time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04Z07:00", "2006-01-02T15:04Z0700",
		"2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 Z07:00", "2006-01-02 15:04:05 Z0700",
		time.RFC1123Z, time.RFC1123, "Mon, 2 Jan 2006 15:04:05 -0700", "Mon, 2 Jan 2006 15:04:05 MST",
	} {
		if at, err := time.Parse(layout, s); err == nil {
			return stamp{at, !midnight(at) && knownZone(at)}, true
		}
	}
	day := strings.ReplaceAll(clip(s, len("2006-01-02")), "/", "-")
	for _, layout := range [...]string{time.DateOnly, "20060102"} {
		if at, err := time.Parse(layout, clip(day, len(layout))); err == nil && (len(layout) > 8 || len(s) == 8) {
			return stamp{at: at}, true
		}
	}
	return stamp{}, false
}

// knownZone refuses abbreviations ("EST") that Go reads as offset 0.
func knownZone(at time.Time) bool {
	name, offset := at.Zone()
	return offset != 0 || name == "UTC" || name == "GMT" || name == ""
}

func midnight(at time.Time) bool {
	return at.Hour() == 0 && at.Minute() == 0 && at.Second() == 0
}

// plausible keeps dates between the first news site and the fetch.
func plausible(at, fetched time.Time) bool {
	return at.After(earliestDate()) && at.Before(latestDate(fetched))
}

func earliestDate() time.Time { return time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC) }

// latestDate leaves two days for time zones and embargoes.
func latestDate(fetched time.Time) time.Time {
	if fetched.IsZero() {
		return time.Date(2090, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return fetched.AddDate(0, 0, 2)
}
