package article

import (
	"net/url"
	"strings"

	readability "codeberg.org/readeck/go-readability/v2"
	"github.com/PuerkitoBio/goquery"
	"github.com/go-shiori/dom"
	"github.com/markusmobius/go-trafilatura"
	"golang.org/x/net/html"
)

// opinion is what go-readability makes of a page.
type opinion struct {
	title, byline string
	node          *html.Node
}

// secondOpinion asks go-readability; a page without a tree has none.
func secondOpinion(page tree, address string) opinion {
	var o opinion
	if !page.full {
		return o
	}
	guarded(func() {
		parser := readability.NewParser()
		parser.DisableJSONLD = true // we read it ourselves, once
		found, err := parser.ParseAndMutate(dom.Clone(page.root, true), location(address))
		if err == nil {
			o = opinion{title: found.Title(), byline: found.Byline(), node: found.Node}
		}
	})
	return o
}

// maxFact is the longest title, date or byline that a selector can mean.
const maxFact = 500 // bytes

// chosenBody renders what the source's selector matches, in page order.
func chosenBody(p Page, query *goquery.Document) string {
	if p.Selectors.Body == "" {
		return ""
	}
	var parts []string
	body := query.Find(p.Selectors.Body)
	for _, selector := range []string{p.Selectors.Title, p.Selectors.Date, p.Selectors.Author} {
		if selector == "" {
			continue
		}
		// Read already: inside the body they are no part of the text.
		body.Find(selector).Each(func(_ int, fact *goquery.Selection) {
			if len(fact.Text()) <= maxFact {
				fact.Remove()
			}
		})
	}
	body.Each(func(_ int, match *goquery.Selection) {
		inOther := match.ParentsFiltered(p.Selectors.Body).Length() > 0
		if text := render(match.Nodes[0]); text != "" && !inOther {
			parts = append(parts, text)
		}
	})
	return strings.Join(parts, "\n")
}

// mainText finds the article by generic rules: go-trafilatura, with
// go-readability's finding as its fallback. Where those two differ by more
// than a factor of two, JSON-LD's articleBody decides, if there is one.
func mainText(page tree, address string, f facts, second opinion) string {
	if !page.full {
		return page.text
	}
	other := ""
	if second.node != nil {
		other = render(second.node)
	}
	text := primaryText(page.root, address, second.node)
	if doubtful(text, other) {
		text = decided(text, other, clean(f.linked.body))
	}
	text = withoutChrome(agreed(text, other))
	if letters(text) < minPageText {
		text = withoutChrome(firstLong(text, other, readBody(f.linked.body), skim(page.source).text))
	}
	return text
}

// primaryText runs go-trafilatura. Its ContentText has no paragraphs, so the
// node is rendered.
func primaryText(root *html.Node, address string, fallback *html.Node) string {
	options := trafilatura.Options{
		OriginalURL: location(address), EnableFallback: true, ExcludeComments: true,
		HtmlDateMode: trafilatura.Disabled,
	}
	if fallback != nil {
		options.FallbackCandidates = &trafilatura.FallbackCandidates{Readability: fallback}
	}
	text := ""
	guarded(func() {
		found, err := trafilatura.ExtractDocument(root, options)
		if err == nil && found.ContentNode != nil {
			text = render(found.ContentNode)
		}
	})
	return text
}

// doubtful reports that two findings differ by more than a factor of two.
func doubtful(a, b string) bool {
	long, short := max(len(a), len(b)), min(len(a), len(b))
	return long > 2*short
}

// decided returns the finding nearer in length to what the page declares as
// its body; the first where it declares none or a stump.
func decided(first, second, body string) string {
	if len(body) < 500 || second == "" {
		return first
	}
	distance := func(s string) int { return max(len(s), len(body)) - min(len(s), len(body)) }
	if distance(second) < distance(first) {
		return second
	}
	return first
}

// readBody renders an articleBody, which may hold markup.
func readBody(body string) string {
	if !strings.Contains(body, "<") {
		return paragraphs(body)
	}
	return skim(body).text
}

// firstLong returns the first text that is long enough for an article, or
// else the longest.
func firstLong(texts ...string) string {
	longest := ""
	for _, text := range texts {
		if letters(text) >= minPageText {
			return text
		}
		if len(text) > len(longest) {
			longest = text
		}
	}
	return longest
}

// location parses an address for the libraries; nil when it is none.
func location(address string) *url.URL {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil
	}
	return u
}

// guarded runs library code that reads hostile pages and reports whether it
// came back: a panic there costs one opinion, not the article.
func guarded(run func()) (done bool) {
	defer func() {
		if recover() != nil {
			done = false
		}
	}()
	run()
	return true
}
