package article

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// block is one paragraph that the skimmer met.
type block struct {
	text string
	// prose says that it is long enough and no list of links.
	prose bool
	// aside says that it stood in a menu, a footer, a form or the like.
	aside bool
}

// skimmer reads the tags of a page one after the other, without a tree.
type skimmer struct {
	tokens *html.Tokenizer
	// page is the small tree of what gather looks for.
	page   *html.Node
	blocks []block
	lines  renderer
	// aside is the element whose content is set aside, and how deep.
	aside atom.Atom
	depth int
	// linked counts the bytes of the block that are link text.
	inLink bool
	linked int
}

// skim gives text and facts of a page in one pass, whatever its nesting and
// size, in time and memory linear in its length.
func skim(source string) tree {
	s := skimmer{
		tokens: html.NewTokenizer(strings.NewReader(source)),
		page:   &html.Node{Type: html.DocumentNode},
	}
	for {
		switch s.tokens.Next() {
		case html.ErrorToken:
			s.endBlock()
			return tree{root: s.page, text: s.text(), source: source}
		case html.TextToken:
			s.words()
		case html.StartTagToken, html.SelfClosingTagToken:
			s.start()
		case html.EndTagToken:
			s.end()
		}
	}
}

// text chooses among the blocks: the prose outside menus; with the prose
// inside, when that is more by far (an element that was never closed); or
// everything, when there is no prose.
func (s *skimmer) text() string {
	var own, aside, all []string
	var ownSize, asideSize int
	for _, b := range s.blocks {
		all = append(all, b.text)
		if !b.prose {
			continue
		}
		aside = append(aside, b.text)
		asideSize += len(b.text)
		if !b.aside {
			own = append(own, b.text)
			ownSize += len(b.text)
		}
	}
	switch {
	case ownSize >= minPageText && asideSize <= 3*ownSize:
		return strings.Join(own, "\n")
	case asideSize >= minPageText:
		return strings.Join(aside, "\n")
	}
	return strings.Join(all, "\n")
}

// words takes a run of text.
func (s *skimmer) words() {
	text := strings.ToValidUTF8(string(s.tokens.Text()), "\ufffd")
	if s.inLink {
		s.linked += len(strings.TrimSpace(text))
	}
	s.lines.write(text)
}

func (s *skimmer) start() {
	name, hasAttr := s.tokens.TagName()
	tag := atom.Lookup(name)
	switch {
	case tag == atom.Meta || tag == atom.Link || tag == atom.Html:
		s.add(tag, attributesOf(s.tokens, hasAttr), "")
	case isRaw(tag):
		s.raw(tag, attributesOf(s.tokens, hasAttr))
	case tag == atom.A:
		s.inLink = true
	case tag == atom.Br:
		s.lines.flush()
	case isAside(tag):
		s.endBlock()
		s.deeper(tag)
	case isBlock(tag):
		s.endBlock()
	}
}

func (s *skimmer) end() {
	name, _ := s.tokens.TagName()
	tag := atom.Lookup(name)
	switch {
	case tag == atom.A:
		s.inLink = false
	case tag == atom.Td || tag == atom.Th:
		s.lines.space = true
	case isAside(tag):
		s.endBlock()
		s.shallower(tag)
	case tag == atom.H1:
		if heading := s.endBlock(); heading != "" && len(heading) <= maxHeading {
			s.add(tag, nil, heading)
		}
	case isBlock(tag):
		s.endBlock()
	}
}

// raw takes an element whose content the tokenizer gives as one text: a
// title and JSON-LD are facts, program text is dropped.
func (s *skimmer) raw(tag atom.Atom, attrs []html.Attribute) {
	if s.tokens.Next() != html.TextToken {
		return
	}
	text := s.tokens.Text()
	switch {
	case tag == atom.Title:
		s.add(tag, attrs, strings.ToValidUTF8(string(clip(text, maxHeading)), ""))
	case tag == atom.Script && len(text) <= maxScript && isLinkedData(&html.Node{Attr: attrs}):
		s.add(tag, attrs, strings.ToValidUTF8(string(text), "\ufffd"))
	}
}

// add puts an element with text under the small tree.
func (s *skimmer) add(tag atom.Atom, attrs []html.Attribute, text string) {
	n := &html.Node{Type: html.ElementNode, DataAtom: tag, Data: tag.String(), Attr: attrs}
	if text != "" {
		n.AppendChild(&html.Node{Type: html.TextNode, Data: text})
	}
	s.page.AppendChild(n)
}

// endBlock closes the paragraph and returns its text.
func (s *skimmer) endBlock() string {
	s.lines.flush()
	text := strings.TrimSuffix(s.lines.out.String(), "\n")
	linked := s.linked
	s.lines.out.Reset()
	s.linked = 0
	if text != "" {
		s.blocks = append(s.blocks, block{text: text, prose: isProse(text, linked), aside: s.aside != 0})
	}
	return text
}

// deeper and shallower follow one element that is set aside, and those of
// its name inside it.
func (s *skimmer) deeper(tag atom.Atom) {
	if s.aside == 0 {
		s.aside = tag
	}
	if tag == s.aside {
		s.depth++
	}
}

func (s *skimmer) shallower(tag atom.Atom) {
	if tag != s.aside {
		return
	}
	if s.depth--; s.depth == 0 {
		s.aside = 0
	}
}

// isProse refuses lists of links and scraps; a short line counts when it
// ends like a sentence.
func isProse(text string, linked int) bool {
	if linked*2 > len(text) {
		return false
	}
	return len(text) >= 60 || strings.HasSuffix(text, ".") && len(text) >= 20 || strings.HasSuffix(text, "。")
}

// isAside names the elements that surround an article.
func isAside(a atom.Atom) bool {
	switch a {
	case atom.Nav, atom.Footer, atom.Aside, atom.Form, atom.Select, atom.Button, atom.Svg, atom.Figure,
		atom.Template, atom.Dialog, atom.Object, atom.Canvas, atom.Menu:
		return true
	}
	return false
}

// isRaw names the elements whose content the tokenizer does not look into.
func isRaw(a atom.Atom) bool {
	switch a {
	case atom.Title, atom.Script, atom.Style, atom.Textarea, atom.Iframe, atom.Noembed, atom.Noframes, atom.Xmp:
		return true
	}
	return false
}

// attributesOf reads the attributes that matter, at most maxAttrs.
func attributesOf(tokens *html.Tokenizer, more bool) []html.Attribute {
	var attrs []html.Attribute
	for more && len(attrs) < maxAttrs {
		var key, value []byte
		key, value, more = tokens.TagAttr()
		if len(key) <= 256 && len(value) <= maxAttribute {
			attrs = append(attrs, html.Attribute{Key: string(key), Val: strings.ToValidUTF8(string(value), "\ufffd")})
		}
	}
	return attrs
}
