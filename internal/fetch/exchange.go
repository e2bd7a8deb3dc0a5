package fetch

import (
	"context"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"code.dny.dev/ssrf"
)

const (
	acceptPages = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
	maxHeader   = 64 << 10
)

// newTransport dials only where the guard lets it, knows no proxy (which
// would dial for us, unguarded), and leaves decoding to readBody.
func newTransport(cfg Config, dns *net.Resolver) *http.Transport {
	dialer := &net.Dialer{Timeout: min(cfg.Timeout, 10*time.Second), KeepAlive: -1, Control: watched(guard(cfg.AllowLoopback), cfg.dialled), Resolver: dns}
	return &http.Transport{
		DialContext:            dialer.DialContext,
		DisableCompression:     true,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           64,
		MaxIdleConnsPerHost:    1,
		IdleConnTimeout:        30 * time.Second,
		TLSHandshakeTimeout:    min(cfg.Timeout, 10*time.Second),
		MaxResponseHeaderBytes: maxHeader,
	}
}

type control = func(network, address string, c syscall.RawConn) error

// watched tells of each connection that check lets through.
func watched(check control, tell func(address string)) control {
	if tell == nil {
		return check
	}
	return func(network, address string, c syscall.RawConn) error {
		err := check(network, address, c)
		if err == nil {
			tell(address)
		}
		return err
	}
}

// guard refuses a connection by the address DNS gave, just before it is
// made: a name that changes its answer (rebinding) gains nothing.
func guard(allowLoopback bool) control {
	guardian := ssrf.New()
	return func(network, address string, c syscall.RawConn) error {
		if allowLoopback {
			if to, err := netip.ParseAddrPort(address); err == nil && to.Addr().Unmap().IsLoopback() {
				return nil
			}
		}
		return guardian.Safe(network, address, c)
	}
}

// exchange makes one request, without following redirects: their responses
// come back with an empty body. It calls sending when the request is sent.
func (c *Client) exchange(ctx context.Context, address string, req Request, sending func()) (*Response, *Error) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	ctx, cut := context.WithCancelCause(ctx)
	defer cut(nil)
	ctx = httptrace.WithClientTrace(ctx, onceOnly(cut, sending))
	out, err := c.newRequest(ctx, address, req)
	if err != nil {
		return nil, &Error{Class: BadURL, Err: err}
	}
	in, err := c.transport.RoundTrip(out)
	if err != nil {
		return nil, transportError(ctx, asTooLarge(err))
	}
	defer in.Body.Close()
	if failed := statusError(in, req.ETag != "" || req.LastModified != ""); failed != nil {
		return nil, failed
	}
	resp := newResponse(address, in)
	if isRedirect(in.StatusCode) || resp.NotModified {
		return resp, nil
	}
	if isMedia(resp.ContentType) {
		return nil, &Error{Class: ContentType, Status: in.StatusCode, Err: errors.New(resp.ContentType)}
	}
	wire := newPacedReader(in.Body, c.cfg, cut)
	defer wire.stop()
	if err := c.fill(resp, in, wire, req); err != nil {
		return nil, transportError(ctx, err)
	}
	return resp, nil
}

// onceOnly keeps the transport from sending a request again by itself, as it
// does when a connection that was used before breaks: that is for Get to do,
// when the host's pace allows. It also tells when the request is on its way.
func onceOnly(cut context.CancelCauseFunc, sending func()) *httptrace.ClientTrace {
	var sent atomic.Bool
	return &httptrace.ClientTrace{
		WroteHeaders: func() { sent.Store(true); sending() },
		GetConn: func(string) {
			if sent.Load() {
				cut(errBroken)
			}
		},
	}
}

func (c *Client) limitFor(req Request) int64 {
	if req.MaxBody > 0 {
		return req.MaxBody
	}
	return c.cfg.MaxBody
}

// fill reads and decodes the body into resp.
func (c *Client) fill(resp *Response, in *http.Response, wire *pacedReader, req Request) error {
	limit := c.limitFor(req)
	if in.ContentLength > limit && !req.prefix {
		return errTooLarge
	}
	body, unpacked, err := readBody(wire, in.Header.Values("Content-Encoding"), limit)
	c.metrics.wireBytes.Add(float64(wire.total))
	if req.wire != nil {
		*req.wire += wire.total
	}
	if err != nil && !(req.prefix && errors.Is(err, errTooLarge)) {
		return err
	}
	c.metrics.bodyBytes.Add(float64(len(body)))
	resp.Body = body
	if unpacked {
		resp.ContentType, _, _ = strings.Cut(http.DetectContentType(body), ";")
		if resp.ContentType == "application/octet-stream" {
			resp.ContentType = ""
		}
	}
	return nil
}

func (c *Client) newRequest(ctx context.Context, address string, req Request) (*http.Request, error) {
	out, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	out.Header.Set("User-Agent", c.cfg.UserAgent)
	out.Header.Set("Accept", acceptPages)
	out.Header.Set("Accept-Encoding", "gzip, deflate, br, zstd")
	out.Header.Set("Accept-Language", "en, *;q=0.5")
	setIf(out.Header, "Accept", req.Accept)
	setIf(out.Header, "If-None-Match", req.ETag)
	setIf(out.Header, "If-Modified-Since", req.LastModified)
	return out, nil
}

func setIf(h http.Header, name, value string) {
	if value != "" {
		h.Set(name, value)
	}
}

func newResponse(address string, in *http.Response) *Response {
	return &Response{
		URL: address, Status: in.StatusCode, Header: in.Header,
		ContentType: in.Header.Get("Content-Type"),
		ETag:        in.Header.Get("ETag"), LastModified: in.Header.Get("Last-Modified"),
		NotModified: in.StatusCode == http.StatusNotModified,
		Fetched:     time.Now().UTC(),
	}
}

// isMedia knows types that never hold an article or a list of them.
func isMedia(contentType string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return false
	}
	family, _, _ := strings.Cut(kind, "/")
	switch family {
	case "image", "audio", "video", "font":
		return kind != "image/svg+xml"
	}
	return false
}

// asTooLarge recognises the transport's refusal of a huge header, for which
// net/http has no error value.
func asTooLarge(err error) error {
	if strings.Contains(err.Error(), "server response headers exceeded") {
		return errTooLarge
	}
	return err
}

// pacedReader cuts a server that sends less than rate bytes a second: each
// byte received buys time.
type pacedReader struct {
	from  io.Reader
	rate  int64
	until time.Time // the patience at the start
	total int64
	timer *time.Timer
}

func newPacedReader(from io.Reader, cfg Config, cut context.CancelCauseFunc) *pacedReader {
	p := &pacedReader{from: from, rate: cfg.MinRate, until: time.Now().Add(cfg.slowStart)}
	if cfg.MinRate > 0 {
		p.timer = time.AfterFunc(cfg.slowStart, func() { cut(errSlow) })
	}
	return p
}

func (p *pacedReader) Read(into []byte) (int, error) {
	n, err := p.from.Read(into)
	p.total += int64(n)
	if p.timer != nil && n > 0 {
		bought := time.Duration(float64(p.total) / float64(p.rate) * float64(time.Second))
		p.timer.Reset(time.Until(p.until.Add(bought)))
	}
	if err != nil && err != io.EOF {
		err = &wireError{err}
	}
	return n, err
}

func (p *pacedReader) stop() {
	if p.timer != nil {
		p.timer.Stop()
	}
}
