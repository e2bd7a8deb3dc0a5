package pdf

import "math"

// matrix is [a b c d e f] of ISO 32000-1, 8.3.3.
type matrix [6]float64

func identity() matrix { return matrix{1, 0, 0, 1, 0, 0} }

// times is m applied first, then n.
func (m matrix) times(n matrix) matrix {
	return matrix{
		m[0]*n[0] + m[1]*n[2], m[0]*n[1] + m[1]*n[3],
		m[2]*n[0] + m[3]*n[2], m[2]*n[1] + m[3]*n[3],
		m[4]*n[0] + m[5]*n[2] + n[4], m[4]*n[1] + m[5]*n[3] + n[5],
	}
}

// piece is a run of text on the page: where it begins and ends, and how tall
// its letters are, in points along the direction that the page is read in.
type piece struct {
	text         string
	x, y, end    float64
	size         float64
	spaceBetween float64 // a gap from which on words are parted
}

// state is what q saves and Q restores.
type state struct {
	matrix                               matrix
	font                                 *font
	size, leading, character, word, rise float64
	stretch                              float64 // 1 for 100 %
}

// painter runs a content stream.
type painter struct {
	*file
	resources dict
	state
	saved      []state
	line, text matrix     // text line matrix, text matrix
	pieces     [4][]piece // by quarter turns of the text
	depth      int
}

// show reads the text of a page, in the order it is painted. Of the four
// directions that text can have, it takes the one that most of it has: pages
// are turned in many ways, and what runs along the margin is no text.
func (f *file) show(page dict) []piece {
	p := painter{file: f, resources: f.dictOf(page["Resources"]), state: state{matrix: identity(), stretch: 1}, line: identity(), text: identity()}
	var content []byte
	for _, part := range f.parts(page["Contents"]) {
		content = append(append(content, f.decode(part)...), '\n')
		if f.spent() {
			break
		}
	}
	p.run(content)
	most := 0
	for turn := range p.pieces {
		if weight(p.pieces[turn]) > weight(p.pieces[most]) {
			most = turn
		}
	}
	return p.pieces[most]
}

func weight(pieces []piece) int {
	n := 0
	for _, p := range pieces {
		n += len(p.text)
	}
	return n
}

// quarter is how many quarter turns, counter-clockwise, text that runs in a
// direction is turned; false when it leans.
func quarter(x, y float64) (int, bool) {
	switch {
	case math.Abs(y) <= 0.2*x:
		return 0, true
	case math.Abs(x) <= 0.2*y:
		return 1, true
	case math.Abs(y) <= -0.2*x:
		return 2, true
	case math.Abs(x) <= -0.2*y:
		return 3, true
	}
	return 0, false
}

// upright turns a point back by quarter turns.
func upright(x, y float64, quarters int) (float64, float64) {
	for range quarters {
		x, y = y, -x
	}
	return x, y
}

func (f *file) parts(o object) []stream {
	var out []stream
	for _, part := range listOf(f.resolve(o)) {
		if s, ok := f.resolve(part).(stream); ok && len(out) < 10_000 {
			out = append(out, s)
		}
	}
	return out
}

// maxOperands is how many operands an operator is given.
const maxOperands = 64

func (p *painter) run(content []byte) {
	l := lexer{data: content}
	var operands []object
	for !p.spent() {
		o, ok := l.next(0)
		if !ok {
			return
		}
		op, isOperator := o.(operator)
		if !isOperator {
			if len(operands) < maxOperands {
				operands = append(operands, o)
			}
			continue
		}
		p.operators++
		if op == "BI" {
			l.skipImage()
		} else {
			p.do(string(op), operands)
		}
		operands = operands[:0]
	}
}

// skipImage passes an inline image: its bytes may look like anything.
func (l *lexer) skipImage() {
	for at := l.at; at+3 < len(l.data); at++ {
		if isSpace(l.data[at]) && l.data[at+1] == 'E' && l.data[at+2] == 'I' && isSpace(l.data[at+3]) {
			l.at = at + 3
			return
		}
	}
	l.at = len(l.data)
}

// operand is operand i as a number; 0 when it is none.
func operand(list []object, i int) float64 {
	if i < len(list) {
		if n, ok := list[i].(float64); ok {
			return n
		}
	}
	return 0
}

func matrixOf(list []object) matrix {
	var m matrix
	for i := range m {
		m[i] = operand(list, i)
	}
	return m
}

// do is one operator; those that paint no text change nothing here.
func (p *painter) do(op string, args []object) {
	switch op {
	case "q":
		if len(p.saved) < 1000 {
			p.saved = append(p.saved, p.state)
		}
	case "Q":
		if n := len(p.saved); n > 0 {
			p.state, p.saved = p.saved[n-1], p.saved[:n-1]
		}
	case "cm":
		p.matrix = matrixOf(args).times(p.matrix)
	case "BT":
		p.line, p.text = identity(), identity()
	case "Do":
		p.form(args)
	default:
		p.doText(op, args)
	}
}

func (p *painter) doText(op string, args []object) {
	switch op {
	case "Tf":
		if len(args) > 1 {
			n, _ := args[0].(name)
			p.font, p.size = p.fontOf(p.dictOf(p.resources["Font"])[string(n)]), operand(args, 1)
		}
	case "Tc":
		p.character = operand(args, 0)
	case "Tw":
		p.word = operand(args, 0)
	case "Tz":
		p.stretch = operand(args, 0) / 100
	case "TL":
		p.leading = operand(args, 0)
	case "Ts":
		p.rise = operand(args, 0)
	case "Td":
		p.move(operand(args, 0), operand(args, 1))
	case "TD":
		p.leading = -operand(args, 1)
		p.move(operand(args, 0), operand(args, 1))
	case "Tm":
		p.line = matrixOf(args)
		p.text = p.line
	case "T*":
		p.move(0, -p.leading)
	case "'":
		p.move(0, -p.leading)
		p.showAll(args)
	case "\"":
		p.word, p.character = operand(args, 0), operand(args, 1)
		p.move(0, -p.leading)
		p.showAll(args)
	case "Tj":
		p.showAll(args)
	case "TJ":
		if len(args) > 0 {
			list, _ := args[0].(array)
			p.showAll(list)
		}
	}
}

func (p *painter) move(x, y float64) {
	p.line = matrix{1, 0, 0, 1, x, y}.times(p.line)
	p.text = p.line
}

// showAll shows strings, and moves back by the numbers between them.
func (p *painter) showAll(list []object) {
	for _, o := range list {
		switch o := o.(type) {
		case text:
			p.showText(string(o))
		case float64:
			if p.font != nil {
				p.text = matrix{1, 0, 0, 1, -o / 1000 * p.size * p.stretch, 0}.times(p.text)
			}
		}
	}
}

func (p *painter) showText(s string) {
	if p.font == nil {
		return
	}
	var shown []byte
	runs := p.font.runs(s)
	p.operators += len(runs) / 16
	width := 0.0
	for _, r := range runs {
		shown = append(shown, r.text...)
		width += r.width*p.size + p.character
		if r.space {
			width += p.word
		}
	}
	width *= p.stretch
	from := matrix{p.size, 0, 0, p.size, 0, p.rise}.times(p.text).times(p.matrix)
	p.text = matrix{1, 0, 0, 1, width, 0}.times(p.text)
	to := p.text.times(p.matrix)
	size := math.Hypot(from[2], from[3])
	turn, straight := quarter(from[0], from[1])
	if len(shown) == 0 || size == 0 || size > 1e6 || !straight {
		return
	}
	p.written += len(shown)
	wide := 0.17 * size
	if p.character > 0 { // letters set apart are no words
		wide += p.character * size / math.Max(p.size, 0.01)
	}
	x, y := upright(from[4], from[5], turn)
	end, _ := upright(to[4], to[5], turn)
	p.pieces[turn] = append(p.pieces[turn], piece{string(shown), x, y, end, size, wide})
}

// form paints a form: a content stream of its own within the page.
func (p *painter) form(args []object) {
	if len(args) == 0 || p.depth >= 12 {
		return
	}
	n, _ := args[0].(name)
	s, ok := p.resolve(p.dictOf(p.resources["XObject"])[string(n)]).(stream)
	if !ok || p.nameOf(s.dict["Subtype"]) != "Form" {
		return
	}
	inner := *p
	inner.depth, inner.saved, inner.line, inner.text = p.depth+1, nil, identity(), identity()
	if m, ok := p.resolve(s.dict["Matrix"]).(array); ok {
		inner.matrix = matrixOf(m).times(p.matrix)
	}
	if r := p.dictOf(s.dict["Resources"]); r != nil {
		inner.resources = r
	}
	inner.run(p.decode(s))
	p.pieces = inner.pieces
}
