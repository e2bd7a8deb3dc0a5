package pdf

import "sort"

// cmap is a ToUnicode table: codes of one to four bytes to text (ISO 32000-1,
// 9.10.3). A nil cmap knows nothing.
type cmap struct {
	single map[int]string
	ranges []codeRange
	spaces []codeSpace
}

type codeRange struct {
	first, last int
	text        string // of first; the last unit counts up
}

type codeSpace struct{ first, last string }

// maxCodes bounds a table.
const maxCodes = 70_000

func readCMap(data []byte) *cmap {
	m := &cmap{single: map[int]string{}}
	l := lexer{data: data}
	var stack []object
	for {
		o, ok := l.next(0)
		if !ok || len(m.single)+len(m.ranges) >= maxCodes {
			sort.SliceStable(m.ranges, func(i, j int) bool { return m.ranges[i].first < m.ranges[j].first })
			return m
		}
		op, isOperator := o.(operator)
		if !isOperator {
			if len(stack) < 3*maxCodes {
				stack = append(stack, o)
			}
			continue
		}
		switch op {
		case "endcodespacerange":
			for i := 0; i+1 < len(stack); i += 2 {
				first, _ := stack[i].(text)
				last, _ := stack[i+1].(text)
				if len(first) > 0 && len(first) == len(last) && len(first) <= 4 && len(m.spaces) < 100 {
					m.spaces = append(m.spaces, codeSpace{string(first), string(last)})
				}
			}
		case "endbfchar":
			for i := 0; i+1 < len(stack); i += 2 {
				from, _ := stack[i].(text)
				to, ok := stack[i+1].(text)
				if ok {
					m.single[codeOf(string(from))] = utf16BE(string(to))
				}
			}
		case "endbfrange":
			m.rangesOf(stack)
		}
		stack = stack[:0]
	}
}

func (m *cmap) rangesOf(stack []object) {
	for i := 0; i+2 < len(stack); i += 3 {
		first, ok := stack[i].(text)
		last, ok2 := stack[i+1].(text)
		if !ok || !ok2 {
			continue
		}
		from, to := codeOf(string(first)), codeOf(string(last))
		switch target := stack[i+2].(type) {
		case text:
			m.ranges = append(m.ranges, codeRange{from, to, string(target)})
		case array:
			for j, t := range target {
				if s, ok := t.(text); ok && from+j <= to && len(m.single) < maxCodes {
					m.single[from+j] = utf16BE(string(s))
				}
			}
		}
	}
}

func codeOf(s string) int {
	n := 0
	for _, c := range []byte(s[:min(len(s), 4)]) {
		n = n<<8 | int(c)
	}
	return n
}

// size is how many bytes the next code has: by the code spaces, else two.
func (m *cmap) size(s string) int {
	if m != nil {
		for _, space := range m.spaces {
			n := len(space.first)
			if n > len(s) {
				continue
			}
			inside := true
			for i := range n {
				inside = inside && s[i] >= space.first[i] && s[i] <= space.last[i]
			}
			if inside {
				return n
			}
		}
	}
	return 2
}

// text is the text of a code, and whether the table has one.
func (m *cmap) text(code, size int) (string, bool) {
	if m == nil {
		return "", false
	}
	if s, ok := m.single[code]; ok {
		return s, true
	}
	// The last range that begins at or before the code.
	i := sort.Search(len(m.ranges), func(i int) bool { return m.ranges[i].first > code }) - 1
	if i >= 0 {
		r := m.ranges[i]
		if code > r.last || len(r.text) < 2 {
			return "", false
		}
		units := []byte(r.text)
		n := int(units[len(units)-2])<<8 | int(units[len(units)-1])
		n += code - r.first
		units[len(units)-2], units[len(units)-1] = byte(n>>8), byte(n)
		return utf16BE(string(units)), true
	}
	return "", false
}
