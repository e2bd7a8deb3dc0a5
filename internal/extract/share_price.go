package extract

import (
	"slices"
	"strings"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/ontology"
)

// Labels of goods with a quoted price and of towns, in
// pipelines/ontology/terms_flow.yaml.
const (
	labelGoods = "GOODS"
	labelTown  = "TOWN"
)

// sharePriceResolvers are the ways to read a move told of a firm by name alone.
func sharePriceResolvers() map[string]resolver {
	return map[string]resolver{
		"goods_name":    func(d *draft) event.Value { return event.Text(d.goodsName()) },
		"quoted_firm":   func(d *draft) event.Value { return event.Text(d.quotedFirm()) },
		"quoted_move":   func(d *draft) event.Value { return event.Text(d.quotedMove()) },
		"quoted_change": func(d *draft) event.Value { return d.quotedChange() },
		"closing_move":  func(d *draft) event.Value { return event.Text(d.closingMove()) },
	}
}

// quotedName names what a word for prices or an index stands for: the goods of
// "tea prices" and "the price of uranium", the capitalised words of "the Swiss
// Market Index". Empty where it is no goods with a quoted price.
func (d *draft) quotedName(e ontology.Entity) string {
	v := d.v
	switch e.Value {
	case "price_of":
		at := e.End
		if v.lower(at) == "the" {
			at++
		}
		if g, ok := v.at(at, labelGoods); ok {
			return v.doc.Span(e.First, g.End)
		}
	case "price":
		for i := e.First - 1; i >= max(d.sentence.First, e.First-3); i-- {
			if g, ok := v.covering(i, labelGoods); ok && v.nounsOnly(g.End, e.First) {
				return v.doc.Span(g.First, e.End)
			}
		}
		if w := v.lower(e.First); (w == "prices" || w == "price") && v.lower(e.End) == "of" {
			return ""
		}
	case "named_index":
		first := e.First
		for first > d.sentence.First && (upperFirst(v.doc.Tokens[first-1].Norm) || numeral(v.lower(first-1)) || v.lower(first-1) == "-") && v.lower(first-1) != "the" {
			first--
		}
		if first < e.First && (upperFirst(v.doc.Tokens[e.First].Norm) || strings.ToUpper(v.doc.Tokens[first].Norm) == v.doc.Tokens[first].Norm) {
			return v.doc.Span(first, e.End)
		}
	}
	return ""
}

// goodsName is the goods of the trigger, empty where a duty or a flow of them
// is told of.
func (d *draft) goodsName() string {
	if d.v.title || !d.v.aboutTrade() || d.yardstick() || d.v.hasAt(d.trigger.First, labelMarket) || d.v.lower(d.trigger.First-1) == "of" {
		return ""
	}
	return d.v.doc.Span(d.trigger.First, d.trigger.End)
}

// closingMove is where the words behind "closed" put the price: at a high, or
// lower than before.
func (d *draft) closingMove() string {
	for i := d.trigger.End; i < d.end; i++ {
		switch w := d.v.lower(i); w {
		case "high", "higher", "firmer", "dearer", "up":
			return "up"
		case "low", "lower", "weaker", "cheaper", "down":
			return "down"
		}
	}
	return ""
}

// nounsOnly is true where [first, end) holds nouns and adjectives alone.
func (v *view) nounsOnly(first, end int) bool {
	for i := first; i < end; i++ {
		if tag := v.tag(i); tag == "" || tag[0] != 'N' && tag[0] != 'J' || v.lower(i) == "consumer" {
			return false
		}
	}
	return true
}

// quotedFirm is the listed firm whose price a verb of movement and a
// percentage tell of: "Fiat fell 3%", in a text that speaks of shares or of a
// stock market, or with the place where it is traded behind it.
func (d *draft) quotedFirm() string {
	v := d.v
	i := d.trigger.First - 1
	for slices.Contains([]string{"was", "were", "is", "are", "had", "has", "then", "also", "have"}, v.lower(i)) {
		i--
	}
	if v.title || !v.aboutTrade() || i < d.sentence.First || v.hasAt(d.trigger.First-1, "%flow_future") {
		return ""
	}
	firm := v.firmEndingAt(i, d.sentence.First)
	first := i + 1
	for first > d.sentence.First && (upperFirst(v.doc.Tokens[first-1].Norm) || v.lower(first-1) == "-" || v.lower(first-1) == "&") {
		first--
	}
	if firm == "" || v.has(first, i+1, labelMarket) || v.has(first, i+1, labelGoods) || v.has(first, i+1, labelTown) || !v.opensClause(first, d.sentence.First) {
		return ""
	}
	if !v.tradedAt(d.end, d.sentence.End) && !d.speaksOfShares() {
		return ""
	}
	return firm
}

// opensClause is true where a subject can begin at first: at the sentence's
// start or behind a comma or a conjunction, or after a word for a firm.
func (v *view) opensClause(first, start int) bool {
	return first == start || v.hasAt(first-1, "%firm_word") ||
		slices.Contains([]string{",", ":", "and", "while", "but", "as", ";", "rival", "rivals", "where"}, v.lower(first-1))
}

// tradedAt is true for "in Frankfurt", "in early trading", "on Wall Street"
// right behind a move.
func (v *view) tradedAt(i, end int) bool {
	for k := i; k < min(i+2, end); k++ {
		if v.lower(k) == "in" && (v.hasAt(k+1, "%exchange_place") || v.has(k+1, k+4, "%trading")) {
			return true
		}
		if v.lower(k) == "on" && (v.has(k+1, k+4, labelMarket) || v.has(k+1, k+4, "%bourse")) {
			return true
		}
	}
	return false
}

// nearShares is how many sentences on either side tell that firms are spoken
// of as shares.
const nearShares = 4

// speaksOfShares is true where the sentences around name a stock index or
// shares.
func (d *draft) speaksOfShares() bool {
	all := d.v.doc.Sentences
	first, last := all[max(0, d.sentence.Index-nearShares)], all[min(len(all)-1, d.sentence.Index+nearShares)]
	for _, e := range d.v.within(first.First, last.End, labelMarket) {
		if e.Value == "shares" || e.Value == "index" || e.Value == "named_index" {
			return true
		}
	}
	return false
}

// quotedMove is the move of the trigger, empty where the percentage is a part
// of something else: "lost 3% of its customers", "fell 4% short".
func (d *draft) quotedMove() string {
	if slices.Contains([]string{"of", "more", "less", "fewer", "short", "points"}, d.v.lower(d.end)) {
		return ""
	}
	e, _ := d.v.at(d.trigger.First, labelMove)
	return e.Value
}

// quotedChange is the percentage of the match.
func (d *draft) quotedChange() event.Value {
	for _, e := range d.v.within(d.trigger.End, d.end, labelPercent) {
		return event.Text(d.v.doc.Span(e.First, e.End))
	}
	return event.Value{}
}
