package feed_test

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/mmcdole/gofeed"

	"github.com/tradewire/tradewire/internal/archive"
	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/feed"
)

func readAll(t *testing.T, answer *http.Response) string {
	t.Helper()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestAtomReadsBack(t *testing.T) {
	w := serve(t, sample())
	_, header, body := w.get("/feed.atom")
	if header.Get("Content-Type") != "application/atom+xml; charset=utf-8" {
		t.Errorf("type %s", header.Get("Content-Type"))
	}
	got, err := gofeed.NewParser().ParseString(body)
	if err != nil {
		t.Fatalf("%v\n%s", err, body)
	}
	if got.FeedType != "atom" || len(got.Items) != 2 || got.FeedLink != w.URL+"/feed.atom" || got.Link != w.URL+"/" ||
		got.UpdatedParsed == nil || got.UpdatedParsed.Format("2006-01-02T15:04Z07:00") != "2025-05-03T08:00Z" {
		t.Errorf("feed %+v", got)
	}
	item := got.Items[1]
	if item.GUID != "tag:tradewire.dev,2026:event/m1" || item.Title != "EU: impose tariff on CN, 25% (in force)" || item.Link != "https://news.example/a1" ||
		item.Description != sentence || item.PublishedParsed.Format("2006-01-02") != "2025-05-02" || item.Authors[0].Name != "Example News" ||
		!slices.Equal(item.Categories, []string{"measures", "measure"}) {
		t.Errorf("item %+v", item)
	}
	_, _, body = w.get("/feed.atom?family=measures&limit=1")
	if filtered, err := gofeed.NewParser().ParseString(body); err != nil || len(filtered.Items) != 1 || filtered.Items[0].GUID != item.GUID {
		t.Errorf("filtered: %v\n%s", err, body)
	}
	_, _, body = w.get("/feed.atom?limit=1")
	if !strings.Contains(body, `<link rel="next"`) {
		t.Error("no link to the page that follows")
	}
	if _, _, body = w.get("/feed.atom?sector=energy"); !strings.Contains(body, "<updated>1970-01-01T00:00:00Z</updated>") {
		t.Errorf("an empty feed: %s", body)
	}
}

// table reads a CSV export into a map a row.
func table(t *testing.T, body string) []map[string]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil {
		t.Fatalf("%v\n%s", err, body)
	}
	var out []map[string]string
	for _, cells := range rows[1:] {
		row := map[string]string{}
		for i, name := range rows[0] {
			if _, twice := row[name]; twice {
				t.Fatalf("two columns %s", name)
			}
			row[name] = cells[i]
		}
		out = append(out, row)
	}
	return out
}

func TestCSVReadsBack(t *testing.T) {
	w := serve(t, sample())
	_, header, body := w.get("/export/events.csv?family=measures")
	if !strings.HasPrefix(header.Get("Content-Type"), "text/csv") || !strings.Contains(header.Get("Content-Disposition"), "events.csv") {
		t.Errorf("headers %v", header)
	}
	rows := table(t, body)
	if len(rows) != 1 {
		t.Fatalf("%d rows", len(rows))
	}
	for name, want := range map[string]string{"id": "m1", "rev": "1", "kind": "measure", "confidence": "0.9", "instrument": "tariff", "by": "EU",
		"on": "CN", "rates": "25%", "sectors": "steel", "status": "in_force", "evidence": sentence, "sources": "1", "url": "https://news.example/a1",
		"title": "Pipes & duties", "position": "", "other_slots": "", "rule": "duty-on"} {
		if got, ok := rows[0][name]; !ok || got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if _, _, body := w.get("/export/events.csv?sector=energy"); !strings.HasPrefix(body, "id,rev,") || strings.Count(body, "\n") != 1 {
		t.Errorf("no events: %q", body)
	}
}

func TestExportsHoldAllPages(t *testing.T) {
	var b archive.Batch
	const many = archive.MaxLimit*2 + 7
	for i := range many {
		b.Events = append(b.Events, event.Event{ID: fmt.Sprintf("e%04d", i), Rev: 1, Op: event.OpCreate, Family: "stances", Kind: "stance", Confidence: .5,
			Published: "2025-05-02", Slots: event.Slots{"holder": event.Text("CN")}, Claims: []string{"c"}, Sources: []event.Source{{Article: "a"}}})
	}
	w := serve(t, b)
	_, _, body := w.get("/export/events.ndjson?country=CN")
	lines := bufio.NewScanner(strings.NewReader(body))
	n := 0
	for ; lines.Scan(); n++ {
		var e event.Event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil || e.ID != b.Events[n].ID || e.Slots["holder"].Text != "CN" {
			t.Fatalf("line %d: %v %s", n, err, lines.Text())
		}
	}
	if n != many {
		t.Errorf("%d lines of %d", n, many)
	}
	_, _, body = w.get("/export/events.csv")
	if rows := table(t, body); len(rows) != many || rows[many-1]["id"] != b.Events[many-1].ID {
		t.Errorf("%d rows of %d", len(rows), many)
	}
}

// TestACutExportIsNoWholeExport: the client must see that the rest is missing.
func TestACutExportIsNoWholeExport(t *testing.T) {
	for _, path := range []string{"/export/events.csv", "/export/events.ndjson"} {
		server := httptest.NewServer(feed.New(feed.Config{Store: &broken{pages: 2}}))
		answer, err := server.Client().Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		if err == nil || !strings.Contains(string(body), "2025-05-02") {
			t.Errorf("%s: a cut export ended well, %q", path, body)
		}
		_ = answer.Body.Close()
		server.Close()
	}
}

// hostile is text that means something to a browser, a spreadsheet or the eye.
func hostile() []string {
	return []string{`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `=HYPERLINK("http://evil.example","x")`, `+1+1`, `-2+3`, `@SUM(A1)`,
		"\t=1+1", "\x00=1", "  =1+1", "＝1+1", "\u202Ereversed\u2066", "مرحبا بالعالم", "javascript:alert(1)", "</title><script>", "{{.}}", "a\r\nb,\"c\"", "\x1b[31m", "]]>"}
}

func hostileBatch() archive.Batch {
	var b archive.Batch
	for i, text := range hostile() {
		id := fmt.Sprintf("h%02d", i)
		b.Articles = append(b.Articles, event.Article{ID: id, Title: text, Author: text, Publisher: text, URL: text, Language: text, Text: text})
		b.Mentions = append(b.Mentions, event.Mentions{Article: id, Officials: []event.Official{{Name: text, Role: text, Country: text}}, Sectors: []event.Sector{{Code: text}}})
		b.Events = append(b.Events, event.Event{ID: id, Rev: 1, Op: event.OpCreate, Family: "stances", Kind: "stance", Confidence: .5, Published: "2025-05-02", Rule: text,
			Slots:  event.Slots{"holder": event.Text(text), "target": event.Text(text), "sectors": event.List(text), "made_up": event.List(text)},
			Claims: []string{"c"}, Sources: []event.Source{{Article: id, URL: text, Title: text, Publisher: text, Published: text,
				Evidence: []event.Evidence{{Start: 0, End: len([]rune(text)), Text: text}}}}})
	}
	return b
}

func TestHostileTextStaysText(t *testing.T) {
	w := serve(t, hostileBatch())
	paths := []string{"/", "/?q=" + `%3Cscript%3Ealert(1)`, "/?country=%22%3E%3Cscript%3E"}
	for i := range hostile() {
		paths = append(paths, fmt.Sprintf("/articles/h%02d", i))
	}
	for _, path := range paths {
		_, _, body := w.get(path)
		for _, bad := range []string{"<script", "<img", `href="javascript:`, `onerror=alert(1)>`} {
			if strings.Contains(strings.ToLower(body), bad) {
				t.Errorf("%s holds %s", path, bad)
			}
		}
	}
	_, _, page := w.get("/")
	if !strings.Contains(page, "&lt;script&gt;alert(1)&lt;/script&gt;") || !strings.Contains(page, `<blockquote dir="auto">مرحبا بالعالم</blockquote>`) {
		t.Error("the page does not show the text as it is")
	}
	_, _, atom := w.get("/feed.atom")
	got, err := gofeed.NewParser().ParseString(atom)
	if err != nil || len(got.Items) != len(hostile()) {
		t.Fatalf("atom: %v", err)
	}
	for _, item := range got.Items {
		if !strings.HasPrefix(item.Link, w.URL+"/articles/h") {
			t.Errorf("link %q", item.Link)
		}
	}
}

func TestHostileCellsAreNoFormulas(t *testing.T) {
	w := serve(t, hostileBatch())
	_, _, body := w.get("/export/events.csv")
	rows := table(t, body)
	if len(rows) != len(hostile()) {
		t.Fatalf("%d rows of %d", len(rows), len(hostile()))
	}
	for i, row := range rows {
		text := strings.ReplaceAll(hostile()[i], "\r\n", "\n") // encoding/csv reads it so
		for _, column := range []string{"holder", "target", "evidence", "title", "publisher", "url", "rule"} {
			if got := row[column]; got != text && got != "'"+text {
				t.Errorf("%s: %q is not %q", column, got, text)
			}
		}
		for column, got := range row {
			start := strings.TrimLeft(got, " \u00a0")
			if start != "" && strings.ContainsRune("=+-@＝＋－＠\t\r\n\x00", []rune(start)[0]) {
				t.Errorf("%s would be run: %q", column, got)
			}
		}
		if n, err := strconv.ParseFloat(row["confidence"], 64); err != nil || n != .5 {
			t.Errorf("confidence %q is no number", row["confidence"])
		}
		if !strings.Contains(row["other_slots"], "made_up") {
			t.Errorf("a slot of no kind is lost: %v", row["other_slots"])
		}
	}
	if rows[2]["holder"] != "'"+hostile()[2] || rows[0]["holder"] != hostile()[0] {
		t.Errorf("%q, %q", rows[2]["holder"], rows[0]["holder"])
	}
}
