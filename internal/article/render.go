package article

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// renderer collects text, one line a paragraph.
type renderer struct {
	out strings.Builder
	// line is the paragraph so far; space says that white space is due.
	line  strings.Builder
	space bool
}

// render returns the text below a node: blocks, list items, table rows and
// line breaks each on a line of their own, cells parted by a space, white
// space collapsed, nothing that a reader does not see.
func render(n *html.Node) string {
	var r renderer
	r.walk(n)
	r.flush()
	return strings.TrimSuffix(r.out.String(), "\n")
}

// paragraphs cleans text that has line breaks but no markup.
func paragraphs(text string) string {
	var r renderer
	for line := range strings.SplitSeq(text, "\n") {
		r.write(line)
		r.flush()
	}
	return strings.TrimSuffix(r.out.String(), "\n")
}

// walk goes down at most the 512 levels that the parser lets through.
func (r *renderer) walk(n *html.Node) {
	switch n.Type {
	case html.TextNode:
		r.write(n.Data)
		return
	case html.CommentNode, html.DoctypeNode:
		return
	}
	tag := tagOf(n)
	if isHidden(tag) {
		return
	}
	block := isBlock(tag)
	if block || tag == atom.Br {
		r.flush()
	}
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		r.walk(child)
	}
	switch {
	case block:
		r.flush()
	case tag == atom.Td || tag == atom.Th:
		r.space = true
	}
}

// tagOf names an element. Nodes that the libraries make carry only a name.
func tagOf(n *html.Node) atom.Atom {
	if n.Type != html.ElementNode {
		return 0
	}
	if n.DataAtom == 0 {
		return atom.Lookup([]byte(n.Data))
	}
	return n.DataAtom
}

// write adds text to the paragraph, every run of white space as one space.
func (r *renderer) write(text string) {
	text = visible(text)
	for len(text) > 0 {
		end := strings.IndexAny(text, " \n\t")
		if end != 0 {
			word := text
			if end > 0 {
				word = text[:end]
			}
			if r.space && r.line.Len() > 0 {
				r.line.WriteByte(' ')
			}
			r.space = false
			r.line.WriteString(word)
			text = text[len(word):]
			continue
		}
		r.space = true
		text = text[1:]
	}
}

// flush ends the paragraph.
func (r *renderer) flush() {
	if r.line.Len() > 0 {
		r.out.WriteString(r.line.String())
		r.out.WriteByte('\n')
		r.line.Reset()
	}
	r.space = false
}

// isBlock names the elements that stand on lines of their own.
func isBlock(a atom.Atom) bool {
	switch a {
	case atom.P, atom.Div, atom.Article, atom.Section, atom.Main, atom.Body, atom.Html, atom.Header, atom.Footer,
		atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Ul, atom.Ol, atom.Li, atom.Dl, atom.Dt, atom.Dd,
		atom.Blockquote, atom.Pre, atom.Table, atom.Tbody, atom.Thead, atom.Tfoot, atom.Tr, atom.Caption, atom.Hr,
		atom.Figure, atom.Figcaption, atom.Aside, atom.Nav, atom.Form, atom.Fieldset, atom.Address, atom.Details,
		atom.Summary, atom.Center:
		return true
	}
	return false
}

// isHidden names the elements whose content is no text of the page.
func isHidden(a atom.Atom) bool {
	switch a {
	case atom.Script, atom.Style, atom.Template, atom.Noscript, atom.Head, atom.Title, atom.Svg, atom.Math,
		atom.Iframe, atom.Object, atom.Canvas, atom.Select, atom.Button, atom.Textarea, atom.Noframes, atom.Noembed:
		return true
	}
	return false
}
