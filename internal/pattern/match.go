package pattern

import "slices"

// Matcher runs programs over sentences, one at a time, and reuses its memory.
// The zero Matcher is ready; it must not be shared.
type Matcher struct {
	// Spend, when set, is told of the steps that were taken, tellEvery at a
	// time. It may panic to end the work; the Matcher is of no use then.
	Spend func(steps int)

	m machine
}

// tellEvery is how many steps, some microseconds, are told of together.
const tellEvery = 256

// machine runs one program over one input, visiting each pair of instruction
// and position at most once.
type machine struct {
	prog    *Program
	in      Input
	visited []uint64
	saves   []int
	last    []int // the saves of the last match
	end     int
	steps   int // not told of yet
	spend   func(steps int)
	// loose lets every tag pass, for tokens that have none yet.
	loose bool
}

// FindAll returns one match for every place the trigger stands, the one that
// starts nearest to it, in the order of the triggers' places from the right.
func (x *Matcher) FindAll(p *Program, in Input) []Match {
	m := &x.m
	m.spend = x.Spend
	m.load(p, in, false)
	var out []Match
	for start := len(in.Tokens) - 1; start >= 0; start-- {
		if !m.run(0, start) {
			continue
		}
		found := m.match(start)
		if !slices.ContainsFunc(out, func(o Match) bool { return o.Trigger.First == found.Trigger.First }) {
			out = append(out, found)
		}
		m.load(p, in, false)
	}
	return out
}

// CanMatch reports whether the program would match if every tag were right:
// a cheap question to ask before a sentence is tagged.
func (x *Matcher) CanMatch(p *Program, in Input) bool {
	x.m.spend = x.Spend
	x.m.load(p, in, true)
	for start := range in.Tokens {
		if x.m.run(0, start) {
			return true
		}
	}
	return false
}

// lacks reports whether another program does not match from position at.
func (m *machine) lacks(p *Program, at int) bool {
	other := machine{spend: m.spend, steps: m.steps}
	other.load(p, m.in, false)
	matches := other.run(0, at)
	m.steps = other.steps
	return !matches
}

func (m *machine) tell() {
	if m.spend != nil {
		m.spend(m.steps)
	}
	m.steps = 0
}

// load makes the machine ready for a program from its first instruction.
func (m *machine) load(p *Program, in Input, loose bool) {
	m.prog, m.in, m.loose = p, in, loose
	m.visited = zeroed(m.visited, (len(p.insts)*(len(in.Tokens)+1)+63)/64)
	m.saves = zeroed(m.saves, 2*len(p.names))
	m.last = zeroed(m.last, 2*len(p.names))
	for i := range m.saves {
		m.saves[i] = -1
	}
}

// zeroed is a slice of n zeros, in the memory of s where that is enough.
func zeroed[T uint64 | int](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	s = s[:n]
	clear(s)
	return s
}

func (m *machine) seen(pc, at int) bool {
	bit := pc*(len(m.in.Tokens)+1) + at
	if m.visited[bit/64]&(1<<(bit%64)) != 0 {
		return true
	}
	m.visited[bit/64] |= 1 << (bit % 64)
	return false
}

func (m *machine) match(start int) Match {
	out := Match{First: start, End: m.end, Captures: map[string]Range{}}
	for i, name := range m.prog.names {
		if m.last[2*i] < 0 || m.last[2*i+1] < 0 {
			continue
		}
		r := Range{m.last[2*i], m.last[2*i+1]}
		if name == triggerName {
			out.Trigger = r
			continue
		}
		out.Captures[name] = r
	}
	return out
}

// run reports whether the program matches from pc at a position; the saves of
// the first match by priority are left in last.
func (m *machine) run(pc, at int) bool {
	if m.seen(pc, at) {
		return false
	}
	if m.steps++; m.steps >= tellEvery {
		m.tell()
	}
	i := &m.prog.insts[pc]
	switch i.op {
	case opMatch:
		copy(m.last, m.saves)
		m.end = at
		return true
	case opSplit:
		return m.run(i.x, at) || i.y != i.x && m.run(i.y, at)
	case opSave:
		old := m.saves[i.x]
		m.saves[i.x] = at
		if m.run(pc+1, at) {
			return true
		}
		m.saves[i.x] = old
		return false
	case opStart:
		return at == 0 && m.run(pc+1, at)
	case opEnd:
		return at == len(m.in.Tokens) && m.run(pc+1, at)
	case opNot:
		return (m.loose && i.sub.tags || m.lacks(i.sub, at)) && m.run(pc+1, at)
	}
	return at < len(m.in.Tokens) && m.consume(i, pc, at)
}

// consume tries an instruction that takes tokens.
func (m *machine) consume(i *inst, pc, at int) bool {
	t := &m.in.Tokens[at]
	switch i.op {
	case opWord:
		return i.words[t.Lower] && m.run(pc+1, at+1)
	case opTag:
		return (m.loose || i.tag.MatchString(t.Tag)) && m.run(pc+1, at+1)
	case opAny:
		return m.run(pc+1, at+1)
	case opGapAny:
		return t.Norm != ";" && m.run(pc+1, at+1)
	}
	for _, s := range m.in.Spans[at] {
		for _, label := range i.labels {
			if s.Label == label && m.run(pc+1, s.End) {
				return true
			}
		}
	}
	return false
}
