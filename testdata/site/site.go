// Package site is a small news site of our own: a ministry with a listing
// page, a newsroom with RSS and one with a news sitemap. The demo and the
// end-to-end tests scrape it over loopback. Every article is invented sample
// text, except that one retells a well-known story in our own words.
package site

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"net/http"
	"strings"
	"time"
)

//go:embed articles pages sources
var files embed.FS

// pageSize is how many notices one page of the ministry's listing shows; it
// is small so that the listing has a second page.
const pageSize = 3

// Handler serves the whole site. Absolute addresses in feeds and sitemaps
// name the host of the request, so it can be mounted anywhere. It panics if
// an embedded file is malformed, which the tests rule out.
func Handler() http.Handler {
	s := server{
		articles: mustLoad(files),
		pages:    template.Must(template.ParseFS(files, "pages/*.tmpl")),
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.home)
	mux.HandleFunc("GET /robots.txt", s.robots)
	mux.HandleFunc("GET /sitemap.xml", s.sitemap)
	mux.HandleFunc("GET /ministry/{$}", s.listing)
	mux.HandleFunc("GET /ministry/page/{page}/{$}", s.listing)
	mux.HandleFunc("GET /ministry/notices/{slug}", s.article("ministry"))
	mux.HandleFunc("GET /harbour/feed.xml", s.rss)
	mux.HandleFunc("GET /harbour/fish-auction", s.broken)
	mux.HandleFunc("GET /harbour/{slug}", s.article("harbour"))
	mux.HandleFunc("GET /meridian/news-sitemap.xml", s.newsSitemap)
	mux.HandleFunc("GET /meridian/{slug}", s.article("meridian"))
	return mux
}

type server struct {
	articles []article
	pages    *template.Template
}

// of returns the articles of one publisher, newest first.
func (s server) of(publisher string) []article {
	var out []article
	for _, a := range s.articles {
		if a.Publisher == publisher {
			out = append(out, a)
		}
	}
	return out
}

// newest is the time of the latest article, the Last-Modified of every index.
func newest(list []article) time.Time {
	var last time.Time
	for _, a := range list {
		if a.Published.After(last) {
			last = a.Published
		}
	}
	return last
}

func (s server) home(w http.ResponseWriter, r *http.Request) {
	s.render(w, r, "home.tmpl", newest(s.articles), s.articles)
}

func (s server) robots(w http.ResponseWriter, r *http.Request) {
	body := "User-agent: *\nDisallow: /private/\n\nSitemap: " + base(r) + "/sitemap.xml\n"
	send(w, r, "text/plain; charset=utf-8", newest(s.articles), []byte(body))
}

// article serves the pages of one publisher by the slug of the path.
func (s server) article(publisher string) http.HandlerFunc {
	bySlug := map[string]article{}
	for _, a := range s.of(publisher) {
		bySlug[a.Slug] = a
	}
	return func(w http.ResponseWriter, r *http.Request) {
		a, ok := bySlug[r.PathValue("slug")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		s.render(w, r, publisher+".tmpl", a.Published, struct {
			article
			URL string
		}{a, base(r) + a.Path()})
	}
}

// broken serves the page that holds markup but no text: a scraper has to
// give it up without stopping.
func (s server) broken(w http.ResponseWriter, r *http.Request) {
	body, err := files.ReadFile("pages/fish-auction.html")
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	send(w, r, "text/html; charset=utf-8", newest(s.articles), body)
}

func (s server) render(w http.ResponseWriter, r *http.Request, name string, modified time.Time, data any) {
	var body bytes.Buffer
	if err := s.pages.ExecuteTemplate(&body, name, data); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	send(w, r, "text/html; charset=utf-8", modified, body.Bytes())
}

// send writes body with validators; ServeContent answers conditional
// requests with 304.
func send(w http.ResponseWriter, r *http.Request, contentType string, modified time.Time, body []byte) {
	sum := sha256.Sum256(body)
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("ETag", `"`+hex.EncodeToString(sum[:8])+`"`)
	w.Header().Set("Cache-Control", "max-age=60")
	http.ServeContent(w, r, "", modified, strings.NewReader(string(body)))
}

// base is the scheme and host under which the client reached the site.
func base(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
