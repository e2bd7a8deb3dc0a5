package ops

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
)

// Readiness is a set of named checks, each with its last result. The process
// is ready when all of them are well. It is safe for concurrent use.
type Readiness struct {
	mu     sync.Mutex
	checks map[string]error
}

// NewReadiness starts with checks that have not succeeded yet.
func NewReadiness(names ...string) *Readiness {
	r := &Readiness{checks: map[string]error{}}
	for _, name := range names {
		r.checks[name] = errors.New("has not started")
	}
	return r
}

// Set stores the result of a check; nil means well. It reports whether the
// check changed between well and not well.
func (r *Readiness) Set(name string, err error) (changed bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	before, known := r.checks[name]
	r.checks[name] = err
	return !known || (before == nil) != (err == nil)
}

// Forget drops a check, and reports whether it was there and not well.
func (r *Readiness) Forget(name string) (recovered bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	recovered = r.checks[name] != nil
	delete(r.checks, name)
	return recovered
}

// Err is nil when every check is well, else names those that are not.
func (r *Readiness) Err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var bad []error
	for _, name := range slices.Sorted(maps.Keys(r.checks)) {
		if err := r.checks[name]; err != nil {
			bad = append(bad, fmt.Errorf("%s: %w", name, err))
		}
	}
	return errors.Join(bad...)
}

// Handler serves /healthz, /readyz and /metrics for a process without a feed.
// /healthz says that the process runs, and depends on nothing else.
func Handler(ready func() error, metrics http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", metrics)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "ok\n") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if err := ready(); err != nil {
			say(w, http.StatusServiceUnavailable, err.Error()+"\n")
			return
		}
		say(w, http.StatusOK, "ready\n")
	})
	return mux
}

func say(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	// A client that went away needs no answer.
	_, _ = w.Write([]byte(text))
}
