package extract

import (
	"slices"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/ontology"
)

// earlier lists, by kind, the statuses that say nothing once a later one of
// the same parties is told: an article that reports a signed agreement also
// says that it was sought.
func earlier(kind, status string) []string {
	switch kind + " " + status {
	case "negotiation evaluating":
		return []string{"proposed"}
	case "negotiation agreed", "negotiation scheduled", "negotiation held", "negotiation stalled", "negotiation underway":
		return []string{"proposed", "evaluating"}
	case "negotiation rejected":
		return []string{"proposed", "evaluating", "underway", "scheduled"}
	case "agreement reached":
		return []string{"proposed"}
	case "agreement signed":
		return []string{"proposed", "reached"}
	case "agreement in_force":
		return []string{"proposed", "reached", "signed"}
	}
	return nil
}

// lastStages drops the drafts that a later stage of the same matter overtakes.
func lastStages(drafts []*draft) []*draft {
	return slices.DeleteFunc(slices.Clone(drafts), func(d *draft) bool {
		return slices.ContainsFunc(drafts, func(e *draft) bool { return e != d && e.overtakes(d) })
	})
}

// overtakes is true for the same kind and parties at a later stage; two
// agreements of different names are two matters. What a rule says only because
// no other does overtakes nothing.
func (d *draft) overtakes(e *draft) bool {
	if len(d.rule.UnlessSaid) > 0 {
		return false
	}
	if d.kind.Name != e.kind.Name || d.cited() || !slices.Contains(earlier(d.kind.Name, d.slots["status"].Text), e.slots["status"].Text) && !e.cited() {
		return false
	}
	if !equal(d.slots["parties"], e.slots["parties"]) {
		return false
	}
	a, b := d.slots["name"].Text, e.slots["name"].Text
	return a == "" || b == "" || a == b || d.known() && e.known()
}

// known is true for an agreement that the lexicon knows by name.
func (d *draft) known() bool { return d.v.hasAt(d.trigger.First, labelPact) }

// cited is true where an agreement in force is only referred to ("under the
// accord") and the lexicon does not know it: any stage told outright counts
// for more.
func (d *draft) cited() bool { return d.rule.ID == "agreement.cited" && !d.known() }

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

// meeting is the parties of a meeting told by a verb: two of them must be
// named in the sentence as somebody who can meet, for officials also meet
// their own people.
func (d *draft) meeting() event.Value {
	codes := d.v.delegates(d.sentence.First, d.sentence.End)
	if len(codes) < 2 || !d.aboutTrade() {
		return event.Value{}
	}
	slices.Sort(codes)
	return event.List(codes...)
}

// met is the parties of a meeting that names no matter: exactly two, in the
// sentence, or the pair that "the two sides" means.
func (d *draft) met() event.Value {
	v := d.v
	if !d.aboutTrade() || d.asks() {
		return event.Value{}
	}
	codes := slices.DeleteFunc(v.partiesIn(d.sentence.First, d.sentence.End), isBody)
	if len(codes) == 2 {
		slices.Sort(codes)
		return event.List(codes...)
	}
	for i := d.sentence.First; i < d.sentence.End; i++ {
		if a, ok := v.actor(i); ok && a.kind == "pair" {
			return event.List(v.pairBefore(d.sentence.Index, a.codes)...)
		}
	}
	return event.Value{}
}

// applicant is who asks to join an organisation or a known agreement, and the
// organisation where it has a code.
func (d *draft) applicant() event.Value {
	v := d.v
	var out []string
	for i := d.first - 1; i >= d.sentence.First; i-- {
		if e, ok := v.at(i, ontology.LabelCountry); ok && !isBody(e.Value) && !v.asPlace(e) {
			out = append(out, e.Value)
			for at := e.First - 1; at > d.sentence.First && (v.lower(at) == "and" || v.lower(at) == ","); {
				c, ok := v.covering(at-1, ontology.LabelCountry)
				if !ok || isBody(c.Value) {
					break
				}
				out, at = append(out, c.Value), c.First-1
			}
			break
		}
	}
	if len(out) == 0 {
		return event.Value{}
	}
	for _, e := range v.within(d.trigger.End, d.sentence.End, ontology.LabelCountry) {
		if e.Value == "WTO" {
			out = append(out, e.Value)
			break
		}
	}
	slices.Sort(out)
	return event.List(unique(out)...)
}

// joiner is who became a member of a known agreement: the country before the
// trigger, with the agreement left to its name.
func (d *draft) joiner() event.Value {
	for i := d.first - 1; i >= d.sentence.First; i-- {
		if e, ok := d.v.at(i, ontology.LabelCountry); ok && !isBody(e.Value) && !d.v.asPlace(e) {
			return event.List(e.Value)
		}
	}
	return event.Value{}
}
