package feed_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/tradewire/tradewire/internal/archive"
	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/feed"
)

func ourKinds(t testing.TB) []event.Kind {
	t.Helper()
	data, err := os.ReadFile("../../pipelines/ontology/kinds.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Kinds []event.Kind `yaml:"kinds"`
	}
	if err := yaml.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	return file.Kinds
}

// wire is a served feed over an archive in a folder of its own.
type wire struct {
	*testing.T
	*httptest.Server
	store *archive.Archive
}

func serve(t *testing.T, b archive.Batch) wire {
	t.Helper()
	store, err := archive.Open(filepath.Join(t.TempDir(), "archive.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Apply(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(feed.New(feed.Config{Store: store, Kinds: ourKinds(t), Sectors: []string{"steel", "energy"}}))
	t.Cleanup(func() {
		server.Close()
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return wire{t, server, store}
}

func (w wire) get(path string) (int, http.Header, string) {
	w.Helper()
	answer, err := w.Client().Get(w.URL + path)
	if err != nil {
		w.Fatal(err)
	}
	defer answer.Body.Close()
	var body strings.Builder
	if _, err := fmt.Fprint(&body, readAll(w.T, answer)); err != nil {
		w.Fatal(err)
	}
	return answer.StatusCode, answer.Header, body.String()
}

// list is the ids that the API gives for a query, and the next cursor.
func (w wire) list(query string) (string, string) {
	w.Helper()
	status, _, body := w.get("/api/v1/events?" + query)
	var got struct {
		Events []event.Event `json:"events"`
		Next   *string       `json:"next"`
	}
	if err := json.Unmarshal([]byte(body), &got); err != nil || status != http.StatusOK || got.Next == nil {
		w.Fatalf("%s: %d %v %s", query, status, err, body)
	}
	var ids []string
	for _, e := range got.Events {
		ids = append(ids, e.ID)
	}
	return strings.Join(ids, " "), *got.Next
}

const sentence = "The commission has put a 25% duty on steel pipes."

func sample() archive.Batch {
	rate := 25.0
	source := func(article string, passages ...event.Evidence) []event.Source {
		return []event.Source{{Article: article, URL: "https://news.example/" + article, Title: "Pipes & duties", Publisher: "Example News",
			Published: "2025-05-02", Evidence: passages}}
	}
	return archive.Batch{
		Articles: []event.Article{{ID: "a1", URL: "https://news.example/a1", Title: "Pipes & duties", Publisher: "Example News", Published: "2025-05-02",
			Text: "Before – it.\n" + sentence + "\nAfter it."}},
		Mentions: []event.Mentions{{Article: "a1", Officials: []event.Official{{Name: "Ada Example", Role: "trade minister", Country: "EU"}},
			Rates: []event.Rate{{Value: &rate, Unit: "percent"}}, Sectors: []event.Sector{{Code: "steel"}}}},
		Events: []event.Event{
			{ID: "m1", Rev: 1, Op: event.OpCreate, Family: "measures", Kind: "measure", Published: "2025-05-02", Confidence: .9, Claims: []string{"c1"}, Rule: "duty-on",
				Slots: event.Slots{"instrument": event.Text("tariff"), "action": event.Text("impose"), "by": event.List("EU"), "on": event.List("CN"),
					"status": event.Text("in_force"), "sectors": event.List("steel"), "rates": {Rates: []event.Rate{{Value: &rate}}}},
				Sources: source("a1", event.Evidence{Sentence: 1, Start: 13, End: 13 + len(sentence), Text: sentence})},
			{ID: "s1", Rev: 1, Op: event.OpCreate, Family: "stances", Kind: "stance", Published: "2025-05-03T10:00:00+02:00", Confidence: .5, Claims: []string{"c2"},
				Factuality: "alleged", Slots: event.Slots{"holder": event.Text("CN"), "position": event.Text("oppose"), "target": event.Text("the duty"), "speaker": event.Text("Li Beispiel")},
				Sources: source("a1")},
		},
	}
}

func TestEventsAndFilters(t *testing.T) {
	w := serve(t, sample())
	for query, want := range map[string]string{
		"":                                  "s1 m1",
		"family=measures":                   "m1",
		"kind=stance":                       "s1",
		"country=cn":                        "s1 m1",
		"country=EU":                        "m1",
		"sector=steel":                      "m1",
		"sector=energy":                     "",
		"official=beispiel":                 "s1",
		"status=in_force":                   "m1",
		"since=2025-05-03":                  "s1",
		"since=2025-05-03T09:00:00Z":        "",
		"q=pipes+duty":                      "s1 m1",
		"kind=&country=&since=":             "s1 m1",
		"country=CN&family=stances&limit=5": "s1",
		"q=%22%27%3B+DROP+TABLE+events+--":  "",
		"official=%27+OR+1%3D1+--":          "",
	} {
		if got, next := w.list(query); got != want || next != "" {
			t.Errorf("%s: %q next %q, want %q", query, got, next, want)
		}
	}
}

func TestBadFiltersAreExplained(t *testing.T) {
	w := serve(t, sample())
	for query, want := range map[string][2]string{
		"family=metals":                 {"family", "measures, negotiations"},
		"kind=rumour":                   {"kind", "negotiation"},
		"status=done":                   {"status", "in_force"},
		"sector=gold":                   {"sector", "energy, steel"},
		"country=China+Sea":             {"country", "ISO 3166-1"},
		"since=yesterday":               {"since", "2025-05-02"},
		"since=2025-02-30":              {"since", "2025-05-02"},
		"limit=0":                       {"limit", "1 to 500"},
		"limit=501":                     {"limit", "1 to 500"},
		"limit=ten":                     {"limit", "1 to 500"},
		"cursor=abc":                    {"cursor", "next of an earlier answer"},
		"contry=CN":                     {"parameter", "country"},
		"kind=measure&kind=stance":      {"kind", "one value"},
		"q=" + strings.Repeat("a", 201): {"q", "200 characters"},
		"q=%ff":                         {"q", "text"},
	} {
		status, header, body := w.get("/api/v1/events?" + query)
		var got struct{ Error, Parameter, Expected string }
		if err := json.Unmarshal([]byte(body), &got); err != nil || status != http.StatusBadRequest || header.Get("Content-Type") != "application/json; charset=utf-8" {
			t.Errorf("%s: %d %v %s", query, status, err, body)
		}
		if got.Parameter != want[0] || !strings.Contains(got.Expected, want[1]) || !strings.Contains(got.Error, got.Expected) {
			t.Errorf("%s: %+v, want %v", query, got, want)
		}
	}
	for path, query := range map[string]string{"/feed.atom": "kind=rumour", "/": "kind=rumour", "/export/events.csv": "limit=3", "/export/events.ndjson": "cursor=x"} {
		if status, _, body := w.get(path + "?" + query); status != http.StatusBadRequest || !strings.Contains(body, "expected one of") {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
}

func TestPagingByAPI(t *testing.T) {
	var b archive.Batch
	for i := range 23 {
		b.Events = append(b.Events, event.Event{ID: fmt.Sprintf("e%02d", i), Rev: 1, Family: "stances", Kind: "stance",
			Published: fmt.Sprintf("2025-05-%02d", 28-i/3), Sources: []event.Source{{Article: "a"}}})
	}
	w := serve(t, b)
	var got []string
	cursor := ""
	for {
		ids, next := w.list("limit=5&kind=stance&cursor=" + url.QueryEscape(cursor))
		got = append(got, strings.Fields(ids)...)
		if next == "" {
			break
		}
		cursor = next
	}
	for i, id := range got {
		if id != fmt.Sprintf("e%02d", i) {
			t.Fatalf("order %v", got)
		}
	}
	if len(got) != 23 {
		t.Fatalf("%d events in the pages", len(got))
	}
}

func TestArticleByAPI(t *testing.T) {
	w := serve(t, sample())
	status, _, body := w.get("/api/v1/articles/a1")
	var got struct {
		Article  event.Article
		Mentions event.Mentions
		Events   []event.Event
	}
	if err := json.Unmarshal([]byte(body), &got); err != nil || status != http.StatusOK {
		t.Fatalf("%d %v %s", status, err, body)
	}
	if got.Article.ID != "a1" || got.Mentions.Officials[0].Name != "Ada Example" || len(got.Events) != 2 {
		t.Errorf("%+v", got)
	}
	if status, _, body := w.get("/api/v1/articles/none"); status != http.StatusNotFound || !strings.Contains(body, `"error":"there is no such article"`) {
		t.Errorf("%d %s", status, body)
	}
}

func TestPagesCarryTheSentence(t *testing.T) {
	w := serve(t, sample())
	for path, wants := range map[string][]string{
		"/": {"EU: impose tariff on CN, 25% (in force)", "<blockquote dir=\"auto\">" + sentence + "</blockquote>", `href="https://news.example/a1"`,
			`href="/articles/a1"`, "CN opposes the duty", "Pipes &amp; duties", `href="/feed.atom"`, "alleged", "90%"},
		"/?family=stances":  {"CN opposes the duty", `href="/export/events.csv?family=stances"`, `<option value="stances" selected>`},
		"/?sector=energy":   {"No event matches"},
		"/?kind=rumour":     {"bad kind", "rumour"},
		"/?limit=1":         {`rel="next"`},
		"/articles/a1":      {"<mark>" + sentence + "</mark>", "<p dir=\"auto\">Before – it.</p>\n<p dir=\"auto\"><mark>", "Ada Example", "trade minister", "EU: impose tariff"},
		"/articles/none":    {"there is no such article"},
		"/static/style.css": {"--paper"},
	} {
		_, header, body := w.get(path)
		for _, want := range wants {
			if !strings.Contains(body, want) {
				t.Errorf("%s lacks %s", path, want)
			}
		}
		policy := header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") || header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: headers %v", path, header)
		}
		if strings.Contains(body, "<style") || strings.Contains(body, " style=") || strings.Contains(body, "<script") {
			t.Errorf("%s needs more than its policy allows", path)
		}
	}
	if _, _, body := w.get("/?family=measures"); strings.Contains(body, "CN opposes") {
		t.Error("the filter of the page lets everything through")
	}
}

func TestSchemasAreServedWhereTheyAreNamed(t *testing.T) {
	w := serve(t, archive.Batch{})
	_, header, body := w.get(strings.TrimPrefix(event.SchemaID("event"), "https://tradewire.dev"))
	var got map[string]any
	if err := json.Unmarshal([]byte(body), &got); err != nil || got["$id"] != event.SchemaID("event") || header.Get("Content-Type") != "application/schema+json" {
		t.Errorf("%v %v", err, header)
	}
	for _, path := range []string{"/schema/v1/rumour.json", "/schema/v1/event"} {
		if status, _, _ := w.get(path); status != http.StatusNotFound {
			t.Errorf("%s: %d", path, status)
		}
	}
}

func TestHealth(t *testing.T) {
	reason := errors.New("the log is away")
	for _, tc := range []struct {
		ready  func() error
		status int
		body   string
	}{
		{nil, http.StatusOK, "ready\n"},
		{func() error { return nil }, http.StatusOK, "ready\n"},
		{func() error { return reason }, http.StatusServiceUnavailable, "not ready: the log is away\n"},
	} {
		h := feed.New(feed.Config{Ready: tc.ready, Metrics: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "a_metric 1") })})
		for path, want := range map[string]struct {
			status int
			body   string
		}{"/readyz": {tc.status, tc.body}, "/healthz": {http.StatusOK, "ok\n"}, "/metrics": {http.StatusOK, "a_metric 1"}, "/nowhere": {http.StatusNotFound, "404 page not found\n"}} {
			got := httptest.NewRecorder()
			h.ServeHTTP(got, httptest.NewRequest(http.MethodGet, path, nil))
			if got.Code != want.status || got.Body.String() != want.body {
				t.Errorf("%s: %d %q", path, got.Code, got.Body)
			}
		}
	}
}

func TestOnlyReading(t *testing.T) {
	h := feed.New(feed.Config{})
	for _, path := range []string{"/", "/api/v1/events", "/healthz"} {
		got := httptest.NewRecorder()
		h.ServeHTTP(got, httptest.NewRequest(http.MethodPost, path, nil))
		if got.Code != http.StatusMethodNotAllowed {
			t.Errorf("POST %s: %d", path, got.Code)
		}
	}
}

// broken answers so many pages and then fails.
type broken struct{ pages int }

func (b *broken) Events(context.Context, archive.Query) ([]event.Event, string, error) {
	if b.pages--; b.pages < 0 {
		return nil, "", errors.New("disk /dev/secret is gone")
	}
	return []event.Event{{ID: "e", Family: "stances", Kind: "stance", Published: "2025-05-02", Sources: []event.Source{{Article: "a"}}}}, "more", nil
}

func (b *broken) Article(context.Context, string) (event.Article, event.Mentions, []event.Event, error) {
	return event.Article{}, event.Mentions{}, nil, errors.New("disk /dev/secret is gone")
}

func TestABrokenArchiveIsLoggedAndNotTold(t *testing.T) {
	for _, path := range []string{"/", "/api/v1/events", "/api/v1/articles/a", "/articles/a", "/feed.atom", "/export/events.csv", "/export/events.ndjson"} {
		var log strings.Builder
		h := feed.New(feed.Config{Store: &broken{}, Log: slog.New(slog.NewTextHandler(&log, nil))})
		got := httptest.NewRecorder()
		h.ServeHTTP(got, httptest.NewRequest(http.MethodGet, path, nil))
		if got.Code != http.StatusInternalServerError || strings.Contains(got.Body.String(), "secret") || !strings.Contains(got.Body.String(), "cannot be read") {
			t.Errorf("%s: %d %s", path, got.Code, got.Body)
		}
		if strings.Count(log.String(), "disk /dev/secret is gone") != 1 {
			t.Errorf("%s: log %q", path, log.String())
		}
	}
}

func TestServerHasLimits(t *testing.T) {
	s := feed.Server(http.NotFoundHandler(), slog.New(slog.DiscardHandler))
	for name, d := range map[string]time.Duration{"header": s.ReadHeaderTimeout, "read": s.ReadTimeout, "write": s.WriteTimeout, "idle": s.IdleTimeout} {
		if d <= 0 || d > 2*time.Minute {
			t.Errorf("%s timeout %v", name, d)
		}
	}
}
