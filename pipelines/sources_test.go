package pipelines_test

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/goccy/go-yaml"

	"github.com/tradewire/tradewire/internal/article"
	"github.com/tradewire/tradewire/internal/source"
	"github.com/tradewire/tradewire/pipelines"
)

const recordings = "../testdata/sources"

// recording is what testdata/sources/NAME/want.yaml says of its files. They
// were written for this test after what is known of the sites, in invented
// words: index.* is the announcement (of an index of sitemaps, child.xml the
// first child), article.html the page of its first item.
type recording struct {
	Found int `yaml:"found"`
	Items []struct {
		URL       string `yaml:"url"`
		Title     string `yaml:"title"`
		Published string `yaml:"published"`
	} `yaml:"items"`
	More    []string `yaml:"more"`
	Article struct {
		URL       string `yaml:"url"`
		Title     string `yaml:"title"`
		Published string `yaml:"published"`
		Author    string `yaml:"author"`
		Text      string `yaml:"text"`
	} `yaml:"article"`
}

func shipped(t *testing.T) []source.Source {
	t.Helper()
	sources, problems := source.Load(pipelines.FS(), "sources")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return sources
}

// TestEverySourceReadsItsRecording proves each source file against documents
// of the shape that it claims.
func TestEverySourceReadsItsRecording(t *testing.T) {
	sources := shipped(t)
	enabled, official, names := 0, 0, []string{}
	for _, s := range sources {
		names = append(names, s.Name)
		if s.Enabled {
			enabled++
		}
		if s.Official {
			official++
		}
		t.Run(s.Name, func(t *testing.T) {
			if s.Budget.Pages == 0 || s.Budget.Bytes == 0 || s.Every == 0 || s.Publisher == "" || s.Country == "" || s.Language == "" {
				t.Errorf("schedule, budget, publisher, country or language is missing: %+v", s)
			}
			want := wanted(t, s.Name)
			checkAnnouncement(t, s, want)
			checkArticle(t, s, want)
		})
	}
	if enabled < 30 || official < 15 {
		t.Errorf("%d sources enabled, %d official", enabled, official)
	}
	folders, err := os.ReadDir(recordings)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range folders {
		if f.IsDir() && !slices.Contains(names, f.Name()) {
			t.Errorf("%s/%s is the recording of no source", recordings, f.Name())
		}
	}
}

func wanted(t *testing.T, name string) recording {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(recordings, name, "want.yaml"))
	if err != nil {
		t.Fatalf("the source has no recording: %v", err)
	}
	var want recording
	if err := yaml.UnmarshalWithOptions(data, &want, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	if len(want.Items) < 2 || want.Article.Text == "" {
		t.Fatal("the recording proves nothing: want two items or more, and the text of an article")
	}
	return want
}

// recorded is the one file of that name, with any ending.
func recorded(t *testing.T, name, file string) []byte {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(recordings, name, file+".*"))
	if err != nil || len(names) != 1 {
		t.Fatalf("want one file %s.*, found %v, %v", file, names, err)
	}
	data, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func checkAnnouncement(t *testing.T, s source.Source, want recording) {
	got, err := s.Items(s.URL, "", recorded(t, s.Name, "index"))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.More, want.More[:min(len(want.More), s.MaxPages-1)]) {
		t.Errorf("leads on to %q, want %q", got.More, want.More)
	}
	if len(got.Items) == 0 && len(want.More) > 0 { // an index
		if got, err = s.Items(want.More[0], "", recorded(t, s.Name, "child")); err != nil {
			t.Fatal(err)
		}
	}
	if len(got.Mismatches) > 0 {
		t.Errorf("%q", got.Mismatches)
	}
	if got.Found != want.Found || len(got.Items) != len(want.Items) {
		t.Fatalf("%d items of %d entries, want %d of %d: %+v", len(got.Items), got.Found, len(want.Items), want.Found, got.Items)
	}
	for i, item := range got.Items {
		if w := want.Items[i]; item.URL != w.URL || item.Title != w.Title || item.Published != w.Published {
			t.Errorf("item %d:\n%q %q %q, want\n%q %q %q", i, item.URL, item.Title, item.Published, w.URL, w.Title, w.Published)
		}
	}
}

func checkArticle(t *testing.T, s source.Source, want recording) {
	page := article.Page{
		URL: want.Article.URL, ContentType: "text/html", Body: recorded(t, s.Name, "article"),
		Fetched: time.Date(2026, 11, 21, 6, 0, 0, 0, time.UTC), Selectors: article.Selectors(s.Article),
		Publisher: s.Publisher, Source: s.Name, Country: s.Country, Language: s.Language, Official: s.Official,
	}
	if names := article.Unmatched(page); len(names) > 0 {
		t.Errorf("article selectors that match nothing: %q", names)
	}
	got, err := article.FromPage(page)
	if err != nil {
		t.Fatal(err)
	}
	if got.URL != want.Article.URL || got.Title != want.Article.Title || got.Published != want.Article.Published || got.Language != s.Language {
		t.Errorf("got  %q %q %q %q\nwant %q %q %q %q", got.URL, got.Title, got.Published, got.Language,
			want.Article.URL, want.Article.Title, want.Article.Published, s.Language)
	}
	if want.Article.Author != "" && got.Author != want.Article.Author {
		t.Errorf("by %q, want %q", got.Author, want.Article.Author)
	}
	if got.Text != want.Article.Text {
		t.Errorf("text\n%s\nwant\n%s", got.Text, want.Article.Text)
	}
}

// shared opens a file of the material beside the project; the test is skipped
// where there is none.
func shared(t *testing.T, path ...string) io.Reader {
	t.Helper()
	file, err := os.Open(filepath.Join(append([]string{"..", "..", "shared"}, path...)...))
	if err != nil {
		t.Skip("no material beside the project")
	}
	t.Cleanup(func() { _ = file.Close() })
	if !strings.HasSuffix(path[len(path)-1], ".gz") {
		return file
	}
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	return unzipped
}

// TestRealPagesOfSources reads real pages of six of the publishers with the
// selectors of their sources.
func TestRealPagesOfSources(t *testing.T) {
	of := map[string]string{
		"us_APNews_": "ap", "uk_TheGuardian_": "guardian", "us_VoiceOfAmerica_": "voa", "tw_TaipeiTimes_": "taipei-times",
		"ind_TimesOfIndia_": "times-of-india", "uk_BBC_": "bbc-news",
	}
	lines := json.NewDecoder(shared(t, "pages", "truth.jsonl"))
	sources, read := shipped(t), 0
	for {
		var page struct{ File, URL, Title, Date, Text string }
		if err := lines.Decode(&page); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		for prefix, name := range of {
			if !strings.HasPrefix(filepath.Base(page.File), prefix) {
				continue
			}
			read++
			s, err := source.Find(sources, name)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(shared(t, "pages", page.File))
			if err != nil {
				t.Fatal(err)
			}
			p := article.Page{URL: page.URL, ContentType: "text/html", Body: body, Selectors: article.Selectors(s.Article), Publisher: s.Publisher}
			if names := article.Unmatched(p); len(names) > 0 {
				t.Errorf("%s: article selectors that match nothing: %q", name, names)
			}
			got, err := article.FromPage(p)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			share := overlap(page.Text, got.Text)
			t.Logf("%s: text %.3f, title %q, %s", name, share, got.Title, got.Published)
			if share < .9 || !strings.HasPrefix(got.Published, page.Date) {
				t.Errorf("%s: text %.3f, published %s, want %s", name, share, got.Published, page.Date)
			}
		}
	}
	if read < len(of) {
		t.Errorf("%d pages of the publishers are there", read)
	}
}

// overlap is the F1 of the two texts' words.
func overlap(a, b string) float64 {
	words := func(s string) map[string]int {
		counts := map[string]int{}
		for _, w := range strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			counts[w]++
		}
		return counts
	}
	left, right := words(a), words(b)
	both, all := 0, 0
	for w, n := range left {
		both += min(n, right[w])
		all += n
	}
	for _, n := range right {
		all += n
	}
	return 2 * float64(both) / float64(max(all, 1))
}

// TestRealDocumentsOfSources reads the real listing pages and API answers that
// there are with the sources that claim their shape.
func TestRealDocumentsOfSources(t *testing.T) {
	sources := shipped(t)
	for file, name := range map[string]string{
		"whitehouse_news_list_0.html.gz": "white-house-list", "whitehouse_news_list_1.html.gz": "white-house-list",
		"fedreg_documents.jsonc.gz": "federal-register-tariff", "fedreg_documents_search.jsonc.gz": "federal-register-ustr",
	} {
		t.Run(file, func(t *testing.T) {
			s, err := source.Find(sources, name)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(shared(t, "pages", "sources", file))
			if err != nil {
				t.Fatal(err)
			}
			s.Keywords = nil // these are of other matters
			got, err := s.Items(s.URL, "", body)
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Mismatches) > 0 || len(got.Items) == 0 {
				t.Errorf("%d items, %q", len(got.Items), got.Mismatches)
			}
			for _, item := range got.Items {
				if item.Title == "" || item.Published == "" {
					t.Errorf("%+v", item)
				}
			}
			t.Logf("%d items, next %q", len(got.Items), got.More)
		})
	}
}
