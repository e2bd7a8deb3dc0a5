package article

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
)

// Floors on real pages with a known truth. They lie a little under what is
// measured, so that a rule that breaks pages is noticed.
const (
	floorText  = 0.970
	floorTitle = 0.88
	floorDay   = 0.96
)

// truth is one page as its publisher's own parser reads it.
type truth struct {
	File, URL, Title, Author, Date, Text string
	body                                 []byte
}

// realPages loads the labelled pages that may lie beside the project.
func realPages(t testing.TB) []truth {
	t.Helper()
	dir := beside(t, filepath.Join("shared", "pages"))
	if dir == "" {
		t.Skip("no labelled pages beside the project")
	}
	list, err := os.Open(filepath.Join(dir, "truth.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer list.Close()
	var pages []truth
	scanner := bufio.NewScanner(list)
	scanner.Buffer(nil, 4<<20)
	for scanner.Scan() {
		var page truth
		if err := json.Unmarshal(scanner.Bytes(), &page); err != nil {
			t.Fatal(err)
		}
		page.body = unzipped(t, filepath.Join(dir, page.File))
		pages = append(pages, page)
	}
	return pages
}

// beside looks for a folder beside the project, walking up.
func beside(t testing.TB, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for up := filepath.Dir(dir); up != dir; dir, up = up, filepath.Dir(up) {
		if _, err := os.Stat(filepath.Join(up, name)); err == nil {
			return filepath.Join(up, name)
		}
	}
	return ""
}

func unzipped(t testing.TB, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	zip, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(zip)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func TestRealPages(t *testing.T) {
	pages := realPages(t)
	var text, title, day float64
	var out *json.Encoder
	if path := os.Getenv("ARTICLE_OUT"); path != "" { // for score.py
		file, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		out = json.NewEncoder(file)
	}
	for _, page := range pages {
		got, err := FromPage(Page{URL: page.URL, ContentType: "text/html", Body: page.body})
		if err != nil {
			t.Errorf("%s: %v", page.File, err)
			continue
		}
		if out != nil {
			_ = out.Encode(map[string]string{"file": page.File, "title": got.Title, "date": got.Published, "text": got.Text})
		}
		f1 := overlapOf(page.Text, got.Text)
		text += f1
		if plainWords(page.Title) == plainWords(got.Title) {
			title++
		} else {
			t.Logf("%s: title %q, want %q", filepath.Base(page.File), got.Title, page.Title)
		}
		if strings.HasPrefix(got.Published, page.Date) {
			day++
		} else {
			t.Logf("%s: day %q, want %q", filepath.Base(page.File), got.Published, page.Date)
		}
		t.Logf("%.3f %-40s by %q (%q) in %s at %s from %q", f1, filepath.Base(page.File), got.Author, page.Author, got.Language, got.Published, got.Publisher)
	}
	n := float64(len(pages))
	t.Logf("%d pages: text F1 %.3f, title %.3f, day %.3f", len(pages), text/n, title/n, day/n)
	if text/n < floorText || title/n < floorTitle || day/n < floorDay {
		t.Errorf("text F1 %.3f, title %.3f, day %.3f: under the floors %.3f, %.2f, %.2f",
			text/n, title/n, day/n, floorText, floorTitle, floorDay)
	}
}

// overlapOf is the F1 of the two texts' runs of four words.
func overlapOf(want, got string) float64 {
	a, b := shingles(want), shingles(got)
	both, left, right := 0, 0, 0
	for run, n := range a {
		both += min(n, b[run])
		left += n
	}
	for _, n := range b {
		right += n
	}
	if left+right == 0 {
		return 0
	}
	return 2 * float64(both) / float64(left+right)
}

func shingles(text string) map[string]int {
	words := strings.FieldsFunc(text, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsNumber(r) })
	runs := map[string]int{}
	for i := range max(min(1, len(words)), len(words)-3) {
		runs[strings.Join(words[i:min(i+4, len(words))], " ")]++
	}
	return runs
}

func plainWords(s string) string {
	return strings.ToLower(strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return r != '_' && !unicode.IsLetter(r) && !unicode.IsNumber(r)
	}), " "))
}

func BenchmarkFromPage(b *testing.B) {
	pages := realPages(b)
	b.ResetTimer()
	for b.Loop() {
		for _, page := range pages {
			if _, err := FromPage(Page{URL: page.URL, Body: page.body}); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.N*len(pages))/b.Elapsed().Seconds(), "pages/s")
}
