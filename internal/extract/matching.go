package extract

import (
	"fmt"
	"slices"

	"github.com/tradewire/tradewire/internal/document"
	"github.com/tradewire/tradewire/internal/pattern"
)

// call is a program of a rule with the numbers of the terms it needs, one of
// each list at least.
type call struct {
	prog  *pattern.Program
	needs [][]int
}

// index numbers the terms of all patterns and says which rules they trigger.
type index struct {
	words, labels map[string]*term
	size          int
}

type term struct {
	number int
	rules  []int
}

func (x *index) term(t pattern.Term) *term {
	terms, key := x.words, t.Word
	if t.Label != "" {
		terms, key = x.labels, t.Label
	}
	if terms[key] == nil {
		terms[key] = &term{number: x.size}
		x.size++
	}
	return terms[key]
}

// compile checks the ways to resolve and indexes the rules by trigger.
func (x *Extractor) compile() error {
	x.index = index{words: map[string]*term{}, labels: map[string]*term{}}
	for s := range x.o.Sets {
		set := &x.o.Sets[s]
		kind, _ := x.o.Kind(set.Kind)
		for i := range set.Rules {
			c := compiledRule{set: set, rule: &set.Rules[i], kind: kind, resolve: map[string]string{}}
			for _, from := range []map[string]string{set.Resolve, set.Rules[i].Resolve} {
				for slot, way := range from {
					if _, ok := x.resolve[way]; !ok && way != "none" {
						return fmt.Errorf("%s: rule %s resolves %s by unknown way %q", set.File, c.rule.ID, slot, way)
					}
					c.resolve[slot] = way
				}
			}
			for _, prog := range c.rule.Programs {
				c.calls = append(c.calls, x.index.file(prog, len(x.rules)))
			}
			x.rules = append(x.rules, c)
		}
	}
	return nil
}

// file enters a program of a rule.
func (x *index) file(prog *pattern.Program, rule int) call {
	for _, t := range prog.Triggers() {
		term := x.term(t)
		term.rules = append(term.rules, rule)
	}
	c := call{prog: prog}
	for _, list := range prog.Needs() {
		var any []int
		for _, t := range list {
			any = append(any, x.term(t).number)
		}
		c.needs = append(c.needs, any)
	}
	return c
}

// matching runs the rules over the sentences of an article and keeps its
// memory from one to the next.
type matching struct {
	x       *Extractor
	matcher pattern.Matcher
	// present tells which terms the sentence holds, rules which they trigger.
	present []bool
	rules   []int
	trace   *trace
}

func (x *Extractor) newMatching(m *meter) *matching {
	return &matching{x: x, matcher: pattern.Matcher{Spend: m.spend}, present: make([]bool, x.index.size)}
}

// call notes the terms of the sentence and the rules whose trigger stands in
// it, in file order.
func (m *matching) call(v *view, s document.Sentence) {
	clear(m.present)
	m.rules = m.rules[:0]
	note := func(t *term) {
		if t != nil && !m.present[t.number] {
			m.present[t.number] = true
			m.rules = append(m.rules, t.rules...)
		}
	}
	for i := s.First; i < s.End; i++ {
		note(m.x.index.words[v.doc.Tokens[i].Lower])
		for k := range v.found[i] {
			note(m.x.index.labels[v.found[i][k].Label])
		}
	}
	slices.Sort(m.rules)
	m.rules = slices.Compact(m.rules)
}

// possible reports whether the sentence holds all that the program needs.
func (m *matching) possible(c call) bool {
	for _, any := range c.needs {
		if !slices.ContainsFunc(any, func(n int) bool { return m.present[n] }) {
			return false
		}
	}
	return true
}

// sentence matches the called rules in order, each from the right: of two acts
// the one nearest to its object counts. A rule does not speak about
// words that an earlier match of its kind has taken.
func (m *matching) sentence(v *view, s document.Sentence) []*draft {
	m.call(v, s)
	var in pattern.Input
	taken := map[string]map[int]bool{}
	var out []*draft
	for _, n := range m.rules {
		c := &m.x.rules[n]
		for _, call := range c.calls {
			if !m.possible(call) {
				continue
			}
			if in.Tokens == nil {
				in = v.input(s)
			}
			if call.prog.UsesTags() && m.matcher.CanMatch(call.prog, in) {
				v.tagSentence(s) // in shares the tokens
			}
			matches := m.matcher.FindAll(call.prog, in)
			for _, match := range matches {
				d := m.x.draft(c, v, s, match)
				d.order = n
				m.trace.try(d, call.prog)
				if !d.claims(taken[c.kind.Name]) {
					d.account.drop("an earlier match of the kind has taken its words", "")
					continue
				}
				said := m.x.fill(d)
				if !said && !d.denies() {
					continue
				}
				if taken[c.kind.Name] == nil {
					taken[c.kind.Name] = map[int]bool{}
				}
				d.take(taken[c.kind.Name])
				if said {
					v.told = append(v.told, d)
					out = append(append(out, d), m.trace.copies(d.shared())...)
				}
			}
		}
	}
	return out
}
