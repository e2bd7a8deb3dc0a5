package fetch

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	// maxHosts bounds what is remembered of hosts; the longest unused go.
	maxHosts = 4096
	// longestRest caps Retry-After: a server may not silence us for good.
	longestRest = 24 * time.Hour
	// restDoublings caps the breaker's rest at 32 times BreakFor.
	restDoublings = 5
)

// host is what one server's patience depends on.
type host struct {
	name    string
	turn    chan struct{} // holds a token while a request is under way
	reading chan struct{} // holds a token while robots.txt is being read
	pace    *rate.Limiter
	users   int // guarded by hosts.mu
	used    time.Time

	mu       sync.Mutex
	failures int       // in a row
	rest     time.Time // no request before
	sent     time.Time // the last request
	robots   map[string]robotsEntry
}

// takeTurn waits until this is the only request to the host, its rest is
// over and its pace allows one more. A rest longer than maxWait is not
// waited for but returned as Unavailable. After nil, endTurn must follow.
func (h *host) takeTurn(ctx context.Context, maxWait time.Duration, m *metrics) *Error {
	began := time.Now()
	select {
	case h.turn <- struct{}{}:
	case <-ctx.Done():
		return ended(ctx)
	}
	m.waited("turn", time.Since(began))
	began = time.Now()
	if err := h.waitRest(ctx, maxWait); err != nil {
		h.endTurn()
		return err
	}
	m.waited("rest", time.Since(began))
	began = time.Now()
	if err := h.pace.Wait(ctx); err != nil {
		h.endTurn()
		if ctx.Err() != nil {
			return ended(ctx)
		}
		return &Error{Class: Timeout, Temporary: true, Err: errDeadline}
	}
	// Names and connections take their time: the server counts from the moment
	// at which it was last asked.
	if sleep(ctx, time.Until(h.lastSent().Add(h.gap()))) != nil {
		h.endTurn()
		return ended(ctx)
	}
	m.waited("pace", time.Since(began))
	return nil
}

// gap is the least time between two requests.
func (h *host) gap() time.Duration {
	return time.Duration(float64(time.Second) / float64(h.pace.Limit()))
}

func (h *host) lastSent() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.sent
}

// sending notes that a request is on its way.
func (h *host) sending() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sent = time.Now()
}

func (h *host) endTurn() { <-h.turn }

func (h *host) waitRest(ctx context.Context, maxWait time.Duration) *Error {
	h.mu.Lock()
	rest := time.Until(h.rest)
	h.mu.Unlock()
	if rest > maxWait {
		return &Error{Class: Unavailable, Temporary: true, RetryAfter: rest, Err: errors.New("the host rests")}
	}
	if rest > 0 && sleep(ctx, rest) != nil {
		return ended(ctx)
	}
	return nil
}

// record counts an exchange towards the host's breaker. When that opens, it
// returns for how long the host rests. Failing again, in the same Get, does
// not count: one bad page is not a bad host.
func (h *host) record(err *Error, cfg Config, again bool) time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err != nil && err.Class == Cancelled {
		return 0
	}
	if !isHostFailure(err) {
		h.failures = 0
		return 0
	}
	h.restFor(err.RetryAfter)
	if again {
		return 0
	}
	h.failures++
	if h.failures < cfg.BreakAfter {
		return 0
	}
	rest := cfg.BreakFor << min(h.failures-cfg.BreakAfter, restDoublings)
	h.restFor(rest)
	return rest
}

func (h *host) restFor(d time.Duration) {
	if until := time.Now().Add(d); until.After(h.rest) {
		h.rest = until
	}
}

// isHostFailure says whether an error speaks of the host, not of one page.
func isHostFailure(err *Error) bool {
	if err == nil {
		return false
	}
	switch err.Class {
	case DNS, TLS, Network, Timeout:
		return true
	case Status:
		return err.Temporary
	}
	return false
}

// slowDown lowers the host's pace to one request per gap, when that is
// slower than now.
func (h *host) slowDown(gap time.Duration) {
	if gap > 0 && rate.Every(gap) < h.pace.Limit() {
		h.pace.SetLimit(rate.Every(gap))
	}
}

// hosts remembers hosts by name.
type hosts struct {
	limit  rate.Limit
	shared bool
	mu     sync.Mutex
	byName map[string]*host
}

func newHosts(cfg Config) *hosts {
	limit := rate.Limit(cfg.PerHost)
	if cfg.MinGap > 0 {
		limit = min(limit, rate.Every(cfg.MinGap))
	}
	return &hosts{limit: limit, shared: cfg.Shared, byName: map[string]*host{}}
}

// get returns the host's record, to be given back with put.
func (hs *hosts) get(name string) *host {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	h := hs.byName[name]
	if h == nil {
		h = &host{
			name: name, turn: make(chan struct{}, 1), reading: make(chan struct{}, 1),
			pace: rate.NewLimiter(hs.limit, 1), robots: map[string]robotsEntry{},
		}
		if hs.shared {
			h.pace.Allow() // takes the one token there is
		}
		hs.byName[name] = h
	}
	h.users++
	return h
}

func (hs *hosts) put(h *host) {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	h.users--
	h.used = time.Now()
	if len(hs.byName) > maxHosts {
		hs.forgetOldest()
	}
}

func (hs *hosts) forgetOldest() {
	var oldest *host
	now := time.Now()
	for _, h := range hs.byName {
		if h.users == 0 && !h.rests(now) && (oldest == nil || h.used.Before(oldest.used)) {
			oldest = h
		}
	}
	if oldest != nil {
		delete(hs.byName, oldest.name)
	}
}

func (hs *hosts) forget(match func(host string) bool) {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	for name, h := range hs.byName {
		if h.users == 0 && match(name) {
			delete(hs.byName, name)
		}
	}
}

func (h *host) rests(now time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.rest.After(now)
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// backoff doubles per try and spreads by half either way, so that clients
// that failed together do not come back together.
func backoff(base time.Duration, try int) time.Duration {
	mean := base << min(try, 10)
	return mean/2 + time.Duration(rand.Int64N(int64(mean)+1))
}

// retryAfter reads the header as seconds or as a date (RFC 9110, 10.2.3);
// 0 when absent, past or unreadable, at most 24 h.
func retryAfter(header string, now time.Time) time.Duration {
	header = strings.TrimSpace(header)
	if seconds, err := strconv.ParseUint(header, 10, 32); err == nil {
		return min(time.Duration(seconds)*time.Second, longestRest)
	}
	if at, err := http.ParseTime(header); err == nil {
		return min(max(at.Sub(now), 0), longestRest)
	}
	return 0
}
