package extract

import (
	"github.com/tradewire/tradewire/internal/event"
)

// holder is who takes the position: the country for those who speak for one
// (EVENTS.md), the person for legislators and the like.
func (d *draft) holder() event.Value {
	a := d.holderActor()
	switch {
	case a.kind == "person" && !d.v.speaksForCountry(a):
		return event.Text(a.name)
	case len(a.codes) > 0:
		return event.Text(a.codes[0])
	case a.name != "":
		return event.Text(a.name)
	}
	return event.Value{}
}

// speaksForCountry is false for legislators, governors and those out of office.
func (v *view) speaksForCountry(a actor) bool {
	for _, p := range v.people {
		if p.Official.Name == a.name {
			return p.Kind != "legislator" && p.Kind != "governor" && len(a.codes) > 0
		}
	}
	return len(a.codes) > 0
}

// holderActor is the subject of the trigger, or the speaker for "we", or who
// spoke last.
func (d *draft) holderActor() actor {
	for i := d.trigger.First - 1; i >= d.sentence.First; i-- {
		if d.v.hasAt(i, "%we") {
			return d.v.speakerAt(i)
		}
		a, ok := d.v.actor(i)
		if !ok || d.v.isObject(a) || a.possessive && !d.v.eventNoun(a.end) {
			continue
		}
		return a
	}
	return d.v.speakerAt(d.trigger.First)
}

// speaker is the person who spoke for the holder; empty when nobody is named.
func (d *draft) speaker() event.Value {
	a := d.v.speakerAt(d.trigger.First)
	if own := d.holderActor(); own.kind == "person" {
		a = own
	}
	if a.kind == "person" && a.name != "" && event.Text(a.name).Text != d.slots["holder"].Text {
		return event.Text(a.name)
	}
	return event.Value{}
}

// speakerAt is who says the words at token i: the actor beside a verb of
// saying in the sentence, else in the two sentences before, else the
// transcript's speaker, else the last actor named.
func (v *view) speakerAt(i int) actor {
	s := v.doc.SentenceOf(i)
	for k := s; k >= max(0, s-3); k-- {
		sentence := v.doc.Sentences[k]
		for at := sentence.First; at < sentence.End; at++ {
			if !v.hasAt(at, "%say") {
				continue
			}
			if a, ok := v.beside(at, sentence.First, sentence.End); ok {
				return a
			}
		}
		if a, ok := v.actor(sentence.First); ok && v.lower(a.end) == ":" {
			return a
		}
	}
	for k := len(v.actors) - 1; k >= 0; k-- {
		if a := v.actors[k]; a.first < i && !a.possessive && !v.isObject(a) {
			return a
		}
	}
	return actor{}
}

// beside returns the actor that does the saying at token at: the nearest on
// the left, else the one just behind ("…," said X).
func (v *view) beside(at, first, end int) (actor, bool) {
	for k := at - 1; k >= max(first, at-12); k-- {
		if e, ok := v.covering(k, labelActor); ok {
			if a := v.actors[e.Ref]; !v.isObject(a) && (!a.possessive || a.kind != "country") {
				return a, true
			}
			k = e.First
		}
		if v.lower(k) == `"` {
			break
		}
	}
	for k := at + 1; k < min(end, at+5); k++ {
		if a, ok := v.actor(k); ok {
			return a, true
		}
	}
	return actor{}, false
}

// quote gives the words directly quoted in the sentence of the trigger.
func (d *draft) quote() event.Value {
	for _, e := range d.v.within(d.sentence.First, d.sentence.End, labelQuote) {
		if e.End-e.First >= 3 && e.First <= d.trigger.First && d.trigger.First < e.End {
			return event.Text(d.v.doc.Span(e.First, e.End))
		}
	}
	return event.Value{}
}
