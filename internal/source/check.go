package source

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/andybalholm/cascadia"
	"golang.org/x/text/language"

	"github.com/tradewire/tradewire/internal/strictyaml"
	"github.com/tradewire/tradewire/internal/weburl"
)

// checker gathers what is wrong with the meaning of one source file.
type checker struct {
	file     string
	data     []byte
	problems strictyaml.Problems
}

func (c *checker) add(at, format string, args ...any) {
	c.problems = append(c.problems, strictyaml.At(c.file, c.data, at, format, args...))
}

func (c *checker) document(d document, l *loader) {
	c.identity(d)
	c.limits(d)
	c.addresses(d, l)
	c.patterns("include", d.Include)
	c.patterns("exclude", d.Exclude)
	c.patterns("follow", d.Follow)
	c.words("$.keywords", d.Keywords)
	for i, name := range d.About {
		if _, ok := l.keywords[name]; !ok {
			c.add(fmt.Sprintf("$.about[%d]", i), "about: no keyword list %q in %s", name, keywordsFile)
		}
	}
	c.listing(d)
	c.json(d)
	c.article(d.Article)
}

func (c *checker) identity(d document) {
	want := strings.TrimSuffix(path.Base(c.file), ".yaml")
	switch {
	case d.Name != want:
		c.add("$.name", "name: expected %q, the name of the file, found %q", want, d.Name)
	case strings.Trim(want, "abcdefghijklmnopqrstuvwxyz0123456789-") != "":
		c.add("$.name", "name: expected lower-case letters, digits and dashes, found %q", want)
	}
	if kindOf(d.Kind) == "" {
		c.add("$.kind", "kind: expected one of %s, found %q", kindNames(), d.Kind)
	}
	if strings.TrimSpace(d.Publisher) == "" {
		c.add("$.publisher", "publisher: expected the publisher's name")
	}
	if len(d.Country) < 2 || strings.Trim(d.Country, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" {
		c.add("$.country", "country: expected a two-letter country code or a body such as EU or WTO, in capitals, found %q", d.Country)
	}
	if _, err := language.Parse(d.Language); err != nil {
		c.add("$.language", "language: expected a language code such as en or zh-Hans, found %q", d.Language)
	}
}

func (c *checker) limits(d document) {
	if d.Every != 0 && (d.Every < time.Minute || d.Every > 30*24*time.Hour) {
		c.add("$.every", "every: expected a time from 1m to 720h, found %s", d.Every)
	}
	if d.MaxItems != nil && (*d.MaxItems < 1 || *d.MaxItems > 10_000) {
		c.add("$.max_items", "max_items: expected 1 to 10000, found %d", *d.MaxItems)
	}
	if d.MaxPages != nil && (*d.MaxPages < 1 || *d.MaxPages > 100) {
		c.add("$.max_pages", "max_pages: expected 1 to 100, found %d", *d.MaxPages)
	}
	if d.Budget.Pages < 0 || d.Budget.Bytes < 0 {
		c.add("$.budget", "budget: expected pages and bytes a day above zero, found %d and %d", d.Budget.Pages, d.Budget.Bytes)
	}
}

func (c *checker) addresses(d document, l *loader) {
	if kindOf(d.Kind) == URLs {
		if len(d.URLs) == 0 {
			c.add("$.urls", "urls: expected the addresses of a source of kind urls")
		}
		if d.URL != "" {
			c.add("$.url", "url: a source of kind urls has urls instead")
		}
		for i, address := range d.URLs {
			c.address(fmt.Sprintf("$.urls[%d]", i), "urls", address)
		}
		return
	}
	if len(d.URLs) > 0 {
		c.add("$.urls", "urls: only for kind urls")
	}
	if !c.address("$.url", "url", d.URL) {
		return
	}
	if other, taken := l.urls[d.URL]; taken {
		c.add("$.url", "url: %s announces from the same address", other)
	}
	l.urls[d.URL] = c.file
}

func (c *checker) address(at, key, address string) bool {
	_, err := weburl.Plain(address)
	if err != nil {
		c.add(at, "%s: expected an http or https address, found %q", key, address)
	}
	return err == nil
}

func (c *checker) patterns(key string, list []string) {
	for i, pattern := range list {
		at := fmt.Sprintf("$.%s[%d]", key, i)
		if _, err := regexp.Compile(pattern); err != nil {
			c.add(at, "%s: expected a regular expression: %v", key, err)
		} else if pattern == "" {
			c.add(at, "%s: an empty pattern matches everything", key)
		}
	}
}

func (c *checker) words(at string, list []string) {
	for i, word := range list {
		if strings.Trim(word, "* ") == "" || strings.Contains(strings.TrimSuffix(word, "*"), "*") {
			c.add(fmt.Sprintf("%s[%d]", at, i), "expected a word or phrase, with * at its end only, found %q", word)
		}
	}
}

func (c *checker) listing(d document) {
	is := kindOf(d.Kind) == ListingPage
	switch {
	case is && d.Listing.Item == "":
		c.add("$.listing", "listing.item: expected the CSS selector that matches each entry of the page")
	case !is && d.Listing != ListingSelectors{}:
		c.add("$.listing", "listing: only for kind listing")
	}
	c.selector("$.listing.item", d.Listing.Item, false)
	c.selector("$.listing.link", d.Listing.Link, false)
	c.selector("$.listing.title", d.Listing.Title, true)
	c.selector("$.listing.date", d.Listing.Date, true)
	c.selector("$.listing.summary", d.Listing.Summary, true)
	c.selector("$.listing.next", d.Listing.Next, false)
	c.layout("$.listing.date_format", d.Listing.DateFormat)
}

func (c *checker) json(d document) {
	is := kindOf(d.Kind) == JSONAPI
	switch {
	case is && d.JSON.URL == "":
		c.add("$.json", "json.url: expected the path of each item's address, such as html_url")
	case !is && d.JSON != JSONFields{}:
		c.add("$.json", "json: only for kind json_api")
	}
	for _, field := range [][2]string{
		{"items", d.JSON.Items}, {"url", d.JSON.URL}, {"title", d.JSON.Title},
		{"date", d.JSON.Date}, {"summary", d.JSON.Summary}, {"next", d.JSON.Next},
	} {
		if field[1] == "" {
			continue
		}
		if err := checkPath(field[1]); err != nil {
			c.add("$.json."+field[0], "json.%s: %v, found %q", field[0], err, field[1])
		}
	}
	c.layout("$.json.date_format", d.JSON.DateFormat)
}

func (c *checker) article(a ArticleSelectors) {
	c.selector("$.article.title", a.Title, false)
	c.selector("$.article.body", a.Body, false)
	c.selector("$.article.date", a.Date, false)
	c.selector("$.article.author", a.Author, false)
	for i, selector := range a.Remove {
		c.selector(fmt.Sprintf("$.article.remove[%d]", i), selector, false)
	}
}

// selector checks a CSS selector; withAttr lets "@name" end it.
func (c *checker) selector(at, selector string, withAttr bool) {
	css := selector
	if withAttr {
		css, _ = splitAttr(selector)
	}
	if css == "" {
		return
	}
	if _, err := cascadia.ParseGroup(css); err != nil {
		c.add(at, "%s: expected a CSS selector, found %q: %v", strings.TrimPrefix(at, "$."), selector, err)
	}
}

// layout checks a Go time layout by writing and reading a date with it.
func (c *checker) layout(at, layout string) {
	if layout == "" {
		return
	}
	day := time.Date(2026, time.November, 23, 0, 0, 0, 0, time.UTC)
	back, err := time.Parse(layout, day.Format(layout))
	if err != nil || !slices.Equal([]int{back.Year(), back.YearDay()}, []int{day.Year(), day.YearDay()}) {
		c.add(at, "date_format: expected a Go layout with day, month and year, such as 02/01/2006, found %q", layout)
	}
}
