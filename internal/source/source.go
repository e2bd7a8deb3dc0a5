// Package source knows where articles are announced: feeds, sitemaps,
// listing pages and JSON APIs, one YAML file each. It turns the bytes of an
// announcement into the addresses of articles. It is pure: it fetches
// nothing, and the same bytes give the same items.
package source

import (
	"fmt"
	"time"
)

// The kinds of source.
const (
	Feed        = "feed"         // RSS, Atom, RDF, JSON Feed
	Sitemap     = "sitemap"      // sitemaps.org, or an index of such
	NewsSitemap = "news_sitemap" // with news:news, or an index of such
	ListingPage = "listing"      // an HTML page, read with CSS selectors
	JSONAPI     = "json_api"     // a JSON answer, read with field paths
	URLs        = "urls"         // addresses in the file itself
)

// Source is one file of pipelines/sources.
type Source struct {
	// Name is the file's name without ".yaml": lower case, digits, dashes.
	Name string
	Kind string
	// URL is the announcement; empty for kind urls.
	URL string
	// URLs are the articles of kind urls.
	URLs []string
	// Every is the time between two readings, 1 minute to 30 days.
	Every time.Duration
	// Publisher as readers know it.
	Publisher string
	// Country is the publisher's, ISO 3166-1 alpha-2, or a body such as EU.
	Country string
	// Official says that a government or international body publishes here.
	Official bool
	// Language is a BCP 47 code.
	Language string
	Enabled  bool
	// Budget is what may be taken from one host a day.
	Budget Budget
	// MaxItems is how many items are taken from one document, 1 to 10,000.
	MaxItems int
	// MaxPages is how many documents are read each time: the first and the
	// next pages or child sitemaps it leads to, 1 to 100.
	MaxPages int
	// Include, Exclude and Follow are regular expressions. An item is taken
	// when its URL matches any Include (or there is none) and no Exclude.
	// Follow chooses among the children of a sitemap index in the same way.
	Include, Exclude, Follow []string
	// Keywords, when there are any, take only items with one of them in
	// title, summary or URL: whole words, plural or not, "*" for any ending.
	Keywords []string
	Listing  ListingSelectors
	Article  ArticleSelectors
	JSON     JSONFields
}

// Budget is what a source may take from one host on one day (UTC); zero for
// the budget that all sources have.
type Budget struct {
	// Pages counts addresses fetched.
	Pages int `yaml:"pages"`
	// Bytes counts those of bodies on the wire.
	Bytes int64 `yaml:"bytes"`
}

// ListingSelectors are CSS selectors on a listing page. Item matches each
// entry; the others are looked for within it. Behind a selector, "@name"
// takes an attribute in place of the text. Next is the link to the next page.
type ListingSelectors struct {
	Item    string `yaml:"item"`
	Link    string `yaml:"link"`
	Title   string `yaml:"title"`
	Date    string `yaml:"date"`
	Summary string `yaml:"summary"`
	Next    string `yaml:"next"`
	// DateFormat is the date as a Go layout (02/01/2006), for dates that can
	// be read in two ways.
	DateFormat string `yaml:"date_format"`
}

// ArticleSelectors are CSS selectors on the article pages; the scrape stage
// hands them to the article reader.
type ArticleSelectors struct {
	Title  string   `yaml:"title"`
	Body   string   `yaml:"body"`
	Date   string   `yaml:"date"`
	Author string   `yaml:"author"`
	Remove []string `yaml:"remove"`
}

// JSONFields are paths of keys and list indexes, joined by dots. Items leads
// to the list (empty when the answer itself is one), the others start at an
// item, Next at the answer.
type JSONFields struct {
	Items      string `yaml:"items"`
	URL        string `yaml:"url"`
	Title      string `yaml:"title"`
	Date       string `yaml:"date"`
	Summary    string `yaml:"summary"`
	Next       string `yaml:"next"`
	DateFormat string `yaml:"date_format"`
}

// Item is one announced article. URL is absolute and canonical; Published is
// RFC 3339 in UTC or a date, empty when the announcement does not say.
type Item struct {
	URL, Title, Published, Summary string
}

// Listing is what one document announced.
type Listing struct {
	Items []Item
	// More are documents to read as well: next pages, child sitemaps.
	More []string
	// Found counts the entries before filters, Skipped those that the
	// source's patterns and keywords turned away.
	Found, Skipped int
	// Mismatches are the selectors and field paths that matched nothing,
	// although there were entries to match in: the publisher changed the
	// document, or the source file is wrong.
	Mismatches []string
	// Problems are other remarks for whoever keeps the source file: dates
	// that cannot be read, entries without a link, a cut feed.
	Problems []string
}

// Error is a document that is not what its source says.
type Error struct {
	Source string
	Kind   string
	Err    error
}

func (e *Error) Error() string {
	return fmt.Sprintf("read %s of source %s: %v", e.Kind, e.Source, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

// Pages are the documents to fetch each time; nil for kind urls, whose Items
// need none.
func (s Source) Pages() []string {
	if s.Kind == URLs {
		return nil
	}
	return []string{s.URL}
}

// Items reads one document of the source, fetched from base. A document of
// another kind is an *Error; an empty one is a Listing with Problems. The
// items are filtered, without duplicates, and at most MaxItems.
func (s Source) Items(base string, contentType string, body []byte) (Listing, error) {
	var found raw
	var err error
	switch s.Kind {
	case Feed:
		found, err = readFeed(contentType, body)
	case Sitemap, NewsSitemap:
		found, err = readSitemap(contentType, body)
	case ListingPage:
		found, err = readListing(s.Listing, contentType, body)
	case JSONAPI:
		found, err = readJSON(s.JSON, contentType, body)
	case URLs:
		for _, address := range s.URLs {
			found.items = append(found.items, Item{URL: address})
		}
	default:
		err = fmt.Errorf("unknown kind %q", s.Kind)
	}
	if err != nil {
		return Listing{}, &Error{Source: s.Name, Kind: s.Kind, Err: err}
	}
	listing, err := s.finish(base, found)
	if err != nil {
		return Listing{}, &Error{Source: s.Name, Kind: s.Kind, Err: err}
	}
	return listing, nil
}
