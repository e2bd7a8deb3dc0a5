package ontology

import (
	"slices"

	"github.com/tradewire/tradewire/internal/document"
	"github.com/tradewire/tradewire/internal/pattern"
)

// Entry is what a phrase of the lexicons stands for.
type Entry struct {
	Label, Value, How string
	// Ref is the place of a body, role or office-holder in the Ontology.
	Ref int
}

// Entity is a phrase found in a document: tokens [First, End).
type Entity struct {
	Entry
	First, End int
}

// Gazetteer finds the phrases of all lexicons in one pass: a trie over
// lower-case tokens.
type Gazetteer struct {
	// words and labels number what the phrases are made of and filed under.
	words, labels map[string]int
	// roots leads from a phrase's first word to its node, 0 where there is none.
	roots []int
	nodes []trieNode
}

type trieNode struct {
	edges []edge // by word
	leafs []leaf
}

type edge struct{ word, node int }

type leaf struct {
	entry Entry
	label int
	norms []string // the exact forms, where case matters
}

func newGazetteer() *Gazetteer {
	return &Gazetteer{words: map[string]int{}, labels: map[string]int{}, nodes: []trieNode{{}}}
}

// add files phrase under entry; with exact its case must match.
func (g *Gazetteer) add(phrase string, entry Entry, exact bool) {
	label := number(g.labels, entry.Label)
	for _, form := range pattern.Inflect(phrase) {
		d := document.New(form)
		at := 0
		var norms []string
		for _, t := range d.Tokens {
			at = g.child(at, number(g.words, t.Lower))
			norms = append(norms, t.Norm)
		}
		if at == 0 {
			continue
		}
		if !exact {
			norms = nil
		}
		g.nodes[at].leafs = append(g.nodes[at].leafs, leaf{entry: entry, label: label, norms: norms})
	}
}

// number gives each name the next number when it is first seen.
func number(known map[string]int, name string) int {
	n, ok := known[name]
	if !ok {
		n = len(known)
		known[name] = n
	}
	return n
}

// child returns the node behind a word, made where there is none.
func (g *Gazetteer) child(at, word int) int {
	if at == 0 {
		for len(g.roots) <= word {
			g.roots = append(g.roots, 0)
		}
		if g.roots[word] == 0 {
			g.roots[word] = g.node()
		}
		return g.roots[word]
	}
	i, ok := g.edge(at, word)
	if !ok {
		g.nodes[at].edges = slices.Insert(g.nodes[at].edges, i, edge{word: word, node: g.node()})
	}
	return g.nodes[at].edges[i].node
}

func (g *Gazetteer) node() int {
	g.nodes = append(g.nodes, trieNode{})
	return len(g.nodes) - 1
}

func (g *Gazetteer) edge(at, word int) (int, bool) {
	return slices.BinarySearchFunc(g.nodes[at].edges, word, func(e edge, word int) int { return e.word - word })
}

// next returns the node behind a word, 0 where the trie ends.
func (g *Gazetteer) next(at, word int) int {
	switch {
	case word < 0:
		return 0
	case at == 0 && word < len(g.roots):
		return g.roots[word]
	case at == 0:
		return 0
	}
	if i, ok := g.edge(at, word); ok {
		return g.nodes[at].edges[i].node
	}
	return 0
}

// perToken is a little more than how many entities start at a token of a trade
// article (3.9 on average), so that their list seldom grows.
const perToken = 5

// Find returns every entity in order of its first token. Of the phrases of
// one label the longest at a place counts and hides those it overlaps, but
// cue lists ("%name") keep all theirs.
func (g *Gazetteer) Find(tokens []document.Token) []Entity {
	words := g.spell(tokens)
	out := make([]Entity, 0, perToken*len(tokens))
	covered := make([]int, len(g.labels)) // label → first token not covered
	var longest []place                   // one a label; few phrases start at any one token
	for i := range tokens {
		longest = longest[:0]
		at := 0
		for end := i; end < len(tokens); end++ {
			if at = g.next(at, words[end]); at == 0 {
				break
			}
			for k := range g.nodes[at].leafs {
				l := &g.nodes[at].leafs[k]
				switch {
				case l.norms != nil && !sameCase(l.norms, tokens[i:end+1]):
				case l.entry.Label[0] == '%':
					out = append(out, Entity{Entry: l.entry, First: i, End: end + 1})
				default:
					longest = keepLongest(longest, place{leaf: l, end: end + 1})
				}
			}
		}
		for _, p := range longest {
			if i < covered[p.leaf.label] {
				continue
			}
			covered[p.leaf.label] = p.end
			if p.leaf.entry.How != howBlock {
				out = append(out, Entity{Entry: p.leaf.entry, First: i, End: p.end})
			}
		}
	}
	return out
}

// place is a phrase at the token under review, up to end.
type place struct {
	leaf *leaf
	end  int
}

// keepLongest adds p, or puts it in the place of a shorter one of its label.
func keepLongest(longest []place, p place) []place {
	for k := range longest {
		if longest[k].leaf.label == p.leaf.label {
			if p.end > longest[k].end {
				longest[k] = p
			}
			return longest
		}
	}
	return append(longest, p)
}

// spell gives the numbers of the tokens' words, -1 for one of no phrase.
func (g *Gazetteer) spell(tokens []document.Token) []int {
	words := make([]int, len(tokens))
	for i := range tokens {
		n, ok := g.words[tokens[i].Lower]
		if !ok {
			n = -1
		}
		words[i] = n
	}
	return words
}

func sameCase(norms []string, tokens []document.Token) bool {
	for i, n := range norms {
		if tokens[i].Norm != n {
			return false
		}
	}
	return true
}
