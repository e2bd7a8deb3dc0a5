package extract

import (
	"slices"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/ontology"
)

// flow is the instrument of an act on goods without a name of its own: what
// hinders or frees exports is an export control, what hinders or frees imports
// an import restriction. Goods "to" or "from" a country leave the government
// that acts, or come to it.
func (d *draft) flow() event.Value {
	r, ok := d.captures["_flow"]
	if !ok {
		return event.Value{}
	}
	if d.v.has(max(d.sentence.First, r.First-4), r.First, "INSTRUMENT") && r.First < d.trigger.First {
		return event.Value{} // "duties on imports are suspended" tells of the duties
	}
	const leaves, enters = "export_control", "import_restriction"
	w := d.v.lower(r.First)
	switch {
	case d.v.hasAt(r.First, "%comes_in"), w == "be" && d.v.hasAt(r.First+1, "%brought_in"):
		return event.Text(enters)
	case w == "from" || w == "to":
		if d.v.lower(r.First+1) == "enter" || d.v.lower(r.First+1) == "be" {
			return event.Text(enters)
		}
		at := r.End
		if d.v.lower(at) == "the" {
			at++
		}
		place, named := d.v.at(at, ontology.LabelCountry)
		own := named && slices.Contains(d.namedSubject(), place.Value)
		if own == (w == "to") {
			return event.Text(enters)
		}
	}
	return event.Text(leaves)
}

// government is who acts where the verb's own subject is a government, its
// ministry, office-holder or "we": a firm or branch that stops its exports has
// taken no measure.
func (d *draft) government() []string {
	if codes := d.byAgent(); codes != nil {
		return codes
	}
	if codes := d.subjectAfar(); codes != nil {
		return codes
	}
	if d.strangerActs() {
		return nil
	}
	return d.leftSubject()
}

// strangerActs reports that the words right before the verb, past auxiliaries
// and adverbs, name somebody who is no actor.
func (d *draft) strangerActs() bool {
	v := d.v
	i := d.trigger.First - 1
	for i >= d.sentence.First && (v.hasAt(i, "%verb_cue") || v.hasAt(i, "%future") || v.hasAt(i, "%possible") || v.tag(i) == "RB" || v.tag(i) == "MD" || v.lower(i) == "been") {
		i--
	}
	if i < d.sentence.First {
		return false
	}
	if w := v.lower(i); w == "you" || w == "they" {
		return true
	}
	if _, acts := v.covering(i, labelActor); acts {
		return false
	}
	switch v.tag(i) {
	case "NN", "NNS", "NNP", "NNPS":
		return !v.hasAt(i, "%organ") && !v.hasAt(i, "%side") && !v.hasAt(i, "%done_noun") && !v.hasAt(i, "%act_noun") && !v.hasAt(i, "%decision") && !v.isDate(i)
	}
	return false
}

// isDate reports that token i belongs to a date.
func (v *view) isDate(i int) bool {
	_, ok := v.covering(i, labelDate)
	return ok
}

// owner is whose measure it is by its own words, unless it falls on him.
func (d *draft) owner() []string {
	if codes := d.namedOwner(); !d.bears(codes) {
		return codes
	}
	return nil
}

// namedOwner is who is named as the measure's agent or possessor, or the
// subject of the verb whose object it is.
func (d *draft) namedOwner() []string {
	if codes := d.byAgent(); codes != nil {
		return codes
	}
	if codes := d.possessor(); codes != nil {
		return codes
	}
	v := d.v
	if codes := d.its(); codes != nil {
		return codes
	}
	for i := d.trigger.First - 1; i >= max(d.sentence.First, d.trigger.First-ownerReach); i-- {
		if v.breaks(i) || v.lower(i) == "," {
			break
		}
		a, ok := v.actor(i)
		if !ok || len(a.codes) == 0 || isBody(a.codes[0]) || a.possessive || v.isObject(a) || d.addressed(a) || v.directObject(a) {
			continue
		}
		if v.has(a.end, d.trigger.First, "%say") || v.has(a.end, d.trigger.First, "%complaint") || v.has(a.end, d.trigger.First, "%seeker") || v.has(a.end, d.trigger.First, "%gap_stop") || v.has(a.end, d.trigger.First, "%other_thing") || v.has(a.end, d.trigger.First, "%no_owner") {
			return nil
		}
		return v.conjoined(a)
	}
	if v.gazette() {
		return v.house().codes
	}
	return nil
}

// its is whose measure "its duties" and "their countermeasures" are: who is
// named before in subject position, in the sentence or the one before.
func (d *draft) its() []string {
	v := d.v
	for i := d.trigger.First - 1; i >= max(d.sentence.First, d.trigger.First-4); i-- {
		switch w := v.lower(i); {
		case w == "its" || w == "their" || w == "his":
			if codes := d.leftSubject(); codes != nil {
				return codes
			}
			for _, a := range slices.Backward(v.actorsBefore(d.sentence.First)) {
				if v.sentence(a.first).Index < d.sentence.Index-1 {
					return nil
				}
				if len(a.codes) > 0 && !a.possessive && !isBody(a.codes[0]) && !v.isObject(a) {
					return a.codes
				}
			}
			return nil
		case v.hasAt(i, "%preposition"), v.hasAt(i, "%verb_cue"), v.hasAt(i, labelActor):
			return nil
		}
	}
	return nil
}

// ownerReach is how far before a measure the subject of its verb may stand.
const ownerReach = 14
