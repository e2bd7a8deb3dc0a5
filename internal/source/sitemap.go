package source

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// readSitemap reads a sitemap, a news sitemap, an index of either, or a list
// of addresses, one a line. A cut or broken file gives its complete entries.
func readSitemap(contentType string, body []byte) (raw, error) {
	body = cleanXML(contentType, body)
	if len(body) > 0 && body[0] != '<' {
		return textSitemap(body)
	}
	dec := xml.NewDecoder(bytes.NewReader(body))
	dec.Strict = false
	dec.Entity = xml.HTMLEntity
	dec.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	r := sitemapReader{found: raw{unsorted: true}}
	for {
		token, err := dec.RawToken()
		if err != nil {
			if err != io.EOF {
				r.found.problems = append(r.found.problems, "the sitemap is broken: its complete entries were kept")
			}
			break
		}
		r.token(token)
	}
	if r.root != "urlset" && r.root != "sitemapindex" {
		return raw{}, errors.New("no urlset or sitemapindex element: this is no sitemap")
	}
	return r.found, nil
}

// sitemapReader collects entries from XML tokens. Elements are known by
// their place, not their namespace, for many files declare none or a wrong
// one: image:loc has another parent than loc.
type sitemapReader struct {
	found raw
	root  string
	path  []string // open elements, local names, at most sitemapDepth
	depth int      // open elements
	entry Item
	text  strings.Builder
}

// sitemapDepth is deep enough for urlset/url/news:news/news:title.
const sitemapDepth = 4

func (r *sitemapReader) token(token xml.Token) {
	switch t := token.(type) {
	case xml.StartElement:
		r.open(strings.ToLower(t.Name.Local))
	case xml.EndElement:
		r.close()
	case xml.CharData:
		if r.depth >= 3 && r.depth <= sitemapDepth && r.text.Len() < 1<<14 {
			r.text.Write(t)
		}
	}
}

func (r *sitemapReader) open(name string) {
	if r.depth == 0 && r.root == "" {
		r.root = name
	}
	r.depth++
	if r.depth <= sitemapDepth {
		r.path = append(r.path, name)
	}
	if r.depth == 2 {
		r.entry = Item{}
	}
	r.text.Reset()
}

func (r *sitemapReader) close() {
	if r.depth == 0 {
		return
	}
	if r.depth <= sitemapDepth {
		r.value(strings.Join(r.path[1:], "/"), strings.TrimSpace(r.text.String()))
		r.path = r.path[:len(r.path)-1]
	}
	r.depth--
	r.text.Reset()
}

// value takes the text of an element that ends, known by its path below the
// root.
func (r *sitemapReader) value(path, text string) {
	switch path {
	case "url/loc", "sitemap/loc":
		r.entry.URL = text
	case "url/lastmod":
		if r.entry.Published == "" {
			r.entry.Published = parseDate(text, "")
		}
	case "url/news/publication_date":
		if date := parseDate(text, ""); date != "" {
			r.entry.Published = date
		}
	case "url/news/title":
		r.entry.Title = plain(text, maxTitle)
	case "url/news/keywords":
		r.entry.Summary = plain(text, maxSummary)
	case "url":
		r.found.items = append(r.found.items, r.entry)
	case "sitemap":
		r.found.index = true
		r.found.more = append(r.found.more, r.entry.URL)
	}
}

func textSitemap(body []byte) (raw, error) {
	found := raw{}
	for line := range strings.Lines(string(body)) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if !strings.HasPrefix(line, "http://") && !strings.HasPrefix(line, "https://") {
			return raw{}, errors.New("neither XML nor a list of addresses: this is no sitemap")
		}
		found.items = append(found.items, Item{URL: line})
	}
	return found, nil
}
