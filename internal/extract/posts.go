package extract

import (
	"slices"
	"strings"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/ontology"
)

// postResolvers are the ways to read who takes or leaves which post.
func postResolvers() map[string]resolver {
	return map[string]resolver{
		"person_after":     func(d *draft) event.Value { return event.Text(d.personAfter()) },
		"person_either":    func(d *draft) event.Value { return event.Text(or(d.personAfter(), d.personBefore())) },
		"person_before":    func(d *draft) event.Value { return event.Text(d.personBefore()) },
		"post_role":        func(d *draft) event.Value { return event.Text(d.postRole()) },
		"post_or_office":   func(d *draft) event.Value { return event.Text(d.postOrOffice()) },
		"post_country":     func(d *draft) event.Value { return event.Text(d.postCountry()) },
		"post_giver":       func(d *draft) event.Value { return event.Text(d.postGiver()) },
		"post_body":        func(d *draft) event.Value { return event.Text(d.postBody()) },
		"post_predecessor": func(d *draft) event.Value { return event.Text(d.predecessor()) },
	}
}

// personAt is the person named at token i: an official's fullest name, or a
// name of at least two words.
func (v *view) personAt(f *nameFinder, i int) (name string, end int) {
	if e, ok := v.at(i, labelPerson); ok && upperFirst(v.doc.Tokens[i].Norm) {
		if name := v.people[e.Ref].Official.Name; name != "" {
			return name, e.End
		}
	}
	end = f.nameAt(i)
	if end > i && f.words(i, end) >= 2 {
		return v.doc.Span(i, end), end
	}
	return "", i
}

// personAfter is the first person within twelve tokens behind the trigger;
// titles and the like may stand between, and the body of "head of the Bureau
// of Mines" is no person.
func (d *draft) personAfter() string {
	f := d.v.names()
	for i := d.trigger.End; i < min(d.trigger.End+13, d.sentence.End); {
		name, end := d.v.personAt(f, i)
		if name != "" && (d.v.lower(i-1) != "of" || i-1 == d.trigger.End || i == d.trigger.End) {
			return name
		}
		if d.v.lower(i) == ";" || slices.Contains([]string{"that", "said", "by"}, d.v.lower(i)) {
			return ""
		}
		i = max(end, i+1)
	}
	return ""
}

// personBefore is the nearest person to the left of the trigger who is no
// agent or object of a preposition; for a pronoun the one named last before.
func (d *draft) personBefore() string {
	f := d.v.names()
	best := ""
	for i := d.sentence.First; i < d.trigger.First; {
		name, end := d.v.personAt(f, i)
		if name == "" {
			i++
			continue
		}
		if d.v.lower(end) == "who" || d.v.lower(end) == "," && d.v.lower(end+1) == "who" {
			if d.relative(end) {
				return name
			}
		}
		if end <= d.trigger.First && !slices.Contains([]string{"by", "with", "under", "to", "replacing", "replaced", "of", "for", "succeeding", "and"}, d.v.lower(i-1)) || best == "" {
			best = name
		}
		i = end
	}
	if best != "" || !d.pronoun() {
		return best
	}
	return d.v.personNear(f, d.sentence.First)
}

// relative reports that the clause of the "who" behind token i holds the
// trigger: no comma ends it before.
func (d *draft) relative(i int) bool {
	for k := i + 1; k < d.trigger.First; k++ {
		if d.v.lower(k) == "," {
			return false
		}
	}
	return true
}

// pronoun reports that a pronoun or "the minister" stands for the person.
func (d *draft) pronoun() bool {
	for i := d.sentence.First; i < d.trigger.First; i++ {
		if slices.Contains([]string{"he", "she", "who", "incumbent"}, d.v.lower(i)) {
			return true
		}
	}
	return false
}

// personNear is the person named last before token limit, within three
// sentences.
func (v *view) personNear(f *nameFinder, limit int) string {
	if limit == 0 {
		return ""
	}
	from := v.doc.Sentences[max(0, v.sentence(limit-1).Index-2)].First
	best := ""
	for i := from; i < limit; {
		name, end := v.personAt(f, i)
		if name == "" {
			i++
			continue
		}
		best, i = name, end
	}
	return best
}

// postRole is the title that the sentence gives for the post, else the one
// spoken of last; empty when it is no post of a government or world body.
func (d *draft) postRole() string {
	role, ok := d.roleEntity()
	if !ok {
		return ""
	}
	return d.v.doc.Span(role.First, role.End)
}

// postOrOffice is the title or the office that the sentence gives for the
// post, else the title spoken of last.
func (d *draft) postOrOffice() string {
	role, ok := d.roleEntity()
	if ok && role.First >= d.sentence.First {
		return d.v.doc.Span(role.First, role.End)
	}
	for _, label := range [...]string{"%office", ontology.LabelBody, ontology.LabelCountry} {
		for _, e := range d.v.within(d.sentence.First, d.sentence.End, label) {
			if label == ontology.LabelBody && (e.Value == "" || d.v.o.Bodies[e.Ref].Generic) || label == ontology.LabelCountry && !isBody(e.Value) {
				continue
			}
			first := e.First
			if w := d.v.lower(first - 1); w == "the" && d.v.lower(first-2) == "of" && d.v.hasAt(first-3, "%group_post") {
				first -= 3
			}
			return d.v.doc.Span(first, e.End)
		}
	}
	if ok {
		return d.v.doc.Span(role.First, role.End)
	}
	return ""
}

// roleEntity finds the post: behind the trigger, before it in the sentence,
// or in the two sentences before.
func (d *draft) roleEntity() (ontology.Entity, bool) {
	f := d.v.names()
	official := func(e ontology.Entity) bool {
		p := f.post(e)
		return !p.other && (p.government || p.country != "" || !p.shared || len(d.v.topic) > 0) && (p.government || !d.v.hasAt(e.First, "%not_official"))
	}
	for _, e := range d.v.within(d.trigger.End, d.sentence.End, ontology.LabelRole) {
		if official(e) {
			return e, true
		}
	}
	before := d.v.within(d.sentence.First, d.trigger.First, ontology.LabelRole)
	slices.Reverse(before)
	for _, e := range before {
		if official(e) {
			return e, true
		}
	}
	from := d.v.doc.Sentences[max(0, d.sentence.Index-3)].First
	earlier := d.v.within(from, d.sentence.First, ontology.LabelRole)
	slices.Reverse(earlier)
	for _, e := range earlier {
		if official(e) {
			return e, true
		}
	}
	return ontology.Entity{}, false
}

// postCountry is whose post it is: the country in the title's phrase, else
// the subject's, else the one the article is about.
func (d *draft) postCountry() string {
	role, ok := d.roleEntity()
	if !ok {
		return ""
	}
	p := d.v.names().post(role)
	if p.country != "" && !isBody(p.country) {
		return p.country
	}
	for i := role.First - 1; i >= d.sentence.First; i-- {
		if e, ok := d.v.trader(i); ok {
			return e.Value
		}
	}
	if role.Value != "" && !isBody(role.Value) {
		return role.Value
	}
	if len(d.v.topic) > 0 {
		return d.v.topic[0]
	}
	return ""
}

// postGiver is the country named before the trigger: the one that gives the
// post.
func (d *draft) postGiver() string {
	for i := d.trigger.First - 1; i >= d.sentence.First; i-- {
		if e, ok := d.v.trader(i); ok {
			return e.Value
		}
	}
	return ""
}

// postBody is the body that the post belongs to, when the phrase names one.
func (d *draft) postBody() string {
	role, ok := d.roleEntity()
	if !ok {
		return ""
	}
	end := d.v.names().post(role).end
	for _, e := range d.v.within(role.First, end, ontology.LabelBody) {
		return d.v.doc.Span(e.First, e.End)
	}
	return ""
}

// predecessor is the person behind "succeeds", "replacing", "in place of", or
// before "was replaced by".
func (d *draft) predecessor() string {
	f := d.v.names()
	if d.v.lower(d.trigger.First) == "by" {
		return d.personBefore()
	}
	for i := d.trigger.First; i < d.sentence.End; i++ {
		e, ok := d.v.at(i, "%predecessor")
		if !ok || d.v.lower(e.End) == "by" {
			continue
		}
		for k := e.End; k < min(e.End+6, d.sentence.End); k++ {
			if name, _ := d.v.personAt(f, k); name != "" && !strings.EqualFold(name, d.slots["person"].Text) {
				return name
			}
		}
	}
	return ""
}
