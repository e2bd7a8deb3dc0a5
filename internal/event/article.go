package event

import "time"

// Article is one published text: what the scrape stage makes of a page. It
// is the body of trade.articles and the "article" of `tradewire extract`.
type Article struct {
	// ID is ArticleID of the canonical URL, or the id the input file gave.
	ID string `json:"id"`
	// Version is TextHash of Text: it changes when the publisher edits.
	Version string `json:"version,omitempty"`
	// Input is the path or URL that was asked for.
	Input string `json:"input,omitempty"`
	// URL is the canonical address, without tracking parameters or fragment.
	URL       string `json:"url,omitempty"`
	Title     string `json:"title,omitempty"`
	Author    string `json:"author,omitempty"`
	Publisher string `json:"publisher,omitempty"`
	// Source is the name of the pipelines/sources file that announced it.
	Source string `json:"source,omitempty"`
	// Country is the publisher's country, ISO 3166-1 alpha-2, or a body.
	Country string `json:"country,omitempty"`
	// Official says that a government or international body published it.
	Official bool `json:"official,omitempty"`
	// Published is RFC 3339, or a date (2006-01-02) when no time is known;
	// empty when the page does not say.
	Published string `json:"published,omitempty"`
	// Language is a BCP 47 code ("en").
	Language string `json:"language,omitempty"`
	// SameTextAs is the id of an earlier article with (nearly) the same text.
	SameTextAs string     `json:"same_text_as,omitempty"`
	Fetched    *time.Time `json:"fetched,omitempty"`
	// Text is the main text, paragraphs parted by "\n". Every evidence
	// offset counts Unicode code points into it.
	Text string `json:"text"`
}

// Fetch asks for one URL: the body of trade.fetches.
type Fetch struct {
	URL    string `json:"url"`
	Source string `json:"source"`
	// Title and Published are what the listing or feed said, if it did.
	Title     string `json:"title,omitempty"`
	Published string `json:"published,omitempty"`
	// Listing says that the address announces articles and is none: the page
	// of that number of its source's announcement, from 1.
	Listing int `json:"listing,omitempty"`
	// Asked is when the address was first tried, when this is not the
	// first time: it waited, or a redirect led to another host. Attempts and
	// Hops count the failures and redirects since.
	Asked    *time.Time `json:"asked,omitempty"`
	Attempts int        `json:"attempts,omitempty"`
	Hops     int        `json:"hops,omitempty"`
}

// Page is what the scrapers remember of a URL: the body of trade.pages.
type Page struct {
	URL          string    `json:"url"`
	ETag         string    `json:"etag,omitempty"`
	LastModified string    `json:"last_modified,omitempty"`
	ContentHash  string    `json:"content_hash,omitempty"`
	Status       int       `json:"status,omitempty"`
	Fetched      time.Time `json:"fetched"`
	// Article is the id made of the page; empty when it became none.
	Article string `json:"article,omitempty"`
	// Waits is set while the page is still to be fetched, but not yet.
	Waits *Wait `json:"waits,omitempty"`
	// Spent is what its source had used of the day's budget for this host,
	// this page included.
	Spent *Spent `json:"spent,omitempty"`
	// Sketch stands for the article's text, to know its copies by; SameTextAs
	// is the article that it is a copy of.
	Sketch     string `json:"sketch,omitempty"`
	SameTextAs string `json:"same_text_as,omitempty"`
	// Rhythm is set where URL names a source ("source:wto"), not a page.
	Rhythm *Rhythm `json:"rhythm,omitempty"`
}

// Rhythm is how often a source announces something new. Times are zero when
// that never happened.
type Rhythm struct {
	// Last is when it last did, Visited when it was last looked at, Kept when
	// this was written.
	Last    time.Time `json:"last"`
	Visited time.Time `json:"visited"`
	Kept    time.Time `json:"kept"`
	// Gaps counts the times between two announcements; Sum and Squares are the
	// sums of them, in seconds, and of their squares, old ones fading.
	Gaps    int     `json:"gaps"`
	Sum     float64 `json:"sum"`
	Squares float64 `json:"squares"`
	// Items are 32-bit hashes of the addresses last announced, in base64url.
	Items string `json:"items,omitempty"`
}

// Wait is why and until when a fetch waits.
type Wait struct {
	Until time.Time `json:"until"`
	// Reason is WaitBudget, WaitHost or WaitTurn.
	Reason string `json:"reason"`
	Fetch  Fetch  `json:"fetch"`
}

// The reasons of a Wait: the budget of the source's day is used up, the host
// wants to be left alone, or there are many before it on the same host.
const (
	WaitBudget = "budget"
	WaitHost   = "host"
	WaitTurn   = "turn"
)

// Spent counts what a source used on one day (UTC), on one host.
type Spent struct {
	Source string `json:"source"`
	// Day is 2006-01-02.
	Day   string `json:"day"`
	Pages int    `json:"pages"`
	// Bytes are those of bodies on the wire.
	Bytes int64 `json:"bytes"`
}
