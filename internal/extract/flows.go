package extract

import (
	"cmp"
	"slices"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/ontology"
	"github.com/tradewire/tradewire/internal/pattern"
)

// Labels of pipelines/ontology/terms_flow.yaml.
const (
	labelFlow     = "FLOW"
	labelMove     = "MOVE"
	labelMoveNoun = "MOVENOUN"
	labelMarket   = "MARKET"
)

// flowResolvers are the ways to read figures of trade and of markets.
func flowResolvers() map[string]resolver {
	return map[string]resolver{
		"flow_reporter":  func(d *draft) event.Value { return event.Text(d.flowReporter()) },
		"flow_partner":   func(d *draft) event.Value { return event.Text(d.flowPartner()) },
		"flow_direction": func(d *draft) event.Value { return event.Text(d.flowDirection()) },
		"flow_change":    func(d *draft) event.Value { return d.flowChange() },
		"flow_amount":    func(d *draft) event.Value { return d.flowAmount() },
		"flow_sectors":   func(d *draft) event.Value { return d.v.sectorsIn(d.flowSpan()) },
		"flow_period":    func(d *draft) event.Value { return d.flowPeriod() },
	}
}

// flowAt is the span of the words that name the flow.
func (d *draft) flowAt() pattern.Range {
	if r, ok := d.captures["flow"]; ok {
		return r
	}
	return d.trigger
}

// flowSpan is the part of the sentence that speaks of this flow: to the flow
// named next on the right, and on the left from where the last one's figures
// end.
func (d *draft) flowSpan() (first, end int) {
	at := d.flowAt()
	first, end = at.First, at.End
	for first > d.sentence.First && !d.v.breaks(first-1) && d.v.lower(first-1) != "," && !d.v.coveredBy(first-1, labelFlow) {
		first--
	}
	for end < d.sentence.End && !d.v.breaks(end) {
		if d.v.hasAt(end, labelFlow) && !d.v.hasAt(end-1, "%flow_is") {
			break
		}
		end++
	}
	return min(first, d.first), max(end, d.end)
}

func (v *view) coveredBy(i int, label string) bool {
	_, ok := v.covering(i, label)
	return ok
}

// flowReporter is whose trade is told, empty when the figure is a forecast or
// a wish, or nobody can be named.
func (d *draft) flowReporter() string {
	at := d.flowAt()
	if d.supposed() || d.v.has(at.End, d.end, labelFlow) || d.underTariff() || d.formerly(at) {
		return ""
	}
	if c := d.traderFrom(at); c != "" {
		return c
	}
	from := d.traderBefore(at)
	if from.End > 0 {
		if !d.isOrigin(from, at) {
			return from.Value
		}
		return d.otherThan(from.Value)
	}
	if c := d.traderAfterVerb(at); c != "" {
		return c
	}
	partner := d.flowPartner()
	if c := d.lastReporter(); c != "" && c != partner {
		return c
	}
	if c := d.v.publishingCountry(); c != "" && c != partner {
		return c
	}
	for _, c := range []string{d.v.datelineCountry(), d.spokenOfBefore()} {
		if c != "" && c != partner {
			return c
		}
	}
	return d.otherThan(partner)
}

// formerly is true for the figure that another is compared with: "against a
// deficit of $2 billion a year before".
func (d *draft) formerly(at pattern.Range) bool {
	i := at.First - 1
	if w := d.v.lower(i); w == "a" || w == "an" || w == "the" {
		i--
	}
	return d.flowValue() == "balance" && i > d.sentence.First && d.v.hasAt(i, "%compared") && d.v.lower(i) != "from"
}

// spokenOfBefore is the country that the sentence before begins with: its
// goods are those spoken of.
func (d *draft) spokenOfBefore() string {
	if d.sentence.Index == 0 {
		return ""
	}
	s := d.v.doc.Sentences[d.sentence.Index-1]
	if e, ok := d.v.trader(s.First); ok && !d.v.dateline(e) {
		return e.Value
	}
	return ""
}

// traderFrom reads "exports from X", "shipments of chips from X to Y" and
// "imports into X" where no country stands before the flow.
func (d *draft) traderFrom(at pattern.Range) string {
	words := map[string][]string{"exports": {"from"}, "imports": {"into", "by"}}[d.flowValue()]
	for i := at.End; i < min(at.End+5, d.sentence.End) && len(words) > 0; i++ {
		if d.v.hasAt(i, labelMove) || d.v.breaks(i) {
			break
		}
		k := i + 1
		if d.v.lower(k) == "the" {
			k++
		}
		if e, ok := d.v.trader(k); ok && slices.Contains(words, d.v.lower(i)) {
			return e.Value
		}
	}
	return ""
}

// lastReporter is whose flow the three sentences before spoke of last.
func (d *draft) lastReporter() string {
	from := d.v.doc.Sentences[max(0, d.sentence.Index-3)].First
	for i := d.sentence.First - 1; i >= from; i-- {
		e, ok := d.v.at(i, labelFlow)
		if !ok {
			continue
		}
		s := d.v.sentence(i)
		earlier := &draft{v: d.v, sentence: s}
		if c := earlier.traderBefore(pattern.Range{First: e.First, End: e.End}); c.End > 0 {
			return c.Value
		}
	}
	return ""
}

// otherThan is the country the article is about, without the given one.
func (d *draft) otherThan(code string) string {
	for _, c := range d.v.topic {
		if c != code && !isBody(c) {
			return c
		}
	}
	return ""
}

// trader is a country's name or demonym at token i.
func (v *view) trader(i int) (ontology.Entity, bool) {
	e, ok := v.at(i, ontology.LabelCountry)
	if !ok || isBody(e.Value) || e.How == ontology.HowMetonym && v.isPlace(e) {
		return e, false
	}
	return e, true
}

// partnerAt is true for the country of "exports to X", "trade with X".
func (v *view) partnerAt(e ontology.Entity) bool {
	return slices.Contains([]string{"to", "from", "with", "against", "in"}, v.lower(v.before(e.First)))
}

// traderBefore is the country nearest to the left of the flow in its sentence
// that is no partner of another flow.
func (d *draft) traderBefore(at pattern.Range) ontology.Entity {
	for i := at.First - 1; i >= d.sentence.First; i-- {
		if d.v.lower(i) == ";" {
			break
		}
		if e, ok := d.v.trader(i); ok && (e.End == at.First || !d.v.partnerAt(e)) {
			return e
		}
	}
	for i := at.First; i < at.End; i++ { // "gap between US exports and imports"
		if e, ok := d.v.trader(i); ok {
			return e
		}
	}
	return ontology.Entity{}
}

// traderAfterVerb reads "trade between A and B" and "the deficit of A".
func (d *draft) traderAfterVerb(at pattern.Range) string {
	if w := d.v.lower(at.End); w != "of" && w != "between" && d.v.lower(at.End-1) != "between" {
		return ""
	}
	for i := at.End; i < min(at.End+3, d.sentence.End); i++ {
		if e, ok := d.v.trader(i); ok {
			return e.Value
		}
		if a, ok := d.v.actor(i); ok && a.kind == "pair" {
			return d.v.topic[0]
		}
	}
	return ""
}

// isOrigin is true for "Chinese tyre imports" in an article about another
// country: the demonym says where the imports come from.
func (d *draft) isOrigin(e ontology.Entity, at pattern.Range) bool {
	if d.flowValue() != "imports" || e.How != ontology.HowDemonym || at.First-e.End > 3 || d.otherThan(e.Value) == "" {
		return false
	}
	if at.First == e.End && d.v.lower(at.End) != "accounted" {
		return false
	}
	for i := at.End; i < min(at.End+6, d.sentence.End); i++ {
		if d.v.lower(i) == "from" {
			return false
		}
	}
	return !d.v.title
}

func (d *draft) flowValue() string {
	if v := d.slots["flow"].Text; v != "" {
		return v
	}
	r := d.flowAt()
	return d.enum("flow", r).Text
}

// flowPartner is the country behind "to", "from" or "with" next to the flow,
// or the origin in "Chinese imports".
func (d *draft) flowPartner() string {
	at := d.flowAt()
	_, end := d.flowSpan()
	if from := d.traderBefore(at); from.End > 0 && d.isOrigin(from, at) {
		return from.Value
	}
	for i := at.End - 1; i < end; i++ {
		if !slices.Contains([]string{"to", "from", "with", "and"}, d.v.lower(i)) || d.v.lower(i) == "and" && d.flowValue() != "total" {
			continue
		}
		k := i + 1
		if d.v.lower(k) == "the" {
			k++
		}
		if e, ok := d.v.trader(k); ok && e.Value != d.slots["reporter"].Text && (d.v.lower(i) != "from" || d.flowValue() != "exports") {
			return e.Value
		}
	}
	for i := at.First - 1; i >= max(d.sentence.First, at.First-5); i-- { // "With Argentina, total trade …"
		if e, ok := d.v.trader(i); ok && d.v.partnerAt(e) && d.v.lower(e.End) == "," {
			return e.Value
		}
	}
	return ""
}

// underTariff is true for "tariffs on $50 billion of imports": the sum says
// how much trade a measure hits.
func (d *draft) underTariff() bool {
	at := d.flowAt()
	if at.End < d.end {
		return d.v.has(max(d.sentence.First, at.First-8), at.First, labelRateNoun) && !d.v.has(at.End, d.end, labelMove)
	}
	return d.v.has(d.sentence.First, d.sentence.End, labelRateNoun) || d.v.has(d.sentence.First, d.sentence.End, labelRate)
}

// supposed is true where the move or figure is expected, feared or aimed at.
func (d *draft) supposed() bool {
	first, _ := d.flowSpan()
	return d.v.has(first, d.end, "%flow_future") || d.v.lower(d.trigger.First-1) == "to" && d.v.hasAt(d.trigger.First, labelMove)
}

// flowDirection is where the flow went: the move of the trigger, else the
// first one in the flow's part of the sentence.
func (d *draft) flowDirection() string {
	for _, label := range []string{labelMove, labelMoveNoun} {
		if e, ok := d.v.at(d.trigger.First, label); ok {
			return e.Value
		}
	}
	at := d.flowAt()
	_, end := d.flowSpan()
	for i := at.End; i < end; i++ {
		if w := d.v.lower(i); (d.v.percentEndsAt(i) || d.v.has(i-4, i, "%part_of")) && (w == "fewer" || w == "less") {
			return "down"
		} else if w == "more" && d.v.has(i-4, i, "%part_of") {
			return "up"
		}
		if e, ok := d.v.move(i); ok {
			return e.Value
		}
		if e, ok := d.v.at(i, labelMoveNoun); ok && d.v.percentEndsAt(i) {
			return e.Value
		}
	}
	if d.recordBefore() {
		return "up"
	}
	return d.compared(at.End, end)
}

// compared reads the direction from two sizes: "was $4 billion, against 5
// billion a year earlier".
func (d *draft) compared(first, end int) string {
	now, next := 0.0, -1
	for i := first; i < end; i++ {
		if e, ok := d.v.at(i, labelMoney); ok && next < 0 {
			for k := i; k < e.End; k++ {
				if n, to, ok := d.v.number(k); ok {
					now, _ = d.v.scaled(n, to)
					break
				}
			}
			next = e.End
			continue
		}
		if next < 0 || !d.v.hasAt(i, "%compared") {
			continue
		}
		if d.v.has(first-2, first, "%plus") && d.v.has(i+1, min(i+5, d.sentence.End), "%minus") {
			return "up" // a surplus, after a deficit
		}
		for k := i + 1; k < min(i+4, end); k++ {
			n, to, ok := d.v.number(k)
			if before, scaled := d.v.scaled(n, to); ok && scaled > to {
				return [...]string{"down", "flat", "up"}[cmp.Compare(now, before)+1]
			}
		}
	}
	return ""
}

// percentEndsAt reports a percentage right before token i.
func (v *view) percentEndsAt(i int) bool {
	e, ok := v.covering(i-1, labelPercent)
	return ok && e.End == i
}

// move is a word of movement at i; "up", "down", "higher" and the like only
// count beside a number or a form of "be".
func (v *view) move(i int) (ontology.Entity, bool) {
	e, ok := v.at(i, labelMove)
	if !ok || v.lower(e.End-1) == "doubled" || !slices.Contains(moveAdjectives(), v.lower(i)) {
		return e, ok
	}
	if w := v.lower(i); e.End == i+1 && (w == "more" || w == "less" || w == "fewer" || w == "above" || w == "below" || w == "larger" || w == "greater") {
		return e, v.percentEndsAt(i)
	}
	for k := e.End; k < e.End+3; k++ {
		if v.hasAt(k, labelQuantity) || v.hasAt(k, labelPercent) || v.hasAt(k, labelMoney) {
			return e, true
		}
	}
	return e, slices.Contains([]string{"is", "was", "were", "are", "trading", "closed", "ended", "finished", "opened", "traded", "settled", "further", "much", "touch", "shade", "slightly", "sharply", "modestly", "little", ","}, v.lower(i-1)) || v.percentEndsAt(i)
}

// moveAdjectives are the words that tell of a move only beside a number or a
// form of "be".
func moveAdjectives() []string {
	return []string{"up", "down", "higher", "lower", "flat", "stable", "bigger", "more", "less", "smaller", "fewer", "larger", "greater", "above", "below", "firmer", "softer", "weaker", "stronger", "cheaper", "dearer"}
}

// flowChange is the percentage of the move.
func (d *draft) flowChange() event.Value {
	first, end := d.flowSpan()
	for _, from := range []int{d.flowAt().First, first} {
		for _, e := range d.v.within(from, end, labelPercent) {
			w := d.v.lower(e.End)
			if d.v.lower(e.First-1) == "to" || w == "of" || w == "tariff" || w == "tariffs" || w == "duty" || w == "duties" || d.v.hasAt(e.First, labelRate) {
				continue
			}
			return event.Text(d.v.doc.Span(e.First, e.End))
		}
	}
	return event.Value{}
}

// flowAmount is the size of the flow: a sum of money or a quantity that is no
// percentage; "from" introduces the size it had before.
func (d *draft) flowAmount() event.Value {
	first, end := d.flowSpan()
	for _, from := range []int{d.flowAt().First, first} {
		for _, label := range []string{labelMoney, labelQuantity} {
			for _, e := range d.v.within(from, end, label) {
				if d.v.lower(e.First-1) != "from" && d.v.lower(e.First-1) != "by" && !d.v.hasAt(e.First, labelPercent) {
					return event.Text(d.v.doc.Span(e.First, e.End))
				}
			}
		}
	}
	return event.Value{}
}

// flowPeriod is the first date of the flow's part of the sentence.
func (d *draft) flowPeriod() event.Value {
	first, end := d.flowSpan()
	for _, e := range d.v.within(first, end, labelDate) {
		return event.Text(d.v.doc.Span(e.First, e.End))
	}
	return event.Value{}
}
