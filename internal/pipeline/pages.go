package pipeline

import (
	"crypto/sha256"
	"encoding/json"
	"strings"
	"sync"
	"time"

	"github.com/tradewire/tradewire/internal/event"
)

// pages is what is remembered of the addresses of one partition: its part of
// the topic trade.pages in memory. It is safe for concurrent use.
type pages struct {
	mu      sync.Mutex
	known   map[pageKey]knownPage
	waiting map[pageKey]asleep
	reasons map[string]int          // how many wait for what
	spent   map[budget]*event.Spent // of the latest day seen
}

// pageKey stands for an address: a million of them take 16 MB.
type pageKey [16]byte

func keyOf(url string) (key pageKey) {
	sum := sha256.Sum256([]byte(url))
	copy(key[:], sum[:])
	return key
}

// knownPage is an event.Page in little space. Its texts stand in one string:
// ETag, Last-Modified, content hash and article, parted by NUL, which none of
// them can hold.
type knownPage struct {
	fetched int64 // Unix milliseconds; 0 for never
	status  int32
	texts   string
}

// asleep is an event.Wait in little space.
type asleep struct {
	until  int64 // Unix nanoseconds
	reason string
	wait   string // in JSON
}

func (a asleep) read() *event.Wait {
	if a.wait == "" {
		return nil
	}
	var w event.Wait
	_ = json.Unmarshal([]byte(a.wait), &w) // put wrote it
	return &w
}

// budget names what is spent together: a source's part of a host.
type budget struct{ source, host string }

func newPages() *pages {
	return &pages{
		known: map[pageKey]knownPage{}, waiting: map[pageKey]asleep{},
		reasons: map[string]int{}, spent: map[budget]*event.Spent{},
	}
}

// put remembers a page of a host, unless a later state is known.
func (p *pages) put(page event.Page, host string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.count(page.Spent, host)
	key := keyOf(page.URL)
	fetched := int64(0)
	if !page.Fetched.IsZero() {
		fetched = page.Fetched.UnixMilli()
	}
	if old, ok := p.known[key]; ok && old.fetched > fetched {
		return
	}
	p.known[key] = knownPage{fetched, int32(page.Status),
		strings.Join([]string{page.ETag, page.LastModified, page.ContentHash, page.Article}, "\x00")}
	p.stopWaiting(key)
	if w := page.Waits; w != nil {
		body, _ := json.Marshal(w) // texts, counts and times never fail
		p.waiting[key] = asleep{w.Until.UnixNano(), w.Reason, string(body)}
		p.reasons[w.Reason]++
	}
}

func (p *pages) stopWaiting(key pageKey) {
	if page, ok := p.waiting[key]; ok {
		p.reasons[page.reason]--
		delete(p.waiting, key)
	}
}

// get returns what is known of a page.
func (p *pages) get(url string) (event.Page, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	key := keyOf(url)
	known, ok := p.known[key]
	if !ok {
		return event.Page{URL: url}, false
	}
	texts := strings.SplitN(known.texts, "\x00", 4)
	page := event.Page{
		URL: url, ETag: texts[0], LastModified: texts[1], ContentHash: texts[2], Article: texts[3],
		Status: int(known.status), Waits: p.waiting[key].read(),
	}
	if known.fetched > 0 {
		page.Fetched = time.UnixMilli(known.fetched).UTC()
	}
	return page, true
}

// due reports whether an address should be announced that was last announced
// at asked: it was never fetched, or longer than revisit ago, and is not on
// its way.
func (p *pages) due(url string, asked, now time.Time, revisit time.Duration) bool {
	page, known := p.get(url)
	switch {
	case page.Waits != nil:
		return false
	case !asked.IsZero() && now.Sub(asked) < announcedFor && !page.Fetched.After(asked):
		return false
	}
	return !known || now.Sub(page.Fetched) >= revisit
}

// woken returns up to n waits that are over.
func (p *pages) woken(now time.Time, n int) []*event.Wait {
	p.mu.Lock()
	defer p.mu.Unlock()
	var ready []*event.Wait
	for _, one := range p.waiting {
		if len(ready) == n {
			break
		}
		if one.until <= now.UnixNano() {
			ready = append(ready, one.read())
		}
	}
	return ready
}

// wake forgets that a page waits: it is announced again. One that was put
// aside anew meanwhile goes on waiting.
func (p *pages) wake(w *event.Wait) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if key := keyOf(w.Fetch.URL); p.waiting[key].until == w.Until.UnixNano() {
		p.stopWaiting(key)
	}
}

// resting lists the waits for hosts that want to be left alone.
func (p *pages) resting() []*event.Wait {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []*event.Wait
	for _, one := range p.waiting {
		if one.reason == event.WaitHost {
			all = append(all, one.read())
		}
	}
	return all
}

// size is how many pages are known, and how many of them wait.
func (p *pages) size() (known, waiting int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.known), len(p.waiting)
}

func (p *pages) countWaiting(reason string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.reasons[reason]
}

// announcements remembers for a while which addresses were put on
// trade.fetches by this process. It is safe for concurrent use.
type announcements struct {
	mu   sync.Mutex
	at   map[pageKey]time.Time
	keep time.Duration
	next time.Time // when to look for old ones
}

// announcedFor is how long an address that was put on trade.fetches, and not
// fetched yet, is not put there again.
const announcedFor = 6 * time.Hour

// newAnnouncements remembers each for as long as a page is left alone.
func newAnnouncements(revisit time.Duration) *announcements {
	return &announcements{at: map[pageKey]time.Time{}, keep: max(revisit, announcedFor)}
}

// last is when an address was announced last; zero when that is not known.
func (a *announcements) last(url string) time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.at[keyOf(url)]
}

// note takes note that addresses are on their way.
func (a *announcements) note(now time.Time, urls ...string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if now.After(a.next) {
		for key, at := range a.at {
			if now.Sub(at) >= a.keep {
				delete(a.at, key)
			}
		}
		a.next = now.Add(a.keep / 16)
	}
	for _, url := range urls {
		a.at[keyOf(url)] = now
	}
}
