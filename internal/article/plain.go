package article

import (
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/weburl"
)

// FromText reads a plain-text file. name becomes Input. The text is kept
// whole, with line ends as "\n"; a short first line that stands alone is the
// title too. Errors are *Error: not_text, bad_encoding, no_text.
func FromText(name string, data []byte) (event.Article, error) {
	text, _, err := Decode(data, "")
	if err != nil {
		return event.Article{}, err
	}
	return plain(event.Article{Input: name}, text, "")
}

// fromPlain reads a text/plain response.
func fromPlain(p Page) (event.Article, error) {
	text, _, err := Decode(p.Body, p.ContentType)
	if err != nil {
		return event.Article{}, err
	}
	a := base(p)
	a.URL = address(p.URL, facts{})
	a.Title = clean(p.Hint.Title)
	if at, ok := readStamp(p.Hint.Published); ok && plausible(at.at, p.Fetched) {
		a.Published = at.text()
	}
	return plain(a, text, p.Language)
}

// plain finishes an article whose text needs no extraction.
func plain(a event.Article, text, declared string) (event.Article, error) {
	a.Text = strings.Trim(lines(text), "\n")
	if letters(a.Text) == 0 {
		return event.Article{}, failed(ClassNoText, "the file holds no letters")
	}
	if a.Title == "" {
		a.Title = headingOf(a.Text)
	}
	a.Language = language(a.Text, declared)
	return finished(a, ""), nil
}

// lines makes every line end "\n" and drops NUL and a lost byte-order mark,
// which no article means.
func lines(text string) string {
	return strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "", "\ufeff", "").Replace(text)
}

// headingOf returns the first line when it stands alone above the text and
// does not end like a sentence.
func headingOf(text string) string {
	first, rest, more := strings.Cut(text, "\n")
	first = strings.TrimSpace(first)
	if !more || !strings.HasPrefix(rest, "\n") || utf8.RuneCountInString(first) > 200 {
		return ""
	}
	if last, _ := utf8.DecodeLastRuneInString(first); strings.ContainsRune(".:;,。;:", last) {
		return ""
	}
	return first
}

// line is an article as the evaluation sets and other programs write it.
type line struct {
	ID        any    `json:"id"`
	Title     string `json:"title"`
	URL       string `json:"url"`
	Author    string `json:"author"`
	Publisher string `json:"publisher"`
	Date      string `json:"date"`
	Published string `json:"published"`
	Language  string `json:"language"`
	Country   string `json:"country"`
	Official  bool   `json:"official"`
	Source    string `json:"source"`
	Text      string `json:"text"`
}

// FromJSON reads one object {"id","title","url","publisher","date","text"}.
// name becomes Input. id (a string or a number) and text are kept exactly as
// given; date, or else published, becomes Published. Without an id the
// address or the text makes one. Errors are *Error: bad_encoding, bad_json,
// no_text.
func FromJSON(name string, data []byte) (event.Article, error) {
	if !utf8.Valid(data) {
		return event.Article{}, failed(ClassBadEncoding, "JSON is not UTF-8")
	}
	var in line
	decoder := json.NewDecoder(strings.NewReader(strings.TrimPrefix(string(data), "\ufeff")))
	decoder.UseNumber() // an id of 18 digits must not pass through a float
	if err := decoder.Decode(&in); err != nil {
		return event.Article{}, failed(ClassBadJSON, "read article: %w", err)
	}
	if decoder.More() {
		return event.Article{}, failed(ClassBadJSON, "more than one value on the line")
	}
	id, err := idOf(in.ID)
	if err != nil {
		return event.Article{}, err
	}
	if strings.TrimFunc(in.Text, unicode.IsSpace) == "" {
		return event.Article{}, failed(ClassNoText, "article %q has no text", id)
	}
	a := event.Article{
		Input: name, URL: in.URL, Title: in.Title, Author: in.Author, Publisher: in.Publisher,
		Source: in.Source, Country: in.Country, Official: in.Official,
		Published: firstOf(in.Date, in.Published), Text: in.Text,
	}
	if canonical, err := weburl.Canonical(in.URL); err == nil {
		a.URL = canonical
	}
	a.Language = firstOf(in.Language, language(in.Text, ""))
	return finished(a, id), nil
}

// idOf takes the id as text; a number keeps its digits.
func idOf(id any) (string, error) {
	switch id := id.(type) {
	case nil:
		return "", nil
	case string:
		return id, nil
	case json.Number:
		return id.String(), nil
	}
	return "", failed(ClassBadJSON, "the id is neither a string nor a number")
}
