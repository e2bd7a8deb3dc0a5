package article

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// facts is what a page says of itself in its markup.
type facts struct {
	// meta holds name, property or itemprop in lower case → first content.
	meta      map[string]string
	canonical string
	lang      string
	title     string
	headings  []string // every h1, in order
	times     []string // datetime of <time itemprop=datePublished> or pubdate
	linked    linked
}

// maxHeadings and maxLinkedBytes bound what one page can make us keep.
const (
	maxHeadings    = 20
	maxLinkedBytes = 2 << 20
)

// gather walks the tree once.
func gather(root *html.Node) facts {
	f := facts{meta: map[string]string{}}
	var scripts []string
	room := maxLinkedBytes
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if n.DataAtom == atom.Script && isLinkedData(n) && n.FirstChild != nil && len(n.FirstChild.Data) <= room {
			room -= len(n.FirstChild.Data)
			scripts = append(scripts, n.FirstChild.Data)
			continue
		}
		f.note(n)
	}
	f.linked = readLinked(scripts)
	return f
}

// note takes what one element tells.
func (f *facts) note(n *html.Node) {
	switch n.DataAtom {
	case atom.Html:
		f.lang = firstOf(f.lang, attribute(n, "lang"), attribute(n, "xml:lang"))
	case atom.Title:
		if f.title == "" && n.Namespace == "" {
			f.title = clean(textOf(n))
		}
	case atom.Meta:
		f.noteMeta(n)
	case atom.Link:
		if f.canonical == "" && strings.EqualFold(attribute(n, "rel"), "canonical") {
			f.canonical = strings.TrimSpace(attribute(n, "href"))
		}
	case atom.H1:
		if len(f.headings) < maxHeadings {
			f.headings = append(f.headings, clean(textOf(n)))
		}
	case atom.Time:
		if strings.EqualFold(attribute(n, "itemprop"), "datePublished") || hasAttribute(n, "pubdate") {
			f.times = append(f.times, attribute(n, "datetime"))
		}
	}
}

// noteMeta keeps the first content under each of an element's names.
func (f *facts) noteMeta(n *html.Node) {
	content := strings.TrimSpace(attribute(n, "content"))
	if content == "" {
		return
	}
	for _, key := range [...]string{"property", "name", "itemprop", "http-equiv"} {
		name := strings.ToLower(strings.TrimSpace(attribute(n, key)))
		if name != "" && f.meta[name] == "" {
			f.meta[name] = content
		}
	}
}

// publisher is the name the page gives its publisher, "" when none.
func (f facts) publisher() string {
	for _, name := range []string{
		f.linked.publisher, f.meta["og:site_name"], f.meta["dc.publisher"], f.meta["dcterms.publisher"],
		f.meta["application-name"],
	} {
		name = clean(name)
		if name != "" && len(name) <= 100 && !strings.Contains(name, "://") {
			return name
		}
	}
	return ""
}

func isLinkedData(n *html.Node) bool {
	kind, _, _ := strings.Cut(attribute(n, "type"), ";")
	return strings.EqualFold(strings.TrimSpace(kind), "application/ld+json")
}

func hasAttribute(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

// textOf joins the text below a node.
func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		} else if d.DataAtom == atom.Br {
			b.WriteByte(' ')
		}
	}
	return b.String()
}
