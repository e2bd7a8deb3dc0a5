package pipeline_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/pipeline"
	"github.com/tradewire/tradewire/internal/source"
)

const agencyStory = `<p>The harbour board will raise its fee on container ships by a fifth from the first of June, its chair told shipowners on Monday, after two years in which dredging cost more than all the fees together brought in.</p>
<p>Owners of small feeder ships said that they would call at other ports, and a group of exporters of timber asked the ministry to look into the matter before the season begins.</p>
<p>The ministry has four weeks to object. It has never done so since the board was given its own budget, but a spokeswoman said that this time nothing could be ruled out.</p>`

// paper serves one story and announces it in a feed.
func (w *wire) paper(name, title, above string) source.Source {
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/feed":
			fmt.Fprintf(rw, `<rss version="2.0"><channel><title>x</title><item><title>%s</title><link>/news/1</link></item></channel></rss>`, title)
		case "/news/1":
			rw.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprintf(rw, `<!doctype html><html lang="en"><title>%s</title><body><article><h1>%s</h1>%s%s</article></body></html>`, title, title, above, agencyStory)
		default:
			http.NotFound(rw, r)
		}
	}))
	w.t.Cleanup(server.Close)
	return source.Source{
		Name: name, Kind: source.Feed, URL: server.URL + "/feed", Every: time.Minute, Publisher: name, Country: "GB", Language: "en",
		Enabled: true, MaxItems: 10, MaxPages: 1,
	}
}

// article reads the article of a paper from the feed; false before it is there.
func (r *running) article(s source.Source) (event.Article, bool) {
	id := event.ArticleID(strings.TrimSuffix(s.URL, "/feed") + "/news/1")
	code, body := r.get("/api/v1/articles/" + id)
	var got struct{ Article event.Article }
	if code != http.StatusOK || json.Unmarshal([]byte(body), &got) != nil {
		return event.Article{}, false
	}
	return got.Article, true
}

// TestSyndicatedStoriesHaveOneOrigin: two papers print one story, a third does
// after a restart, and all of them lead to the one that was read first.
func TestSyndicatedStoriesHaveOneOrigin(t *testing.T) {
	w, dir := newWire(t), t.TempDir()
	w.sources = []source.Source{
		w.paper("agency", "Harbour board raises fee on container ships", ""),
		w.paper("daily", "Ships to pay more", "<p>From our own correspondent on the quays.</p>"),
	}
	read := func(r *running, s source.Source) (a event.Article) {
		eventually(t, "the article of "+s.Name, func() (ok bool) { a, ok = r.article(s); return ok })
		return a
	}
	first := w.start(dir, nil)
	agency, daily := read(first, w.sources[0]), read(first, w.sources[1])
	original := agency.ID // whichever of the two was read first
	if agency.SameTextAs != "" {
		original = daily.ID
	}
	if agency.SameTextAs+daily.SameTextAs != original {
		t.Fatalf("copies of %q and %q, the original is %s", agency.SameTextAs, daily.SameTextAs, original)
	}
	first.stop()

	late := w.paper("weekly", "What the board decided", "<p>The week in shipping:</p>")
	second := w.start(dir, func(o *pipeline.Options) { o.Sources = append(o.Sources, late) })
	if weekly := read(second, late); weekly.SameTextAs != original {
		t.Errorf("after a restart a copy of %q, want %q", weekly.SameTextAs, original)
	}
	if again := read(second, w.sources[0]); again.SameTextAs != agency.SameTextAs {
		t.Errorf("the first is now a copy of %q", again.SameTextAs)
	}
}
