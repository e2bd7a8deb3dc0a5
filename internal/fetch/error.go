package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"code.dny.dev/ssrf"
)

// The classes of Error: a closed set, fit for metric labels.
const (
	BadURL      = "bad_url"      // not an http or https address
	Blocked     = "blocked"      // resolves to an address no stranger may send us to
	Robots      = "robots"       // robots.txt forbids it, or cannot be read for now (Temporary)
	Unavailable = "unavailable"  // the host rests after failures or at its own wish
	DNS         = "dns"          // the name does not resolve
	TLS         = "tls"          // no trustworthy certificate
	Network     = "network"      // refused, reset, cut off
	Timeout     = "timeout"      // over a time limit, or too slow
	Status      = "status"       // an HTTP status that is no page
	Redirect    = "redirect"     // too many redirects, or one that leads nowhere
	TooLarge    = "too_large"    // headers or body over the limit
	Encoding    = "encoding"     // a compressed body that does not decode
	ContentType = "content_type" // images, sound, film, programs
	Cancelled   = "cancelled"    // the caller gave up
	Elsewhere   = "elsewhere"    // another process asks the host (Config.Gate)
)

// Error is why there is no page. Class is one of the constants above.
type Error struct {
	Class string
	// URL is the address that was asked for.
	URL string
	// At is the address that failed, Hops redirects after URL.
	At   string
	Hops int
	// Status is the HTTP status, when there was one.
	Status int
	// Temporary says that the same request may work later.
	Temporary bool
	// RetryAfter is how long the server (or the breaker) wants peace.
	RetryAfter time.Duration
	// Wire counts the body bytes received all the same.
	Wire int64
	Err  error

	rests bool // the failure made the host rest
}

func (e *Error) Error() string {
	switch {
	case e.Class == Status:
		return fmt.Sprintf("fetch %s: status %d %s", e.URL, e.Status, http.StatusText(e.Status))
	case e.Err == nil:
		return fmt.Sprintf("fetch %s: %s", e.URL, e.Class)
	}
	return fmt.Sprintf("fetch %s: %s: %v", e.URL, e.Class, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

// transportError sorts what the transport or a body returned.
func transportError(ctx context.Context, err error) *Error {
	switch {
	case errors.Is(err, ssrf.ErrProhibitedIP), errors.Is(err, ssrf.ErrProhibitedPort),
		errors.Is(err, ssrf.ErrProhibitedNetwork), errors.Is(err, ssrf.ErrInvalidHostPort):
		return &Error{Class: Blocked, Err: err}
	case errors.Is(err, errTooLarge):
		return &Error{Class: TooLarge, Err: err}
	case ctx.Err() != nil:
		return ended(ctx)
	case isEncoding(err):
		return &Error{Class: Encoding, Err: err}
	case isTLS(err):
		return &Error{Class: TLS, Err: err}
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return &Error{Class: DNS, Temporary: !dns.IsNotFound, Err: err}
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return &Error{Class: Timeout, Temporary: true, Err: err}
	}
	return &Error{Class: Network, Temporary: true, Err: err}
}

func isTLS(err error) bool {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return true
	}
	if _, ok := errors.AsType[tls.AlertError](err); ok {
		return true
	}
	_, ok := errors.AsType[x509.HostnameError](err)
	return ok
}

// statusError is the *Error of a response that is no page, nil for a page.
func statusError(resp *http.Response, conditional bool) *Error {
	switch code := resp.StatusCode; {
	case code >= 200 && code < 300 && code != http.StatusPartialContent, isRedirect(code):
		return nil
	case code == http.StatusNotModified && conditional:
		return nil
	default:
		return &Error{
			Class: Status, Status: code, Temporary: isTemporary(code),
			RetryAfter: retryAfter(resp.Header.Get("Retry-After"), time.Now()),
			Err:        errors.New(resp.Status),
		}
	}
}

func isTemporary(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	}
	return status >= 500 && status != http.StatusNotImplemented && status != http.StatusHTTPVersionNotSupported
}
