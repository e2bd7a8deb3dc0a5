package feed

import (
	"net/http"
	"strings"

	"github.com/tradewire/tradewire/internal/event"
)

// listing is the body of /api/v1/events.
type listing struct {
	Events []event.Event `json:"events"`
	// Next is the cursor of the page that follows; "" after the last.
	Next string `json:"next"`
}

func (f *feed) events(w http.ResponseWriter, r *http.Request) {
	events, next, err := f.page(r)
	if err != nil {
		f.fail(w, r, err)
		return
	}
	if events == nil {
		events = []event.Event{}
	}
	writeJSON(w, http.StatusOK, listing{Events: events, Next: next})
}

// page reads the page of events that a request asks for.
func (f *feed) page(r *http.Request) ([]event.Event, string, error) {
	q, err := f.filters.parse(r.URL.Query(), paging())
	if err != nil {
		return nil, "", err
	}
	return f.Store.Events(r.Context(), q)
}

// dossier is the body of /api/v1/articles/{id}.
type dossier struct {
	Article  event.Article  `json:"article"`
	Mentions event.Mentions `json:"mentions"`
	Events   []event.Event  `json:"events"`
}

func (f *feed) article(w http.ResponseWriter, r *http.Request) {
	article, mentions, events, err := f.Store.Article(r.Context(), r.PathValue("id"))
	if err != nil {
		f.fail(w, r, err)
		return
	}
	if events == nil {
		events = []event.Event{}
	}
	writeJSON(w, http.StatusOK, dossier{Article: article, Mentions: mentions, Events: events})
}

// schema serves the JSON Schema of a noun, under the path of its $id.
func (f *feed) schema(w http.ResponseWriter, r *http.Request) {
	noun, isJSON := strings.CutSuffix(r.PathValue("file"), ".json")
	body, ok := f.schemas[noun]
	if !ok || !isJSON {
		writeJSON(w, http.StatusNotFound, failure{Error: "there is no such schema"})
		return
	}
	w.Header().Set("Content-Type", "application/schema+json")
	w.Header().Set("Cache-Control", "max-age=300")
	_, _ = w.Write(body) // the client is gone: nobody to tell
}
