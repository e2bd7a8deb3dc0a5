package extract

import "slices"

// How many words of trade an article must hold: one in each tradeSpacing
// words (measured: articles of trade hold one in 118 at the least, others
// that mention it one in 144 at the most), a long one mostTrade.
const (
	tradeSpacing = 130
	mostTrade    = 6
)

// aboutTrade reports that the article is about trade, by its words of trade and
// its sentences on borders: a notice on patent
// duties or phone tariffs has no word of it, a speech on all that a
// government does too few.
func (r *reading) aboutTrade() bool { return r.trade+r.hint >= r.tradeNeeded() }

// tradeNeeded is how many words of trade an article of this length must hold.
func (r *reading) tradeNeeded() int { return min(mostTrade, 1+len(r.body.doc.Tokens)/tradeSpacing) }

// hints counts the different words, each of which may speak of trade or of
// something else: a permit, a surplus, a panel, a shipment. An article of two
// countries that holds many of them is about trade though it never says so.
func (r *reading) hints() int {
	seen := map[string]bool{}
	for _, v := range []*view{r.title, r.body} {
		for _, e := range v.within(0, len(v.found), "%trade_hint") {
			seen[v.lower(e.First)] = true
		}
	}
	return len(seen) / 2
}

// marketReport reports that the article tells of prices alone and seldom
// speaks of trade: then it is none of trade.
func (r *reading) marketReport() bool {
	return r.trade*tradeSpacing < 2*len(r.body.doc.Tokens) &&
		!slices.ContainsFunc(r.claims, func(d *draft) bool { return d.kind.Name != "market_move" })
}

// What makes an article a guide for traders: so many words to its reader on
// how to go about customs, one at least in guideSpacing words (measured: guides
// hold one in 75 at the least, news one in 110 at the most).
const (
	leastGuide   = 8
	guideSpacing = 85
)

// guides reports that the article tells its reader what to do about customs,
// not what happened.
func (r *reading) guides() bool {
	n := len(r.body.within(0, len(r.body.found), "%guide"))
	return n >= leastGuide && n*guideSpacing >= len(r.body.doc.Tokens)
}

// passingSpacing is how seldom figures and posts may be told, in tokens for
// each, before an article without a word of trade policy only mentions trade
// in passing (measured: articles on trade tell one in 110 at the least).
const passingSpacing = 115

// inPassing reports that the article tells nothing but a few figures or posts
// and has no word of trade policy: news of a company or a town that exports.
func (r *reading) inPassing() bool {
	if len(r.claims)*passingSpacing > len(r.body.doc.Tokens) {
		return false
	}
	for _, d := range r.claims {
		if !slices.Contains([]string{"market_move", "trade_flow", "realignment", "appointment"}, d.kind.Name) {
			return false
		}
	}
	for _, v := range []*view{r.title, r.body} {
		for _, label := range []string{"INSTRUMENT", "PROBE", labelRate, "%trade_tie"} {
			if v.has(0, len(v.found), label) {
				return false
			}
		}
	}
	return true
}

// keepTold drops what an article that is no news of trade seems to claim: all
// that a market report or a mention in passing says, and what a guide says
// without a doer and a figure or date.
func (r *reading) keepTold() {
	switch {
	case r.marketReport(), r.inPassing():
		r.claims = nil
	case r.guides():
		r.claims = slices.DeleteFunc(r.claims, func(d *draft) bool { return d.byTopic || !d.concrete() })
	}
}

// concrete reports a rate, change or date among the slots.
func (d *draft) concrete() bool {
	return slices.ContainsFunc([]string{"rates", "effective", "until", "date", "change", "period"}, func(slot string) bool { return !d.slots[slot].Empty() })
}
