package extract

import (
	"slices"
	"time"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/ontology"
)

// measureResolvers are the ways to fill slots of measures alone.
func measureResolvers() map[string]resolver {
	return map[string]resolver{
		"told":            func(d *draft) event.Value { return d.told() },
		"response":        func(d *draft) event.Value { return d.response() },
		"starts":          func(d *draft) event.Value { return d.starts() },
		"ends":            func(d *draft) event.Value { return d.ends() },
		"same_instrument": func(d *draft) event.Value { return d.sameAct("instrument") },
		"same_action":     func(d *draft) event.Value { return d.sameAct("action") },
		"list_told":       func(d *draft) event.Value { return d.listTold() },
		"same_on":         func(d *draft) event.Value { return d.sameOn() },
		"case":            func(d *draft) event.Value { return d.caseOf() },
		"owner":           func(d *draft) event.Value { return list(d.owner()) },
		"real":            func(d *draft) event.Value { return event.Text(d.realStatus()) },
		"amended":         func(d *draft) event.Value { return event.Text(d.amended()) },
		"amended_rates":   func(d *draft) event.Value { return d.amendedRates() },
		"listed":          func(d *draft) event.Value { return list(d.listedFirms()) },
		"flow":            func(d *draft) event.Value { return d.flow() },
		"government":      func(d *draft) event.Value { return list(d.government()) },
	}
}

// told is the instrument of "the measures" or of goods that are spared: the
// nearest one named, in the sentence or up to two before it, else that of the
// measure told last.
func (d *draft) told() event.Value {
	first := d.v.doc.Sentences[max(0, d.sentence.Index-2)].First
	best, found := 0, ""
	for _, label := range []string{"INSTRUMENT", "PROBE"} {
		for _, e := range d.v.within(first, d.sentence.End, label) {
			far := max(d.trigger.First-e.First, e.First-d.trigger.First)
			if found == "" || far < best {
				best, found = far, e.Value
			}
		}
	}
	if found == "" {
		for _, e := range slices.Backward(d.v.told) {
			if e.kind.Name == "measure" && e.v == d.v && e.sentence.Index >= d.sentence.Index-toldReach {
				return e.slots["instrument"]
			}
		}
	}
	return event.Text(found)
}

// toldReach is how many sentences back a measure without a name is looked for.
const toldReach = 4

// sameAct is the slot of the measure told last, in the sentence or the two
// before it, for who does the same; empty where there is none.
func (d *draft) sameAct(slot string) event.Value {
	for _, e := range slices.Backward(d.v.told) {
		if e.sentence.Index < d.sentence.Index-2 {
			break
		}
		if e.kind.Name == "measure" && e.v == d.v && !equal(e.slots["by"], list(d.leftSubject())) {
			return e.slots[slot]
		}
	}
	return event.Value{}
}

// sameOn is on whom the same is done: who is named behind it, else who bears
// the measure told last.
func (d *draft) sameOn() event.Value {
	if codes := d.target(); codes != nil {
		return list(codes)
	}
	return d.sameAct("on")
}

// caseOf is what an investigation without a name is of: a trade remedy where
// one is named, an investigation where imports, tariffs or a section of US
// law are, in the sentence or else the two before it; empty where none is.
func (d *draft) caseOf() event.Value {
	v := d.v
	first := v.doc.Sentences[max(0, d.sentence.Index-2)].First
	for _, from := range []int{d.sentence.First, first} {
		if v.has(from, d.sentence.End, "REMEDY") || d.definite() && d.toldRemedy() {
			return event.Text("trade_remedy")
		}
		if v.has(from, d.sentence.End, "%case_of_trade") {
			return event.Text("investigation")
		}
	}
	return event.Value{}
}

// listedFirms are the countries of the firms that stand before the verb: "two
// banks from Peru and Chile landed on the list".
func (d *draft) listedFirms() []string {
	first, _ := d.clause()
	var out []string
	for _, e := range d.v.within(first, d.trigger.First, ontology.LabelCountry) {
		if !isBody(e.Value) && !slices.Contains(d.slots["by"].List, e.Value) {
			out = append(out, e.Value)
		}
	}
	return unique(out)
}

// joinedTo reports that the measure is a further object of the act before it
// in the sentence: "scrapped its duty on wool and its 5% duty on yarn".
func (d *draft) joinedTo() bool {
	r, captured := d.captures["instrument"]
	if d.kind.Name != "measure" || !captured || d.rule.Set["action"] != "impose" || len(d.v.told) == 0 {
		return false
	}
	e := d.v.told[len(d.v.told)-1]
	before, named := e.captures["instrument"]
	_, acts := e.captures["action"]
	if !named || !acts || e.sentence != d.sentence || direction(e.slots["action"].Text) != "easing" || before.First < e.trigger.First || before.End > d.head() {
		return false
	}
	start := d.phraseStart(before.End)
	for i := before.End; i < start; i++ {
		if d.v.breaks(i) || d.v.hasAt(i, "%verb_cue") || d.v.hasAt(i, "ACTION") {
			return false
		}
	}
	for i := start; i < r.First; i++ {
		if d.v.lower(i) == "and" {
			return true
		}
	}
	return false
}

// listTold is a sanction where the article has spoken of sanctions before the
// list; empty otherwise.
func (d *draft) listTold() event.Value {
	if d.v.has(0, d.sentence.End, "SANCTION") {
		return event.Text("sanction")
	}
	return event.Value{}
}

// toldRemedy reports that the article has told of a trade remedy and of no
// other case.
func (d *draft) toldRemedy() bool {
	remedy := false
	for _, e := range d.v.told[:min(len(d.v.told), maxClaims)] {
		if e.v == d.v && e.trigger.First > d.trigger.First {
			continue
		}
		switch e.slots["instrument"].Text {
		case "trade_remedy":
			remedy = true
		case "investigation":
			return false
		}
	}
	return remedy
}

// ofRemedy makes a bare "duty" that of the trade remedy the article has told
// of the same government, and of nothing but it.
func (d *draft) ofRemedy() {
	r, captured := d.captures["instrument"]
	if d.kind.Name != "measure" || !captured || r.End != r.First+1 || d.slots["instrument"].Text != "tariff" || !d.toldRemedy() {
		return
	}
	if w := d.v.lower(r.First); w != "duty" && w != "duties" {
		return
	}
	if !slices.ContainsFunc(d.v.told, func(e *draft) bool {
		return e.kind.Name == "measure" && (e.slots["instrument"].Text == "tariff" || !equal(e.slots["by"], d.slots["by"]))
	}) {
		d.slots["instrument"] = event.Text("trade_remedy")
	}
}

// mostWords is how long the words of in_response_to may get.
const mostWords = 14

// response is what the act answers, in the words behind "in response to" and
// the like up to the next mark or clause; nobody answers his own act.
func (d *draft) response() event.Value {
	v := d.v
	for i := d.sentence.First; i < d.sentence.End; i++ {
		e, ok := v.at(i, "%answers")
		if !ok || e.End >= d.sentence.End {
			continue
		}
		end := e.End
		for end < d.sentence.End && end < e.End+mostWords && !v.breaks(end) && !v.hasAt(end, "%phrase_end") {
			end++
		}
		its := slices.ContainsFunc(v.codesIn(e.End, min(end, e.End+6)), func(c string) bool { return slices.Contains(d.slots["by"].List, c) })
		if end > e.End && !its && (d.trigger.First < i || d.trigger.First >= end) {
			return event.Text(v.doc.Span(e.End, end))
		}
	}
	return event.Value{}
}

// stage tells the acts that are real (done or decided) from those that are
// planned or threatened and those refused: an article that tells two of these
// of one measure tells of two acts.
func stage(status string) string {
	switch status {
	case "proposed", "threatened":
		return "planned"
	case "rejected":
		return status
	}
	return "real"
}

// settle gives a measure whose doer is only guessed to the one of the article
// that has the same instrument, direction and stage and a doer named in its
// own words: a second mention is likelier than a second measure.
func settle(drafts []*draft) []*draft {
	guessed := marked(drafts, (*draft).guessed)
	return handOver(drafts, func(i, k int) bool { return guessed[i] && !guessed[k] && drafts[k].covers(drafts[i]) })
}

// marked tells for each draft whether is holds.
func marked(drafts []*draft, is func(*draft) bool) []bool {
	out := make([]bool, len(drafts))
	for i, d := range drafts {
		out[i] = is(d)
	}
	return out
}

// handOver gives each draft i to the first other one k of which it is a
// mention, and returns the rest.
func handOver(drafts []*draft, mentions func(i, k int) bool) []*draft {
	var out []*draft
	for i, d := range drafts {
		at := -1
		for k := 0; k < len(drafts) && at < 0; k++ {
			if k != i && mentions(i, k) {
				at = k
			}
		}
		if at < 0 {
			out = append(out, d)
			continue
		}
		drafts[at].also = append(drafts[at].also, d)
	}
	return out
}

// reminded gives tariffs that one noun calls raised, with no rate or day of
// their own ("the tariff hikes"), to the one of the article that restricts by the
// same instrument, doer and stage: the words remind of it.
func reminded(drafts []*draft) []*draft {
	reminds := marked(drafts, (*draft).reminds)
	return handOver(drafts, func(i, k int) bool { return reminds[i] && (k < i || !reminds[k]) && drafts[k].recalled(drafts[i]) })
}

// reminds is true for a restriction told in one noun without a rate or day.
func (d *draft) reminds() bool {
	if d.kind.Name != "measure" || direction(d.slots["action"].Text) != "restricting" || len(d.slots["rates"].Rates) > 0 || d.slots["effective"].Text != "" || d.worth() != "" {
		return false
	}
	for _, e := range append([]*draft{d}, d.also...) {
		if _, noun := e.v.at(e.trigger.First, "TARIFF_ACT"); !noun {
			return false
		}
	}
	return true
}

// recalled reports that e may be what d reminds of: the same doer, nobody else
// and no other goods named.
func (e *draft) recalled(d *draft) bool {
	on, of := d.slots["on"].List, e.slots["on"].List
	if goods := d.slots["sectors"].List; len(goods) > 0 && !meets(goods, e.slots["sectors"].List) {
		return false
	}
	return e.covers(d) && slices.Equal(sorted(d.slots["by"]).List, sorted(e.slots["by"]).List) && (len(on) == 0 || len(of) == 0 || meets(on, of))
}

// notYet marks as announced the measures that take effect after the day of
// the article, whatever the tense.
func notYet(drafts []*draft) {
	for _, d := range drafts {
		if d.kind.Name == "measure" && d.slots["status"].Text == "in_force" && d.toCome() {
			d.slots["status"] = event.Text("announced")
		}
	}
}

// toCome is true for a measure that takes effect after the day of the article.
func (d *draft) toCome() bool {
	starts, err := time.Parse(time.DateOnly, d.slots["effective"].Text)
	published, errP := time.Parse(time.DateOnly, d.v.meta.Published[:min(len(d.v.meta.Published), len(time.DateOnly))])
	return err == nil && errP == nil && starts.After(published)
}

// covers reports whether d may be a second mention of e: neither says
// anything of whose goods, or both the same.
func (d *draft) covers(e *draft) bool {
	if d.kind.Name != "measure" || e.kind.Name != "measure" || d.sparing() != e.sparing() {
		return false
	}
	return d.instrumentOf(e) && direction(d.slots["action"].Text) == direction(e.slots["action"].Text) &&
		stage(d.slots["status"].Text) == stage(e.slots["status"].Text) && !d.otherAct(e)
}

// sparing reports an act on exemptions: "extended its tariff exclusions".
func (d *draft) sparing() bool {
	r, ok := d.captures["instrument"]
	return ok && d.v.has(r.First, r.End, "%spared_noun")
}

// instrumentOf reports that both name one instrument: the duty of an article
// on a trade remedy is that remedy's.
func (d *draft) instrumentOf(e *draft) bool {
	a, b := d.slots["instrument"].Text, e.slots["instrument"].Text
	return a == b || a == "trade_remedy" && b == "tariff"
}

// guessed is true where the words of the measure do not say who acts: no
// "by", no owner, no subject of its own.
func (d *draft) guessed() bool {
	if d.kind.Name != "measure" {
		return false
	}
	if _, set := d.rule.Set["by"]; set {
		return false
	}
	for _, e := range append([]*draft{d}, d.also...) {
		if e.byAgent() != nil || e.possessor() != nil {
			return false
		}
		if _, _, ok := e.payer(); ok || !e.named() && e.leftSubject() != nil {
			return false
		}
	}
	return true
}

// direction is what an act does to trade: restrict it, ease it, spare some
// goods, or open a case.
func direction(action string) string {
	switch action {
	case "impose", "raise", "extend":
		return "restricting"
	case "investigate", "exempt":
		return action
	}
	return "easing"
}

// otherRate is true for acts on different sectors at different rates (steel
// 25%, cars 27.5%).
func (d *draft) otherRate(e *draft) bool {
	a, b := d.slots["rates"].Rates, e.slots["rates"].Rates
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	for _, r := range a {
		if slices.ContainsFunc(b, func(o event.Rate) bool { return sameRate(o, r) }) {
			return false
		}
	}
	s, t := d.slots["sectors"].List, e.slots["sectors"].List
	return len(s) > 0 && len(t) > 0 && !slices.ContainsFunc(s, func(x string) bool { return slices.Contains(t, x) })
}

// worthWithin is how far behind a measure the worth of the goods it falls on
// is looked for, in tokens.
const worthWithin = 14

// worth is the worth of the goods a measure falls on, as currency and amount;
// empty where the words do not say.
func (d *draft) worth() string {
	at := d.trigger.First
	if r, ok := d.captures["instrument"]; ok {
		at = max(at, r.First)
	}
	_, end := d.clause()
	for _, e := range d.v.within(at, min(end, at+worthWithin), labelMoney) {
		return e.Value
	}
	return ""
}

// otherAct is true for acts on goods of different worth ("$34 billion",
// "another $16 billion") and for acts of different days.
func (d *draft) otherAct(e *draft) bool {
	a, b := d.worth(), e.worth()
	return a != "" && b != "" && a != b || otherDay(d.slots["effective"].Text, e.slots["effective"].Text)
}

// otherDay is true for two days, months or years known by their dates that
// cannot be the same.
func otherDay(a, b string) bool {
	n := min(len(a), len(b))
	return dated(a) && dated(b) && a[:n] != b[:n]
}

// dated reports a date in ISO form: a year, a month or a day.
func dated(s string) bool {
	for _, form := range []string{time.DateOnly, "2006-01", "2006"} {
		if _, err := time.Parse(form, s); err == nil {
			return true
		}
	}
	return false
}
