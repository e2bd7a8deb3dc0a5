package pipeline

import (
	"sync"
	"time"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/origin"
	"github.com/tradewire/tradewire/internal/weburl"
)

// copies finds articles with the text of an earlier one, of this process or
// of another. What it knows comes back from trade.pages after a restart, and
// from there it learns of the others' articles; two copies that two processes
// read within the moment this takes are both taken for originals. It is safe
// for concurrent use; a nil *copies finds none.
type copies struct {
	mu    sync.Mutex
	index origin.Index
	// sketches are kept in pages for as long as the index knows the article.
	sketches map[string]kept
	older    map[string]kept
}

// kept is what a page remembers of its article's text.
type kept struct{ sketch, original string }

func newCopies() *copies { return &copies{sketches: map[string]kept{}} }

// link remembers an article, and returns the id of the earlier one whose text
// it has, "" for an original.
func (c *copies) link(a event.Article, seen time.Time) string {
	if c == nil {
		return ""
	}
	sketch, ok := origin.Of(a.Title, a.Text)
	if !ok {
		return ""
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	original := c.index.Link(origin.Text{Article: a.ID, Site: weburl.Site(a.URL), Sketch: sketch, Seen: seen})
	c.keep(a.ID, kept{sketch.String(), original})
	return original
}

// keep holds as many sketches as the index holds texts, and drops them by
// halves as the index does.
func (c *copies) keep(article string, k kept) {
	if len(c.sketches) >= origin.MaxTexts/2 {
		c.older, c.sketches = c.sketches, map[string]kept{}
	}
	c.sketches[article] = k
}

// told is the state of a page with what is known of its article's text.
func (c *copies) told(page event.Page) event.Page {
	if c == nil || page.Article == "" {
		return page
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	k, ok := c.sketches[page.Article]
	if !ok {
		k = c.older[page.Article]
	}
	page.Sketch, page.SameTextAs = k.sketch, k.original
	return page
}

// learned takes what the topic says of a page.
func (c *copies) learned(page event.Page) {
	sketch, err := origin.Parse(page.Sketch)
	if c == nil || err != nil || page.Article == "" {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.index.Add(origin.Text{Article: page.Article, Site: weburl.Site(page.URL), Sketch: sketch, Seen: page.Fetched, Origin: page.SameTextAs})
	c.keep(page.Article, kept{page.Sketch, page.SameTextAs})
}
