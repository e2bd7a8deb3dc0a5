package pattern

import (
	"maps"
	"regexp"
	"slices"

	"github.com/tradewire/tradewire/internal/document"
)

type opcode int

const (
	opWord opcode = iota
	opSpan
	opTag
	opAny
	opGapAny
	opSplit
	opSave
	opNot
	opStart
	opEnd
	opMatch
)

type inst struct {
	op     opcode
	x, y   int // next; other branch; capture slot
	words  map[string]bool
	labels []string
	tag    *regexp.Regexp
	sub    *Program
}

// Program is a compiled pattern; it is immutable and safe to share.
type Program struct {
	source   string
	insts    []inst
	names    []string // capture names; name i has saves 2i and 2i+1
	triggers []Term   // what a match must contain one of
	needs    [][]Term
	labels   []string
	tags     bool // a tag is asked for somewhere
}

// Term is a word or a label.
type Term struct{ Word, Label string }

// triggerName is the capture under which the trigger's tokens are kept.
const triggerName = "@"

// Compile reads a pattern. The error is an *Error with an offset into src.
func Compile(src string) (*Program, error) {
	p := &parser{src: src}
	root, err := p.choice(0)
	if err != nil {
		return nil, err
	}
	if p.pos < len(p.src) {
		return nil, p.fail("unexpected %q", string(p.src[p.pos]))
	}
	prog := &Program{source: src}
	prog.emit(root)
	prog.add(inst{op: opMatch})
	collect(root, false, &prog.triggers)
	if len(prog.triggers) == 0 {
		return nil, &Error{Msg: "no trigger: put @ before the word, %cue or <LABEL> that calls the pattern"}
	}
	prog.needs = needs(root)
	prog.note(root)
	return prog, nil
}

// Names returns the slots the pattern captures, in order of appearance.
func (p *Program) Names() []string {
	return slices.DeleteFunc(slices.Clone(p.names), func(n string) bool { return n == triggerName })
}

// String is the pattern as it was written.
func (p *Program) String() string { return p.source }

// UsesTags reports whether the pattern asks for a tag.
func (p *Program) UsesTags() bool { return p.tags }

// Triggers returns what a sentence must hold one of.
func (p *Program) Triggers() []Term { return p.triggers }

// Needs returns what a sentence must hold for the pattern to match: of each
// list one term at least.
func (p *Program) Needs() [][]Term { return p.needs }

// Labels returns the labels and cue lists ("%name") the pattern refers to.
func (p *Program) Labels() []string { return p.labels }

func (p *Program) note(n *node) {
	p.labels = append(p.labels, n.labels...)
	for _, k := range n.kids {
		p.note(k)
	}
	slices.Sort(p.labels)
	p.labels = slices.Compact(p.labels)
}

func collect(n *node, inside bool, out *[]Term) {
	if n.kind == nodeTrigger {
		inside = true
	}
	if inside {
		*out = append(*out, n.terms()...)
	}
	for _, k := range n.kids {
		collect(k, inside, out)
	}
}

// terms lists the words and labels of a leaf.
func (n *node) terms() []Term {
	var out []Term
	for _, w := range slices.Sorted(maps.Keys(n.words)) {
		out = append(out, Term{Word: w})
	}
	for _, l := range n.labels {
		out = append(out, Term{Label: l})
	}
	return out
}

// needs lists what no match of n can do without. Of a choice, one of what
// each alternative needs first; nothing, where an alternative needs nothing.
func needs(n *node) [][]Term {
	var out [][]Term
	switch n.kind {
	case nodeWord, nodeSpan:
		out = append(out, n.terms())
	case nodeSequence, nodeCapture, nodeTrigger, nodePlus:
		for _, k := range n.kids {
			out = append(out, needs(k)...)
		}
	case nodeChoice:
		var any []Term
		for _, k := range n.kids {
			of := needs(k)
			if len(of) == 0 {
				return nil
			}
			any = append(any, of[0]...)
		}
		out = append(out, any)
	}
	return out
}

func (p *Program) add(i inst) int {
	p.tags = p.tags || i.op == opTag || i.sub != nil && i.sub.tags
	p.insts = append(p.insts, i)
	return len(p.insts) - 1
}

// emit appends the instructions of n; each falls through to the next.
func (p *Program) emit(n *node) {
	switch n.kind {
	case nodeSequence:
		for _, k := range n.kids {
			p.emit(k)
		}
	case nodeChoice:
		p.emitChoice(n.kids)
	case nodeOptional:
		split := p.add(inst{op: opSplit, x: len(p.insts) + 1})
		p.emit(n.kids[0])
		p.insts[split].y = len(p.insts)
	case nodeStar:
		split := p.add(inst{op: opSplit, x: len(p.insts) + 1})
		p.emit(n.kids[0])
		p.add(inst{op: opSplit, x: split, y: split})
		p.insts[split].y = len(p.insts)
	case nodePlus:
		start := len(p.insts)
		p.emit(n.kids[0])
		p.add(inst{op: opSplit, x: start, y: len(p.insts) + 1})
	case nodeGap:
		p.emitGap(n.max)
	case nodeCapture, nodeTrigger:
		p.emitCapture(n)
	case nodeNot:
		sub := &Program{}
		sub.emit(n.kids[0])
		sub.add(inst{op: opMatch})
		p.add(inst{op: opNot, sub: sub})
	default:
		p.add(leaf(n))
	}
}

func leaf(n *node) inst {
	ops := map[nodeKind]opcode{nodeWord: opWord, nodeSpan: opSpan, nodeTag: opTag, nodeAny: opAny, nodeStart: opStart, nodeEnd: opEnd}
	return inst{op: ops[n.kind], words: n.words, labels: n.labels, tag: n.tag}
}

func (p *Program) emitChoice(kids []*node) {
	var jumps []int
	for i, k := range kids {
		if i == len(kids)-1 {
			p.emit(k)
			break
		}
		split := p.add(inst{op: opSplit, x: len(p.insts) + 1})
		p.emit(k)
		jumps = append(jumps, p.add(inst{op: opSplit}))
		p.insts[split].y = len(p.insts)
	}
	for _, j := range jumps {
		p.insts[j].x, p.insts[j].y = len(p.insts), len(p.insts)
	}
}

// emitGap takes as few tokens as possible, at most max.
func (p *Program) emitGap(max int) {
	var splits []int
	for range max {
		splits = append(splits, p.add(inst{op: opSplit, y: len(p.insts) + 1}))
		p.add(inst{op: opGapAny})
	}
	for _, s := range splits {
		p.insts[s].x = len(p.insts)
	}
}

func (p *Program) emitCapture(n *node) {
	name := n.name
	if n.kind == nodeTrigger {
		name = triggerName
	}
	slot := slices.Index(p.names, name)
	if slot < 0 {
		slot = len(p.names)
		p.names = append(p.names, name)
	}
	p.add(inst{op: opSave, x: 2 * slot})
	p.emit(n.kids[0])
	p.add(inst{op: opSave, x: 2*slot + 1})
}

// Span marks tokens [the position it is filed under, End) with a label.
type Span struct {
	Label string
	End   int
}

// Input is one sentence: its tokens, and the spans that start at each.
type Input struct {
	Tokens []document.Token
	Spans  [][]Span
}

// Match is where a pattern matched: token ranges into Input.Tokens.
type Match struct {
	First, End int
	Trigger    Range
	Captures   map[string]Range
}

// Range is the half-open token range [First, End).
type Range struct{ First, End int }
