package article

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"
)

// maxAuthor is the longest byline kept, in bytes: longer ones are prose.
const maxAuthor = 300

// chooseAuthor takes the source's selector, then the names in JSON-LD, then
// the page's own tags and what readability found. Several names are parted
// by "; ". A byline that only repeats the publisher gives way to a person.
func chooseAuthor(p Page, query *goquery.Document, f facts, byline string) string {
	if name := cleanByline(selected(query, p.Selectors.Author)); name != "" {
		return name
	}
	publisher := squash(firstOf(p.Publisher, f.publisher()))
	fallback := ""
	for _, candidate := range []string{
		strings.Join(f.linked.authors, "; "), f.meta["author"], f.meta["parsely-author"], f.meta["article:author"],
		f.meta["dc.creator"], f.meta["dcterms.creator"], byline,
	} {
		name := cleanByline(candidate)
		switch {
		case name == "":
		case squash(name) != publisher:
			return name
		case fallback == "":
			fallback = name
		}
	}
	return fallback
}

// cleanByline makes "By A and B" into "A; B", and nothing of an address, a
// handle or a sentence.
func cleanByline(s string) string {
	s = clean(s)
	for _, intro := range [...]string{"written by ", "by ", "by: "} {
		if len(s) > len(intro) && strings.EqualFold(s[:len(intro)], intro) {
			s = strings.TrimSpace(s[len(intro):])
		}
	}
	if s == "" || len(s) > maxAuthor || strings.Contains(s, "://") || strings.HasPrefix(s, "@") {
		return ""
	}
	var names []string
	seen := map[string]bool{}
	for _, name := range strings.Split(strings.ReplaceAll(s, " and ", "; "), ";") {
		name = strings.Trim(name, " ,|")
		if name == "" || seen[squash(name)] || !startsLikeName(name) {
			continue
		}
		seen[squash(name)] = true
		names = append(names, name)
	}
	return strings.Join(names, "; ")
}

// startsLikeName refuses account names ("admin") and numbers.
func startsLikeName(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	if !unicode.IsLetter(r) {
		return false
	}
	return !unicode.IsLower(r) || strings.Contains(s, " ")
}
