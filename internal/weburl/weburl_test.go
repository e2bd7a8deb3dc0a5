package weburl

import (
	"errors"
	"net/url"
	"strings"
	"testing"
)

func TestCanonical(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"https://Example.ORG", "https://example.org/"},
		{"HTTP://example.org:80/a", "http://example.org/a"},
		{"https://example.org:443/a", "https://example.org/a"},
		{"https://example.org:8443/a", "https://example.org:8443/a"},
		{"https://example.org/a/./b/../c", "https://example.org/a/c"},
		{"https://example.org/a/%2e%2e/c", "https://example.org/c"},
		{"https://example.org/a#part", "https://example.org/a"},
		{"https://example.org/a?#", "https://example.org/a"},
		{"  https://example.org/a\n", "https://example.org/a"},
		{"https://user:secret@example.org/a", "https://example.org/a"},
		{"https://example.org./a", "https://example.org/a"},
		{"https://example.org/a?utm_source=x&id=7&UTM_Medium=y", "https://example.org/a?id=7"},
		{"https://example.org/a?%75tm_source=x", "https://example.org/a"},
		{"https://example.org/a?b=2&a=1&&fbclid=zz", "https://example.org/a?b=2&a=1"},
		{"https://example.org/n?at_medium=RSS&at_campaign=feed", "https://example.org/n"},
		{"https://example.org/%7ejo%c3%a9", "https://example.org/~jo%C3%A9"},
		{"https://example.org/joé", "https://example.org/jo%C3%A9"},
		{"https://example.org/100%", "https://example.org/100%25"},
		{"https://example.org/%2%65", "https://example.org/%252e"},
		{"https://bücher.example/", "https://xn--bcher-kva.example/"},
		{`https:\\example.org\a`, "https://example.org/a"},
		{"http://0x7f.1/", "http://127.0.0.1/"},
		{"http://2130706433/", "http://127.0.0.1/"},
		{"http://[::FFFF:127.0.0.1]/", "http://[::ffff:7f00:1]/"},
		{"https://example.org/doc.php?ref=12&source=a", "https://example.org/doc.php?ref=12&source=a"},
		{"https://example.org/2026/duty-on-wire/amp/", "https://example.org/2026/duty-on-wire/"},
		{"https://example.org/2026/duty-on-wire/amp?utm_source=x", "https://example.org/2026/duty-on-wire"},
		{"https://example.org/news-48213/print", "https://example.org/news-48213"},
		{"https://example.org/duty-on-wire-7.amp.amp", "https://example.org/duty-on-wire-7"},
		{"https://example.org/duty-on-wire.amp.html", "https://example.org/duty-on-wire.html"},
		{"https://example.org/duty-on-wire.amp", "https://example.org/duty-on-wire"},
		{"https://example.org/duty-on-wire?amp", "https://example.org/duty-on-wire"},
		{"https://example.org/duty-on-wire?amp=1&page=2", "https://example.org/duty-on-wire?page=2"},
		{"https://example.org/duty-on-wire?outputType=amp", "https://example.org/duty-on-wire"},
		{"https://example.org/duty-on-wire?view=print#top", "https://example.org/duty-on-wire"},
		{"https://example.org/electronics/amp", "https://example.org/electronics/amp"},
		{"https://example.org/print/", "https://example.org/print/"},
		{"https://example.org/search?format=json&print=landscape", "https://example.org/search?format=json&print=landscape"},
	} {
		got, err := Canonical(c.in)
		if err != nil || got != c.want {
			t.Errorf("Canonical(%q) = %q, %v; want %q", c.in, got, err, c.want)
		}
	}
}

func TestCanonicalRefuses(t *testing.T) {
	for _, in := range []string{
		"", "news", "/a/b", "//example.org/a", "javascript:alert(1)", " JaVaScript:alert(1)", "java\nscript:alert(1)",
		"data:text/html,x", "mailto:a@example.org", "tel:123", "ftp://example.org/a", "file:///etc/passwd",
		"gopher://example.org/", "http://", "https://?a", "http://exa mple.org/", "http://example.org:99999/",
		"http://[::1", "https://example.org/\xff", "https://example.org/" + strings.Repeat("a", MaxLength),
		"https://example.org/" + strings.Repeat("é", MaxLength/3),
	} {
		got, err := Canonical(in)
		var typed *Error
		if !errors.As(err, &typed) {
			t.Errorf("Canonical(%.60q) = %.60q, %v; want *Error", in, got, err)
		}
	}
}

func TestResolve(t *testing.T) {
	const base = "https://Ministry.example/news/list.html?page=2#top"
	for _, c := range []struct{ ref, want string }{
		{"item.html", "https://ministry.example/news/item.html"},
		{"../a?utm_campaign=x", "https://ministry.example/a"},
		{"/b", "https://ministry.example/b"},
		{"?page=3", "https://ministry.example/news/list.html?page=3"},
		{"//cdn.example/c", "https://cdn.example/c"},
		{"#top", "https://ministry.example/news/list.html?page=2"},
		{"", "https://ministry.example/news/list.html?page=2"},
		{"http://other.example/x y", "http://other.example/x%20y"},
	} {
		got, err := Resolve(base, c.ref)
		if err != nil || got != c.want {
			t.Errorf("Resolve(%q) = %q, %v; want %q", c.ref, got, err, c.want)
		}
	}
	for _, ref := range []string{"javascript:void(0)", "\tjavascript:x", "data:,x", "mailto:a@b.example", "ftp://x/y", "blob:https://x/1"} {
		if got, err := Resolve(base, ref); err == nil {
			t.Errorf("Resolve(%q) = %q, want an error", ref, got)
		}
	}
	if got, err := Resolve("about:blank", "a"); err == nil {
		t.Errorf("Resolve on about:blank = %q, want an error", got)
	}
}

func TestFollow(t *testing.T) {
	for _, c := range []struct{ base, ref, want string }{
		{"", "https://a:b@Example.org:443/%7ex?utm_source=1&b=%zz#f", "https://example.org/%7ex?utm_source=1&b=%zz"},
		{"https://example.org/a/b", "../c d", "https://example.org/c%20d"},
		{"", "/relative", ""},
		{"", "mailto:a@example.org", ""},
		{"https://example.org/", "javascript:alert(1)", ""},
		{"https://example.org/", "//evil`.example/", ""},
	} {
		got, err := Follow(c.base, c.ref)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("Follow(%q, %q) = %q, %v; want %q", c.base, c.ref, got, err, c.want)
		}
	}
}

func TestHost(t *testing.T) {
	for in, want := range map[string]string{
		"https://Example.ORG/a":       "example.org",
		"https://example.org.:443/":   "example.org",
		"http://127.0.0.1:8081/x":     "127.0.0.1:8081",
		"http://[::1]:80/":            "[::1]",
		"javascript:alert(1)":         "",
		"nothing":                     "",
		"https://example.org/\xff":    "",
		"https://user@example.org:99": "example.org:99",
	} {
		if got := Host(in); got != want {
			t.Errorf("Host(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzCanonical(f *testing.F) {
	for _, seed := range []string{
		"https://example.org/a?utm_source=x&b=%zz#c", "http://0x7f.1:80/%2%65/..//", "https://bücher.example/é?ü=%C3",
		"http://[::ffff:1.2.3.4]/", "https://a/?%26=%3D&&", "https://a./..;/%2e%2E/%2f", `http:\\a\b?c\d`, "http://a/?%75tm_x",
		"https://ß.example/%%%%", "http://a/#?x", "https://a%2eb/", "https://xn--a/",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		got, err := Canonical(raw)
		if err != nil {
			return
		}
		again, err := Canonical(got)
		if err != nil || again != got {
			t.Fatalf("Canonical(%q) = %q, again %q, %v", raw, got, again, err)
		}
		u, err := url.Parse(got)
		if err != nil {
			t.Fatalf("net/url does not read %q: %v", got, err)
		}
		if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.Fragment != "" {
			t.Fatalf("%q is not a plain web address", got)
		}
		if host := Host(got); host != u.Host {
			t.Fatalf("Host(%q) = %q, net/url says %q", got, host, u.Host)
		}
		if plain, err := Plain(got); err != nil || plain != got {
			t.Fatalf("Plain(%q) = %q, %v", got, plain, err)
		}
		if same, err := Resolve("https://other.example/x", got); err != nil || same != got {
			t.Fatalf("Resolve of the absolute %q = %q, %v", got, same, err)
		}
	})
}
