package document

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// currencyPrefix is how many bytes of a currency's sign s begins with: signs are
// written together with their country's letters, and the "US" of "US$50" is no
// country.
func currencyPrefix(s string) int {
	for _, p := range []string{"US$", "HK$", "NT$", "NZ$", "A$", "C$", "S$", "R$"} {
		if strings.HasPrefix(s, p) {
			return len(p)
		}
	}
	return 0
}

// abbreviation reports a word that keeps its dot inside the token and ends no
// sentence.
func abbreviation(word string) bool {
	switch word {
	case "mr", "mrs", "ms", "dr", "prof", "sen", "rep", "gov", "gen", "col", "lt", "sgt", "hon", "rev", "st",
		"jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec",
		"no", "nos", "art", "sec", "para", "vs", "inc", "corp", "ltd", "co", "bros", "dept", "est", "approx",
		"jr", "sr", "messrs", "amb", "pres", "secy", "fig", "vol", "cf", "al", "min":
		return true
	}
	return false
}

type scanner struct {
	text   string
	pos    int // bytes
	rune   int // code points
	space  bool
	tokens []Token
}

func tokenize(text string) []Token {
	s := scanner{text: text, tokens: make([]Token, 0, len(text)/5+1)}
	s.ending() // a term or pattern may begin with one: "'s", "'ll"
	for s.pos < len(text) {
		r, size := utf8.DecodeRuneInString(text[s.pos:])
		switch {
		case unicode.IsSpace(r) || r == 0xFEFF || r == 0x200B:
			s.space = true
			s.pos += size
			s.rune++
		case currencyPrefix(text[s.pos:]) > 0 && !s.afterWord():
			s.emit(currencyPrefix(text[s.pos:]))
		case unicode.IsDigit(r):
			s.emit(numberLen(text[s.pos:]))
		case isWordRune(r):
			s.word()
		default:
			s.emit(markLen(text[s.pos:], r, size))
		}
	}
	return s.tokens
}

// afterWord reports whether the last token touches the position.
func (s *scanner) afterWord() bool {
	return !s.space && len(s.tokens) > 0 && isWordRune(lastRune(s.tokens[len(s.tokens)-1].Norm))
}

func lastRune(s string) rune {
	r, _ := utf8.DecodeLastRuneInString(s)
	return r
}

func isWordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) || r == '_'
}

// emit makes the next n bytes a token.
func (s *scanner) emit(n int) {
	raw := s.text[s.pos : s.pos+n]
	norm := normalise(raw)
	s.tokens = append(s.tokens, Token{Start: s.pos, End: s.pos + n, Rune: s.rune, Norm: norm,
		Lower: strings.ToLower(norm), Space: s.space})
	s.pos += n
	s.rune += utf8.RuneCountInString(raw)
	s.space = false
}

// word emits a word and, apart, its possessive or contracted ending.
func (s *scanner) word() {
	rest := s.text[s.pos:]
	if n := dottedLen(rest); n > 0 {
		s.emit(n)
		s.ending()
		return
	}
	n := wordLen(rest)
	if n < len(rest) && rest[n] == '.' && abbreviation(strings.ToLower(rest[:n])) && abbreviationContext(rest, n) {
		n++
	}
	if n == 1 && n < len(rest) && rest[n] == '.' && rest[0] >= 'A' && rest[0] <= 'Z' { // an initial
		n++
	}
	s.emit(n)
	s.ending()
}

// abbreviationContext keeps the dot with words such as "no" or "may" only
// where an abbreviation makes sense: a capital or a digit must follow.
func abbreviationContext(rest string, n int) bool {
	after := strings.TrimLeft(rest[n+1:], " \u00a0")
	if after == "" || after == rest[n+1:] && len(after) > 0 && after[0] != ',' {
		return after != ""
	}
	switch word := strings.ToLower(rest[:n]); word {
	case "no", "nos", "sec", "art", "vol", "fig", "mar", "min":
		return after[0] >= '0' && after[0] <= '9'
	default:
		return unicode.IsUpper(rune(rest[0])) || word == "vs" || word == "al" || word == "approx"
	}
}

// ending emits "'s", "n't" is left inside its word.
func (s *scanner) ending() {
	rest := s.text[s.pos:]
	for _, apostrophe := range []string{"'", "’", "ʼ"} {
		if !strings.HasPrefix(rest, apostrophe) {
			continue
		}
		after := rest[len(apostrophe):]
		for _, e := range []string{"s", "S", "re", "ve", "ll", "d", "m"} {
			if strings.HasPrefix(after, e) && !wordFollows(after[len(e):]) {
				s.emit(len(apostrophe) + len(e))
				return
			}
		}
	}
}

func wordFollows(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return s != "" && isWordRune(r)
}

// dottedLen measures abbreviations such as "U.S." and "a.m"; 0 when none.
func dottedLen(s string) int {
	n := 0
	letters := 0
	for n < len(s) {
		r, size := utf8.DecodeRuneInString(s[n:])
		if !unicode.IsLetter(r) || n+size >= len(s) || s[n+size] != '.' {
			break
		}
		n += size + 1
		letters++
	}
	if letters == 0 {
		return 0
	}
	if r, size := utf8.DecodeRuneInString(s[n:]); unicode.IsLetter(r) { // "U.S" without its last dot
		if letters >= 1 && !wordFollows(s[n+size:]) {
			return n + size
		}
		return 0
	}
	if letters < 2 {
		return 0
	}
	return n
}

// wordLen measures letters and inner apostrophes ("don't", "O'Brien").
func wordLen(s string) int {
	n := 0
	for n < len(s) {
		r, size := utf8.DecodeRuneInString(s[n:])
		if isWordRune(r) {
			n += size
			continue
		}
		if (r == '\'' || r == '’') && n > 0 && innerApostrophe(s[:n], s[n+size:]) {
			n += size
			continue
		}
		break
	}
	return n
}

// innerApostrophe is true within "don't" and "O'Brien", not before "'s".
func innerApostrophe(before, after string) bool {
	if !wordFollows(after) || (after[0] == 's' || after[0] == 'S') && !wordFollows(after[1:]) {
		return false
	}
	return strings.HasPrefix(after, "t") && !wordFollows(after[1:]) || len(before) <= 2 && len(after) > 2 && (before[0] < 'a' || upperStart(after))
}

// numberLen measures "1,585", "10.5" and "3rd"; "25pc" is cut behind 25.
func numberLen(s string) int {
	n := 0
	for n < len(s) {
		c := s[n]
		if c >= '0' && c <= '9' || (c == '.' || c == ',') && n+1 < len(s) && s[n+1] >= '0' && s[n+1] <= '9' && groupOK(s, n) {
			n++
			continue
		}
		break
	}
	if n == 0 { // a digit of another script
		_, n = utf8.DecodeRuneInString(s)
		return n
	}
	for _, suffix := range []string{"st", "nd", "rd", "th", "G", "s"} {
		if strings.HasPrefix(s[n:], suffix) && !wordFollows(s[n+len(suffix):]) {
			return n + len(suffix)
		}
	}
	return n
}

// groupOK accepts a comma only before three digits: "2018,34" are two numbers.
func groupOK(s string, i int) bool {
	if s[i] == '.' {
		return true
	}
	for k := 1; k <= 3; k++ {
		if i+k >= len(s) || s[i+k] < '0' || s[i+k] > '9' {
			return false
		}
	}
	return i+4 >= len(s) || s[i+4] < '0' || s[i+4] > '9'
}

// markLen groups runs of dots and of hyphens; any other mark stands alone.
func markLen(s string, r rune, size int) int {
	if r != '.' && r != '-' {
		return size
	}
	n := 1
	for n < len(s) && s[n] == byte(r) {
		n++
	}
	return n
}

// normalise straightens quotes and dashes and drops an abbreviation's dots.
func normalise(raw string) string {
	switch raw {
	case "“", "”", "„", "«", "»", "″", "``", "''":
		return `"`
	case "‘", "’", "‚", "ʼ":
		return "'"
	case "–", "—", "―", "--", "---":
		return "--"
	case "‐", "‑", "−":
		return "-"
	case "％":
		return "%"
	case "…":
		return "..."
	}
	out := raw
	if strings.ContainsAny(raw, "’ʼ") {
		out = strings.ReplaceAll(strings.ReplaceAll(raw, "’", "'"), "ʼ", "'")
	}
	if !strings.ContainsAny(out, ".,") || strings.Trim(out, ".") == "" {
		return out
	}
	if first := out[0]; first >= '0' && first <= '9' {
		return strings.ReplaceAll(out, ",", "")
	}
	return strings.ReplaceAll(out, ".", "")
}

func upperStart(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsUpper(r)
}
