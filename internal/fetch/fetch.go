// Package fetch is the one HTTP client of tradewire. It is a guest on other
// people's servers (robots.txt, pace per host, back-off, conditional
// requests, an honest name) and it trusts none of them: addresses are checked
// after DNS on every hop, and bodies are limited after decoding.
package fetch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/tradewire/tradewire/internal/weburl"
)

// MaxRedirects is how many redirects one Get follows.
const MaxRedirects = 5

// Config says how to behave. The zero value of every field but UserAgent and
// Robots is a sound default.
type Config struct {
	// UserAgent names the robot and gives a contact address, as in
	// "tradewire/1.0 (+https://example.org/contact)". Required.
	UserAgent string
	// Robots says whether robots.txt is heeded. Only tests and one-off
	// reading of a page the user names have reason to leave it out.
	Robots bool
	// AllowLoopback lets the client reach 127.0.0.0/8 and ::1 on any port,
	// for the demo and tests. Nothing else private is ever reachable.
	AllowLoopback bool
	// Timeout limits one request, from dial to the last byte (30 s).
	Timeout time.Duration
	// Deadline limits one Get with all its waiting, redirects and retries
	// (2 min).
	Deadline time.Duration
	// MaxBody limits a body in bytes, before and after decoding (5 MiB).
	MaxBody int64
	// MinRate is the pace in bytes/s a server must keep after the first
	// seconds (1024); negative for no limit.
	MinRate int64
	// PerHost is requests per second to one host (1).
	PerHost float64
	// MinGap is the least time between the starts of two requests to one
	// host; it and PerHost hold together, the slower wins (0).
	MinGap time.Duration
	// MaxCrawlDelay caps what a robots.txt may ask for (30 s).
	MaxCrawlDelay time.Duration
	// Retries is how often a temporary failure is tried again (2); negative
	// for never.
	Retries int
	// Backoff is the mean wait before the first retry, doubling (500 ms).
	Backoff time.Duration
	// MaxWait is the longest rest of a host (Retry-After, breaker) that Get
	// sits out itself; longer ones are returned to the caller (15 s).
	MaxWait time.Duration
	// BreakAfter is how many failures in a row make a host rest (5), for
	// BreakFor (1 min), doubled each time it fails again, up to 32 times.
	BreakAfter int
	BreakFor   time.Duration
	// Parallel limits the requests that are under way at a time, over all
	// hosts (0: no limit).
	Parallel int
	// Gate, when set, is asked before each request, robots.txt and redirects
	// included, whether the host is ours to ask. The request ends with the
	// context it returns, and its function is called when the request is
	// over. An error that is ErrElsewhere makes an *Error of that class, any
	// other one of class Cancelled.
	Gate func(ctx context.Context, host string) (context.Context, func(), error)
	// Shared says that other processes may have asked a host before us: one
	// that is new to this client is left alone for the time between two
	// requests first.
	Shared bool

	slowStart time.Duration        // how long a server may take before MinRate counts (5 s)
	dialled   func(address string) // for tests: the guard let a connection through
}

// ErrElsewhere is what a Config.Gate answers when another process asks the
// host.
const ErrElsewhere = limitError("another process asks this host")

// Request asks for one page.
type Request struct {
	URL string
	// ETag and LastModified are the validators of the copy already held.
	ETag, LastModified string
	// MaxBody, when set, replaces the client's limit.
	MaxBody int64
	// Accept is the Accept header; empty asks for HTML first.
	Accept string

	again  bool   // the same Get has failed before
	prefix bool   // a body over the limit is cut, not refused: robots.txt only
	wire   *int64 // counts body bytes on the wire, over redirects and retries
}

// Response is a page as served: status 200 to 299 with its whole decoded
// body, or NotModified (304) with none.
type Response struct {
	// URL is the address that answered, after redirects.
	URL    string
	Status int
	Header http.Header
	Body   []byte
	// ContentType is the declared type; of a .gz file, the type of what was
	// in it, as far as it can be told ("" when not).
	ContentType        string
	ETag, LastModified string
	NotModified        bool
	// Wire counts the body bytes received for it, before decoding, redirects
	// and retries included.
	Wire    int64
	Fetched time.Time
}

// Client fetches pages; it is safe for use by many goroutines. It sends at
// most one request at a time to any host.
type Client struct {
	cfg       Config
	agent     string // product token, as robots.txt names it
	log       *slog.Logger
	metrics   *metrics
	transport *http.Transport
	hosts     *hosts
	places    chan struct{} // holds a token for each request under way; nil for no limit
}

// New checks cfg and returns a client whose counters are registered on reg
// (nil for none). It dials nothing.
func New(cfg Config, log *slog.Logger, reg prometheus.Registerer) (*Client, error) {
	return newClient(cfg, log, reg, nil)
}

func newClient(cfg Config, log *slog.Logger, reg prometheus.Registerer, dns *net.Resolver) (*Client, error) {
	agent := productToken(cfg.UserAgent)
	if agent == "" || !strings.Contains(cfg.UserAgent, "http") && !strings.Contains(cfg.UserAgent, "@") {
		return nil, fmt.Errorf("user agent %q: want a name and a contact, like name/1.0 (+https://example.org/contact)", cfg.UserAgent)
	}
	if strings.ContainsAny(cfg.UserAgent, "\r\n\x00") {
		return nil, fmt.Errorf("user agent %q: one line wanted", cfg.UserAgent)
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	cfg = cfg.withDefaults()
	m, err := newMetrics(reg)
	if err != nil {
		return nil, err
	}
	c := &Client{
		cfg: cfg, agent: agent, log: log, metrics: m,
		transport: newTransport(cfg, dns), hosts: newHosts(cfg),
	}
	if cfg.Parallel > 0 {
		c.places = make(chan struct{}, cfg.Parallel)
	}
	return c, nil
}

func (cfg Config) withDefaults() Config {
	orElse(&cfg.Timeout, 30*time.Second)
	orElse(&cfg.Deadline, 2*time.Minute)
	orElse(&cfg.MaxBody, 5<<20)
	orElse(&cfg.MinRate, 1024)
	orElse(&cfg.PerHost, 1)
	orElse(&cfg.MaxCrawlDelay, 30*time.Second)
	orElse(&cfg.Retries, 2)
	orElse(&cfg.Backoff, 500*time.Millisecond)
	orElse(&cfg.MaxWait, 15*time.Second)
	orElse(&cfg.BreakAfter, 5)
	orElse(&cfg.BreakFor, time.Minute)
	orElse(&cfg.slowStart, 5*time.Second)
	return cfg
}

func orElse[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Close drops idle connections.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

// Get fetches one page, waiting its turn, following redirects and retrying
// what may pass. Every error is an *Error.
func (c *Client) Get(ctx context.Context, req Request) (*Response, error) {
	began := time.Now()
	var wire int64
	req.wire = &wire
	resp, failed := c.get(ctx, req)
	c.metrics.observe(resp, failed, time.Since(began))
	if failed != nil { // not returned as it is: a nil *Error is no nil error
		failed.Wire = wire
		return nil, failed
	}
	resp.Wire = wire
	return resp, nil
}

func (c *Client) get(ctx context.Context, req Request) (*Response, *Error) {
	address, err := weburl.Plain(req.URL)
	if err != nil {
		return nil, &Error{Class: BadURL, URL: req.URL, Err: err}
	}
	if ctx.Err() != nil {
		return nil, ended(ctx)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, c.cfg.Deadline, errDeadline)
	defer cancel()
	var last *Error
	for try := 0; ; try++ {
		resp, failed := c.follow(ctx, address, req)
		if failed == nil {
			return resp, nil
		}
		if last != nil && failed.Class == Unavailable { // the last try made the host rest
			last.RetryAfter = max(last.RetryAfter, failed.RetryAfter)
			return nil, last
		}
		failed.URL, last, req.again = req.URL, failed, true
		if try >= c.cfg.Retries || !c.worthRetrying(failed) {
			return nil, failed
		}
		c.metrics.retries.Inc()
		c.log.Debug("fetch again", "url", req.URL, "try", try+1, "class", failed.Class, "error", failed.Err)
		if sleep(ctx, backoff(c.cfg.Backoff, try)) != nil {
			return nil, failed
		}
	}
}

func (c *Client) worthRetrying(e *Error) bool {
	switch e.Class {
	case Unavailable, Robots, Elsewhere, Cancelled:
		return false
	}
	return e.Temporary && !e.rests && e.RetryAfter <= c.cfg.MaxWait
}

// follow is one try: the address and up to MaxRedirects hops, each checked,
// paced and subject to the robots.txt of its own host.
func (c *Client) follow(ctx context.Context, address string, req Request) (*Response, *Error) {
	for hop := range MaxRedirects + 1 {
		err := c.checkRobots(ctx, address)
		var resp *Response
		if err == nil {
			resp, err = c.visit(ctx, address, req)
		}
		if err != nil {
			err.At, err.Hops = address, hop
			return nil, err
		}
		if !isRedirect(resp.Status) {
			return resp, nil
		}
		next, bad := weburl.Follow(address, resp.Header.Get("Location"))
		if bad != nil {
			return nil, &Error{Class: Redirect, Status: resp.Status, Err: bad}
		}
		address = next
	}
	return nil, &Error{Class: Redirect, Err: fmt.Errorf("more than %d redirects", MaxRedirects)}
}

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// visit makes one request when the host's turn, rest and pace allow and the
// gate is open, and tells the host's breaker how it went.
func (c *Client) visit(ctx context.Context, address string, req Request) (*Response, *Error) {
	h := c.hosts.get(weburl.Host(address))
	defer c.hosts.put(h)
	if err := h.takeTurn(ctx, c.cfg.MaxWait, c.metrics); err != nil {
		return nil, err
	}
	defer h.endTurn()
	ctx, leave, err := c.enter(ctx, h.name)
	if err != nil {
		return nil, err
	}
	defer leave()
	began := time.Now()
	resp, err := c.exchange(ctx, address, req, h.sending)
	c.metrics.underway.Observe(time.Since(began).Seconds())
	if err != nil && (err.Class == Timeout || err.Class == Cancelled) {
		h.pace.Allow() // the server may not know yet that we have gone: the next request waits from now
	}
	if rest := h.record(err, c.cfg, req.again); rest > 0 {
		err.rests, err.RetryAfter = true, max(err.RetryAfter, rest)
		c.metrics.rests.Inc()
		c.log.Warn("host rests", "host", h.name, "for", rest.Round(time.Millisecond), "class", err.Class, "error", err.Err)
	}
	return resp, err
}

// enter waits for a place among the requests that may be under way, and
// passes the gate. After nil, the function must be called.
func (c *Client) enter(ctx context.Context, host string) (context.Context, func(), *Error) {
	leave := func() {}
	if c.places != nil {
		began := time.Now()
		select {
		case c.places <- struct{}{}:
			leave = func() { <-c.places }
		case <-ctx.Done():
			return nil, nil, ended(ctx)
		}
		c.metrics.waited("place", time.Since(began))
	}
	if c.cfg.Gate == nil {
		return ctx, leave, nil
	}
	began := time.Now()
	inside, done, err := c.cfg.Gate(ctx, host)
	c.metrics.waited("gate", time.Since(began))
	switch {
	case err == nil:
		return inside, func() { done(); leave() }, nil
	case errors.Is(err, ErrElsewhere):
		leave()
		return nil, nil, &Error{Class: Elsewhere, Temporary: true, Err: err}
	}
	leave()
	if ctx.Err() != nil {
		return nil, nil, ended(ctx)
	}
	return nil, nil, &Error{Class: Cancelled, Temporary: true, Err: err}
}

// Rest leaves a host alone until then, as another process was asked to do.
func (c *Client) Rest(host string, until time.Time) {
	h := c.hosts.get(host)
	defer c.hosts.put(h)
	h.mu.Lock()
	defer h.mu.Unlock()
	if until = earlier(until, time.Now().Add(longestRest)); until.After(h.rest) {
		h.rest = until
	}
}

// Forget drops what is known of the hosts that match, because others ask them
// now: robots.txt, pace and rest begin anew. Hosts in use stay.
func (c *Client) Forget(match func(host string) bool) { c.hosts.forget(match) }

// sleep waits, or returns early with the reason the context ended.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return context.Cause(ctx)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// errDeadline and errSlow tell our own limits from the caller's.
const (
	errDeadline = limitError("the deadline of the whole fetch passed")
	errSlow     = limitError("the server sends too slowly")
	errTooLarge = limitError("the body is over the limit")
	errBroken   = limitError("the connection broke before the answer")
)

type limitError string

func (e limitError) Error() string { return string(e) }

// ended is the *Error for a context that is over.
func ended(ctx context.Context) *Error {
	cause := context.Cause(ctx)
	switch {
	case errors.Is(cause, context.DeadlineExceeded), errors.Is(cause, errDeadline), errors.Is(cause, errSlow):
		return &Error{Class: Timeout, Temporary: true, Err: cause}
	case errors.Is(cause, errBroken):
		return &Error{Class: Network, Temporary: true, Err: cause}
	}
	return &Error{Class: Cancelled, Temporary: true, Err: cause}
}
