package article

import "github.com/PuerkitoBio/goquery"

// Unmatched names the selectors of a page that match nothing on it ("title",
// "body", "date", "author"): the publisher changed its pages, or the selector
// is wrong. What Remove names may well be missing. A page that is no HTML, or
// that has no tree, is not judged.
func Unmatched(p Page) []string {
	if sniff(p.ContentType, p.Body) != kindHTML {
		return nil
	}
	text, _, err := Decode(p.Body, p.ContentType)
	if err != nil {
		return nil
	}
	page := parse(text)
	if !page.full {
		return nil
	}
	query := goquery.NewDocumentFromNode(page.root)
	var names []string
	for _, s := range []struct{ name, css string }{
		{"title", p.Selectors.Title}, {"body", p.Selectors.Body}, {"date", p.Selectors.Date}, {"author", p.Selectors.Author},
	} {
		if s.css != "" && query.Find(s.css).Length() == 0 {
			names = append(names, s.name)
		}
	}
	return names
}
