// Package feed shows what the archive holds over HTTP: pages to read, a JSON
// API, an Atom feed, and exports as CSV and NDJSON.
package feed

import (
	"context"
	"encoding/json"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"time"

	"github.com/tradewire/tradewire/internal/archive"
	"github.com/tradewire/tradewire/internal/event"
)

// Store is where events and articles are read from.
type Store interface {
	// Events returns one page of events and the cursor of the next, or "".
	Events(context.Context, archive.Query) ([]event.Event, string, error)
	// Article returns an article, its mentions, and the events it stands
	// behind; archive.ErrNotFound when there is none.
	Article(ctx context.Context, id string) (event.Article, event.Mentions, []event.Event, error)
}

// Config is what a feed is made of. Store is needed, the rest is not.
type Config struct {
	Store Store
	// Kinds are the kinds there are: filters are held against them, and the
	// CSV export has a column for each of their slots.
	Kinds []event.Kind
	// Sectors are the codes there are; without them any code is let through.
	Sectors []string
	// Base is the public address, such as https://wire.example, for the links
	// of the Atom feed; without it they go where the request went.
	Base string
	// Ready says why the process should get no traffic; nil when it should.
	Ready func() error
	// Metrics answers /metrics.
	Metrics http.Handler
	Log     *slog.Logger
}

// feed answers requests; it holds nothing that changes.
type feed struct {
	Config
	filters filters
	pages   *template.Template
	schemas map[string][]byte // by noun
}

// New makes the handler of all pages. It starts no goroutine.
func New(cfg Config) http.Handler {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	f := &feed{Config: cfg, filters: newFilters(cfg.Kinds, cfg.Sectors), pages: parsePages()}
	if len(cfg.Kinds) > 0 {
		var err error
		if f.schemas, err = event.Schemas(cfg.Kinds); err != nil {
			cfg.Log.Error("make schemas, none will be served", "error", err)
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", f.index)
	mux.HandleFunc("GET /articles/{id}", f.articlePage)
	mux.HandleFunc("GET /api/v1/events", f.events)
	mux.HandleFunc("GET /api/v1/articles/{id}", f.article)
	mux.HandleFunc("GET /feed.atom", f.atom)
	mux.HandleFunc("GET /export/events.csv", f.csv)
	mux.HandleFunc("GET /export/events.ndjson", f.ndjson)
	mux.HandleFunc("GET /schema/v1/{file}", f.schema)
	mux.HandleFunc("GET /healthz", f.health)
	mux.HandleFunc("GET /readyz", f.ready)
	mux.Handle("GET /static/", static())
	if cfg.Metrics != nil {
		mux.Handle("GET /metrics", cfg.Metrics)
	}
	return guarded(mux)
}

// Server is an HTTP server with limits that fit the feed: a slow client holds
// a connection, never more. Its owner calls Serve, and Shutdown to let what
// is under way end.
func Server(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

// writeTimeout is for one answer, or for one page of an export.
const writeTimeout = 30 * time.Second

// contentPolicy lets a page load our style sheet and icon, submit our form,
// and nothing else: scraped text can never run or call home.
const contentPolicy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		next.ServeHTTP(w, r)
	})
}

func (f *feed) health(w http.ResponseWriter, _ *http.Request) {
	plain(w, http.StatusOK, "ok")
}

func (f *feed) ready(w http.ResponseWriter, _ *http.Request) {
	if f.Ready != nil {
		if err := f.Ready(); err != nil {
			plain(w, http.StatusServiceUnavailable, "not ready: "+err.Error())
			return
		}
	}
	plain(w, http.StatusOK, "ready")
}

func plain(w http.ResponseWriter, status int, line string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(line + "\n")) // the client is gone: nobody to tell
}

// failure is the body of an answer that is an error.
type failure struct {
	Error string `json:"error"`
	// Parameter and Expected are set when a filter is to blame.
	Parameter string `json:"parameter,omitempty"`
	Expected  string `json:"expected,omitempty"`
}

// explain tells a status and what to say for an error; what is no fault of
// the client is logged and not told.
func (f *feed) explain(r *http.Request, err error) (int, failure) {
	var bad *filterError
	switch {
	case errors.As(err, &bad):
		return http.StatusBadRequest, failure{Error: bad.Error(), Parameter: bad.Parameter, Expected: bad.Expected}
	case errors.Is(err, archive.ErrCursor):
		return f.explain(r, badCursor(r.FormValue("cursor")))
	case errors.Is(err, archive.ErrNotFound):
		return http.StatusNotFound, failure{Error: "there is no such article"}
	case r.Context().Err() != nil: // the client is gone
	default:
		f.Log.Error("answer request", "path", r.URL.Path, "error", err)
	}
	return http.StatusInternalServerError, failure{Error: "the archive cannot be read just now"}
}

func (f *feed) fail(w http.ResponseWriter, r *http.Request, err error) {
	status, body := f.explain(r, err)
	writeJSON(w, status, body)
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client is gone: nobody to tell
}
