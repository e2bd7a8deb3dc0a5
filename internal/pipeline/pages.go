package pipeline

import (
	"sync"
	"time"

	"github.com/tradewire/tradewire/internal/event"
)

// pages is what the scrapers remember of every address: the topic trade.pages
// in memory. It is safe for concurrent use.
type pages struct {
	mu        sync.Mutex
	known     map[string]event.Page
	announced map[string]time.Time
}

// announcedFor is how long an address that was put on trade.fetches, and not
// fetched yet, is not put there again.
const announcedFor = 6 * time.Hour

func newPages() *pages {
	return &pages{known: map[string]event.Page{}, announced: map[string]time.Time{}}
}

// put remembers a page, unless a later state is known.
func (p *pages) put(page event.Page) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if old, ok := p.known[page.URL]; ok && old.Fetched.After(page.Fetched) {
		return
	}
	p.known[page.URL] = page
	delete(p.announced, page.URL)
}

// get returns what is known of a page.
func (p *pages) get(url string) (event.Page, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	page, ok := p.known[url]
	return page, ok
}

// due reports whether an address should be fetched: it never was, or longer
// than revisit ago, and is not on its way.
func (p *pages) due(url string, now time.Time, revisit time.Duration) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if at, ok := p.announced[url]; ok && now.Sub(at) < announcedFor {
		return false
	}
	page, ok := p.known[url]
	return !ok || now.Sub(page.Fetched) >= revisit
}

// announce notes that addresses are on their way, and forgets those that were
// for too long.
func (p *pages) announce(now time.Time, urls ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for url, at := range p.announced {
		if now.Sub(at) >= announcedFor {
			delete(p.announced, url)
		}
	}
	for _, url := range urls {
		p.announced[url] = now
	}
}
