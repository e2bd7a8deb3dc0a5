package pipeline

import (
	"time"

	"github.com/tradewire/tradewire/internal/event"
)

// Budget is what one source may take from one host on one day (UTC). What is
// over it waits for the next day. Announcements count, but never wait: what
// they say may be gone tomorrow.
type Budget struct {
	// Pages counts addresses fetched.
	Pages int `yaml:"pages"`
	// Bytes counts those of bodies on the wire.
	Bytes int64 `yaml:"bytes"`
}

// or fills what is not set from another budget.
func (b Budget) or(other Budget) Budget {
	if b.Pages == 0 {
		b.Pages = other.Pages
	}
	if b.Bytes == 0 {
		b.Bytes = other.Bytes
	}
	return b
}

// covers reports whether something is left.
func (b Budget) covers(spent event.Spent) bool { return spent.Pages < b.Pages && spent.Bytes < b.Bytes }

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// nextDay is when the next budget begins.
func nextDay(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour) }

// count takes up what another process, or this one before its start, had
// spent: of the latest day, the most that any page tells.
func (p *pages) count(told *event.Spent, host string) {
	if told == nil {
		return
	}
	b := budget{told.Source, host}
	have := p.spent[b]
	if have == nil || have.Day < told.Day || have.Day == told.Day && have.Pages < told.Pages {
		kept := *told
		p.spent[b] = &kept
	}
}

// spentOn is what is spent of a budget on the day of now.
func (p *pages) spentOn(b budget, now time.Time) event.Spent {
	p.mu.Lock()
	defer p.mu.Unlock()
	if have := p.spent[b]; have != nil && have.Day == day(now) {
		return *have
	}
	return event.Spent{Source: b.source, Day: day(now)}
}

// spentToday lists what is spent of each budget on the day of now.
func (p *pages) spentToday(now time.Time) []event.Spent {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []event.Spent
	for _, spent := range p.spent {
		if spent.Day == day(now) {
			all = append(all, *spent)
		}
	}
	return all
}

// spend counts a page of that many bytes, and returns the sum.
func (p *pages) spend(b budget, now time.Time, bytes int64) *event.Spent {
	sum := p.spentOn(b, now)
	sum.Pages++
	sum.Bytes += bytes
	p.mu.Lock()
	defer p.mu.Unlock()
	p.count(&sum, b.host)
	return &sum
}
