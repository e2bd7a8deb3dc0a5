package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/tradewire/tradewire/internal/weburl"
)

// robotsLife is how long a robots.txt is believed (RFC 9309, 2.4).
const robotsLife = 24 * time.Hour

// robotsEntry is the robots.txt of one scheme and host.
type robotsEntry struct {
	rules robotsRules
	until time.Time
	// failed, when set, is why there are no rules: nothing may be fetched
	// until then.
	failed *Error
}

// Allowed says whether robots.txt lets the client fetch the address: nil, or
// an *Error of class Robots (Temporary when robots.txt cannot be read for
// now) or of whatever kept it from being read.
func (c *Client) Allowed(ctx context.Context, address string) error {
	plain, err := weburl.Plain(address)
	if err != nil {
		return &Error{Class: BadURL, URL: address, Err: err}
	}
	if failed := c.checkRobots(ctx, plain); failed != nil {
		failed.URL = address
		return failed
	}
	return nil
}

func (c *Client) checkRobots(ctx context.Context, address string) *Error {
	if !c.cfg.Robots {
		return nil
	}
	u, err := url.Parse(address)
	if err != nil {
		return &Error{Class: BadURL, Err: err}
	}
	h := c.hosts.get(weburl.Host(address))
	defer c.hosts.put(h)
	entry, failed := c.robotsOf(ctx, h, u.Scheme)
	if failed != nil {
		return failed
	}
	h.slowDown(min(entry.rules.gap, c.cfg.MaxCrawlDelay))
	path := u.EscapedPath()
	if u.RawQuery != "" {
		path += "?" + u.RawQuery
	}
	if !entry.rules.allows(path) {
		return &Error{Class: Robots, Err: errors.New("robots.txt forbids this path")}
	}
	return nil
}

// robotsOf returns the host's rules, reading them when they are not known or
// too old. Only one goroutine reads at a time; the rest wait for it.
func (c *Client) robotsOf(ctx context.Context, h *host, scheme string) (robotsEntry, *Error) {
	select {
	case h.reading <- struct{}{}:
		defer func() { <-h.reading }()
	case <-ctx.Done():
		return robotsEntry{}, ended(ctx)
	}
	entry, known := h.robots[scheme]
	if known && time.Now().Before(entry.until) {
		return entry, entry.copyFailed()
	}
	fresh, err := c.readRobots(ctx, scheme+"://"+h.name+"/robots.txt")
	if err == nil {
		h.robots[scheme] = fresh
		return fresh, fresh.copyFailed()
	}
	if known && entry.failed == nil {
		// An old copy is better than none while the server is in trouble.
		entry.until = time.Now().Add(c.cfg.BreakFor)
		h.robots[scheme] = entry
		return entry, nil
	}
	return robotsEntry{}, err
}

// copyFailed gives each caller its own *Error, for they set its URL.
func (e robotsEntry) copyFailed() *Error {
	if e.failed == nil {
		return nil
	}
	failed := *e.failed
	failed.RetryAfter = time.Until(e.until)
	return &failed
}

// readRobots fetches a robots.txt. A missing one allows everything, one that
// the server fails to give forbids everything for a while; a network that
// fails is the error of the request that wanted to know.
func (c *Client) readRobots(ctx context.Context, address string) (robotsEntry, *Error) {
	req := Request{MaxBody: maxRobots, Accept: "text/plain,*/*;q=0.5", prefix: true}
	life := time.Now().Add(robotsLife)
	for range MaxRedirects + 1 {
		resp, err := c.visit(ctx, address, req)
		switch {
		case err == nil && !isRedirect(resp.Status):
			return robotsEntry{rules: parseRobots(resp.Body, c.agent), until: life}, nil
		case err == nil:
			next, bad := weburl.Follow(address, resp.Header.Get("Location"))
			if bad != nil {
				return robotsEntry{until: life}, nil
			}
			address = next
		case isMissing(err):
			return robotsEntry{until: life}, nil
		case err.Class == Status || err.Class == Encoding:
			return c.robotsWait(err), nil
		default:
			err.Err = fmt.Errorf("read robots.txt: %w", err.Err)
			return robotsEntry{}, err
		}
	}
	return robotsEntry{until: life}, nil
}

func (c *Client) robotsWait(err *Error) robotsEntry {
	wait := max(c.cfg.BreakFor, err.RetryAfter)
	return robotsEntry{until: time.Now().Add(wait), failed: &Error{
		Class: Robots, Status: err.Status, Temporary: true,
		Err: fmt.Errorf("robots.txt cannot be read for now: %w", err.Err),
	}}
}

// isMissing says that there is no robots.txt, as opposed to one we may not
// see just now: 429 asks for patience, it does not say "none".
func isMissing(err *Error) bool {
	if err.Class == ContentType {
		return true
	}
	return err.Class == Status && err.Status >= 400 && err.Status < 500 && err.Status != http.StatusTooManyRequests
}
