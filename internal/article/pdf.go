package article

import (
	"errors"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/pdf"
	"golang.org/x/net/html"
)

// fromPDF reads the text of a PDF. Title and date are the listing's, else what
// the file states and shows; a date in the address comes before that of the
// file's making. A file that cannot be read is an *Error of ClassPDF, one of
// pictures alone of ClassNoText.
func fromPDF(p Page) (event.Article, error) {
	var doc pdf.Document
	err := errors.New("its structure is broken")
	guarded(func() { doc, err = pdf.Read(p.Body) })
	if err != nil {
		return event.Article{}, &Error{Class: ClassPDF, Err: err}
	}
	a := base(p)
	a.URL = address(p.URL, facts{})
	a.Title = cut(clean(firstOf(p.Hint.Title, doc.Heading, doc.Title)))
	a.Published = pdfPublished(p, doc)
	a.Text = withoutDate(withoutTitle(doc.Text, a.Title), a.Published)
	if letters(a.Text) < minPageText {
		return event.Article{}, failed(ClassNoText, "the PDF holds %d letters of text on %d pages, fewer than %d: it may be a scan", letters(a.Text), doc.Pages, minPageText)
	}
	a.Language = language(a.Text, p.Language)
	return finished(a, ""), nil
}

func pdfPublished(p Page, doc pdf.Document) string {
	if at, ok := readStamp(p.Hint.Published); ok && plausible(at.at, p.Fetched) {
		return at.text()
	}
	if at, ok := searchDate(p, &html.Node{Type: html.DocumentNode}, true); ok {
		return at.text()
	}
	if plausible(doc.Created, p.Fetched) {
		return stamp{at: doc.Created}.text()
	}
	return ""
}
