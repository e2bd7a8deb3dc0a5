package ontology

import (
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
type Gazetteer struct{ nodes []trieNode }

type trieNode struct {
	next  map[string]int
	leafs []leaf
}

type leaf struct {
	entry Entry
	norms []string // the exact forms, where case matters
}

func newGazetteer() *Gazetteer { return &Gazetteer{nodes: []trieNode{{}}} }

// add files phrase under entry; with exact its case must match.
func (g *Gazetteer) add(phrase string, entry Entry, exact bool) {
	for _, form := range pattern.Inflect(phrase) {
		d := document.New(form)
		at := 0
		var norms []string
		for _, t := range d.Tokens {
			at = g.child(at, t.Lower)
			norms = append(norms, t.Norm)
		}
		if at == 0 {
			continue
		}
		if !exact {
			norms = nil
		}
		g.nodes[at].leafs = append(g.nodes[at].leafs, leaf{entry: entry, norms: norms})
	}
}

func (g *Gazetteer) child(at int, word string) int {
	if g.nodes[at].next == nil {
		g.nodes[at].next = map[string]int{}
	}
	next, ok := g.nodes[at].next[word]
	if !ok {
		next = len(g.nodes)
		g.nodes = append(g.nodes, trieNode{})
		g.nodes[at].next[word] = next
	}
	return next
}

// Find returns every entity in order of its first token. Of the phrases of
// one label the longest at a place counts and hides those it overlaps, but
// cue lists ("%name") keep all theirs.
func (g *Gazetteer) Find(tokens []document.Token) []Entity {
	var out []Entity
	covered := map[string]int{} // label → first token not covered
	var longest []Entity        // one a label; few phrases start at any one token
	for i := range tokens {
		longest = longest[:0]
		g.walk(tokens, i, func(e Entity) {
			if e.Label[0] == '%' {
				out = append(out, e)
				return
			}
			for k := range longest {
				if longest[k].Label == e.Label {
					if e.End > longest[k].End {
						longest[k] = e
					}
					return
				}
			}
			longest = append(longest, e)
		})
		for _, e := range longest {
			if i < covered[e.Label] {
				continue
			}
			covered[e.Label] = e.End
			if e.How != howBlock {
				out = append(out, e)
			}
		}
	}
	return out
}

func (g *Gazetteer) walk(tokens []document.Token, start int, found func(Entity)) {
	at := 0
	for i := start; i < len(tokens); i++ {
		next, ok := g.nodes[at].next[tokens[i].Lower]
		if !ok {
			return
		}
		at = next
		for _, l := range g.nodes[at].leafs {
			if l.norms == nil || sameCase(l.norms, tokens[start:i+1]) {
				found(Entity{Entry: l.entry, First: start, End: i + 1})
			}
		}
	}
}

func sameCase(norms []string, tokens []document.Token) bool {
	for i, n := range norms {
		if tokens[i].Norm != n {
			return false
		}
	}
	return true
}
