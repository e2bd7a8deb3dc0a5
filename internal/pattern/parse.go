package pattern

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/tradewire/tradewire/internal/document"
)

// node is one element of a parsed pattern.
type node struct {
	kind   nodeKind
	words  map[string]bool // word
	labels []string        // span
	tag    *regexp.Regexp  // tag
	name   string          // capture
	kids   []*node         // sequence, choice; the one child of the others
	max    int             // gap
}

type nodeKind int

const (
	nodeWord nodeKind = iota
	nodeSpan
	nodeTag
	nodeAny
	nodeGap
	nodeSequence
	nodeChoice
	nodeOptional
	nodeStar
	nodePlus
	nodeCapture
	nodeNot
	nodeStart
	nodeEnd
	nodeTrigger
)

const defaultGap = 6

// parser reads a pattern by recursive descent.
type parser struct {
	src string
	pos int
}

// Error says where in a pattern the fault is.
type Error struct {
	Offset int // bytes into the pattern
	Msg    string
}

func (e *Error) Error() string { return fmt.Sprintf("at character %d: %s", e.Offset+1, e.Msg) }

func (p *parser) fail(format string, args ...any) error {
	return &Error{Offset: p.pos, Msg: fmt.Sprintf(format, args...)}
}

func (p *parser) skip() {
	for p.pos < len(p.src) && strings.ContainsRune(" \t\n", rune(p.src[p.pos])) {
		p.pos++
	}
}

func (p *parser) peek() byte {
	if p.skip(); p.pos < len(p.src) {
		return p.src[p.pos]
	}
	return 0
}

// choice reads sequences parted by "|" up to the closing mark or the end.
func (p *parser) choice(closing byte) (*node, error) {
	out := &node{kind: nodeChoice}
	for {
		seq, err := p.sequence(closing)
		if err != nil {
			return nil, err
		}
		out.kids = append(out.kids, seq)
		if p.peek() != '|' {
			break
		}
		p.pos++
	}
	if len(out.kids) == 1 {
		return out.kids[0], nil
	}
	return out, nil
}

func (p *parser) sequence(closing byte) (*node, error) {
	seq := &node{kind: nodeSequence}
	for {
		c := p.peek()
		if c == 0 && closing != 0 {
			return nil, p.fail("%q is not closed", string(closing))
		}
		if c == 0 || c == closing || c == '|' {
			if len(seq.kids) == 0 {
				return nil, p.fail("nothing stands here: expected a word, %%cue, <LABEL>, /TAG/ or a group")
			}
			return seq, nil
		}
		n, err := p.element()
		if err != nil {
			return nil, err
		}
		seq.kids = append(seq.kids, p.quantified(n))
	}
}

func (p *parser) quantified(n *node) *node {
	for p.pos < len(p.src) {
		kind, ok := map[byte]nodeKind{'?': nodeOptional, '*': nodeStar, '+': nodePlus}[p.src[p.pos]]
		if !ok {
			return n
		}
		p.pos++
		n = &node{kind: kind, kids: []*node{n}}
	}
	return n
}

func (p *parser) element() (*node, error) {
	switch c := p.peek(); {
	case c == 0:
		return nil, p.fail("the pattern ends where an element should stand")
	case c == '(':
		p.pos++
		n, err := p.choice(')')
		p.pos++
		return n, err
	case c == '{':
		return p.capture()
	case c == '!':
		p.pos++
		if p.peek() != '(' {
			return nil, p.fail("expected ( behind !")
		}
		kid, err := p.element()
		return &node{kind: nodeNot, kids: []*node{kid}}, err
	case c == '@':
		p.pos++
		kid, err := p.element()
		return &node{kind: nodeTrigger, kids: []*node{kid}}, err
	case c == '^':
		p.pos++
		return &node{kind: nodeStart}, nil
	case c == '$':
		p.pos++
		return &node{kind: nodeEnd}, nil
	case c == '.':
		return p.dots()
	case c == '<':
		return p.labels()
	case c == '/':
		return p.tag()
	case c == '"':
		return p.quoted()
	case c == '%':
		p.pos++
		name := p.name()
		if name == "" {
			return nil, p.fail("expected the name of a cue list behind %%")
		}
		return &node{kind: nodeSpan, labels: []string{"%" + name}}, nil
	}
	return p.word()
}

func (p *parser) name() string {
	start := p.pos
	for p.pos < len(p.src) && (p.src[p.pos] == '_' || isNameByte(p.src[p.pos])) {
		p.pos++
	}
	return p.src[start:p.pos]
}

func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

func (p *parser) capture() (*node, error) {
	p.pos++
	p.skip()
	name := p.name()
	if name == "" || p.peek() != ':' {
		return nil, p.fail("expected {slot: …}")
	}
	p.pos++
	kid, err := p.choice('}')
	p.pos++
	return &node{kind: nodeCapture, name: name, kids: []*node{kid}}, err
}

func (p *parser) dots() (*node, error) {
	if !strings.HasPrefix(p.src[p.pos:], "..") {
		p.pos++
		return &node{kind: nodeAny}, nil
	}
	p.pos += 2
	start := p.pos
	for p.pos < len(p.src) && p.src[p.pos] >= '0' && p.src[p.pos] <= '9' {
		p.pos++
	}
	max := defaultGap
	if p.pos > start {
		max, _ = strconv.Atoi(p.src[start:p.pos])
	}
	if max < 1 || max > 40 {
		return nil, p.fail("a gap spans 1 to 40 tokens, not %d", max)
	}
	return &node{kind: nodeGap, max: max}, nil
}

func (p *parser) labels() (*node, error) {
	end := strings.IndexByte(p.src[p.pos:], '>')
	if end < 2 {
		return nil, p.fail("expected <LABEL>")
	}
	names := strings.Split(p.src[p.pos+1:p.pos+end], "|")
	p.pos += end + 1
	return &node{kind: nodeSpan, labels: names}, nil
}

func (p *parser) tag() (*node, error) {
	end := strings.IndexByte(p.src[p.pos+1:], '/')
	if end < 1 {
		return nil, p.fail("expected a tag expression such as /VB.*/")
	}
	re, err := regexp.Compile("^(?:" + p.src[p.pos+1:p.pos+1+end] + ")$")
	if err != nil {
		return nil, p.fail("bad tag expression: %v", err)
	}
	p.pos += end + 2
	return &node{kind: nodeTag, tag: re}, nil
}

func (p *parser) quoted() (*node, error) {
	end := strings.IndexByte(p.src[p.pos+1:], '"')
	if end < 1 {
		return nil, p.fail("quotes are not closed")
	}
	words := document.New(p.src[p.pos+1 : p.pos+1+end])
	p.pos += end + 2
	return wordSequence(words), nil
}

func wordSequence(d *document.Document) *node {
	seq := &node{kind: nodeSequence}
	for _, t := range d.Tokens {
		seq.kids = append(seq.kids, &node{kind: nodeWord, words: map[string]bool{t.Lower: true}})
	}
	return seq
}

// word reads "a|b+v|c-d": alternatives without spaces around the bar.
func (p *parser) word() (*node, error) {
	start := p.pos
	for p.pos < len(p.src) && isWordByte(p.src[p.pos:]) {
		p.pos++
	}
	if p.pos == start {
		return nil, p.fail("unexpected %q", string(p.src[p.pos]))
	}
	set := map[string]bool{}
	out := &node{kind: nodeChoice}
	for _, alternative := range strings.Split(p.src[start:p.pos], "|") {
		for _, form := range Inflect(alternative) {
			d := document.New(form)
			if len(d.Tokens) == 1 {
				set[d.Tokens[0].Lower] = true
				continue
			}
			out.kids = append(out.kids, wordSequence(d))
		}
	}
	if len(set) > 0 {
		out.kids = append(out.kids, &node{kind: nodeWord, words: set})
	}
	if len(out.kids) == 1 {
		return out.kids[0], nil
	}
	return out, nil
}

// isWordByte accepts letters, digits, inner marks, a bar or "+v" inside a word.
func isWordByte(s string) bool {
	switch c := s[0]; {
	case c == '|':
		return len(s) > 1 && s[1] != ' ' && s[1] != '('
	case c == '+':
		return len(s) > 1 && (s[1] == 'v' || s[1] == 'n')
	case c >= 0x80, c == '\'', c == '-', c == ',', c == ';', c == ':', c == '&':
		return true
	default:
		return unicode.IsLetter(rune(c)) || unicode.IsDigit(rune(c)) || c == '_'
	}
}
