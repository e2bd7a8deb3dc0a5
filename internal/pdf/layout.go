package pdf

import (
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// line is one line of a page.
type line struct {
	text      string
	x, y, end float64
	size      float64
}

// linesOf joins pieces that stand on one line. It keeps the order in which
// they were painted, which in a text is that of reading, in columns too.
func linesOf(pieces []piece) []line {
	var out []line
	var words []byte // of the last line
	finish := func() {
		if n := len(out); n > 0 {
			out[n-1].text = string(words)
		}
		words = words[:0]
	}
	for _, p := range pieces {
		p.text = shownText(p.text)
		if p.text == "" {
			continue
		}
		if n := len(out); n > 0 && joins(out[n-1], p) {
			at := &out[n-1]
			if p.x-at.end > p.spaceBetween && words[len(words)-1] != ' ' && p.text[0] != ' ' {
				words = append(words, ' ')
			}
			words = append(words, p.text...)
			at.end = max(at.end, p.end)
			if strings.TrimSpace(p.text) != "" && p.size > at.size*0.8 {
				at.size = max(at.size, p.size)
			}
			continue
		}
		finish()
		words = append(words, p.text...)
		out = append(out, line{x: p.x, y: p.y, end: p.end, size: p.size})
	}
	finish()
	kept := out[:0]
	for _, l := range out {
		if l.text = strings.Join(strings.Fields(l.text), " "); l.text != "" {
			kept = append(kept, l)
		}
	}
	return kept
}

// joins reports whether a piece goes on with a line: on its height (a raised
// figure counts), and not before its end.
func joins(l line, p piece) bool {
	return math.Abs(l.y-p.y) < 0.5*max(l.size, p.size) && p.x > l.end-1.5*p.size && p.x-l.end < 12*p.size
}

// shownText drops what shows nothing, opens ligatures and keeps every space a
// plain one.
func shownText(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\u00ad':
			return '-' // at the end of a line it parts a word
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r) || r == utf8.RuneError || unicode.Is(unicode.Co, r) || unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, strings.NewReplacer("\ufb00", "ff", "\ufb01", "fi", "\ufb02", "fl", "\ufb03", "ffi", "\ufb04", "ffl").Replace(s))
}

// margin is how many lines at the head and foot of a page may repeat.
const margin = 3

// withoutMargins drops the lines that stand at the head or the foot of half of
// the pages, whatever their numbers, and page numbers that stand alone.
func withoutMargins(pages [][]line) [][]line {
	counts := map[string]int{}
	for _, page := range pages {
		for key := range marginKeys(page) {
			counts[key]++
		}
	}
	var out [][]line
	for _, page := range pages {
		marginal := outermost(page)
		var kept []line
		for i, l := range page {
			key := withoutDigits(l.text)
			repeats := counts[key] >= max(2, (len(pages)+1)/2)
			if marginal[i] && (repeats || key == "" && len(pages) > 1) {
				continue
			}
			kept = append(kept, l)
		}
		out = append(out, kept)
	}
	return out
}

func marginKeys(page []line) map[string]bool {
	keys := map[string]bool{}
	for i := range outermost(page) {
		keys[withoutDigits(page[i].text)] = true
	}
	return keys
}

// outermost are the highest and lowest lines of a page, wherever they were
// painted.
func outermost(page []line) map[int]bool {
	order := make([]int, len(page))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case page[a].y > page[b].y:
			return -1
		case page[a].y < page[b].y:
			return 1
		}
		return 0
	})
	out := map[int]bool{}
	for i, n := range order {
		if i < margin || i >= len(order)-margin {
			out[n] = true
		}
	}
	return out
}

// withoutDigits makes "Page 3 of 12" and "Page 4 of 12" the same; a number
// alone, or between dashes, is "".
func withoutDigits(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) || strings.ContainsRune("-–—[]()|/. ", r) {
			return -1
		}
		return r
	}, s))
}

// paragraphs joins lines: a new paragraph begins where the distance grows, the
// size changes, or a line before stops short of the edge with a full stop.
func paragraphs(pages [][]line) []string {
	var out []string
	var current []byte
	flush := func() {
		if s := strings.TrimSpace(string(current)); s != "" {
			out = append(out, s)
		}
		current = current[:0]
	}
	for _, page := range pages {
		usual, edge := usualLeading(page), rightEdge(page)
		for i, l := range page {
			switch {
			case i == 0 && !endsSentence(string(current[max(0, len(current)-16):])) && continues(l.text):
			case i == 0 || parts(page[i-1], l, usual, edge):
				flush()
			}
			current = joined(current, l.text)
		}
	}
	flush()
	return out
}

func parts(before, l line, usual, edge float64) bool {
	gap := before.y - l.y
	switch {
	case math.Abs(before.size-l.size) > 0.12*max(before.size, l.size):
		return true
	case gap < 0: // the next column, or a box: the sentence may go on
		return endsSentence(before.text) || !continues(l.text)
	case usual > 0 && gap > 1.35*max(usual, 1.2*l.size): // a large heading has its own distance
		return true
	case l.x > before.x+1.2*l.size && l.x < before.x+6*l.size: // an indent
		return true
	}
	return endsSentence(before.text) && before.end < edge-8*l.size
}

// continues reports whether a line looks like the rest of a sentence.
func continues(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLower(r) || unicode.IsDigit(r)
}

func endsSentence(s string) bool {
	s = strings.TrimRight(s, "\"'”’) ")
	return s == "" || strings.HasSuffix(s, ".") || strings.HasSuffix(s, "?") || strings.HasSuffix(s, "!") || strings.HasSuffix(s, ":") || strings.HasSuffix(s, "。")
}

// joined adds a line; a word parted by a hyphen grows together, and characters
// of scripts without spaces get none.
func joined(current []byte, next string) []byte {
	if len(current) == 0 {
		return append(current, next...)
	}
	last, _ := utf8.DecodeLastRune(current)
	first, _ := utf8.DecodeRuneInString(next)
	switch {
	case last == '-' && len(current) > 2 && current[len(current)-2] != ' ':
		before, _ := utf8.DecodeLastRune(current[:len(current)-1])
		if unicode.IsLower(before) && unicode.IsLower(first) {
			return append(current[:len(current)-1], next...)
		}
		return append(current, next...) // EU-China
	case unicode.In(last, unicode.Han, unicode.Hiragana, unicode.Katakana) && unicode.In(first, unicode.Han, unicode.Hiragana, unicode.Katakana):
		return append(current, next...)
	}
	return append(append(current, ' '), next...)
}

// usualLeading is the median distance of two lines.
func usualLeading(page []line) float64 {
	var gaps []float64
	for i := 1; i < len(page); i++ {
		if gap := page[i-1].y - page[i].y; gap > 0.3*page[i].size && gap < 4*page[i].size {
			gaps = append(gaps, gap)
		}
	}
	if len(gaps) == 0 {
		return 0
	}
	slices.Sort(gaps)
	return gaps[(len(gaps)-1)/2]
}

// rightEdge is where most lines end: the ninth decile.
func rightEdge(page []line) float64 {
	if len(page) == 0 {
		return 0
	}
	ends := make([]float64, len(page))
	for i, l := range page {
		ends[i] = l.end
	}
	slices.Sort(ends)
	return ends[len(ends)*9/10]
}

// heading is the text in the largest letters in the upper half of the first
// page, over up to four lines; "" when all letters have one size.
func heading(pages [][]line) string {
	if len(pages) == 0 || len(pages[0]) < 3 {
		return ""
	}
	page := pages[0]
	sizes := make([]float64, len(page))
	for i, l := range page {
		sizes[i] = l.size
	}
	slices.Sort(sizes)
	usual, largest := sizes[len(sizes)/2], 0.0
	top := page[:min(len(page), 25)]
	for _, l := range top {
		if len([]rune(l.text)) >= 12 {
			largest = max(largest, l.size)
		}
	}
	if largest < 1.12*usual {
		return ""
	}
	var lines []string
	for _, l := range top {
		if l.size > 0.97*largest && len(lines) < 4 {
			lines = append(lines, l.text)
		} else if len(lines) > 0 {
			break
		}
	}
	var title []byte
	for _, l := range lines {
		title = joined(title, l)
	}
	return string(title)
}
