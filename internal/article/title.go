package article

import (
	"strings"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"
	"github.com/tradewire/tradewire/internal/weburl"
)

// maxTitle is the longest title kept, in characters.
const maxTitle = 500

// chooseTitle takes the source's selector; then JSON-LD's headline, which is
// the newsroom's own field (for a live blog the shared title, because the
// headline follows the latest post); then the social tags, a heading that
// the <title> confirms, readability's guess and the <title>. The site's name
// is cut off the end of those.
func chooseTitle(p Page, query *goquery.Document, f facts, second, publisher string) string {
	if t := cut(clean(selected(query, p.Selectors.Title))); t != "" {
		return t
	}
	heading := mainHeading(f)
	trim := func(s string) string { return withoutSite(clean(s), heading, publisher, weburl.Host(p.URL)) }
	social := firstOf(trim(f.meta["og:title"]), trim(f.meta["twitter:title"]))
	order := []string{whole(clean(f.linked.headline), heading, social), social}
	if f.linked.live && social != "" {
		order[0], order[1] = order[1], order[0]
	}
	order = append(order, heading, trim(second), trim(f.title), clean(p.Hint.Title))
	for _, t := range order {
		if t != "" && squash(t) != squash(publisher) {
			return cut(t)
		}
	}
	return ""
}

// mainHeading is the first h1 that shares half its words with the page's
// other titles; with a single h1 no confirmation is asked for.
func mainHeading(f facts) string {
	others := f.title + " " + f.meta["og:title"] + " " + f.linked.headline
	for _, h := range f.headings {
		if letters(h) > 0 && shared(h, others) >= 0.5 {
			return h
		}
	}
	if len(f.headings) == 1 && others == "  " {
		return f.headings[0]
	}
	return ""
}

// whole gives back the words of a headline that was shortened for search
// engines ("… imposes new…") where the page has all of them.
func whole(headline string, others ...string) string {
	stem := strings.TrimRight(headline, " .…")
	if stem == headline || utf8.RuneCountInString(stem) < 20 {
		return headline
	}
	for _, other := range others {
		if len(other) > len(stem) && strings.HasPrefix(squash(other), squash(stem)) {
			return other
		}
	}
	return headline
}

// withoutSite cuts " | Site", " - Site" and the like off the end, where the
// page's heading, its publisher or its host shows that it is no part.
func withoutSite(title, heading, publisher, host string) string {
	if heading != "" && len(heading) < len(title) && strings.HasPrefix(title, heading) &&
		strings.ContainsAny(clip(title[len(heading):], 4), "|-–—»·:") {
		return heading
	}
	for range 3 {
		at, width := lastSeparator(title)
		if at <= 0 {
			break
		}
		if !namesSite(title[at+width:], publisher, host) {
			break
		}
		title = strings.TrimSpace(title[:at])
	}
	return title
}

// lastSeparator finds the last mark that may part a title from a site name.
func lastSeparator(title string) (at, width int) {
	at = -1
	for _, mark := range [...]string{" | ", " - ", " – ", " — ", " » ", " :: ", " · ", "｜", "_"} {
		if i := strings.LastIndex(title, mark); i > at {
			at, width = i, len(mark)
		}
	}
	return at, width
}

// namesSite reports whether a title's tail is the publisher or its host.
func namesSite(tail, publisher, host string) bool {
	tail = strings.TrimPrefix(squash(tail), "the")
	if len(tail) < 2 {
		return false
	}
	publisher = strings.TrimPrefix(squash(publisher), "the")
	if publisher != "" && (tail == publisher || len(tail) > 3 && strings.HasPrefix(publisher, tail) || strings.HasPrefix(tail, publisher)) {
		return true
	}
	domain := squash(weburl.Site("https://" + host))
	return len(tail) > 3 && (strings.HasPrefix(domain, tail) || strings.Contains(squash(host), tail))
}

// cut keeps a title within maxTitle.
func cut(title string) string {
	if utf8.RuneCountInString(title) <= maxTitle {
		return title
	}
	return strings.TrimSpace(string([]rune(title)[:maxTitle]))
}

// selected returns what a selector's first match says: the content of a
// <meta>, the datetime of a <time>, or its text.
func selected(query *goquery.Document, selector string) string {
	if selector == "" {
		return ""
	}
	match := query.Find(selector).First()
	for _, key := range [...]string{"content", "datetime"} {
		if value, there := match.Attr(key); there && strings.TrimSpace(value) != "" {
			return value
		}
	}
	return match.Text()
}
