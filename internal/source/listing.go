package source

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html/charset"
)

// readListing reads an HTML page with the source's selectors.
func readListing(sel ListingSelectors, contentType string, body []byte) (raw, error) {
	if sel.Item == "" {
		return raw{}, errors.New("the source has no listing.item selector")
	}
	text, err := charset.NewReader(bytes.NewReader(body), contentType)
	if err != nil {
		return raw{}, fmt.Errorf("decode page: %w", err)
	}
	doc, err := goquery.NewDocumentFromReader(text)
	if err != nil {
		return raw{}, fmt.Errorf("parse page: %w", err)
	}
	var found raw
	entries := doc.Find(sel.Item)
	entries.Each(func(_ int, entry *goquery.Selection) {
		found.items = append(found.items, listingItem(sel, entry))
	})
	found.mismatches = mismatches(sel, entries)
	if sel.Next != "" {
		doc.Find(sel.Next).EachWithBreak(func(_ int, next *goquery.Selection) bool {
			href, ok := linkOf(next)
			if ok {
				found.more = []string{href}
			}
			return !ok
		})
	}
	return found, nil
}

func listingItem(sel ListingSelectors, entry *goquery.Selection) Item {
	link := entry
	if sel.Link != "" {
		link = entry.Find(sel.Link).First()
	}
	href, ok := linkOf(link)
	if !ok {
		href = "about:none" // counted as unusable, not taken for the page itself
	}
	title := pick(entry, sel.Title)
	if sel.Title == "" {
		title = link.Text()
	}
	item := Item{URL: href, Title: plain(title, maxTitle), Published: parseDate(pick(entry, sel.Date), sel.DateFormat)}
	if sel.Summary != "" {
		item.Summary = plain(pick(entry, sel.Summary), maxSummary)
	}
	return item
}

// linkOf is the href of s, or of the first link in it.
func linkOf(s *goquery.Selection) (string, bool) {
	href, ok := s.Attr("href")
	if !ok {
		href, ok = s.Find("a[href]").First().Attr("href")
	}
	href = strings.TrimSpace(href)
	return href, ok && href != "" && href[0] != '#'
}

// pick is the text, or with "@name" the attribute, that a selector finds
// first; "" when it finds nothing or is empty.
func pick(entry *goquery.Selection, selector string) string {
	css, attr := splitAttr(selector)
	found := entry
	if css != "" {
		found = entry.Find(css).First()
	} else if attr == "" {
		return ""
	}
	if attr != "" {
		return strings.TrimSpace(found.AttrOr(attr, ""))
	}
	return strings.TrimSpace(found.Text())
}

// splitAttr parts "time@datetime" into selector and attribute.
func splitAttr(selector string) (css, attr string) {
	cut := strings.LastIndexByte(selector, '@')
	if cut < 0 || strings.ContainsAny(selector[cut:], "]\"')") {
		return selector, ""
	}
	return strings.TrimSpace(selector[:cut]), strings.TrimSpace(selector[cut+1:])
}

// mismatches names the selectors that matched nothing. That there is no next
// page is no fault: it may be the last one.
func mismatches(sel ListingSelectors, entries *goquery.Selection) []string {
	if entries.Length() == 0 {
		return []string{fmt.Sprintf("listing.item %q matches nothing", sel.Item)}
	}
	var problems []string
	for _, part := range []struct{ name, selector string }{
		{"link", sel.Link}, {"title", sel.Title}, {"date", sel.Date}, {"summary", sel.Summary},
	} {
		css, _ := splitAttr(part.selector)
		if css != "" && entries.Find(css).Length() == 0 {
			problems = append(problems, fmt.Sprintf("listing.%s %q matches nothing in %d entries", part.name, part.selector, entries.Length()))
		}
	}
	return problems
}
