package source

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/mmcdole/gofeed"
)

// readFeed reads RSS, Atom, RDF or JSON Feed. When the feed as a whole does
// not parse (one bad byte, a cut transfer), every complete item that parses
// on its own is kept.
func readFeed(contentType string, body []byte) (raw, error) {
	body = cleanXML(contentType, body)
	if len(body) == 0 {
		return raw{}, errors.New("the document is empty")
	}
	if body[0] == '{' {
		return readJSONFeed(body)
	}
	parts := splitFeed(body)
	if parts.kind == "" {
		return raw{}, errors.New("no rss, rdf:RDF or feed element: this is no feed")
	}
	if !tooDeep(body) {
		if feed, err := parseFeed(body); err == nil && len(feed.Items) >= len(parts.items) {
			return raw{items: feedItems(feed.Items)}, nil
		}
	}
	var kept []*gofeed.Item
	for group := range slices.Chunk(parts.items, salvageGroup) {
		kept = append(kept, salvage(parts, group)...)
	}
	if len(kept) == 0 {
		return raw{}, fmt.Errorf("the feed is broken and none of its %d complete items can be read", len(parts.items))
	}
	return raw{
		items:    feedItems(kept),
		problems: []string{fmt.Sprintf("the feed is broken: %d of its %d complete items were kept", len(kept), len(parts.items))},
	}, nil
}

// parseFeed guards against a parser that panics on hostile input: a feed
// must not be able to stop the stage.
func parseFeed(body []byte) (feed *gofeed.Feed, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("feed parser: %v", r)
		}
	}()
	return gofeed.NewParser().Parse(bytes.NewReader(body))
}

func feedItems(items []*gofeed.Item) []Item {
	out := make([]Item, 0, len(items))
	for _, it := range items {
		out = append(out, Item{
			URL: feedLink(it), Title: plain(it.Title, maxTitle),
			Published: feedDate(it), Summary: plain(it.Description, maxSummary),
		})
	}
	return out
}

// feedLink prefers the publisher's own address to a feed service's.
func feedLink(it *gofeed.Item) string {
	if orig := it.Extensions["feedburner"]["origLink"]; len(orig) > 0 && orig[0].Value != "" {
		return orig[0].Value
	}
	if link := strings.TrimSpace(it.Link); link != "" {
		return link
	}
	if guid := strings.TrimSpace(it.GUID); strings.HasPrefix(guid, "http") {
		return guid
	}
	return "about:none"
}

func feedDate(it *gofeed.Item) string {
	for _, s := range []string{it.Published, it.Updated} {
		if date := parseDate(s, ""); date != "" {
			return date
		}
	}
	if it.PublishedParsed != nil {
		return format(*it.PublishedParsed, true)
	}
	return ""
}

// feedParts are a feed cut open: the start tag of its root, which declares
// the namespaces, and the complete items.
type feedParts struct {
	kind  string // "rss", "rdf" or "feed"
	root  []byte
	items [][]byte
}

// salvageGroup is how many items are parsed together at first.
const salvageGroup = 256

// salvage parses items together, and where that fails by halves, so that
// one bad item among many costs few extra rounds.
func salvage(parts feedParts, items [][]byte) []*gofeed.Item {
	if len(items) == 0 {
		return nil
	}
	doc := parts.wrap(items)
	if !tooDeep(doc) {
		// A stray end tag makes the parser stop early without an error.
		if feed, err := parseFeed(doc); err == nil && len(feed.Items) >= len(items) {
			return feed.Items
		}
	}
	if len(items) == 1 {
		return nil
	}
	half := len(items) / 2
	return append(salvage(parts, items[:half]), salvage(parts, items[half:])...)
}

func (p feedParts) wrap(items [][]byte) []byte {
	var b bytes.Buffer
	b.Write(p.root)
	if p.kind == "rss" {
		b.WriteString("<channel>")
	}
	for _, item := range items {
		b.Write(item)
	}
	if p.kind == "rss" {
		b.WriteString("</channel>")
	}
	b.WriteString("</" + string(tagName(p.root)) + ">")
	return b.Bytes()
}

// readJSONFeed reads items one by one, so that a cut loses only the last.
func readJSONFeed(body []byte) (raw, error) {
	dec := json.NewDecoder(bytes.NewReader(body))
	found, isFeed := raw{}, false
	for depth := 0; ; {
		token, err := dec.Token()
		if err != nil {
			break
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		case "items":
			if depth == 1 {
				isFeed = true
				found.items = append(found.items, jsonFeedItems(dec)...)
			}
		}
	}
	if !isFeed {
		return raw{}, errors.New("a JSON document without items: this is no JSON Feed")
	}
	if !json.Valid(body) {
		found.problems = []string{fmt.Sprintf("the feed is broken: its first %d items were kept", len(found.items))}
	}
	return found, nil
}

func jsonFeedItems(dec *json.Decoder) []Item {
	if token, err := dec.Token(); err != nil || token != json.Delim('[') {
		return nil
	}
	var out []Item
	for dec.More() {
		var it struct {
			ID, URL, Title, Summary string
			ExternalURL             string `json:"external_url"`
			Published               string `json:"date_published"`
			Modified                string `json:"date_modified"`
		}
		err := dec.Decode(&it)
		if _, wrongType := errors.AsType[*json.UnmarshalTypeError](err); err != nil && !wrongType {
			return out
		}
		out = append(out, Item{
			URL: firstOf(it.URL, it.ExternalURL, it.ID, "about:none"), Title: plain(it.Title, maxTitle),
			Published: firstOf(parseDate(it.Published, ""), parseDate(it.Modified, "")), Summary: plain(it.Summary, maxSummary),
		})
	}
	return out
}

func firstOf(list ...string) string {
	for _, s := range list {
		if s = strings.TrimSpace(s); s != "" {
			return s
		}
	}
	return ""
}
