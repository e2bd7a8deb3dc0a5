package fetch

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	for header, want := range map[string]time.Duration{
		"": 0, "120": 2 * time.Minute, " 5 ": 5 * time.Second, "-1": 0, "soon": 0,
		"Mon, 02 Mar 2026 10:00:30 GMT": 30 * time.Second,
		"Mon, 02 Mar 2026 09:00:00 GMT": 0,
		"999999999":                     24 * time.Hour,
	} {
		if got := retryAfter(header, now); got != want {
			t.Errorf("retryAfter(%q) = %v, want %v", header, got, want)
		}
	}
}

func TestRetryAfterIsHeeded(t *testing.T) {
	var hits atomic.Int32
	var first, second time.Time
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/long":
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(429)
		case hits.Add(1) == 1:
			first = time.Now()
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(503)
		default:
			second = time.Now()
		}
	})
	cfg := quick()
	cfg.MaxWait = 2 * time.Second
	c := client(t, cfg)
	if _, err := c.Get(t.Context(), Request{URL: srv.URL}); err != nil {
		t.Fatal(err)
	}
	if gap := second.Sub(first); gap < 900*time.Millisecond {
		t.Errorf("came back after %v, was asked to wait 1 s", gap)
	}
	_, err := c.Get(t.Context(), Request{URL: srv.URL + "/long"})
	if e := wantClass(t, err, Status); e.RetryAfter != time.Hour || e.Status != 429 {
		t.Errorf("%+v", e)
	}
	before := hits.Load()
	_, err = c.Get(t.Context(), Request{URL: srv.URL + "/other"})
	if e := wantClass(t, err, Unavailable); e.RetryAfter < 59*time.Minute || !e.Temporary {
		t.Errorf("another page of the resting host: %+v", e)
	}
	if hits.Load() != before {
		t.Error("the resting host was asked")
	}
}

func TestBreaker(t *testing.T) {
	var hits atomic.Int32
	var healthy atomic.Bool
	srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		hits.Add(1)
		if !healthy.Load() {
			w.WriteHeader(500)
		}
	})
	cfg := quick()
	cfg.Retries, cfg.BreakAfter, cfg.BreakFor, cfg.MaxWait = -1, 3, 200*time.Millisecond, time.Millisecond
	c := client(t, cfg)
	get := func() error { _, err := c.Get(t.Context(), Request{URL: srv.URL}); return err }
	for range 3 {
		wantClass(t, get(), Status)
	}
	for range 5 {
		if e := wantClass(t, get(), Unavailable); e.RetryAfter <= 0 || e.RetryAfter > cfg.BreakFor {
			t.Errorf("rest %v", e.RetryAfter)
		}
	}
	if hits.Load() != 3 {
		t.Fatalf("%d requests reached a host that should rest after 3", hits.Load())
	}
	time.Sleep(cfg.BreakFor + 20*time.Millisecond)
	wantClass(t, get(), Status) // the trial fails: a longer rest
	if e := wantClass(t, get(), Unavailable); e.RetryAfter <= cfg.BreakFor {
		t.Errorf("second rest %v is not longer than the first", e.RetryAfter)
	}
	healthy.Store(true)
	time.Sleep(2*cfg.BreakFor + 20*time.Millisecond)
	for range 3 {
		if err := get(); err != nil {
			t.Errorf("after recovery: %v", err)
		}
	}
}

// TestOneAtATime counts overlapping requests and the gaps between them.
func TestOneAtATime(t *testing.T) {
	var under, worst atomic.Int32
	var mu sync.Mutex
	var starts []time.Time
	srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		n := under.Add(1)
		defer under.Add(-1)
		worst.Store(max(worst.Load(), n))
		mu.Lock()
		starts = append(starts, time.Now())
		mu.Unlock()
		time.Sleep(5 * time.Millisecond)
		fmt.Fprint(w, "x")
	})
	cfg := quick()
	cfg.PerHost, cfg.MinGap = 100, 40*time.Millisecond
	c := client(t, cfg)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			if _, err := c.Get(t.Context(), Request{URL: fmt.Sprintf("%s/%d", srv.URL, i)}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if worst.Load() != 1 {
		t.Errorf("%d requests at a time", worst.Load())
	}
	if span := starts[len(starts)-1].Sub(starts[0]); span < 7*cfg.MinGap-20*time.Millisecond {
		t.Errorf("8 requests within %v, pace asks for %v", span, 7*cfg.MinGap)
	}
}

func TestHostsAreForgotten(t *testing.T) {
	hs := newHosts(quick().withDefaults())
	held := hs.get("held.example")
	for i := range maxHosts + 100 {
		hs.put(hs.get(fmt.Sprintf("h%d.example", i)))
	}
	if n := len(hs.byName); n > maxHosts {
		t.Errorf("%d hosts remembered, want at most %d", n, maxHosts)
	}
	if hs.get("held.example") != held {
		t.Error("a host in use was forgotten")
	}
}

func TestSlowServerIsCut(t *testing.T) {
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		for range 200 {
			if _, err := fmt.Fprint(w, "x"); err != nil {
				return
			}
			w.(http.Flusher).Flush()
			select {
			case <-time.After(50 * time.Millisecond):
			case <-r.Context().Done():
				return
			}
		}
	})
	cfg := quick()
	cfg.Timeout, cfg.Deadline, cfg.Retries, cfg.slowStart = 8*time.Second, 10*time.Second, -1, 100*time.Millisecond
	began := time.Now()
	_, err := client(t, cfg).Get(t.Context(), Request{URL: srv.URL})
	if e := wantClass(t, err, Timeout); e.Err != errSlow || time.Since(began) > 2*time.Second {
		t.Errorf("%v after %v", err, time.Since(began))
	}
}
