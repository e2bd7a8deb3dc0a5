package extract

import (
	"fmt"
	"maps"
	"slices"

	"github.com/tradewire/tradewire/internal/document"
	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/pattern"
)

// trace follows every draft of a reading. All its methods, and those of an
// account, do nothing on nil: reading without one costs nothing.
type trace struct{ tried []*draft }

// account is how one draft was made and what became of it.
type account struct {
	pattern string
	// at is where the match stands: a claim of the title moves to the body.
	at match
	// how says by slot what filled it, more how later mentions changed it.
	how  map[string]string
	more map[string][]string
	// why the draft makes no claim; empty while it does.
	why string
	// gaveTo is the title's claim that took the place of this one.
	gaveTo *draft
}

// match is a place in a text.
type match struct {
	v          *view
	sentence   document.Sentence
	first, end int
	trigger    pattern.Range
}

// try opens the account of a match.
func (t *trace) try(d *draft, p *pattern.Program) {
	if t == nil {
		return
	}
	d.account = &account{pattern: p.String(), at: match{d.v, d.sentence, d.first, d.end, d.trigger}, how: map[string]string{}, more: map[string][]string{}}
	t.tried = append(t.tried, d)
}

// copies gives the drafts that were made from one match accounts of their own.
func (t *trace) copies(drafts []*draft) []*draft {
	if t == nil {
		return drafts
	}
	for _, d := range drafts {
		own := *d.account
		own.how, own.more = maps.Clone(own.how), map[string][]string{}
		own.how["holder"] = "another subject of the same verb"
		d.account = &own
		t.tried = append(t.tried, d)
	}
	return drafts
}

// kept tells the drafts that still stood and are neither among the claims nor
// merged into one why they went.
func (t *trace) kept(claims []*draft, why string) {
	if t == nil {
		return
	}
	in := owners(claims)
	for _, d := range t.tried {
		if owner(in, d) == nil && d.account.why == "" {
			d.account.why = why
		}
	}
}

// owners leads from each draft to the claim that it is or was merged into.
func owners(claims []*draft) map[*draft]*draft {
	out := map[*draft]*draft{}
	var own func(d, claim *draft)
	own = func(d, claim *draft) {
		if out[d] != nil {
			return
		}
		out[d] = claim
		for _, e := range d.also {
			own(e, claim)
		}
	}
	for _, d := range claims {
		out[d] = d
	}
	for _, d := range claims {
		for _, e := range d.also {
			own(e, d)
		}
	}
	return out
}

// owner is the claim that d is part of, nil where it is of none.
func owner(owners map[*draft]*draft, d *draft) *draft {
	if d.account.gaveTo != nil {
		d = d.account.gaveTo
	}
	return owners[d]
}

// give notes that the draft's place went to the title's claim d.
func (a *account) give(d *draft) {
	if a != nil {
		a.gaveTo = d
	}
}

// filled notes what filled a slot.
func (a *account) filled(slot, how, way string) {
	if a != nil {
		a.how[slot] = how + way
	}
}

// drop notes why the draft makes no claim; it is always false.
func (a *account) drop(why, what string) bool {
	if a != nil && a.why == "" {
		a.why = why + what
	}
	return false
}

// said remembers the slots before another draft is merged in.
func (a *account) said(d *draft) event.Slots {
	if a == nil {
		return nil
	}
	return maps.Clone(d.slots)
}

// absorbed notes which slots the merged draft changed.
func (a *account) absorbed(d, e *draft, before event.Slots) {
	if a == nil {
		return
	}
	where := fmt.Sprintf("sentence %d", e.sentence.Index)
	if e.v.title {
		where = "the title"
	}
	for _, slot := range slices.Sorted(maps.Keys(d.slots)) {
		switch v := d.slots[slot]; {
		case equal(v, before[slot]):
		case before[slot].Empty():
			a.how[slot] = fmt.Sprintf("merged from %s (%s)", where, e.rule.ID)
		default:
			a.more[slot] = append(a.more[slot], fmt.Sprintf("changed by %s (%s)", where, e.rule.ID))
		}
	}
}
