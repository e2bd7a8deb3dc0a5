package fetch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const testAgent = "tradewire-test/1.0 (+https://example.org/contact)"

// quick is a configuration whose waits fit a test.
func quick() Config {
	return Config{
		UserAgent: testAgent, AllowLoopback: true, Timeout: 2 * time.Second, Deadline: 5 * time.Second,
		PerHost: 1000, Backoff: time.Millisecond, MaxWait: 100 * time.Millisecond,
	}
}

func client(t *testing.T, cfg Config) *Client {
	t.Helper()
	c, err := New(cfg, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func serve(t *testing.T, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	srv := httptest.NewServer(handler)
	t.Cleanup(srv.Close)
	return srv
}

// wantClass fails unless err is an *Error of the class.
func wantClass(t *testing.T, err error, class string) *Error {
	t.Helper()
	var typed *Error
	if !errors.As(err, &typed) {
		t.Fatalf("error %v is no *Error", err)
	}
	if typed.Class != class {
		t.Fatalf("class %q, want %q: %v", typed.Class, class, err)
	}
	return typed
}

func TestGet(t *testing.T) {
	var seen http.Header
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		seen = r.Header.Clone()
		http.SetCookie(w, &http.Cookie{Name: "id", Value: "1"})
		w.Header().Set("ETag", `"v1"`)
		w.Header().Set("Last-Modified", "Mon, 02 Mar 2026 10:00:00 GMT")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, "<p>Tariffs</p>")
	})
	c := client(t, quick())
	for range 2 {
		got, err := c.Get(t.Context(), Request{URL: strings.Replace(srv.URL, "http://", "http://user:secret@", 1) + "/a?utm_source=x#y"})
		if err != nil {
			t.Fatal(err)
		}
		if string(got.Body) != "<p>Tariffs</p>" || got.Status != 200 || got.URL != srv.URL+"/a?utm_source=x" ||
			got.ETag != `"v1"` || got.LastModified == "" || got.ContentType != "text/html; charset=utf-8" ||
			time.Since(got.Fetched) > time.Minute {
			t.Errorf("response %+v", got)
		}
	}
	if seen.Get("User-Agent") != testAgent {
		t.Errorf("User-Agent %q", seen.Get("User-Agent"))
	}
	for _, name := range []string{"Cookie", "Authorization", "Referer"} {
		if seen.Get(name) != "" {
			t.Errorf("sent %s: %s", name, seen.Get(name))
		}
	}
}

func TestNotModified(t *testing.T) {
	const when = "Mon, 02 Mar 2026 10:00:00 GMT"
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/rude" || r.Header.Get("If-None-Match") == `"v1"` && r.Header.Get("If-Modified-Since") == when {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprint(w, "new")
	})
	c := client(t, quick())
	got, err := c.Get(t.Context(), Request{URL: srv.URL, ETag: `"v1"`, LastModified: when})
	if err != nil || !got.NotModified || len(got.Body) != 0 {
		t.Errorf("with validators: %+v, %v", got, err)
	}
	got, err = c.Get(t.Context(), Request{URL: srv.URL, ETag: `"v0"`})
	if err != nil || got.NotModified || string(got.Body) != "new" {
		t.Errorf("with an old validator: %+v, %v", got, err)
	}
	_, err = c.Get(t.Context(), Request{URL: srv.URL + "/rude"})
	if e := wantClass(t, err, Status); e.Status != 304 {
		t.Errorf("a 304 nobody asked for: %v", err)
	}
}

func TestStatusAndRetries(t *testing.T) {
	for _, c := range []struct {
		statuses  []int // served in turn, the last for ever
		hits      int32
		class     string // "" is success
		temporary bool
	}{
		{[]int{500, 503, 200}, 3, "", false},
		{[]int{429, 200}, 2, "", false},
		{[]int{502}, 3, Status, true},
		{[]int{404}, 1, Status, false},
		{[]int{410}, 1, Status, false},
		{[]int{403}, 1, Status, false},
		{[]int{501}, 1, Status, false},
		{[]int{206}, 1, Status, false},
	} {
		var hits atomic.Int32
		srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			n := int(hits.Add(1)) - 1
			w.WriteHeader(c.statuses[min(n, len(c.statuses)-1)])
		})
		_, err := client(t, quick()).Get(t.Context(), Request{URL: srv.URL})
		if hits.Load() != c.hits {
			t.Errorf("%v: %d requests, want %d", c.statuses, hits.Load(), c.hits)
		}
		if c.class == "" {
			if err != nil {
				t.Errorf("%v: %v", c.statuses, err)
			}
			continue
		}
		if e := wantClass(t, err, c.class); e.Temporary != c.temporary || e.URL != srv.URL {
			t.Errorf("%v: %+v", c.statuses, e)
		}
	}
}

func TestRedirects(t *testing.T) {
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		var n int
		if _, err := fmt.Sscanf(r.URL.Path, "/hop/%d", &n); err == nil && n > 0 {
			w.Header().Set("Location", fmt.Sprintf("../hop/%d", n-1))
			w.WriteHeader([]int{301, 302, 303, 307, 308}[n%5])
			return
		}
		switch r.URL.Path {
		case "/script":
			w.Header().Set("Location", "javascript:alert(1)")
			w.WriteHeader(302)
		case "/file":
			w.Header().Set("Location", "file:///etc/passwd")
			w.WriteHeader(302)
		case "/metadata":
			http.Redirect(w, r, "http://169.254.169.254/latest/meta-data/", http.StatusFound)
		case "/private":
			http.Redirect(w, r, "http://10.0.0.1/", http.StatusFound)
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		default:
			fmt.Fprint(w, "end")
		}
	})
	c := client(t, quick())
	got, err := c.Get(t.Context(), Request{URL: srv.URL + "/hop/5"})
	if err != nil || string(got.Body) != "end" || got.URL != srv.URL+"/hop/0" {
		t.Errorf("five hops: %+v, %v", got, err)
	}
	for path, class := range map[string]string{
		"/hop/6": Redirect, "/loop": Redirect, "/script": Redirect, "/file": Redirect,
		"/metadata": Blocked, "/private": Blocked,
	} {
		_, err := c.Get(t.Context(), Request{URL: srv.URL + path})
		if e := wantClass(t, err, class); e.Temporary {
			t.Errorf("%s: %+v is not temporary", path, e)
		}
	}
}

func TestTimeouts(t *testing.T) {
	block := make(chan struct{})
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/half" {
			fmt.Fprint(w, "half")
			w.(http.Flusher).Flush()
		}
		select {
		case <-block:
		case <-r.Context().Done():
		}
	})
	defer close(block)
	cfg := quick()
	cfg.Timeout, cfg.Retries = 100*time.Millisecond, -1
	c := client(t, cfg)
	for _, path := range []string{"/silent", "/half"} {
		began := time.Now()
		_, err := c.Get(t.Context(), Request{URL: srv.URL + path})
		if e := wantClass(t, err, Timeout); !e.Temporary || time.Since(began) > 2*time.Second {
			t.Errorf("%s: %+v after %v", path, e, time.Since(began))
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(30*time.Millisecond, cancel)
	_, err := c.Get(ctx, Request{URL: srv.URL})
	wantClass(t, err, Cancelled)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v does not say it was cancelled", err)
	}
}

// A connection that was used before and breaks is no reason to ask again at
// once, as net/http would.
func TestBrokenConnectionsKeepThePace(t *testing.T) {
	var mu sync.Mutex
	var asked []time.Time
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/breaks" {
			return
		}
		mu.Lock()
		asked = append(asked, time.Now())
		mu.Unlock()
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_ = conn.(*net.TCPConn).SetLinger(0) // so that Close sends RST
		_ = conn.Close()
	})
	cfg := quick()
	cfg.MinGap, cfg.Retries = 100*time.Millisecond, 1
	c := client(t, cfg)
	if _, err := c.Get(t.Context(), Request{URL: srv.URL}); err != nil {
		t.Fatal(err)
	}
	_, err := c.Get(t.Context(), Request{URL: srv.URL + "/breaks"})
	if e := wantClass(t, err, Network); !e.Temporary {
		t.Errorf("%+v", e)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(asked) != 2 || asked[1].Sub(asked[0]) < 80*time.Millisecond {
		t.Errorf("asked at %v, wanted twice, 100 ms apart", asked)
	}
}

func TestCutBodyIsNoPage(t *testing.T) {
	var hits atomic.Int32
	srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		hits.Add(1)
		w.Header().Set("Content-Length", "1000")
		fmt.Fprint(w, "only this")
	})
	_, err := client(t, quick()).Get(t.Context(), Request{URL: srv.URL})
	if e := wantClass(t, err, Network); !e.Temporary || hits.Load() != 3 {
		t.Errorf("%+v after %d requests", e, hits.Load())
	}
}

func TestHeadersAndTypes(t *testing.T) {
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/film" {
			w.Header().Set("Content-Type", "video/mp4")
			return
		}
		w.Header().Set("X-Long", strings.Repeat("a", 2*maxHeader))
	})
	c := client(t, quick())
	_, err := c.Get(t.Context(), Request{URL: srv.URL + "/film"})
	wantClass(t, err, ContentType)
	_, err = c.Get(t.Context(), Request{URL: srv.URL + "/headers"})
	wantClass(t, err, TooLarge)
	tls := httptest.NewTLSServer(http.NotFoundHandler())
	defer tls.Close()
	tls.Config.ErrorLog = nil
	_, err = c.Get(t.Context(), Request{URL: tls.URL})
	wantClass(t, err, TLS)
	for _, bad := range []string{"", "javascript:1", "/relative", "ftp://example.org/"} {
		_, err = c.Get(t.Context(), Request{URL: bad})
		wantClass(t, err, BadURL)
	}
}

func TestNewRefuses(t *testing.T) {
	for _, agent := range []string{"", "tradewire/1.0", "(+https://example.org)", "a/1 (+https://example.org)\r\nX: y"} {
		if _, err := New(Config{UserAgent: agent}, nil, nil); err == nil {
			t.Errorf("user agent %q was taken", agent)
		}
	}
	reg := prometheus.NewRegistry()
	if _, err := New(quick(), nil, reg); err != nil {
		t.Fatal(err)
	}
	if _, err := New(quick(), nil, reg); err == nil {
		t.Error("two clients on one registry were taken")
	}
}

func TestMetrics(t *testing.T) {
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/gone" {
			w.WriteHeader(404)
			return
		}
		fmt.Fprint(w, "12345")
	})
	reg := prometheus.NewRegistry()
	c, err := New(quick(), nil, reg)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, path := range []string{"/", "/", "/gone"} {
		_, _ = c.Get(t.Context(), Request{URL: srv.URL + path})
	}
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, family := range families {
		for _, m := range family.GetMetric() {
			name := family.GetName()
			for _, label := range m.GetLabel() {
				name += "/" + label.GetValue()
			}
			got[name] = m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	for name, want := range map[string]float64{
		"tradewire_fetch_requests_total/ok": 2, "tradewire_fetch_requests_total/status": 1,
		"tradewire_fetch_body_bytes_total": 10, "tradewire_fetch_wire_bytes_total": 10,
		"tradewire_fetch_duration_seconds": 3, "tradewire_fetch_retries_total": 0,
	} {
		if value, ok := got[name]; !ok || value != want {
			t.Errorf("%s = %v, %v; want %v", name, value, ok, want)
		}
	}
}
