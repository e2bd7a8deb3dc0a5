package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// seen notes when pages were asked for; it is safe for concurrent use.
type seen struct {
	mu           sync.Mutex
	at           []time.Time
	under, worst int
}

func (s *seen) enter() func() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at = append(s.at, time.Now())
	s.under++
	s.worst = max(s.worst, s.under)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.under--
	}
}

func (s *seen) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.at)
}

const page = "http://news.example/page"

func TestRetryAfterIsHeeded(t *testing.T) {
	var s seen
	cfg := patient()
	cfg.Retries, cfg.PerHost = 2, 1000
	inBubble(t, cfg, func(w http.ResponseWriter, r *http.Request) {
		defer s.enter()()
		switch {
		case r.URL.Path == "/long":
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(429)
		case s.count() == 1:
			w.Header().Set("Retry-After", "10")
			w.WriteHeader(503)
		}
	}, func(t *testing.T, c *Client) {
		if _, err := c.Get(t.Context(), Request{URL: page}); err != nil {
			t.Fatal(err)
		}
		if gap := s.at[1].Sub(s.at[0]); gap < 10*time.Second || gap > 11*time.Second {
			t.Errorf("came back after %v, was asked to wait 10 s", gap)
		}
		_, err := c.Get(t.Context(), Request{URL: "http://news.example/long"})
		if e := wantClass(t, err, Status); e.RetryAfter != time.Hour || e.Status != 429 {
			t.Errorf("%+v", e)
		}
		before := s.count()
		_, err = c.Get(t.Context(), Request{URL: page})
		if e := wantClass(t, err, Unavailable); e.RetryAfter < 59*time.Minute || !e.Temporary {
			t.Errorf("another page of the resting host: %+v", e)
		}
		if s.count() != before {
			t.Error("the resting host was asked")
		}
		time.Sleep(time.Hour)
		if _, err := c.Get(t.Context(), Request{URL: page}); err != nil {
			t.Errorf("after the rest: %v", err)
		}
	})
}

func TestRestIsTakenOver(t *testing.T) {
	var s seen
	inBubble(t, patient(), func(http.ResponseWriter, *http.Request) { defer s.enter()() }, func(t *testing.T, c *Client) {
		c.Rest("news.example", time.Now().Add(time.Hour))
		_, err := c.Get(t.Context(), Request{URL: page})
		if e := wantClass(t, err, Unavailable); e.RetryAfter != time.Hour || s.count() != 0 {
			t.Errorf("%+v, asked %d times", e, s.count())
		}
		c.Forget(func(host string) bool { return host == "news.example" })
		if _, err := c.Get(t.Context(), Request{URL: page}); err != nil {
			t.Errorf("a host that is another's to know: %v", err)
		}
	})
}

// Five failures open the breaker, each further one doubles the rest, up to 32
// times; one success closes it.
func TestBreaker(t *testing.T) {
	var s seen
	healthy := false
	cfg := patient()
	cfg.PerHost = 1000
	inBubble(t, cfg, func(w http.ResponseWriter, _ *http.Request) {
		defer s.enter()()
		if !healthy {
			w.WriteHeader(500)
		}
	}, func(t *testing.T, c *Client) {
		get := func() error { _, err := c.Get(t.Context(), Request{URL: page}); return err }
		for range 5 {
			wantClass(t, get(), Status)
		}
		for _, minutes := range []int{1, 2, 4, 8, 16, 32, 32} {
			rest := time.Duration(minutes) * time.Minute
			before := s.count()
			if e := wantClass(t, get(), Unavailable); e.RetryAfter != rest || s.count() != before {
				t.Fatalf("rest of %v, want %v; %d requests meanwhile", e.RetryAfter, rest, s.count()-before)
			}
			time.Sleep(rest)
			wantClass(t, get(), Status) // the trial fails
		}
		healthy = true
		time.Sleep(32 * time.Minute)
		for range 3 {
			if err := get(); err != nil {
				t.Errorf("after recovery: %v", err)
			}
		}
		healthy = false
		for range 4 {
			wantClass(t, get(), Status) // counted from the start
		}
	})
}

// One bad page, however often it is tried again, makes no bad host.
func TestRetriesCountOnceTowardsTheBreaker(t *testing.T) {
	cfg := patient()
	cfg.PerHost, cfg.Retries, cfg.BreakAfter = 1000, 4, 3
	inBubble(t, cfg, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/bad" {
			w.WriteHeader(500)
		}
	}, func(t *testing.T, c *Client) {
		for range 2 {
			_, err := c.Get(t.Context(), Request{URL: "http://news.example/bad"})
			wantClass(t, err, Status)
		}
		if _, err := c.Get(t.Context(), Request{URL: page}); err != nil {
			t.Errorf("another page: %v", err)
		}
	})
}

// Back-off doubles, with jitter of half either way.
func TestBackoff(t *testing.T) {
	for try, mean := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second} {
		shortest, longest := time.Hour, time.Duration(0)
		for range 200 {
			d := backoff(time.Second, try)
			shortest, longest = min(shortest, d), max(longest, d)
		}
		if shortest < mean/2 || longest > mean*3/2 || longest-shortest < mean/2 {
			t.Errorf("try %d waits from %v to %v, mean %v", try, shortest, longest, mean)
		}
	}
}

// However many ask, a host sees one request at a time, at its pace.
func TestOneAtATime(t *testing.T) {
	var s seen
	cfg := patient()
	cfg.PerHost, cfg.MinGap = 100, 2*time.Second
	inBubble(t, cfg, func(http.ResponseWriter, *http.Request) {
		defer s.enter()()
		time.Sleep(time.Second)
	}, func(t *testing.T, c *Client) {
		var asking sync.WaitGroup
		for i := range 8 {
			asking.Go(func() {
				if _, err := c.Get(t.Context(), Request{URL: fmt.Sprintf("http://news.example/%d", i)}); err != nil {
					t.Error(err)
				}
			})
		}
		asking.Wait()
		if s.worst != 1 {
			t.Errorf("%d requests at a time", s.worst)
		}
		for i := range s.at[1:] {
			if gap := s.at[i+1].Sub(s.at[i]); gap != cfg.MinGap {
				t.Errorf("%v between requests, want %v", gap, cfg.MinGap)
			}
		}
	})
}

// Where others may have asked the host before, it is left alone first; and
// after a request that was cut off the pace begins anew.
func TestPaceAcrossProcessesAndCuts(t *testing.T) {
	var s seen
	cfg := patient()
	cfg.Shared, cfg.PerHost, cfg.Timeout = true, 0.5, 10*time.Second
	inBubble(t, cfg, func(_ http.ResponseWriter, r *http.Request) {
		defer s.enter()()
		if r.URL.Path == "/hangs" {
			<-r.Context().Done()
		}
	}, func(t *testing.T, c *Client) {
		began := time.Now()
		_, err := c.Get(t.Context(), Request{URL: "http://news.example/hangs"})
		wantClass(t, err, Timeout)
		if _, err := c.Get(t.Context(), Request{URL: page}); err != nil {
			t.Fatal(err)
		}
		if first, second := s.at[0].Sub(began), s.at[1].Sub(began); first != 2*time.Second || second != 14*time.Second {
			t.Errorf("asked after %v and %v, want 2 s and 2 s after the cut at 12 s", first, second)
		}
	})
}

func TestSlowServerIsCut(t *testing.T) {
	dribble := func(bytes int, every time.Duration) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			for range 300 {
				if _, err := fmt.Fprint(w, strings.Repeat("x", bytes)); err != nil {
					return
				}
				w.(http.Flusher).Flush()
				time.Sleep(every)
			}
		}
	}
	inBubble(t, patient(), dribble(1, 100*time.Millisecond), func(t *testing.T, c *Client) {
		began := time.Now()
		_, err := c.Get(t.Context(), Request{URL: page})
		if e := wantClass(t, err, Timeout); e.Err != errSlow || time.Since(began) > 6*time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
	inBubble(t, patient(), dribble(200, 50*time.Millisecond), func(t *testing.T, c *Client) {
		resp, err := c.Get(t.Context(), Request{URL: page}) // 4 KB/s for 15 s
		if err != nil || len(resp.Body) != 60_000 {
			t.Errorf("a server that is only unhurried: %v", err)
		}
	})
	inBubble(t, patient(), dribble(200, 150*time.Millisecond), func(t *testing.T, c *Client) {
		began := time.Now()
		_, err := c.Get(t.Context(), Request{URL: page}) // 1.3 KB/s for 45 s
		if wantClass(t, err, Timeout); time.Since(began) != 30*time.Second {
			t.Errorf("the whole request took %v", time.Since(began))
		}
	})
}

func TestDeadlineOfTheWholeFetch(t *testing.T) {
	cfg := patient()
	cfg.Retries = 10
	inBubble(t, cfg, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, func(t *testing.T, c *Client) {
		began := time.Now()
		_, err := c.Get(t.Context(), Request{URL: page})
		if wantClass(t, err, Timeout); time.Since(began) > 2*time.Minute {
			t.Errorf("took %v", time.Since(began))
		}
	})
}

// What a robots.txt says is believed for a day, and that it cannot be read
// for a while; its pace is heeded up to a cap.
func TestRobotsOverTime(t *testing.T) {
	var robots, pages seen
	status, rules := 503, "User-agent: *\nCrawl-delay: 7\nDisallow: /private"
	cfg := patient()
	cfg.Robots = true
	inBubble(t, cfg, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/robots.txt" {
			defer pages.enter()()
			return
		}
		defer robots.enter()()
		w.WriteHeader(status)
		fmt.Fprint(w, rules)
	}, func(t *testing.T, c *Client) {
		get := func() error { _, err := c.Get(t.Context(), Request{URL: page}); return err }
		if e := wantClass(t, get(), Robots); !e.Temporary || e.RetryAfter != time.Minute {
			t.Errorf("%+v", e)
		}
		time.Sleep(30 * time.Second)
		wantClass(t, get(), Robots)
		if robots.count() != 1 || pages.count() != 0 {
			t.Errorf("asked %d times for a robots.txt that cannot be read, %d times for pages", robots.count(), pages.count())
		}
		status = 200
		time.Sleep(time.Minute)
		for range 4 {
			if err := get(); err != nil {
				t.Fatal(err)
			}
		}
		for i := range pages.at[1:] {
			if gap := pages.at[i+1].Sub(pages.at[i]); gap != 7*time.Second {
				t.Errorf("%v between pages, the crawl delay is 7 s", gap)
			}
		}
		time.Sleep(23 * time.Hour)
		if err := get(); err != nil || robots.count() != 2 {
			t.Errorf("%v, robots.txt read %d times within a day", err, robots.count())
		}
		rules = "User-agent: *\nCrawl-delay: 3600"
		time.Sleep(2 * time.Hour)
		before := pages.count()
		for range 3 {
			if err := get(); err != nil {
				t.Fatal(err)
			}
		}
		if gap := pages.at[before+2].Sub(pages.at[before+1]); robots.count() != 3 || gap != 30*time.Second {
			t.Errorf("%v between pages, the cap is 30 s; robots.txt read %d times", gap, robots.count())
		}
		status = 500 // a server in trouble is left alone, whatever it said before
		time.Sleep(25 * time.Hour)
		wantClass(t, get(), Robots)
	})
}

// The gate decides before every request, and what it calls back ends.
func TestGate(t *testing.T) {
	var s seen
	cfg := patient()
	cfg.PerHost, cfg.Robots = 1000, true
	open := map[string]bool{"news.example": true}
	inside := 0
	cfg.Gate = func(ctx context.Context, host string) (context.Context, func(), error) {
		if !open[host] {
			return nil, nil, ErrElsewhere
		}
		inside++
		limited, cancel := context.WithCancelCause(ctx)
		timer := time.AfterFunc(5*time.Second, func() { cancel(errors.New("called back")) })
		return limited, func() { timer.Stop(); cancel(nil); inside-- }, nil
	}
	inBubble(t, cfg, func(w http.ResponseWriter, r *http.Request) {
		defer s.enter()()
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, "http://other.example/page", http.StatusFound)
		case "/hangs":
			<-r.Context().Done()
		}
	}, func(t *testing.T, c *Client) {
		if _, err := c.Get(t.Context(), Request{URL: page}); err != nil || inside != 0 {
			t.Errorf("%v, %d inside", err, inside)
		}
		before := s.count()
		_, err := c.Get(t.Context(), Request{URL: "http://other.example/page"})
		if e := wantClass(t, err, Elsewhere); e.Hops != 0 || !e.Temporary || s.count() != before {
			t.Errorf("%+v, %d requests", e, s.count()-before)
		}
		_, err = c.Get(t.Context(), Request{URL: "http://news.example/away"})
		if e := wantClass(t, err, Elsewhere); e.Hops != 1 || e.At != "http://other.example/page" {
			t.Errorf("%+v", e)
		}
		began := time.Now()
		_, err = c.Get(t.Context(), Request{URL: "http://news.example/hangs"})
		if e := wantClass(t, err, Cancelled); !e.Temporary || time.Since(began) > 6*time.Second || inside != 0 {
			t.Errorf("%+v after %v, %d inside", e, time.Since(began), inside)
		}
		if _, err := c.Get(t.Context(), Request{URL: page}); err != nil {
			t.Errorf("a request that was called back is no failure of the host: %v", err)
		}
	})
}

// Requests to different hosts share the places there are.
func TestParallelIsLimited(t *testing.T) {
	var s seen
	cfg := patient()
	cfg.Parallel = 3
	inBubble(t, cfg, func(http.ResponseWriter, *http.Request) {
		defer s.enter()()
		time.Sleep(time.Second)
	}, func(t *testing.T, c *Client) {
		var asking sync.WaitGroup
		began := time.Now()
		for i := range 12 {
			asking.Go(func() {
				if _, err := c.Get(t.Context(), Request{URL: fmt.Sprintf("http://host%d.example/", i)}); err != nil {
					t.Error(err)
				}
			})
		}
		asking.Wait()
		if took := time.Since(began); s.worst != 3 || took != 4*time.Second {
			t.Errorf("%d at a time, %v in all", s.worst, took)
		}
	})
}
