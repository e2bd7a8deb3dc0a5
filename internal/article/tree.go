package article

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Limits on what the libraries are given, each several times the largest
// seen among real pages (3,000 elements, attributes of some hundred bytes that
// matter). They work on trees in time that grows faster than the page.
const (
	maxElements  = 15_000  // elements, counted as half the "<" of the source
	maxText      = 1 << 20 // bytes of text a reader sees
	maxHeading   = 8 << 10 // bytes of a title or heading
	maxScript    = 1 << 20 // bytes of one JSON-LD script
	maxAttribute = 4 << 10
	maxAttrs     = 100
)

// tree is a parsed page. When full is false the page was too deep or too
// large for the libraries: root then holds only the facts (title, headings,
// metadata) and text what a pass over the tags gave.
type tree struct {
	root   *html.Node
	full   bool
	text   string
	source string
	// elements is about how many the source has.
	elements int
}

// parse reads HTML. It never fails: x/net/html refuses nesting over 512
// levels, and such pages, like those with very many tags, are skimmed.
func parse(source string) tree {
	elements := strings.Count(source, "<") / 2
	if elements > maxElements {
		return skim(source)
	}
	var root *html.Node
	var err error
	if !guarded(func() { root, err = html.Parse(strings.NewReader(source)) }) || err != nil {
		return skim(source)
	}
	if lighten(root) > maxText {
		return skim(source)
	}
	return tree{root: root, full: true, source: source, elements: elements}
}

// lighten drops what no reader sees and only costs time: program text,
// comments, attributes that are huge or without number, the end of a title
// that is none. It returns how many bytes of text are left.
func lighten(root *html.Node) int {
	var dropped []*html.Node
	size := 0
	for n := range root.Descendants() {
		switch {
		case n.Type == html.CommentNode, n.DataAtom == atom.Style, n.DataAtom == atom.Script && !wantsScript(n):
			dropped = append(dropped, n)
		case n.Type == html.TextNode && n.Parent.DataAtom == atom.Title:
			n.Data = strings.ToValidUTF8(clip(n.Data, maxHeading), "")
		case n.Type == html.TextNode && n.Parent.DataAtom != atom.Script:
			size += len(n.Data)
		case n.Type == html.ElementNode && len(n.Attr) > 0:
			n.Attr = lighter(n.Attr)
		}
	}
	for _, n := range dropped {
		n.Parent.RemoveChild(n)
	}
	return size
}

// wantsScript keeps JSON-LD of a sane size.
func wantsScript(n *html.Node) bool {
	return isLinkedData(n) && n.FirstChild != nil && len(n.FirstChild.Data) <= maxScript
}

func lighter(attrs []html.Attribute) []html.Attribute {
	kept := attrs[:0]
	for _, a := range attrs[:min(maxAttrs, len(attrs))] {
		if len(a.Val) <= maxAttribute && len(a.Key) <= 256 {
			kept = append(kept, a)
		}
	}
	return kept
}
