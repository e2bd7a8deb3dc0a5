// Package weburl gives every page one address: it parses as browsers do
// (WHATWG URL) and drops what does not change the page, so that the same
// article reached by two links is one article. It does no input or output.
package weburl

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/nlnwa/whatwg-url/url"
	"golang.org/x/net/publicsuffix"
)

// MaxLength is the longest address taken, in bytes, before and after
// canonicalisation. Longer ones are traps, not articles.
const MaxLength = 4 << 10

// Error says why an address is not usable. URL is cut to 200 bytes.
type Error struct {
	URL    string
	Reason string
}

func (e *Error) Error() string {
	return fmt.Sprintf("web address %q: %s", e.URL, e.Reason)
}

// Canonical returns the one spelling of an absolute http or https address:
// host in lower case (IDNA in ASCII form), default port, credentials,
// fragment, tracking parameters and what asks for the AMP or print version
// of a page dropped, dot segments resolved, escapes
// in upper case and only where needed. The order of the parameters that stay
// is kept. Any other scheme, a missing host or an address over MaxLength is
// an *Error. Canonical(Canonical(x)) is Canonical(x).
func Canonical(raw string) (string, error) {
	raw = strings.TrimSpace(raw)
	if err := checkText(raw); err != nil {
		return "", err
	}
	u, err := url.Parse(raw)
	if err != nil {
		return "", refuse(raw, "not an absolute address")
	}
	return canonical(raw, u)
}

// Resolve reads ref as a link on the page at base and returns its canonical
// address. A ref that leads away from the web (javascript:, data:, mailto:)
// is an *Error. An empty ref or a bare fragment is the page itself.
func Resolve(base, ref string) (string, error) {
	ref = strings.TrimSpace(ref)
	if err := checkText(base); err != nil {
		return "", err
	}
	if err := checkText(ref); err != nil {
		return "", err
	}
	u, err := url.ParseRef(strings.TrimSpace(base), ref)
	if err != nil {
		return "", refuse(ref, "does not resolve against the page's address")
	}
	return canonical(ref, u)
}

// Plain returns the address as a server expects it: checked and spelt as
// Canonical does, without credentials and fragment, but with its whole query
// and its own escapes, for some servers redirect when a parameter is gone.
func Plain(raw string) (string, error) { return Follow("", raw) }

// Follow reads a Location header (or any link) found at base as Plain does.
// With an empty base, location must be absolute.
func Follow(base, location string) (string, error) {
	location = strings.TrimSpace(location)
	if err := checkText(location); err != nil {
		return "", err
	}
	u, err := parse(base, location)
	if err != nil {
		return "", refuse(location, "not an address")
	}
	if !isWeb(u.Scheme()) {
		return "", refuse(location, "the scheme must be http or https, it is "+u.Scheme())
	}
	if authority(u) == "" {
		return "", refuse(location, "no host that can exist")
	}
	return u.Scheme() + "://" + authority(u) + u.Pathname() + u.Search(), nil
}

func parse(base, ref string) (*url.Url, error) {
	if base == "" {
		return url.Parse(ref)
	}
	return url.ParseRef(base, ref)
}

// Host returns the host of a web address in lower case, with the port when
// it is not the scheme's default ("example.org", "127.0.0.1:8081"). It is
// the key by which pace is kept; "" when raw is no web address.
func Host(raw string) string {
	if checkText(raw) != nil {
		return ""
	}
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || !isWeb(u.Scheme()) {
		return ""
	}
	return authority(u)
}

// Site is the registrable domain of a web address ("example.org" for
// https://amp.news.example.org/a, by the public suffix list), or its host
// where there is none; "" when raw is no web address.
func Site(raw string) string {
	host := Host(raw)
	if domain, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return domain
	}
	return host
}

// authority is host or host:port; "" for a host no DNS name or IP address
// can have, which browsers' rules let through.
func authority(u *url.Url) string {
	// One dot at the end is that of the root; a name with an empty label is
	// none, and could read as another host once its dots are gone.
	host := strings.TrimSuffix(u.Hostname(), ".")
	if strings.HasSuffix(host, ".") {
		return ""
	}
	if host == "" || strings.Trim(host, "abcdefghijklmnopqrstuvwxyz0123456789-_.") != "" && host[0] != '[' {
		return ""
	}
	if u.Port() != "" {
		host += ":" + u.Port()
	}
	return host
}

func canonical(raw string, u *url.Url) (string, error) {
	if !isWeb(u.Scheme()) {
		return "", refuse(raw, "the scheme must be http or https, it is "+u.Scheme())
	}
	host := authority(u)
	if host == "" {
		return "", refuse(raw, "no host that can exist")
	}
	var b strings.Builder
	b.WriteString(u.Scheme() + "://" + host)
	b.WriteString(articlePath(escapes(u.Pathname())))
	if query := keepQuery(strings.TrimPrefix(u.Search(), "?")); query != "" {
		b.WriteString("?" + query)
	}
	if b.Len() > MaxLength {
		return "", refuse(raw, "too long")
	}
	return b.String(), nil
}

func isWeb(scheme string) bool { return scheme == "http" || scheme == "https" }

func checkText(raw string) error {
	switch {
	case len(raw) > MaxLength:
		return refuse(raw, "too long")
	case !utf8.ValidString(raw):
		return refuse(raw, "not UTF-8")
	}
	return nil
}

func refuse(raw, reason string) error {
	if len(raw) > 200 {
		raw = strings.ToValidUTF8(raw[:200], "") + "…"
	}
	return &Error{URL: raw, Reason: reason}
}
