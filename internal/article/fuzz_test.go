package article

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzFromPage holds what every page must: no panic, an article or a typed
// error, valid UTF-8 everywhere, text that is one line a paragraph.
func FuzzFromPage(f *testing.F) {
	text := "<p>" + strings.Repeat("The duty on copper wire rises in June, the ministry said. ", 3)
	for _, seed := range []string{
		"<!doctype html><title>Copper</title>" + text,
		"<html lang=en><meta charset=gbk><body>\xb9\xd8\xcb\xb0" + text,
		`<script type="application/ld+json">{"@graph":[{"@type":"NewsArticle","author":{"@id":"a"},"headline":["x"]}]}</script>` + text,
		`<link rel=canonical href="//a/../b?utm_a=1"><time itemprop=datePublished datetime="2026-01-01T00:00">` + text,
		"<table><tr><td><ul><li><b><i></b>" + text + "</table><svg><title>x</title>",
		"<nav><aside><form>" + text + "</p><br><br/><select><option>a",
		"\xff\xfe<\x00p\x00>\x00", "%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj", "{\"a\":1}", "",
	} {
		f.Add([]byte(seed), "text/html; charset=utf-8", "https://a.example/2026/01/02/x")
	}
	f.Fuzz(func(t *testing.T, body []byte, contentType, url string) {
		a, err := FromPage(Page{URL: url, ContentType: contentType, Body: body})
		var typed *Error
		if err != nil {
			if !errors.As(err, &typed) || typed.Class == "" {
				t.Fatalf("error without class: %v", err)
			}
			return
		}
		for _, s := range []string{a.Text, a.Title, a.Author, a.Publisher, a.Published, a.Language, a.URL} {
			if !utf8.ValidString(s) {
				t.Fatalf("not UTF-8: %q", s)
			}
		}
		if a.ID == "" || a.Version == "" || letters(a.Text) == 0 {
			t.Fatalf("article without id, version or text: %+v", a)
		}
	})
}

// FuzzSkim holds the fallback to the same, on any input.
func FuzzSkim(f *testing.F) {
	f.Add("<title>a<p>b<a>c</a><nav><nav></nav>d<h1>e</h1><table><td>f<td>g")
	f.Add("<script type=application/ld+json>{}</script><style><textarea></style>")
	f.Fuzz(func(t *testing.T, source string) {
		page := skim(source)
		if !utf8.ValidString(page.text) || strings.Contains(page.text, "\n\n") {
			t.Fatalf("text %q", page.text)
		}
		gather(page.root)
	})
}

// FuzzDecode: any bytes give valid UTF-8 or a typed error.
func FuzzDecode(f *testing.F) {
	f.Add([]byte("<meta charset=big5>\xa4\xa4\xa4\xe5"), "text/html")
	f.Add([]byte("\xfe\xff\x00a"), "text/plain; charset=utf-8")
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		text, name, err := Decode(body, contentType)
		if err == nil && (!utf8.ValidString(text) || name == "") {
			t.Fatalf("%q in %q", text, name)
		}
	})
}
