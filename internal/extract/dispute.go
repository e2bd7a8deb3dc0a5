package extract

import (
	"slices"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/ontology"
)

// accused is whose acts are said to break the rules: the country named in the
// subject of the trigger, of its possessors and actors the first that is not
// the one the act falls on.
func (d *draft) accused() []string {
	v := d.v
	by := d.accuserCodes()
	for i := d.trigger.First - 1; i >= d.sentence.First && i > d.trigger.First-25; i-- {
		if v.opensTheme(i) && v.lower(i) != "," {
			break
		}
		e, ok := v.at(i, ontology.LabelCountry)
		if !ok || isBody(e.Value) || e.Value == "WORLD" || slices.Contains(by, e.Value) || v.fallsOn(e) && v.lower(d.trigger.First-1) != "for" && !(v.possessiveAt(e.End) && e.End >= d.trigger.First-2) {
			continue
		}
		return []string{e.Value}
	}
	if len(by) == 0 {
		return nil
	}
	return v.otherThan(by)
}

// fallsOn is true for a country that bears an act: "tariffs on Chinese goods".
func (v *view) fallsOn(e ontology.Entity) bool {
	at := e.First - 1
	for v.hasAt(at, "%determiner") {
		at--
	}
	return v.hasAt(at, "%preposition") && v.lower(at) != "by" && v.lower(at) != "of"
}

// otherThan is the country the article names most that is none of those.
func (v *view) otherThan(codes []string) []string {
	for _, c := range v.topic[:min(2, len(v.topic))] {
		if !slices.Contains(codes, c) {
			return []string{c}
		}
	}
	return nil
}

// accuserCodes is who says that rules are broken: the subject of a verb of
// complaint before the words, else who speaks.
func (d *draft) accuserCodes() []string {
	for _, e := range d.v.within(d.sentence.First, d.trigger.First, "%complaint") {
		for i := e.First - 1; i >= max(d.sentence.First, e.First-3); i-- {
			if a, ok := d.v.actor(i); ok && len(a.codes) > 0 && a.kind != "pair" && !isBody(a.codes[0]) {
				return a.codes[:1]
			}
		}
	}
	a := d.v.speakerAt(d.trigger.First)
	if len(a.codes) > 0 && a.kind != "pair" && !isBody(a.codes[0]) {
		return a.codes[:1]
	}
	return nil
}

// accuser is the complainant of an allegation: who makes it, else the other
// of the two countries that the article is about.
func (d *draft) accuser() event.Value {
	against := d.accused()
	if by := d.accuserCodes(); len(by) > 0 && !slices.Equal(by, against) {
		return list(by)
	}
	if a := d.v.speakerAt(d.trigger.First); a.kind == "group" {
		return event.List(a.name)
	}
	return list(d.v.otherThan(against))
}

// plaintiff is the subject of a verb of suing: a country, or a group by name.
func (d *draft) plaintiff() event.Value {
	if codes := d.possessor(); codes != nil {
		return list(codes[:1])
	}
	a := d.holderActor()
	here := a.first >= d.sentence.First && a.first < d.trigger.First
	switch {
	case !here && d.suingFirm() != "":
		return event.List(d.suingFirm())
	case a.kind == "pair", !here && !d.speaksItself():
		return event.Value{}
	case len(a.codes) > 0 && !isBody(a.codes[0]) && a.codes[0] != "WORLD":
		return list(a.codes[:1])
	case a.kind == "group":
		return event.List(a.name)
	}
	if firm := d.suingFirm(); firm != "" {
		return event.List(firm)
	}
	return event.Value{}
}

// suingFirm is the firm that a verb of suing has as its subject: "Lego, a
// maker of toys, has sued".
func (d *draft) suingFirm() string {
	i := d.trigger.First - 1
	for i > d.sentence.First && slices.Contains([]string{"has", "have", "had", "also", "is", "are", "to"}, d.v.lower(i)) {
		i--
	}
	return d.v.firmEndingAt(d.beforeAside(i), d.sentence.First)
}

// speaksItself reports whether "we" or "he" stands before the trigger.
func (d *draft) speaksItself() bool {
	for i := d.sentence.First; i < d.trigger.First; i++ {
		if d.v.weAt(i) || d.v.hasAt(i, "%third_person") {
			return true
		}
	}
	return false
}

// convicted is whose act a panel or court decided on: a country of the
// sentence that neither brought the case nor tells of it.
func (d *draft) convicted() event.Value {
	by := append(d.slots["complainant"].List, d.accuserCodes()...)
	for _, r := range [][2]int{{d.trigger.First, d.sentence.End}, {d.sentence.First, d.trigger.First}} {
		for _, e := range d.v.within(r[0], r[1], ontology.LabelCountry) {
			if !isBody(e.Value) && e.Value != "WORLD" && !slices.Contains(by, e.Value) {
				return event.List(e.Value)
			}
		}
	}
	if len(by) == 0 {
		return event.Value{}
	}
	return list(d.v.otherThan(by))
}

// furthest is the later of two stages of a case.
func furthest(a, b string) string {
	stages := []string{"alleged", "filed", "panel", "ruled", "appealed", "settled"}
	if slices.Index(stages, b) > slices.Index(stages, a) {
		return b
	}
	return a
}

// defendant is the first country behind the trigger that is not the plaintiff,
// else one before it, else the other that the article is about.
func (d *draft) defendant() event.Value {
	by := d.slots["complainant"].List
	fits := func(c string) bool { return !isBody(c) && c != "WORLD" && !slices.Contains(by, c) }
	for _, r := range [][2]int{{d.trigger.First, d.sentence.End}, {d.sentence.First, d.trigger.First}} {
		for _, e := range d.v.within(r[0], r[1], ontology.LabelCountry) {
			if fits(e.Value) {
				return event.List(e.Value)
			}
		}
	}
	if len(by) == 0 {
		return event.Value{}
	}
	return list(d.v.otherThan(by))
}

// forum is where a case is heard, as the sentence or the one before it says:
// the WTO or a court.
func (d *draft) forum() event.Value {
	v := d.v
	for _, e := range v.within(d.sentence.First, d.sentence.End, ontology.LabelCountry) {
		if e.Value == "WTO" {
			return event.Text("WTO")
		}
	}
	for _, e := range v.within(d.sentence.First, d.sentence.End, ontology.LabelBody) {
		switch b := v.o.Bodies[e.Ref]; {
		case b.Country == "WTO":
			return event.Text("WTO")
		case b.Kind == "court":
			return event.Text(b.Name)
		}
	}
	for _, e := range v.within(d.sentence.First, d.sentence.End, labelPact) { // "a USMCA panel"
		if w := v.lower(e.End); w == "panel" || w == "tribunal" {
			return event.Text(v.doc.Span(e.First, e.End))
		}
	}
	return event.Value{}
}
