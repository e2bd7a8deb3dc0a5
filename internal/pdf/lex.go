package pdf

import (
	"bytes"
	"strconv"
)

// object is one of: nil, bool, float64, name, text, array, dict, ref, stream,
// or, in content streams, operator.
type object any

type (
	name     string
	text     string
	operator string
	array    []object
	dict     map[string]object
	ref      int
	stream   struct {
		dict dict
		raw  []byte
	}
)

// lexer reads objects out of bytes.
type lexer struct {
	data []byte
	at   int
	// refs says that "1 0 R" is a reference: not so in content streams.
	refs bool
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}

func isDelimiter(c byte) bool { return bytes.IndexByte([]byte("()<>[]{}/%"), c) >= 0 }

func isRegular(c byte) bool { return !isSpace(c) && !isDelimiter(c) }

// skip passes white space and comments.
func (l *lexer) skip() {
	for l.at < len(l.data) {
		switch c := l.data[l.at]; {
		case isSpace(c):
			l.at++
		case c == '%':
			end := bytes.IndexAny(l.data[l.at:], "\r\n")
			if end < 0 {
				l.at = len(l.data)
				return
			}
			l.at += end
		default:
			return
		}
	}
}

// closing marks the end of an array or dictionary.
type closing byte

// next reads one object; false at the end. What nests deeper than maxDepth is
// read as nil.
func (l *lexer) next(depth int) (object, bool) {
	l.skip()
	if l.at >= len(l.data) {
		return nil, false
	}
	c := l.data[l.at]
	switch {
	case c == '(':
		return l.literal(), true
	case depth >= maxDepth && (c == '[' || c == '<' && l.peek(1) == '<'):
		l.at++ // the stack must not grow with the file
		return nil, true
	case c == '<' && l.peek(1) == '<':
		l.at += 2
		return l.dictionary(depth + 1), true
	case c == '<':
		return l.hex(), true
	case c == '>' && l.peek(1) == '>':
		l.at += 2
		return closing('>'), true
	case c == '[':
		l.at++
		return l.array(depth + 1), true
	case c == ']':
		l.at++
		return closing(']'), true
	case c == '/':
		return l.name(), true
	case !isRegular(c):
		l.at++ // a stray sign
		return nil, true
	}
	return l.word(), true
}

func (l *lexer) peek(n int) byte {
	if l.at+n < len(l.data) {
		return l.data[l.at+n]
	}
	return 0
}

// word is a number, a reference, true, false, null or an operator.
func (l *lexer) word() object {
	start := l.at
	for l.at < len(l.data) && isRegular(l.data[l.at]) {
		l.at++
	}
	s := string(l.data[start:min(l.at, start+64)])
	if n, ok := number(s); ok {
		if l.refs && n >= 0 && n == float64(int(n)) {
			if l.isReference() {
				return ref(int(n))
			}
		}
		return n
	}
	switch s {
	case "true":
		return true
	case "false":
		return false
	case "null":
		return nil
	}
	return operator(s)
}

// isReference passes " 0 R" behind a whole number.
func (l *lexer) isReference() bool {
	at := l.at
	digits := func() bool {
		start := at
		for at < len(l.data) && isSpace(l.data[at]) {
			at++
		}
		if at == start {
			return false
		}
		start = at
		for at < len(l.data) && l.data[at] >= '0' && l.data[at] <= '9' {
			at++
		}
		return at > start && at-start < 6
	}
	if !digits() {
		return false
	}
	start := at
	for at < len(l.data) && isSpace(l.data[at]) {
		at++
	}
	if at == start || at >= len(l.data) || l.data[at] != 'R' || at+1 < len(l.data) && isRegular(l.data[at+1]) {
		return false
	}
	l.at = at + 1
	return true
}

func number(s string) (float64, bool) {
	if s == "" || s[0] != '+' && s[0] != '-' && s[0] != '.' && (s[0] < '0' || s[0] > '9') {
		return 0, false
	}
	for s[0] == '-' && len(s) > 1 && s[1] == '-' { // some programs write --5
		s = s[1:]
	}
	n, err := strconv.ParseFloat(s, 64)
	return n, err == nil && n < 1e15 && n > -1e15
}

func (l *lexer) name() object {
	l.at++
	var out []byte
	for l.at < len(l.data) && isRegular(l.data[l.at]) {
		c := l.data[l.at]
		if c == '#' && l.at+2 < len(l.data) {
			if n, err := strconv.ParseUint(string(l.data[l.at+1:l.at+3]), 16, 8); err == nil {
				c = byte(n)
				l.at += 2
			}
		}
		out = append(out, c)
		l.at++
	}
	return name(out)
}

// literal reads (a string with \( escapes \) and (nested) brackets).
func (l *lexer) literal() object {
	l.at++
	var out []byte
	for open := 1; l.at < len(l.data); l.at++ {
		c := l.data[l.at]
		switch c {
		case '(':
			open++
		case ')':
			if open--; open == 0 {
				l.at++
				return text(out)
			}
		case '\\':
			l.at++
			out = l.escape(out)
			continue
		}
		out = append(out, c)
	}
	return text(out)
}

func (l *lexer) escape(out []byte) []byte {
	if l.at >= len(l.data) {
		return out
	}
	switch c := l.data[l.at]; c {
	case 'n':
		return append(out, '\n')
	case 'r':
		return append(out, '\r')
	case 't':
		return append(out, '\t')
	case 'b', 'f':
		return append(out, ' ')
	case '\r':
		if l.peek(1) == '\n' {
			l.at++
		}
		return out
	case '\n':
		return out
	default:
		if c < '0' || c > '7' {
			return append(out, c)
		}
		n := 0
		for i := 0; i < 3 && l.at < len(l.data) && l.data[l.at] >= '0' && l.data[l.at] <= '7'; i++ {
			n = n*8 + int(l.data[l.at]-'0')
			l.at++
		}
		l.at--
		return append(out, byte(n))
	}
}

func (l *lexer) hex() object {
	l.at++
	end := bytes.IndexByte(l.data[l.at:], '>')
	if end < 0 {
		end = len(l.data) - l.at
	}
	s := unhex(l.data[l.at : l.at+end])
	l.at = min(len(l.data), l.at+end+1)
	return text(s)
}

// unhex reads pairs of hex digits; everything else is passed, and a last
// single digit counts as if 0 followed.
func unhex(data []byte) []byte {
	out := make([]byte, 0, len(data)/2+1)
	high, half := byte(0), false
	for _, c := range data {
		var n byte
		switch {
		case c >= '0' && c <= '9':
			n = c - '0'
		case c >= 'a' && c <= 'f':
			n = c - 'a' + 10
		case c >= 'A' && c <= 'F':
			n = c - 'A' + 10
		default:
			continue
		}
		if half {
			out = append(out, high|n)
		}
		high, half = n<<4, !half
	}
	if half {
		out = append(out, high)
	}
	return out
}

func (l *lexer) array(depth int) object {
	var out array
	for {
		o, ok := l.next(depth)
		if end, isEnd := o.(closing); !ok || isEnd && end == ']' {
			break
		}
		if l.refs && isOperator(o) { // endobj: the array was never closed
			break
		}
		out = append(out, o)
	}
	return out
}

func isOperator(o object) bool {
	_, ok := o.(operator)
	return ok
}

func (l *lexer) dictionary(depth int) object {
	out := dict{}
	for {
		key, ok := l.next(depth)
		if end, isEnd := key.(closing); !ok || isEnd && end == '>' || l.refs && isOperator(key) {
			return out
		}
		k, isName := key.(name)
		if !isName {
			continue
		}
		value, ok := l.next(depth)
		if end, isEnd := value.(closing); !ok || isEnd && end == '>' {
			return out
		}
		out[string(k)] = value
	}
}
