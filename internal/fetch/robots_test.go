package fetch

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestRobotsRules(t *testing.T) {
	for _, c := range []struct {
		name, file, path string
		want             bool
	}{
		{"empty", "", "/a", true},
		{"no rules for us", "User-agent: other\nDisallow: /", "/a", true},
		{"star", "User-agent: *\nDisallow: /a", "/a/b", false},
		{"star, elsewhere", "User-agent: *\nDisallow: /a", "/b", true},
		{"named wins over star", "User-agent: *\nDisallow: /\n\nUser-agent: tradewire\nDisallow: /x", "/a", true},
		{"named, any case, with version", "user-AGENT: TradeWire/2.0\ndisallow: /", "/a", false},
		{"a longer name is another robot", "User-agent: tradewirebot\nDisallow: /", "/a", true},
		{"groups of one name merge", "User-agent: tradewire\nDisallow: /a\n\nUser-agent: x\nDisallow: /\n\nUser-agent: tradewire\nDisallow: /b", "/b", false},
		{"names share a group", "User-agent: x\nUser-agent: tradewire\nDisallow: /a", "/a", false},
		{"empty group of ours", "User-agent: *\nDisallow: /\n\nUser-agent: tradewire\nDisallow:", "/a", true},
		{"longest wins: allow", "User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", true},
		{"longest wins: disallow", "User-agent: *\nAllow: /a\nDisallow: /a/b", "/a/b/c", false},
		{"tie is allowed", "User-agent: *\nDisallow: /a\nAllow: /a", "/a", true},
		{"star in a path", "User-agent: *\nDisallow: /*/print", "/news/print/1", false},
		{"several stars", "User-agent: *\nDisallow: /a*b*c", "/a-x-b-y-c-z", false},
		{"several stars, order", "User-agent: *\nDisallow: /a*c*b", "/a-b-c", true},
		{"end", "User-agent: *\nDisallow: /*.pdf$", "/a.pdf", false},
		{"end, not at it", "User-agent: *\nDisallow: /*.pdf$", "/a.pdf?x=1", true},
		{"end without star", "User-agent: *\nDisallow: /a$", "/ab", true},
		{"query", "User-agent: *\nDisallow: /*?page=", "/a?page=2", false},
		{"robots.txt itself", "User-agent: *\nDisallow: /", "/robots.txt", true},
		{"escaped rule, plain path", "User-agent: *\nDisallow: /%7Ejoe", "/~joe", false},
		{"plain rule, escaped path", "User-agent: *\nDisallow: /~joe", "/%7ejoe", false},
		{"beyond ASCII", "User-agent: *\nDisallow: /preß", "/pre%C3%9f", false},
		{"%2F is no slash", "User-agent: *\nDisallow: /a/b", "/a%2Fb", true},
		{"comments and CR", "\ufeff# x\rUser-agent: * # all\r\nDisallow: /a # here\r", "/a", false},
		{"rules before any name", "Disallow: /\nUser-agent: *\nDisallow: /b", "/a", true},
		{"spaces around the colon", "User-agent : *\nDisallow : /a", "/a", false},
		{"sitemap between", "User-agent: tradewire\nSitemap: https://example.org/s.xml\nDisallow: /a", "/a", false},
		{"a web page", "<!doctype html>\n<p>User-agent: we do not know</p>", "/a", true},
		{"rule that is no path", "User-agent: *\nDisallow: a", "/a", true},
	} {
		if got := parseRobots([]byte(c.file), "tradewire").allows(c.path); got != c.want {
			t.Errorf("%s: allows(%s) = %v, want %v", c.name, c.path, got, c.want)
		}
	}
}

func TestRobotsPace(t *testing.T) {
	for file, want := range map[string]time.Duration{
		"User-agent: *\nCrawl-delay: 2.5":                                    2500 * time.Millisecond,
		"User-agent: *\nCrawl-delay: -1":                                     0,
		"User-agent: *\nCrawl-delay: NaN":                                    0,
		"User-agent: *\nCrawl-delay: 1e30":                                   0,
		"User-agent: *\nRequest-rate: 1/5":                                   5 * time.Second,
		"User-agent: *\nRequest-rate: 30/1m 0900-1700":                       2 * time.Second,
		"User-agent: *\nRequest-rate: 0/5":                                   0,
		"User-agent: *\nRequest-rate: 1/":                                    0,
		"User-agent: *\nCrawl-delay: 9\n\nUser-agent: tradewire\nAllow: /":   0,
		"User-agent: tradewire\nCrawl-delay: 3\nDisallow:\n\nUser-agent: *":  3 * time.Second,
		"User-agent: *\nCrawl-delay: 1\nRequest-rate: 1/10s\nCrawl-delay: 4": 10 * time.Second,
	} {
		if got := parseRobots([]byte(file), "tradewire").gap; got != want {
			t.Errorf("%q: gap %v, want %v", file, got, want)
		}
	}
}

func TestRobotsLimit(t *testing.T) {
	padding := "# " + strings.Repeat("x", maxRobots-40) + "\n"
	within := "User-agent: *\nDisallow: /a\n" + padding
	if parseRobots([]byte(within+strings.Repeat("Disallow: /b\n", 50)), "tradewire").allows("/a") {
		t.Error("the part within the limit does not count")
	}
	rules := parseRobots([]byte(within+strings.Repeat("Disallow: /b\n", 50)), "tradewire")
	if !rules.allows("/b") {
		t.Error("what is over the limit counts")
	}
}

// robotsServer serves a robots.txt made by robots and counts both kinds.
func robotsServer(t *testing.T, robots http.HandlerFunc) (url string, robotsHits, pageHits *atomic.Int32) {
	robotsHits, pageHits = new(atomic.Int32), new(atomic.Int32)
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/robots") {
			robotsHits.Add(1)
			robots(w, r)
			return
		}
		pageHits.Add(1)
		fmt.Fprint(w, "page")
	})
	return srv.URL, robotsHits, pageHits
}

func robotsClient(t *testing.T) *Client {
	cfg := quick()
	cfg.Robots, cfg.Retries = true, -1
	cfg.UserAgent = "tradewire/1.0 (+https://example.org/contact)"
	return client(t, cfg)
}

func TestRobotsIsHeededAndCached(t *testing.T) {
	url, robots, pages := robotsServer(t, func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "User-agent: *\nDisallow: /private")
	})
	c := robotsClient(t)
	for range 3 {
		if _, err := c.Get(t.Context(), Request{URL: url + "/open"}); err != nil {
			t.Fatal(err)
		}
		_, err := c.Get(t.Context(), Request{URL: url + "/private/a"})
		if e := wantClass(t, err, Robots); e.Temporary {
			t.Errorf("%+v: a rule is not temporary", e)
		}
	}
	wantClass(t, c.Allowed(t.Context(), url+"/private"), Robots)
	if err := c.Allowed(t.Context(), url+"/open"); err != nil {
		t.Error(err)
	}
	if robots.Load() != 1 || pages.Load() != 3 {
		t.Errorf("robots.txt asked %d times, pages %d", robots.Load(), pages.Load())
	}
}

func TestRobotsAnswers(t *testing.T) {
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	for _, c := range []struct {
		name    string
		robots  http.HandlerFunc
		allowed bool
	}{
		{"404", status(404), true},
		{"403", status(403), true},
		{"401", status(401), true},
		{"500", status(500), false},
		{"503", status(503), false},
		{"429", status(429), false},
		{"204", status(204), true},
		{"redirect", func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/robots.txt" {
				http.Redirect(w, r, "/robots-real.txt", http.StatusMovedPermanently)
				return
			}
			fmt.Fprint(w, "User-agent: tradewire\nDisallow: /")
		}, false},
		{"endless redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.Path+"x", http.StatusFound)
		}, true},
		{"huge", func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, "User-agent: *\nDisallow: /page\n"+strings.Repeat("# x\n", maxRobots))
		}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			url, robots, pages := robotsServer(t, c.robots)
			cl := robotsClient(t)
			for range 2 {
				_, err := cl.Get(t.Context(), Request{URL: url + "/page"})
				if c.allowed && err != nil {
					t.Fatal(err)
				}
				if !c.allowed {
					wantClass(t, err, Robots)
				}
			}
			if !c.allowed && pages.Load() != 0 {
				t.Error("the page was asked for")
			}
			if n := robots.Load(); n > 6 || !strings.Contains(c.name, "redirect") && n != 1 {
				t.Errorf("robots.txt asked %d times", n)
			}
		})
	}
}

func TestRobotsInTroubleIsTemporary(t *testing.T) {
	url, _, _ := robotsServer(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "600")
		w.WriteHeader(503)
	})
	_, err := robotsClient(t).Get(t.Context(), Request{URL: url + "/page"})
	if e := wantClass(t, err, Robots); !e.Temporary || e.RetryAfter < 9*time.Minute || e.Status != 503 {
		t.Errorf("%+v", e)
	}
}

func TestRobotsOfTheRedirectedHost(t *testing.T) {
	other, _, pages := robotsServer(t, func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "User-agent: *\nDisallow: /")
	})
	first := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			w.WriteHeader(404)
			return
		}
		http.Redirect(w, r, other+"/page", http.StatusFound)
	})
	_, err := robotsClient(t).Get(t.Context(), Request{URL: first.URL + "/a"})
	wantClass(t, err, Robots)
	if pages.Load() != 0 {
		t.Error("a redirect led past the other host's robots.txt")
	}
}

func FuzzRobots(f *testing.F) {
	f.Add([]byte("User-agent: *\nDisallow: /a*b$\nAllow: /%7e\nCrawl-delay: 1"), "/a/b?c")
	f.Add([]byte("User-agent: tradewire\rUser-agent: x\rRequest-rate: 1/2m\rDisallow:/"), "/%zz%7E\xff")
	f.Fuzz(func(t *testing.T, file []byte, path string) {
		rules := parseRobots(file, "tradewire")
		rules.allows(path)
		if !rules.allows("/robots.txt") {
			t.Fatal("robots.txt itself is forbidden")
		}
		if rules.gap < 0 {
			t.Fatalf("gap %v", rules.gap)
		}
		if once := robotsEscapes(path); rules.allows(once) != rules.allows(path) {
			t.Fatalf("spelling %q and %q differ", path, once)
		}
		all := parseRobots([]byte("User-agent: tradewire\nDisallow: /"), "tradewire")
		if strings.HasPrefix(path, "/") && path != "/robots.txt" && robotsEscapes(path) != "/robots.txt" && all.allows(path) {
			t.Fatalf("%q slipped through Disallow: /", path)
		}
	})
}
