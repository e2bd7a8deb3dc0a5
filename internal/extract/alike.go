package extract

import (
	"slices"
	"strings"
	"unicode"
)

// leastWord is the length of the words by which two targets are compared:
// shorter ones are articles and prepositions.
const leastWord = 4

// alike reports whether two targets say the same: more than half of the shorter
// one's words, or two that are half of them, stand in the longer, and no number
// tells them apart ("Section 232 tariffs", "Section 301 tariffs").
func alike(a, b string) bool {
	x, y := stems(stoodFor(a)), stems(stoodFor(b))
	if otherNumber(x, y) || compounds(x, y) || compounds(y, x) {
		return false
	}
	x, y = long(x), long(y)
	if len(x) > len(y) {
		x, y = y, x
	}
	n := 0
	for _, w := range x {
		if slices.Contains(y, w) {
			n++
		}
	}
	return n*2 > len(x) || n*2 == len(x) && n > 1
}

// compounds reports whether y, which is no single word, makes another thing of
// the single word of x: the tariffs of a "tariff war".
func compounds(x, y []string) bool {
	if len(x) != 1 {
		return false
	}
	at := slices.Index(y, x[0])
	return at >= 0 && at+1 < len(y) && len(y[at+1]) == leastWord-1
}

// long keeps the words that are no articles or prepositions, and a short one at
// the end: the "war" of "tariff war".
func long(words []string) []string {
	var out []string
	for i, w := range words {
		if len(w) >= leastWord || i == len(words)-1 && len(w) == leastWord-1 {
			out = append(out, w)
		}
	}
	return out
}

// stems lists the words of a target in lower case, without marks around them,
// the possessive and the plural.
func stems(target string) []string {
	words := strings.Fields(strings.ToLower(target))
	for i, w := range words {
		w = strings.TrimFunc(w, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		w = strings.TrimSuffix(strings.TrimSuffix(w, "'s"), "’s")
		words[i] = strings.TrimSuffix(w, "s")
	}
	return words
}

// otherNumber reports whether both hold numbers and no number of one stands in the other.
func otherNumber(x, y []string) bool {
	isNumber := func(w string) bool { return w != "" && unicode.IsDigit(rune(w[0])) }
	shared := func(w string) bool { return isNumber(w) && slices.Contains(y, w) }
	return slices.ContainsFunc(x, isNumber) && slices.ContainsFunc(y, isNumber) && !slices.ContainsFunc(x, shared)
}
