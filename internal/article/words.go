package article

import (
	"html"
	"strings"
	"unicode"

	"github.com/tradewire/tradewire/internal/weburl"
)

// clean makes one line of a text from metadata: entities that were escaped
// twice are read, tags and invisible characters dropped, space collapsed.
func clean(s string) string {
	if strings.ContainsRune(s, '&') {
		s = html.UnescapeString(s)
	}
	return strings.Join(strings.Fields(visible(strings.ToValidUTF8(s, "\ufffd"))), " ")
}

// visible drops characters that show nothing (soft hyphen, zero-width space,
// byte-order mark, direction marks, controls) and makes every other space a
// plain one, so that words compare and offsets count what a reader sees.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\u200c' || r == '\u200d': // joiners carry meaning in Persian, Hindi and emoji
			return r
		case unicode.Is(unicode.Cf, r) || unicode.IsControl(r):
			return -1
		case unicode.IsSpace(r) || unicode.Is(unicode.Zs, r):
			return ' '
		}
		return r
	}, s)
}

// squash keeps letters and digits in lower case, to compare texts whose
// punctuation and spacing differ.
func squash(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// letters counts letters and digits.
func letters(s string) int {
	n := 0
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

// wordSet returns the different words of a text in lower case.
func wordSet(s string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}) {
		set[w] = true
	}
	return set
}

// shared returns which part of a's words stands in b too, from 0 to 1.
func shared(a, b string) float64 {
	left, right := wordSet(a), wordSet(b)
	if len(left) == 0 {
		return 0
	}
	n := 0
	for w := range left {
		if right[w] {
			n++
		}
	}
	return float64(n) / float64(len(left))
}

// sameSite reports whether two addresses belong to one registrable domain.
func sameSite(a, b string) bool {
	return weburl.Site(a) == weburl.Site(b)
}

// isRoot reports whether an address is a site's front page: templates often
// name it as the canonical address of every page.
func isRoot(address string) bool {
	_, rest, _ := strings.Cut(address, "//")
	_, path, _ := strings.Cut(rest, "/")
	return path == ""
}
