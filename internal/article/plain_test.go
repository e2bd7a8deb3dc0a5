package article

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/tradewire/tradewire/internal/event"
)

func TestFromJSON(t *testing.T) {
	a, err := FromJSON("in.jsonl", []byte(`{"id":"2026-x 7","title":"T","url":"https://A.example/x?utm_source=q","publisher":"P","date":"2026-05-04","genre":"news","text":" Two  spaces\r\n\r\nand an é. "}`))
	if err != nil {
		t.Fatal(err)
	}
	want := event.Article{
		ID: "2026-x 7", Version: event.TextHash(" Two  spaces\r\n\r\nand an é. "), Input: "in.jsonl", URL: "https://a.example/x", Title: "T",
		Publisher: "P", Published: "2026-05-04", Text: " Two  spaces\r\n\r\nand an é. ", Language: a.Language,
	}
	if a != want {
		t.Errorf("got  %+v\nwant %+v", a, want)
	}
}

func TestFromJSONIDs(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{`{"id":123456789012345678,"text":"a"}`, "123456789012345678"},
		{`{"url":"https://a.example/x","text":"a"}`, event.ArticleID("https://a.example/x")},
		{`{"text":"a"}`, event.ArticleID("text:" + event.TextHash("a"))},
	} {
		if a, err := FromJSON("-", []byte(c.in)); err != nil || a.ID != c.want {
			t.Errorf("%s: id %q, %v", c.in, a.ID, err)
		}
	}
}

func TestFromJSONRefuses(t *testing.T) {
	for in, class := range map[string]string{
		`{"id":"a","text":""}`:                 ClassNoText,
		`{"id":"a"}`:                           ClassNoText,
		`{"id":"a","text":7}`:                  ClassBadJSON,
		`{"id":["a"],"text":"b"}`:              ClassBadJSON,
		`{"id":"a","text":"b"} {"id":"c"}`:     ClassBadJSON,
		`["a"]`:                                ClassBadJSON,
		``:                                     ClassBadJSON,
		"{\"id\":\"a\",\"text\":\"\xff\xfe\"}": ClassBadEncoding,
	} {
		_, err := FromJSON("x", []byte(in))
		var typed *Error
		if !errors.As(err, &typed) || typed.Class != class {
			t.Errorf("%q: %v, want class %s", in, err, class)
		}
	}
}

func TestFromText(t *testing.T) {
	a, err := FromText("notice.txt", []byte("\xef\xbb\xbfCopper duty up\r\n\r\nThe duty on copper wire rises.\r\n"))
	if err != nil || a.Title != "Copper duty up" || a.Text != "Copper duty up\n\nThe duty on copper wire rises." || a.Input != "notice.txt" {
		t.Errorf("got %+v, %v", a, err)
	}
	b, err := FromText("one", []byte("The duty rises."))
	if err != nil || b.Title != "" || b.ID == a.ID || b.ID == "" {
		t.Errorf("got %+v, %v", b, err)
	}
	for _, c := range []struct{ in, class string }{{" \n", ClassNoText}, {"\x00\x01\x02\x03\x04", ClassNotText}} {
		var typed *Error
		if _, err := FromText("x", []byte(c.in)); !errors.As(err, &typed) || typed.Class != c.class {
			t.Errorf("%q: %v, want %s", c.in, err, c.class)
		}
	}
}

// TestLabelledArticles keeps ids and texts of the evaluation's own articles.
func TestLabelledArticles(t *testing.T) {
	dir := beside(t, filepath.Join("shared", "eval", "learn"))
	if dir == "" {
		t.Skip("no labelled articles beside the project")
	}
	data, err := os.ReadFile(filepath.Join(dir, "articles.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range bytes.Lines(data) {
		var want struct{ ID, Text, Title, Date string }
		if err := json.Unmarshal(line, &want); err != nil {
			t.Fatal(err)
		}
		a, err := FromJSON("articles.jsonl", line)
		if err != nil || a.ID != want.ID || a.Text != want.Text || a.Title != want.Title || a.Published != want.Date {
			t.Errorf("%s: %v, %q, %q", want.ID, err, a.Title, a.Published)
		}
		if a.Language != "en" {
			t.Errorf("%s: language %q", want.ID, a.Language)
		}
		n++
	}
	if n == 0 {
		t.Error("no articles")
	}
}
