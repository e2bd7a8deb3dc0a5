package article

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func pdfFile(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "pdf", "testdata", name+".pdf"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestNoticesInPDF(t *testing.T) {
	const heading = "Solar panels: duty on wares from Sylvania to change in March"
	p := Page{URL: "https://ministry.example/files/notice-14.pdf", ContentType: "application/pdf", Body: pdfFile(t, "notice"),
		Fetched: time.Date(2026, 11, 21, 6, 0, 0, 0, time.UTC), Publisher: "Ministry", Source: "ministry", Official: true}
	a, err := FromPage(p)
	if err != nil {
		t.Fatal(err)
	}
	paragraphs := strings.Split(a.Text, "\n")
	if a.Title != heading || a.Published != "2000-01-01" || a.Language != "en" || a.URL != p.URL || a.Publisher != "Ministry" || !a.Official || a.ID == "" || a.Version == "" {
		t.Errorf("%+v", a)
	}
	if len(paragraphs) != 20 || !strings.HasPrefix(paragraphs[0], "The government said on Monday") || strings.Contains(a.Text, "Gazette") {
		t.Errorf("%d paragraphs:\n%s", len(paragraphs), a.Text)
	}

	// The listing knows title and day better than the file; a day in the
	// address comes before that of the file's making.
	p.Hint.Title, p.Hint.Published = "Notice 14 on solar panels", "2026-11-20T09:30:00Z"
	if a, err = FromPage(p); err != nil || a.Title != "Notice 14 on solar panels" || a.Published != "2026-11-20T09:30:00Z" {
		t.Errorf("%q %s %v", a.Title, a.Published, err)
	}
	p.Hint.Title, p.Hint.Published, p.URL = "", "", "https://ministry.example/2026/11/19/notice-14.pdf"
	if a, err = FromPage(p); err != nil || a.Published != "2026-11-19" {
		t.Errorf("%s %v", a.Published, err)
	}
	for name, class := range map[string]string{"password": ClassPDF, "picture": ClassNoText} {
		p.Body = pdfFile(t, name)
		_, err := FromPage(p)
		var typed *Error
		if !errors.As(err, &typed) || typed.Class != class {
			t.Errorf("%s: %v, want class %s", name, err, class)
		}
	}
}
