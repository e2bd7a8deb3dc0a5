package feed

import (
	"encoding/xml"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tradewire/tradewire/internal/event"
)

// The elements of Atom (RFC 4287) that we write.
type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Author  atomPerson  `xml:"author"`
	Links   []atomLink  `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomPerson struct {
	Name string `xml:"name"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type atomCategory struct {
	Term   string `xml:"term,attr"`
	Scheme string `xml:"scheme,attr"`
}

type atomEntry struct {
	ID         string         `xml:"id"`
	Title      string         `xml:"title"`
	Published  string         `xml:"published,omitempty"`
	Updated    string         `xml:"updated"`
	Author     *atomPerson    `xml:"author,omitempty"`
	Links      []atomLink     `xml:"link"`
	Categories []atomCategory `xml:"category"`
	Summary    string         `xml:"summary"`
}

const tagBase = "tag:tradewire.dev,2026:"

func (f *feed) atom(w http.ResponseWriter, r *http.Request) {
	events, next, err := f.page(r)
	if err != nil {
		f.fail(w, r, err)
		return
	}
	given, base := r.URL.Query(), f.base(r)
	out := atomFeed{
		ID:      tagBase + link("feed", given, "cursor", "", "limit", ""),
		Title:   "tradewire: trade events",
		Updated: time.Unix(0, 0).UTC().Format(time.RFC3339),
		Author:  atomPerson{Name: "tradewire"},
		Links: []atomLink{
			{Rel: "self", Type: "application/atom+xml", Href: base + link("/feed.atom", given)},
			{Rel: "alternate", Type: "text/html", Href: base + link("/", given)},
		},
	}
	if next != "" {
		out.Links = append(out.Links, atomLink{Rel: "next", Type: "application/atom+xml", Href: base + link("/feed.atom", given, "cursor", next)})
	}
	for _, e := range events {
		entry := atomEntryOf(e, base)
		out.Updated = max(out.Updated, entry.Updated)
		out.Entries = append(out.Entries, entry)
	}
	body, err := xml.Marshal(out)
	if err != nil {
		f.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/atom+xml; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(append([]byte(xml.Header), body...)) // the client is gone: nobody to tell
}

// atomEntryOf tells an event as an entry. Its link goes to the first source
// that has an address, else to our page of the article.
func atomEntryOf(e event.Event, base string) atomEntry {
	published := moment(e)
	entry := atomEntry{
		ID:      tagBase + "event/" + url.PathEscape(e.ID),
		Title:   headline(e),
		Updated: published.Format(time.RFC3339),
		Categories: []atomCategory{
			{Term: e.Family, Scheme: tagBase + "family"},
			{Term: e.Kind, Scheme: tagBase + "kind"},
		},
	}
	if e.Published != "" {
		entry.Published = entry.Updated
	}
	var lines []string
	for _, s := range e.Sources {
		if entry.Author == nil && s.Publisher != "" {
			entry.Author = &atomPerson{Name: s.Publisher}
		}
		rel := "related"
		if len(entry.Links) == 0 {
			rel = "alternate"
		}
		href := webAddress(s.URL)
		if href == "" {
			href = base + articlePath(s.Article)
		}
		entry.Links = append(entry.Links, atomLink{Rel: rel, Href: href})
		for _, p := range s.Evidence {
			lines = append(lines, p.Text)
		}
	}
	entry.Summary = strings.Join(lines, "\n")
	return entry
}

// moment is when an event was published, in UTC, whole seconds; the start of
// 1970 when nobody knows, as Atom wants a time.
func moment(e event.Event) time.Time {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", time.DateOnly} {
		if t, err := time.Parse(layout, e.Published); err == nil {
			return t.UTC().Truncate(time.Second)
		}
	}
	if !e.Known.IsZero() {
		return e.Known.UTC().Truncate(time.Second)
	}
	return time.Unix(0, 0).UTC()
}

// base is the address that our own links begin with.
func (f *feed) base(r *http.Request) string {
	if f.Base != "" {
		return strings.TrimRight(f.Base, "/")
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return (&url.URL{Scheme: scheme, Host: r.Host}).String()
}

// webAddress is raw when it is an http or https address, else "": what was
// scraped may say anything.
func webAddress(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return ""
	}
	return u.String()
}

func articlePath(id string) string { return "/articles/" + url.PathEscape(id) }
