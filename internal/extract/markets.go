package extract

import (
	"cmp"
	"slices"
	"strings"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/ontology"
)

// marketResolvers are the ways to read what an index, currency, commodity or
// share did.
func marketResolvers() map[string]resolver {
	return map[string]resolver{
		"market_name":   func(d *draft) event.Value { return event.Text(d.marketName()) },
		"market_move":   func(d *draft) event.Value { return event.Text(d.marketMove()) },
		"market_before": func(d *draft) event.Value { return event.Text(d.marketBefore()) },
		"market_forced": func(d *draft) event.Value { return event.Text(d.marketForced()) },
		"market_change": func(d *draft) event.Value { return d.marketChange() },
		"market_cause":  func(d *draft) event.Value { return d.marketCause() },
	}
}

// marketName is the instrument in the article's words: "Mexican peso",
// "copper futures in London", or the firm whose shares they are.
func (d *draft) marketName() string {
	if d.v.title || !d.v.aboutTrade() || d.yardstick() {
		return ""
	}
	e, ok := d.v.at(d.trigger.First, labelMarket)
	if !ok {
		return ""
	}
	switch e.Value {
	case "shares":
		return d.shareName(e)
	case "price", "price_of", "named_index":
		return d.quotedName(e)
	}
	first, end := e.First, e.End
	if c, ok := d.v.covering(first-1, ontology.LabelCountry); ok && c.End == first && c.How != ontology.HowMetonym {
		first = c.First
	}
	if d.v.lower(end) == "futures" {
		end++
	}
	return d.v.doc.Span(first, end)
}

// yardstick is true for what another instrument is measured by ("against the
// yen"), for a ticker in brackets and for goods that are traded.
func (d *draft) yardstick() bool {
	if e, ok := d.v.at(d.trigger.First, labelMarket); ok && d.v.hasAt(e.End, labelFlow) {
		return true // "gold imports"
	}
	if d.v.lower(d.trigger.First-1) == "of" || d.v.lower(d.trigger.First-2) == "of" {
		if d.v.has(d.trigger.First-4, d.trigger.First, labelFlow) {
			return true // "imports of gold"
		}
	}
	if _, ok := d.v.covering(d.trigger.First, labelMoney); ok {
		return true // "600 yuan"
	}
	if e, ok := d.v.at(d.trigger.First, labelMarket); ok && e.Value == "currency" && e.End == e.First+1 && e.First > d.sentence.First && upperFirst(d.v.doc.Tokens[e.First].Norm) && d.v.lower(e.First-1) == "," {
		return true // ", Dollar pointed out": somebody's name
	}
	i := d.trigger.First - 1
	if e, ok := d.v.covering(i, ontology.LabelCountry); ok && e.End == d.trigger.First {
		i = e.First - 1
	}
	if w := d.v.lower(i); w == "the" || w == "industrial" || w == "bank" || w == "technology" {
		i--
	}
	if w := d.v.lower(i - 1); d.v.lower(i) == "on" && (w == "contracts" || w == "futures") {
		return false
	}
	if w := d.v.lower(i); w == "to" || w == "a" { // "34.1 to the dollar", "3.72 a dollar"
		_, end, ok := d.v.number(i - 1)
		return ok && end == i
	}
	return slices.Contains([]string{"against", "versus", "vs", "per", "(", "on", "among"}, d.v.lower(i))
}

// yardstickAt is true for an instrument at i that only measures another.
func (d *draft) yardstickAt(i int) bool {
	at := &draft{v: d.v, sentence: d.sentence}
	at.trigger.First, at.trigger.End = i, i+1
	return at.yardstick()
}

// shareName names the firm of "shares in X" and "X shares", else the market
// of "Asian stocks".
func (d *draft) shareName(e ontology.Entity) string {
	tok := d.v.doc.Tokens
	if w := d.v.lower(e.End); (w == "in" && !d.v.possessiveAt(e.First-1) || w == "of") && strings.HasPrefix(d.v.lower(e.First), "share") {
		for i := e.End + 1; i < min(e.End+6, d.sentence.End); i++ {
			if c, ok := d.v.at(i, ontology.LabelCountry); ok && d.v.capitalsFrom(i, d.sentence.End) == c.End {
				return "" // "the shares of China in imports"
			}
			if d.v.lower(i+1) == "-" && d.v.lower(i+2) == "based" {
				i += 2
				continue
			}
			if upperFirst(tok[i].Norm) {
				return d.v.doc.Span(i, d.v.capitalsFrom(i, d.sentence.End))
			}
		}
	}
	first := e.First
	if w := d.v.lower(first - 1); w == "its" || w == "whose" {
		return cmp.Or(d.owningFirm(first-1), d.lastFirm(), d.v.doc.Span(first-1, e.End))
	}
	for first > d.sentence.First && (upperFirst(tok[first-1].Norm) || d.v.possessiveAt(first-1) || d.v.possessiveAt(first)) && tok[first-1].Norm != "The" {
		first--
	}
	if first == e.First && len(tok[e.First:e.End]) == 1 && !upperFirst(tok[e.First].Norm) && e.First > d.sentence.First && !d.v.hasAt(first-1, "%determiner") && tok[first-1].Norm != "," {
		if tag := d.v.tag(first - 1); len(tok[first-1].Norm) > 3 && tag != "" && strings.ContainsAny(tag[:1], "NJ") {
			first--
		}
	}
	return strings.TrimSuffix(d.v.doc.Span(first, e.End), " ")
}

// owningFirm is the firm that "its" or "whose" at token i stands for: the first
// capitalised name of the sentence that nothing else is known by.
func (d *draft) owningFirm(i int) string {
	v := d.v
	for k := d.sentence.First; k < i; k++ {
		if !upperFirst(v.doc.Tokens[k].Norm) {
			continue
		}
		end := v.capitalsFrom(k, i)
		if !v.known(k, end) && (k > d.sentence.First || end > k+1 || v.properAt(k)) {
			return v.doc.Span(k, end)
		}
		k = end
	}
	return ""
}

// capitalsFrom is the end of the run of capitalised words at i.
func (v *view) capitalsFrom(i, limit int) int {
	for i < limit && (upperFirst(v.doc.Tokens[i].Norm) || v.lower(i) == "&" || v.lower(i) == "-" && !v.doc.Tokens[i].Space) {
		i++
	}
	return i
}

// leastTies is how many words of trade policy tie an article to trade.
const leastTies = 2

// aboutTrade is true for an article that speaks of trade measures or talks.
func (v *view) aboutTrade() bool {
	if v.trade == nil {
		about := v.tiesToTrade() >= leastTies
		v.trade = &about
	}
	return *v.trade
}

// tiesToTrade counts the words of trade, up to as many as it takes.
func (v *view) tiesToTrade() int {
	n := 0
	for i := range v.found {
		for _, e := range v.found[i] {
			if e.Label == "INSTRUMENT" || e.Label == "PROBE" || e.Label == labelRate || e.Label == labelFlow || e.Label == "%trade_tie" || e.Label == "%trade_article" {
				if n++; n >= leastTies {
					return n
				}
			}
		}
	}
	return n
}

// marketMove is the move behind the instrument, empty where it is only
// expected. What came of it counts: "fell 1% before closing 2% higher".
func (d *draft) marketMove() string {
	for i := d.trigger.End; i < min(d.end+2, d.sentence.End); i++ {
		if d.v.hasAt(i, labelMarket) && !d.v.joinedAt(i) && !d.yardstickAt(i) {
			return "" // the move is the next one's
		}
		if d.v.hasAt(i, "%flow_future") || d.v.lower(i) == "to" && d.v.hasAt(i+1, labelMove) {
			return ""
		}
		if e, ok := d.v.move(i); ok && !slices.Contains([]string{"the", "those", "its", "their", "cost", "costs"}, d.v.lower(e.End)) {
			if d.v.hasAt(e.End, labelMarket) && d.v.lower(e.End-1) != "up" && d.v.lower(e.End-1) != "down" {
				return "" // "the weakening dollar"
			}
			if last, ok := d.v.at(d.finalMove(e.End), labelMove); ok {
				return last.Value
			}
			return e.Value
		}
	}
	return ""
}

// joinedAt is true for what "and" or "and the" joins to the one before.
func (v *view) joinedAt(i int) bool {
	return v.lower(v.before(i)) == "and"
}

// finalMove is where "but" or "before" brings a later move of the same
// instrument with its number; -1 when there is none.
func (d *draft) finalMove(from int) int {
	turned, at := false, -1
	for i := from; i < d.sentence.End && !d.v.hasAt(i, labelMarket); i++ {
		turned = turned || d.v.lower(i) == "but" || d.v.lower(i) == "before"
		e, ok := d.v.move(i)
		turned = turned || slices.Contains([]string{"ending", "closing", "finishing", "settling"}, d.v.lower(i))
		if turned && ok && (d.v.hasAt(e.End, labelPercent) || d.v.percentEndsAt(i) || d.v.hasAt(e.End+1, labelPercent)) {
			at = i
		}
	}
	return at
}

// marketBefore is the move before the instrument: "rose 1% and the Kospi 2%",
// "gains for the Dow", "a fall in copper".
func (d *draft) marketBefore() string {
	for i := d.trigger.First - 1; i >= max(d.first, d.sentence.First); i-- {
		if d.v.hasAt(i, "%flow_future") {
			return ""
		}
		if e, ok := d.v.at(i, labelMoveNoun); ok {
			return e.Value
		}
		if e, ok := d.v.move(i); ok {
			return e.Value
		}
	}
	return ""
}

// marketForced is the move that "sent the peso lower" or "caused the dollar to
// weaken" tells of.
func (d *draft) marketForced() string {
	for i := d.trigger.End; i < d.end; i++ {
		if e, ok := d.v.at(i, labelMove); ok {
			return e.Value
		}
	}
	return ""
}

// marketChange is the first number behind the instrument that measures the
// move, up to the next instrument.
func (d *draft) marketChange() event.Value {
	first := d.trigger.End
	if at := d.finalMove(first); at > 0 {
		first = at - 3
	}
	for i := first; i < min(first+14, d.sentence.End); i++ {
		if d.v.hasAt(i, labelMarket) || d.v.lower(i) == ";" {
			break
		}
		w := d.v.lower(i - 1)
		if slices.Contains([]string{"to", "at", "from", "of"}, w) || d.v.hasAt(i, labelRate) {
			continue
		}
		for _, label := range []string{labelPercent, labelQuantity} {
			if e, ok := d.v.at(i, label); ok {
				return event.Text(d.v.doc.Span(e.First, e.End))
			}
		}
	}
	return event.Value{}
}

// marketCause is what the sentence gives as the reason, when it is an act of
// trade policy.
func (d *draft) marketCause() event.Value {
	for i := d.end; i < d.sentence.End; i++ {
		e, ok := d.v.at(i, "%cause")
		if !ok {
			continue
		}
		end := e.End
		for end < d.sentence.End && d.v.lower(end) != ";" && d.v.lower(end) != "." {
			end++
		}
		if d.v.has(e.End, end, "INSTRUMENT") || d.v.has(e.End, end, "%trade_tie") || d.v.has(e.End, end, labelRate) {
			return event.Text(d.v.doc.Span(e.End, end))
		}
		return event.Value{}
	}
	return event.Value{}
}
