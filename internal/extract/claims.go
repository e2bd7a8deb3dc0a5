package extract

import (
	"slices"
	"strings"

	"github.com/tradewire/tradewire/internal/document"
	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/ontology"
	"github.com/tradewire/tradewire/internal/pattern"
)

// compiledRule is a rule with its set and kind at hand.
type compiledRule struct {
	set     *ontology.RuleSet
	rule    *ontology.Rule
	kind    event.Kind
	resolve map[string]string
	calls   []call
}

// draft is a claim while it is made: one match of one rule.
type draft struct {
	*compiledRule
	v        *view
	sentence document.Sentence
	// first and end are the tokens of the match, trigger those of its
	// trigger, captures those of its slots.
	first, end int
	trigger    pattern.Range
	captures   map[string]pattern.Range
	slots      event.Slots
	factuality string
	// byTopic says that nobody is named as the doer and the article's main
	// country was taken.
	byTopic bool
	// vague says that a stance's target does not name the act it speaks of.
	vague bool
	// order is the rule's place in its file: an earlier rule says more.
	order int
	// also holds the drafts merged into this one.
	also []*draft
	// account is how it was made, kept where somebody asks to have it explained.
	account *account
}

// draftClaims runs the rules over title and body and merges what is one.
func (r *reading) draftClaims() error {
	var drafts []*draft
	if !r.sample && !r.aboutTrade() {
		return nil
	}
	m := r.x.newMatching(r.meter)
	m.trace = r.trace
	for _, v := range []*view{r.title, r.body} {
		v.told = r.title.told
		for _, s := range v.doc.Sentences {
			for _, d := range m.sentence(v, s) {
				drafts = append(drafts, d.oneEach()...)
			}
		}
		if v.tagErr != nil {
			return v.tagErr
		}
	}
	r.claims = merge(drafts)
	r.trace.kept(r.claims, "only the title says it, or the article has too many claims of the kind")
	r.claims = lastStages(spelledOut(definite(unsaid(r.claims))))
	r.trace.kept(r.claims, "another claim of the article says more of the same matter")
	if !r.sample {
		r.keepTold()
		r.trace.kept(r.claims, "the article is no news of trade: a market report, or a guide for traders")
	}
	return nil
}

func (x *Extractor) draft(c *compiledRule, v *view, s document.Sentence, m pattern.Match) *draft {
	shift := func(r pattern.Range) pattern.Range {
		return pattern.Range{First: r.First + s.First, End: r.End + s.First}
	}
	d := &draft{compiledRule: c, v: v, sentence: s, first: m.First + s.First, end: m.End + s.First,
		trigger: shift(m.Trigger), captures: map[string]pattern.Range{}, slots: event.Slots{}}
	for name, r := range m.Captures {
		d.captures[name] = shift(r)
	}
	return d
}

// core lists the tokens that make the draft what it is: its trigger, the
// captures of closed slots (instrument, action), and the rates that an
// amending act exchanges.
func (d *draft) core() []int {
	var out []int
	for i := d.trigger.First; i < d.trigger.End; i++ {
		out = append(out, i)
	}
	for _, slot := range d.kind.Slots {
		if r, ok := d.captures[slot.Name]; ok && slot.Type == event.TypeEnum {
			for i := r.First; i < r.End; i++ {
				out = append(out, i)
			}
		}
	}
	for _, name := range []string{"_old", "_new"} {
		if r, ok := d.captures[name]; ok {
			out = append(out, r.First)
		}
	}
	return out
}

func (d *draft) claims(taken map[int]bool) bool {
	return !slices.ContainsFunc(d.core(), func(i int) bool { return taken[i] })
}

func (d *draft) take(taken map[int]bool) {
	for _, i := range d.core() {
		taken[i] = true
	}
}

// fill sets the slots: what the rule sets, what the pattern captured, what
// can be resolved. It reports whether the claim stands.
func (x *Extractor) fill(d *draft) bool {
	for slot, value := range d.rule.Set {
		if slot == "factuality" {
			d.factuality = value
			continue
		}
		d.slots[slot] = d.typed(slot, value)
		d.account.filled(slot, "set by the rule", "")
	}
	for slot, r := range d.captures {
		if strings.HasPrefix(slot, "_") {
			continue // for the ways to resolve alone
		}
		if v := d.captured(slot, r); !v.Empty() {
			d.slots[slot] = v
			d.account.filled(slot, "captured", "")
		}
	}
	for _, veto := range d.rule.Veto {
		if first, end := d.clause(); d.v.has(first, end, "%"+veto) {
			return d.account.drop("the clause holds a word of the veto list ", veto)
		}
	}
	if d.parted() {
		return d.account.drop("a word of the rule's between lists stands between trigger and slot", "")
	}
	if d.joinedTo() {
		return d.account.drop("a further object of the act before it", "")
	}
	if d.ofOtherThing() {
		return d.account.drop("the act is on something else that has to do with the measure", "")
	}
	if d.kind.Name == "measure" && d.generic() {
		d.slots["status"] = event.Text(dropped)
		return d.account.drop("a kind of act is spoken of, or what somebody may do", "")
	}
	if d.kind.Name == "measure" && d.asks() {
		return d.account.drop("a question of yes or no asserts no measure", "")
	}
	if why := d.unreal(); why != "" {
		return d.account.drop(why, "")
	}
	for _, slot := range d.kind.Slots { // in the order of kinds.yaml
		way, ok := d.resolve[slot.Name]
		if !ok || way == "none" || !d.slots[slot.Name].Empty() {
			continue
		}
		if v := x.resolve[way](d); !v.Empty() {
			d.slots[slot.Name] = v
			d.account.filled(slot.Name, "resolved by ", way)
		}
	}
	d.unlifted()
	d.givenUp()
	d.shelved()
	d.towards()
	if d.slots["status"].Text == dropped {
		return d.account.drop("the words say that it did not and will not happen: denied, asked or only demanded", "")
	}
	for _, slot := range d.set.Require {
		if d.slots[slot].Empty() {
			return d.account.drop("nothing fills the required slot ", slot)
		}
	}
	d.ofRemedy()
	if by := d.slots["by"].List; d.kind.Name == "measure" && len(by) > 0 {
		d.v.doer = doer{by: by, sentence: d.sentence.Index}
	}
	return true
}

// parted reports whether a cue of the rule's between list stands between its
// trigger and a slot that it captured.
func (d *draft) parted() bool {
	for _, r := range d.captures {
		first, end := d.trigger.End, r.First
		if r.First < d.trigger.First {
			first, end = r.End, d.trigger.First
		}
		for _, cue := range d.rule.Between {
			if d.v.has(first, end, "%"+cue) {
				return true
			}
		}
	}
	return false
}

// denies is true for a measure that its act says does not exist ("urged
// Norway to impose tariffs"); one whose end is asked for does.
func (d *draft) denies() bool {
	return d.slots["status"].Text == dropped && direction(d.slots["action"].Text) == "restricting"
}

// dropped is the status of an act that did not and will not happen.
const dropped = "-"

func (d *draft) slotType(name string) string {
	for _, s := range d.kind.Slots {
		if s.Name == name {
			return s.Type
		}
	}
	return event.TypeText
}

func (d *draft) typed(slot, value string) event.Value {
	switch d.slotType(slot) {
	case event.TypeCountries, event.TypeTexts, event.TypeSectors:
		return event.List(value)
	}
	return event.Text(value)
}

// captured turns a captured span into the slot's value.
func (d *draft) captured(slot string, r pattern.Range) event.Value {
	switch d.slotType(slot) {
	case event.TypeCountry:
		if codes := d.v.codesIn(r.First, r.End); len(codes) > 0 {
			return event.Text(codes[0])
		}
		return event.Value{}
	case event.TypeCountries:
		if codes := d.v.codesIn(r.First, r.End); len(codes) > 0 {
			return event.List(codes...)
		}
		return event.Value{}
	case event.TypeEnum:
		return d.enum(slot, r)
	case event.TypeRates:
		return d.v.ratesIn(r.First, r.End)
	case event.TypeSectors:
		return d.v.sectorsIn(r.First, r.End)
	case event.TypeTexts:
		return d.texts(slot, r)
	}
	return event.Text(d.v.doc.Span(r.First, r.End))
}

// texts gives the codes of the countries in a captured span for the slots
// whose parties may also be firms, else the words.
func (d *draft) texts(slot string, r pattern.Range) event.Value {
	if slices.Contains([]string{"complainant", "respondent", "actor", "away_from", "toward"}, slot) {
		if codes := d.v.codesIn(r.First, r.End); len(codes) > 0 {
			return event.List(codes...)
		}
	}
	return event.List(d.v.doc.Span(r.First, r.End))
}

// enum reads the value of the lexicon entry that fills the captured span.
func (d *draft) enum(slot string, r pattern.Range) event.Value {
	for _, s := range d.kind.Slots {
		if s.Name != slot {
			continue
		}
		for i := r.First; i < r.End; i++ {
			for _, e := range d.v.found[i] {
				if e.End <= r.End && slices.Contains(s.Values, e.Value) && e.Label[0] != '%' {
					return event.Text(e.Value)
				}
			}
		}
	}
	return event.Value{}
}

// clause is the part of the sentence around the match between semicolons and
// between a conjunction with its own subject; at least the match itself.
func (d *draft) clause() (first, end int) {
	first, end = d.first, d.end
	for first > d.sentence.First && !d.v.breaks(first-1) {
		first--
	}
	for end < d.sentence.End && !d.v.breaks(end) {
		end++
	}
	return first, end
}

// breaks reports whether a clause ends at token i.
func (v *view) breaks(i int) bool {
	switch v.lower(i) {
	case ";", ":", "while", "whereas", "but", "although", "though":
		return true
	case ",":
		return v.hasAt(i+1, "%clause_start") || v.lower(i+1) == "and" && v.actorActs(i+2)
	}
	return false
}

// actorActs reports an actor at token i with a finite verb behind it: ", and
// Peru cut its duty".
func (v *view) actorActs(i int) bool {
	a, ok := v.actor(i)
	if !ok && v.lower(i) == "the" {
		a, ok = v.actor(i + 1)
	}
	return ok && !a.possessive && v.finite(v.pastAdverbs(a.end))
}
