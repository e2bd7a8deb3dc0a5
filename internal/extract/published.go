package extract

import (
	"math"
	"slices"

	"github.com/tradewire/tradewire/internal/event"
)

// published turns the drafts into claims, in the order of their evidence.
func (r *reading) published(a event.Article) []event.Claim {
	out := []event.Claim{}
	for _, d := range r.claims {
		for name, v := range d.slots {
			d.slots[name] = d.tidy(name, v)
		}
		c := event.Claim{Article: a.ID, Family: d.kind.Family, Kind: d.kind.Name, Published: a.Published, Slots: d.slots,
			Factuality: or(d.factuality, d.factual()), Rule: d.rule.ID, Confidence: d.confidence(),
			Evidence: d.evidence(),
			Source:   &event.Source{Article: a.ID, URL: a.URL, Title: a.Title, Publisher: a.Publisher, Published: a.Published, Official: a.Official, SameTextAs: a.SameTextAs}}
		c.ID = event.ClaimID(a.ID, c.Kind, c.Slots)
		if !slices.ContainsFunc(out, func(o event.Claim) bool { return o.ID == c.ID }) {
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, func(a, b event.Claim) int { return a.Evidence[0].Start - b.Evidence[0].Start })
	return out
}

// tidy sorts lists of codes, so that equal claims have equal ids.
func (d *draft) tidy(name string, v event.Value) event.Value {
	switch d.slotType(name) {
	case event.TypeCountries, event.TypeSectors:
		return sorted(v)
	}
	return v
}

// factual is "reported" where hearsay is marked in the clause, "alleged"
// where one side tells of the other, else "asserted".
func (d *draft) factual() string {
	first, end := d.clause()
	switch {
	case d.v.has(first, end, "%reported"):
		return "reported"
	case d.v.has(first, d.trigger.First, "%alleged"):
		return "alleged"
	}
	return "asserted"
}

// evidence is the clause of the match, and one passage for each mention that
// was merged into it.
func (d *draft) evidence() []event.Evidence {
	var out []event.Evidence
	seen := map[int]bool{}
	for _, e := range append([]*draft{d}, d.also...) {
		if e.v.title {
			continue
		}
		first, end := e.clause()
		passage := e.v.evidence(first, end)
		if !seen[passage.Start] {
			seen[passage.Start] = true
			out = append(out, passage)
		}
	}
	return out
}

// unmeasured is the confidence of a rule without a measured share.
const unmeasured = 0.5

// confidence is the rule's measured share of right claims.
func (d *draft) confidence() float64 {
	c := d.rule.Confidence
	if c == 0 {
		c = unmeasured
	}
	return math.Round(c*100) / 100
}
