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
}

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
	return c.index.Link(origin.Text{Article: a.ID, Site: weburl.Site(a.URL), Sketch: sketch, Seen: seen})
}

// told is the state of a page with what is known of its article's text.
func (c *copies) told(page event.Page) event.Page {
	if c == nil || page.Article == "" {
		return page
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if sketch, original, ok := c.index.Find(page.Article); ok {
		page.Sketch, page.SameTextAs = sketch.String(), original
	}
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
}
