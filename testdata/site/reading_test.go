package site_test

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/tradewire/tradewire/internal/article"
	"github.com/tradewire/tradewire/testdata/site"
)

// selectors reads the article selectors of a source file of the site.
func selectors(t *testing.T, publisher string) article.Selectors {
	t.Helper()
	data, err := fs.ReadFile(site.Sources("host.test"), "sample-"+publisher+".yaml")
	if err != nil {
		t.Fatal(err)
	}
	var source struct{ Article article.Selectors }
	if err := yaml.Unmarshal(data, &source); err != nil {
		t.Fatal(err)
	}
	return source.Article
}

func read(t *testing.T, publisher, address string) (text, title, published, canonical string, err error) {
	t.Helper()
	response, body := get(t, address)
	a, err := article.FromPage(article.Page{
		URL: address, ContentType: response.Header.Get("Content-Type"), Body: []byte(body),
		Fetched: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), Selectors: selectors(t, publisher),
	})
	return a.Text, a.Title, a.Published, a.URL, err
}

// TestPagesAreReadWhole compares what the article room makes of each page
// with the text that the page was made from.
func TestPagesAreReadWhole(t *testing.T) {
	home := start(t)
	names, err := fs.Glob(os.DirFS("articles"), "*/*.txt")
	if err != nil || len(names) != 18 {
		t.Fatalf("articles: %v, %v", names, err)
	}
	for _, name := range names {
		data, err := os.ReadFile(path.Join("articles", name))
		if err != nil {
			t.Fatal(err)
		}
		head, body, _ := strings.Cut(string(data), "\n\n")
		publisher, slug := path.Dir(name), strings.TrimSuffix(path.Base(name), ".txt")
		address := home + "/" + publisher + "/" + slug
		if publisher == "ministry" {
			address = home + "/ministry/notices/" + slug
		}
		text, title, published, canonical, err := read(t, publisher, address)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if want := strings.ReplaceAll(strings.TrimSpace(body), "\n\n", "\n"); text != want {
			t.Errorf("%s: text is\n%s\nwant\n%s", name, text, want)
		}
		if !strings.Contains(head, "title: "+title+"\n") || published == "" || !strings.Contains(head, "published: "+published[:len("2006-01-02")]) {
			t.Errorf("%s: title %q, published %q", name, title, published)
		}
		if canonical != address {
			t.Errorf("%s: its address is %s, want %s", name, canonical, address)
		}
	}
}

func TestBrokenPageHasNoText(t *testing.T) {
	var refused *article.Error
	text, _, _, _, err := read(t, "harbour", start(t)+"/harbour/fish-auction")
	if !errors.As(err, &refused) || refused.Class != article.ClassNoText {
		t.Errorf("broken page gave %v and text %q", err, text)
	}
}
