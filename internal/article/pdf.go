package article

import "github.com/tradewire/tradewire/internal/event"

// fromPDF refuses PDF: the kept Go reader (ledongthuc/pdf) follows a file's
// own references without bound, and 300 crafted bytes end the process with a
// stack overflow that cannot be recovered. The class says that the bytes were
// understood as a PDF, so that a dead letter can be replayed by a reader that
// is safe.
func fromPDF(Page) (event.Article, error) {
	return event.Article{}, failed(ClassPDF, "the page is a PDF, whose text is not read")
}
