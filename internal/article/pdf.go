package article

import "github.com/tradewire/tradewire/internal/event"

func fromPDF(p Page) (event.Article, error) {
	return event.Article{}, failed(ClassNotText, "PDF is not read")
}
