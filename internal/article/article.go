// Package article turns the bytes of a page or a file into an event.Article:
// clean text in paragraphs, title, author, date, language and one address.
// It is pure: no network, clock, log or goroutine, and safe for concurrent
// use. Hostile input gives text or a typed *Error, never a panic.
package article

import (
	"strings"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/weburl"
	"golang.org/x/net/html"
)

// Page is one response (or file) and what its source knows about it.
type Page struct {
	// URL is the address the bytes came from, after redirects; empty for a
	// file whose address is unknown.
	URL string
	// ContentType is the Content-Type header; empty means look at the bytes.
	ContentType string
	// Body is the decoded (not compressed) body.
	Body []byte
	// Fetched bounds the publication date and anchors relative dates
	// ("yesterday"); when it is zero, relative dates are not understood.
	Fetched time.Time

	Selectors Selectors
	// Publisher, Source, Country, Language and Official come from the
	// source's configuration; Language is used when the text does not tell.
	Publisher, Source, Country, Language string
	Official                             bool
	// Hint is what the listing or feed said of the page; it fills gaps.
	Hint struct{ Title, Published string }
}

// Selectors are CSS selectors for one source's pages. A field that is empty,
// or that matches nothing, leaves the work to the generic rules.
type Selectors struct {
	Title string
	// Body matches each paragraph, or the element that holds them all.
	Body   string
	Date   string
	Author string
	// Remove is taken out of the page before anything is read.
	Remove []string
}

// minPageText is the number of letters under which a page has no article: a
// cookie notice or "enable JavaScript" is shorter, a one-line notice longer.
const minPageText = 40

// FromPage reads HTML or plain text, told apart by the Content-Type and the
// first bytes; or the text of a PDF. Every error is an *Error.
func FromPage(p Page) (event.Article, error) {
	switch kind := sniff(p.ContentType, p.Body); kind {
	case kindHTML:
		return fromHTML(p)
	case kindText:
		return fromPlain(p)
	case kindPDF:
		return fromPDF(p)
	default:
		return event.Article{}, failed(ClassNotText, "content type %q holds no article", p.ContentType)
	}
}

// fromHTML runs the stages in order: characters, tree, facts, text.
func fromHTML(p Page) (event.Article, error) {
	text, _, err := Decode(p.Body, p.ContentType)
	if err != nil {
		return event.Article{}, err
	}
	page := parse(text)
	query := goquery.NewDocumentFromNode(page.root)
	for _, selector := range p.Selectors.Remove {
		query.Find(selector).Remove()
	}
	facts := gather(page.root)
	second := secondOpinion(page, p.URL)
	a := base(p)
	a.URL = address(p.URL, facts)
	a.Publisher = firstOf(p.Publisher, facts.publisher())
	a.Title = chooseTitle(p, query, facts, second.title, a.Publisher)
	a.Author = chooseAuthor(p, query, facts, second.byline)
	a.Published = choosePublished(p, query, facts, page)
	body := chosenBody(p, query)
	if body == "" {
		body = mainText(page, p.URL, facts, second)
	}
	a.Text = withoutDate(withoutTitle(body, a.Title), a.Published)
	if letters(a.Text) < minPageText {
		return event.Article{}, failed(ClassNoText, "the page holds %d letters of text, fewer than %d", letters(a.Text), minPageText)
	}
	a.Language = language(a.Text, firstOf(facts.lang, p.Language))
	return finished(a, ""), nil
}

// base copies what the source says.
func base(p Page) event.Article {
	a := event.Article{
		Input: p.URL, Publisher: p.Publisher, Source: p.Source,
		Country: p.Country, Official: p.Official,
	}
	if !p.Fetched.IsZero() {
		fetched := p.Fetched
		a.Fetched = &fetched
	}
	return a
}

// finished sets the version and, unless one was given, the id: of the
// address, or of the text where there is no address.
func finished(a event.Article, id string) event.Article {
	a.Version = event.TextHash(a.Text)
	switch {
	case id != "":
		a.ID = id
	case a.URL != "":
		a.ID = event.ArticleID(a.URL)
	default:
		a.ID = event.ArticleID("text:" + a.Version)
	}
	return a
}

// address is the page's canonical URL. The page may name another spelling of
// itself, but only on its own site: a page that could name any URL could take
// the place of somebody else's article.
func address(asked string, f facts) string {
	own, err := weburl.Canonical(asked)
	if err != nil {
		own = ""
	}
	for _, named := range []string{f.canonical, f.meta["og:url"]} {
		if named == "" {
			continue
		}
		there, err := weburl.Resolve(firstOf(own, "http://invalid.invalid/"), named)
		if err != nil || strings.Contains(there, "//invalid.invalid/") {
			continue
		}
		if own == "" || sameSite(own, there) && !isRoot(there) {
			return there
		}
	}
	return own
}

// withoutTitle drops leading paragraphs that only repeat the title.
func withoutTitle(text, title string) string {
	want := squash(title)
	for want != "" {
		first, rest, more := strings.Cut(text, "\n")
		if !more || squash(first) != want {
			break
		}
		text = rest
	}
	return text
}

// withoutDate drops a first paragraph that is the day of publication and
// nothing else, as some ministries put it above the text.
func withoutDate(text, published string) string {
	first, rest, more := strings.Cut(text, "\n")
	day, err := time.Parse(time.DateOnly, clip(published, len(time.DateOnly)))
	if err != nil || !more || len(first) > 60 {
		return text
	}
	line := squash(first)
	for _, weekday := range [...]string{day.Weekday().String(), day.Format("Mon")} {
		line = strings.TrimPrefix(line, strings.ToLower(weekday))
	}
	for _, layout := range [...]string{
		"2 January 2006", "02 January 2006", "January 2, 2006", "January 02, 2006", "2 Jan 2006", "02 Jan 2006", "Jan 2, 2006", "Jan 02, 2006",
		time.DateOnly, "02/01/2006", "01/02/2006", "2006年1月2日",
	} {
		if line == squash(day.Format(layout)) {
			return rest
		}
	}
	return text
}

// firstOf returns the first text that is not empty.
func firstOf(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return ""
}

// attribute returns the named attribute of a node, or "".
func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
