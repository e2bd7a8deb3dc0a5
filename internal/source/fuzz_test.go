package source

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/tradewire/tradewire/internal/weburl"
)

// sound fails unless every item and further page is a plain web address and
// every text is clean.
func sound(t *testing.T, got Listing) {
	t.Helper()
	seen := map[string]bool{}
	for _, it := range got.Items {
		canonical, err := weburl.Canonical(it.URL)
		if err != nil || canonical != it.URL || seen[it.URL] {
			t.Fatalf("item %q: canonical %q, %v, seen %v", it.URL, canonical, err, seen[it.URL])
		}
		seen[it.URL] = true
		for _, s := range []string{it.Title, it.Summary, it.Published} {
			if !utf8.ValidString(s) || strings.ContainsAny(s, "\x00\n") {
				t.Fatalf("text %q", s)
			}
		}
		if it.Published != "" && parseDate(it.Published, "") != it.Published {
			t.Fatalf("date %q reads as %q", it.Published, parseDate(it.Published, ""))
		}
	}
	for _, address := range got.More {
		if plain, err := weburl.Plain(address); err != nil || plain != address {
			t.Fatalf("page %q: %q, %v", address, plain, err)
		}
	}
	if len(got.Items) > got.Found {
		t.Fatalf("%d items of %d found", len(got.Items), got.Found)
	}
}

func FuzzFeed(f *testing.F) {
	f.Add([]byte(many(3, func(i int, item string) string { return item })), "")
	f.Add([]byte(`<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>x</title><link href="/a"/><updated>2026-03-02T10:00:00Z</updated></entry>`), "text/xml; charset=gbk")
	f.Add([]byte(`{"version":"https://jsonfeed.org/version/1","items":[{"url":"//b/../c","date_published":"2 Mar 2026"}]}`), "application/json")
	f.Add([]byte(`<?xml version="1.0" encoding="shift_jis"?><rdf:RDF><item><link>a</link></item><item><title>`+"\xff"), "")
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		got, err := Source{Name: "f", Kind: Feed}.Items(base, contentType, body)
		if err == nil {
			sound(t, got)
		}
	})
}

func FuzzSitemap(f *testing.F) {
	f.Add([]byte(`<urlset><url><loc>https://a.example/?b#c</loc><lastmod>2026-03-02</lastmod><news:news><news:title>x &amp; y</news:title></news:news></url></urlset>`))
	f.Add([]byte(`<sitemapindex><sitemap><loc>/b.xml.gz</loc></sitemap><sitemap>`))
	f.Add([]byte("https://a.example/1\nhttp://b.example/2"))
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := Source{Name: "f", Kind: NewsSitemap, MaxPages: 5}.Items(base, "", body)
		if err == nil {
			sound(t, got)
		}
	})
}

func FuzzListing(f *testing.F) {
	f.Add([]byte(listingPage), "text/html")
	f.Add([]byte(`<li><a href="javascript:x">y</a><li><a href=" /a b ">z<time>2026-3-2</time>`), "text/html; charset=big5")
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		s := Source{Name: "f", Kind: ListingPage, MaxPages: 5, Listing: ListingSelectors{Item: "li", Title: "a@title", Date: "span, time", Next: "a"}}
		got, err := s.Items(base, contentType, body)
		if err == nil {
			sound(t, got)
		}
	})
}
