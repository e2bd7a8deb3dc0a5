package site_test

import (
	"encoding/xml"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/mmcdole/gofeed"

	"github.com/tradewire/tradewire/testdata/site"
)

func start(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(site.Handler())
	t.Cleanup(server.Close)
	return server.URL
}

func get(t *testing.T, address string, header ...string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(body)
}

// TestEveryLinkIsServed walks the site from its home page, sitemap and feeds.
func TestEveryLinkIsServed(t *testing.T) {
	home := start(t)
	reference := regexp.MustCompile(`(?:href="|<loc>|<link>|<guid>|Sitemap: )([^"#<\s]+)`)
	queue := []string{home + "/", home + "/robots.txt"}
	seen := map[string]bool{}
	articles := 0
	for len(queue) > 0 {
		address := queue[0]
		queue = queue[1:]
		if seen[address] {
			continue
		}
		seen[address] = true
		response, body := get(t, address)
		if response.StatusCode != http.StatusOK {
			t.Errorf("GET %s: %s", address, response.Status)
		}
		if strings.Contains(body, "is invented.") {
			articles++
		}
		for _, found := range reference.FindAllStringSubmatch(body, -1) {
			if next := resolve(t, address, found[1]); strings.HasPrefix(next, home) {
				queue = append(queue, next)
			} else {
				t.Errorf("%s links to %s, off the site", address, next)
			}
		}
	}
	// 18 articles, those of the feed once more with its tracking parameter.
	if articles != 24 {
		t.Errorf("reached %d article pages, want 24", articles)
	}
	if !seen[home+"/ministry/page/2/"] || !seen[home+"/harbour/fish-auction"] {
		t.Error("the second listing page or the broken page is not linked")
	}
}

func resolve(t *testing.T, from, ref string) string {
	t.Helper()
	u, err := url.Parse(from)
	if err != nil {
		t.Fatal(err)
	}
	next, err := u.Parse(ref)
	if err != nil {
		t.Fatal(err)
	}
	return next.String()
}

func TestFeedsParse(t *testing.T) {
	home := start(t)
	_, body := get(t, home+"/harbour/feed.xml")
	feed, err := gofeed.NewParser().ParseString(body)
	if err != nil {
		t.Fatal(err)
	}
	if len(feed.Items) != 7 {
		t.Errorf("RSS holds %d items, want 7", len(feed.Items))
	}
	for _, item := range feed.Items {
		if item.PublishedParsed == nil || item.Title == "" {
			t.Errorf("item %s lacks a date or a title", item.Link)
		}
	}
	_, body = get(t, home+"/meridian/news-sitemap.xml")
	var set struct {
		URLs []struct {
			Loc  string `xml:"loc"`
			News struct {
				Title string `xml:"title"`
				Date  string `xml:"publication_date"`
			} `xml:"http://www.google.com/schemas/sitemap-news/0.9 news"`
		} `xml:"url"`
	}
	if err := xml.Unmarshal([]byte(body), &set); err != nil {
		t.Fatal(err)
	}
	if len(set.URLs) != 6 {
		t.Errorf("news sitemap holds %d addresses, want 6", len(set.URLs))
	}
	for _, u := range set.URLs {
		if u.News.Title == "" || u.News.Date == "" {
			t.Errorf("%s lacks its news title or date", u.Loc)
		}
	}
}

func TestConditionalRequests(t *testing.T) {
	home := start(t)
	for _, path := range []string{"/ministry/", "/harbour/feed.xml", "/meridian/news-sitemap.xml", "/harbour/port-fees"} {
		first, _ := get(t, home+path)
		for header, value := range map[string]string{
			"If-None-Match":     first.Header.Get("ETag"),
			"If-Modified-Since": first.Header.Get("Last-Modified"),
		} {
			again, body := get(t, home+path, header, value)
			if value == "" || again.StatusCode != http.StatusNotModified || body != "" {
				t.Errorf("GET %s with %s %q: %s", path, header, value, again.Status)
			}
		}
		if other, _ := get(t, home+path, "If-None-Match", `"other"`); other.StatusCode != http.StatusOK {
			t.Errorf("GET %s with another ETag: %s", path, other.Status)
		}
	}
}

func TestUnknownPagesAreNotFound(t *testing.T) {
	home := start(t)
	for _, path := range []string{"/harbour/nothing", "/ministry/page/3/", "/ministry/page/0/", "/ministry/page/x/", "/private/"} {
		if response, _ := get(t, home+path); response.StatusCode != http.StatusNotFound {
			t.Errorf("GET %s: %s, want 404", path, response.Status)
		}
	}
}

func TestSourcesNameTheHost(t *testing.T) {
	fsys := site.Sources("127.0.0.1:8099")
	names, err := fs.Glob(fsys, "*.yaml")
	if err != nil || len(names) != 3 {
		t.Fatalf("sources: %v, %v", names, err)
	}
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			t.Fatal(err)
		}
		if text := string(data); !strings.Contains(text, "url: http://127.0.0.1:8099/") || strings.Contains(text, "{{") {
			t.Errorf("%s does not name the host:\n%s", name, text)
		}
	}
}
