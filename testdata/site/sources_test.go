package site_test

import (
	"strings"
	"testing"

	"github.com/tradewire/tradewire/internal/source"
	"github.com/tradewire/tradewire/testdata/site"
)

// TestSourcesAnnounceEveryArticle reads the site with its own source files,
// following next pages, as the scrape stage does.
func TestSourcesAnnounceEveryArticle(t *testing.T) {
	home := start(t)
	sources, problems := source.Load(site.Sources(strings.TrimPrefix(home, "http://")), ".")
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	want := map[string]int{"sample-ministry": 6, "sample-harbour": 7, "sample-meridian": 6}
	if len(sources) != len(want) {
		t.Fatalf("%d sources, want %d", len(sources), len(want))
	}
	for _, s := range sources {
		found := map[string]bool{}
		queue := s.Pages()
		for pages := 0; len(queue) > 0 && pages < s.MaxPages; pages++ {
			response, body := get(t, queue[0])
			listing, err := s.Items(queue[0], response.Header.Get("Content-Type"), []byte(body))
			if err != nil {
				t.Fatal(err)
			}
			if len(listing.Problems)+len(listing.Mismatches) > 0 {
				t.Errorf("%s, %s: %v", s.Name, queue[0], listing.Problems)
			}
			for _, item := range listing.Items {
				found[item.URL] = true
				if item.Title == "" || !strings.HasPrefix(item.Published, "2026-11-") || strings.Contains(item.URL, "utm_") {
					t.Errorf("%s announces %+v", s.Name, item)
				}
			}
			queue = append(queue[1:], listing.More...)
		}
		if len(found) != want[s.Name] {
			t.Errorf("%s announces %d articles, want %d", s.Name, len(found), want[s.Name])
		}
	}
}
