package extract

import (
	"slices"

	"github.com/tradewire/tradewire/internal/event"
)

// earlier lists, by kind, the statuses that say nothing once a later one of
// the same parties is told: an article that reports a signed agreement also
// says that it was sought.
func earlier(kind, status string) []string {
	switch kind + " " + status {
	case "negotiation evaluating":
		return []string{"proposed"}
	case "negotiation agreed", "negotiation scheduled", "negotiation held", "negotiation rejected", "negotiation stalled", "negotiation underway":
		return []string{"proposed", "evaluating"}
	case "agreement reached":
		return []string{"proposed"}
	case "agreement signed":
		return []string{"proposed", "reached"}
	case "agreement in_force":
		return []string{"proposed", "reached", "signed"}
	}
	return nil
}

// furthest drops the drafts that a later stage of the same matter overtakes.
func furthest(drafts []*draft) []*draft {
	return slices.DeleteFunc(slices.Clone(drafts), func(d *draft) bool {
		return slices.ContainsFunc(drafts, func(e *draft) bool { return e != d && e.overtakes(d) })
	})
}

// overtakes is true for the same kind and parties at a later stage; two
// agreements of different names are two matters.
func (d *draft) overtakes(e *draft) bool {
	if d.kind.Name != e.kind.Name || !slices.Contains(earlier(d.kind.Name, d.slots["status"].Text), e.slots["status"].Text) {
		return false
	}
	a, b := d.slots["name"].Text, e.slots["name"].Text
	return equal(d.slots["parties"], e.slots["parties"]) && (a == "" || b == "" || a == b)
}

// offered is the parties of an offer to talk that the sentence before tells,
// for "is evaluating this"; empty when it tells of none.
func (d *draft) offered() event.Value {
	v := d.v
	first := v.doc.Sentences[max(0, d.sentence.Index-1)].First
	if !v.has(first, d.sentence.End, labelTalks) && !v.has(first, d.sentence.End, "%talk_verb") {
		return event.Value{}
	}
	return list(d.parties())
}
