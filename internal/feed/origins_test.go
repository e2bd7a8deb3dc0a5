package feed_test

import (
	"strings"
	"testing"

	"github.com/tradewire/tradewire/internal/event"
)

// TestCopiesCountAsOneOrigin: sources of one text are shown as what they are.
func TestCopiesCountAsOneOrigin(t *testing.T) {
	batch := sample()
	add := func(article, original string) {
		batch.Events[0].Sources = append(batch.Events[0].Sources, event.Source{Article: article, Title: "Pipes", Publisher: "Example Daily", SameTextAs: original})
	}
	add("a2", "a1")
	add("a3", "a1")
	add("a4", "")
	if n := batch.Events[0].Origins(); n != 2 {
		t.Errorf("%d origins", n)
	}
	batch.Articles = append(batch.Articles, event.Article{ID: "a2", Title: "Pipes", Text: sentence, SameTextAs: "a1"})
	w := serve(t, batch)
	_, _, body := w.get("/?kind=measure")
	if !strings.Contains(body, "4 sources, 2 origins") || strings.Count(body, `<a href="/articles/a1">copy of an earlier text</a>`) != 2 {
		t.Errorf("the page tells no origins:\n%s", body)
	}
	if _, _, body := w.get("/?kind=stance"); strings.Contains(body, "origin") || strings.Contains(body, "copy of") {
		t.Errorf("one source has no count:\n%s", body)
	}
	if _, _, body := w.get("/articles/a2"); !strings.Contains(body, `<a href="/articles/a1">copy of an earlier text</a>`) {
		t.Errorf("the article's page does not name the original:\n%s", body)
	}
	if _, _, body := w.get("/api/v1/events?kind=measure"); strings.Count(body, `"same_text_as":"a1"`) != 2 {
		t.Errorf("%s", body)
	}
}
