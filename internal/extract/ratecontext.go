package extract

import (
	"slices"

	"github.com/tradewire/tradewire/internal/document"
	"github.com/tradewire/tradewire/internal/ontology"
)

// How far from a percentage its noun may stand, in tokens.
const (
	forwardReach  = 9
	backwardReach = 34
	closeReach    = 4
	imposeReach   = 7
	gapReach      = 6
)

// rateContext judges the candidates of one sentence by its words.
type rateContext struct {
	v *view
	s document.Sentence
	// tariffs says that this or the last sentence speaks of tariffs.
	tariffs bool
	// here says that this sentence does.
	here bool
	// other says that the sentence speaks of some other kind of rate.
	other   bool
	utility bool
	// anywhere says that some sentence speaks of tariffs.
	anywhere bool
}

// speaksOfTariffs says of each sentence whether it does.
func (v *view) speaksOfTariffs() []bool {
	out := make([]bool, len(v.doc.Sentences))
	for i, s := range v.doc.Sentences {
		out[i] = v.speaks(s, labelRateNoun) || v.speaks(s, "%rate_context")
	}
	return out
}

func (v *view) rateContext(s document.Sentence, speaks []bool) rateContext {
	c := rateContext{v: v, s: s, here: speaks[s.Index], other: v.speaks(s, labelOther), anywhere: slices.Contains(speaks, true)}
	c.tariffs = c.here || s.Index > 0 && speaks[s.Index-1]
	c.utility = v.speaks(s, "%rate_utility") && !v.speaks(s, "%rate_trade")
	return c
}

// judge says whether f is a tariff rate by the words around it alone.
func (c rateContext) judge(f candidate) verdict {
	switch {
	case c.utility:
		return no
	case c.forward(f):
		return yes
	case f.zero && !c.v.endsAt("%rate_to", f.first):
		return no
	case f.zero && c.v.lower(f.end) == "-":
		return no
	case c.changes(f):
		return no
	case c.amended(f), c.owed(f), c.weakly(f), c.backward(f), c.imposed(f), c.paid(f), c.taxes(f), c.continued(f), c.inDuties(f):
		return yes
	case f.unit != "percent" || f.zero || f.fraction:
		return no
	}
	return unknown
}

// forward looks for the noun behind the number: "25% reciprocal tariffs".
func (c rateContext) forward(f candidate) bool {
	reach := forwardReach
	if f.zero || f.fraction {
		reach = 4
	}
	for i := f.end; i < min(f.end+reach, c.s.End); i++ {
		if _, ok := c.v.at(i, labelRateNoun); ok {
			return true
		}
		if c.v.is(i, labelOther) || c.v.is(i, labelPercent) || i == f.end && c.v.is(i, "%rate_not_after") {
			return false
		}
		if c.v.lower(i) == "and" && c.v.lower(f.first-1) == "of" { // "inflation of 3% and tariffs"
			return false
		}
		if c.v.is(i, "%rate_stop") && c.v.lower(i-1) != "-" && c.v.lower(i+1) != "-" {
			return false
		}
	}
	return false
}

// is reports whether an entity of the label starts at token i.
func (v *view) is(i int, label string) bool {
	_, ok := v.at(i, label)
	return ok
}

// speaks reports whether an entity of the label starts in sentence s.
func (v *view) speaks(s document.Sentence, label string) bool {
	for i := s.First; i < s.End; i++ {
		if v.is(i, label) {
			return true
		}
	}
	return false
}

// changes reports that the number measures a change or a share: "rose 5%",
// "by 10%", "25% of exports".
func (c rateContext) changes(f candidate) bool {
	before := f.first
	if start, ok := c.v.cueEnding("%rate_skip", before); ok {
		before = start
	}
	if before > c.s.First && c.v.endsAt("%rate_not_before", before) && !c.compared(before) {
		return true
	}
	if f.end >= c.s.End || c.v.is(f.end, "%rate_base") {
		return false
	}
	if c.v.is(f.end, "%rate_being") && c.v.has(f.end, min(f.end+6, c.s.End), "%rate_spared") {
		return true // "a further 4 percent are to be spared"
	}
	if f.unit != "percent" {
		return false
	}
	if c.v.is(f.end, "%rate_not_after") || c.v.is(f.end, labelOther) {
		return true
	}
	return !c.v.is(f.end, "%rate_stop") && !c.v.is(f.end, "%rate_weak") && f.end+1 < c.s.End &&
		(c.v.is(f.end+1, labelOther) || c.v.is(f.end+1, "%rate_not_after") && c.v.lower(f.end+1) != "of")
}

// amended accepts what an amending act takes out and puts in: "deleting 32%
// and substituting 42%", where tariffs are spoken of.
func (c rateContext) amended(f candidate) bool {
	if !c.anywhere && !c.v.title || c.other {
		return false
	}
	before := c.v.has(max(c.s.First, f.first-5), f.first, "%rate_amend")
	behind := c.v.has(f.end, min(f.end+4, c.s.End), "%rate_amend")
	return before || behind
}

// owed accepts "the 25% now payable" and "the 5 percent charged on exports".
func (c rateContext) owed(f candidate) bool {
	return c.anywhere && !c.other && (c.v.is(f.end, "%rate_owed") || c.v.is(f.end+1, "%rate_owed") && c.v.tag(f.end) == "RB")
}

// compared reports "a lower tariff than" before token i.
func (c rateContext) compared(i int) bool {
	if c.v.lower(i-1) != "than" {
		return false
	}
	for k := i - 2; k >= max(c.s.First, i-closeReach); k-- {
		if c.v.is(k, labelRateNoun) {
			return true
		}
	}
	return false
}

// weakly accepts "a 10% baseline" where tariffs are spoken of, and a rate by
// its name: 'the 10% "fair trade rate"'.
func (c rateContext) weakly(f candidate) bool {
	if c.v.lower(f.end) == `"` && c.anywhere && !c.other {
		for i := f.end + 1; i < min(f.end+closeReach, c.s.End); i++ {
			if c.v.is(i, "%rate_weak") {
				return c.v.lower(i+1) == `"`
			}
		}
	}
	return c.tariffs && !c.other && c.v.is(f.end, "%rate_weak") && f.end < c.s.End
}

// backward looks for the noun before the number: "tariffs on steel to 50%".
// The nearest noun decides.
func (c rateContext) backward(f candidate) bool {
	linked := c.v.endsAt("%rate_link", f.first) || c.v.endsAt("%q_range", f.first) || c.compared(c.v.skipped(f.first))
	for i := f.first - 1; i >= max(c.s.First, f.first-backwardReach); i-- {
		near := linked || f.first-i <= closeReach
		switch {
		case c.v.lower(i) == ";" || c.v.is(i, labelOther):
			return false
		case c.v.is(i, labelRateNoun):
			return near && !c.ofView(i)
		case c.v.is(i, "%rate_weak") && near && f.first-i < 2*forwardReach:
			if c.tariffs && !c.other {
				return true
			}
		}
	}
	return false
}

// ofView reports that the noun at token i only tells what a view or chance is
// about: "support for the tariffs stood at 38%".
func (c rateContext) ofView(i int) bool {
	if start, ok := c.v.cueEnding("%rate_skip", i); ok {
		i = start
	}
	return c.v.endsAt("%rate_about", i)
}

// imposed accepts "slapped 25% on steel" where tariffs are spoken of.
func (c rateContext) imposed(f candidate) bool {
	if !c.v.is(f.end, "%rate_on") || c.other || !c.anywhere && !c.v.title {
		return false
	}
	for i := f.first - 1; i >= max(c.s.First, f.first-imposeReach); i-- {
		if c.v.is(i, "%rate_impose") {
			return true
		}
	}
	return false
}

// paid accepts "will be charged 19%" and "pays about 20 percent" where tariffs
// are spoken of and no noun follows that the percentage would be of.
func (c rateContext) paid(f candidate) bool {
	start := c.v.skipped(f.first)
	if k, ok := c.v.cueEnding("%q_range", start); ok {
		start = k
	}
	if c.other || !c.anywhere && !c.v.title || !c.v.endsAt("%rate_pay", start) {
		return false
	}
	if f.unit != "percent" {
		return !f.zero
	}
	return f.end >= c.s.End || c.v.is(f.end, "%rate_pay_end")
}

// taxes accepts "tax Peruvian cars at 40%": a tax on the goods of a country.
func (c rateContext) taxes(f candidate) bool {
	if w := c.v.lower(c.v.skipped(f.first) - 1); w != "at" && w != "by" && w != "with" || c.other {
		return false
	}
	for i := f.first - 1; i >= max(c.s.First, f.first-forwardReach); i-- {
		if c.v.is(i, "TAXES") {
			return c.v.has(i+1, i+3, ontology.LabelCountry) || c.v.has(i+1, i+3, "%foreign_goods")
		}
	}
	return false
}

// skipped is the start of the small words ("an extra") that end before token i.
func (v *view) skipped(i int) int {
	if start, ok := v.cueEnding("%rate_skip", i); ok {
		return start
	}
	return i
}

// inDuties accepts "35 percent in duties" and "a cap of 15% on car tariffs".
func (c rateContext) inDuties(f candidate) bool {
	capped := c.v.is(f.first, "%rate_cap") || c.v.endsAt("%rate_cap", f.first)
	if !c.v.is(f.end, "%rate_in") && !(capped && c.v.is(f.end, "%rate_on")) {
		return false
	}
	for i := f.end + 1; i < min(f.end+closeReach+1, c.s.End); i++ {
		if c.v.is(i, labelOther) || c.v.is(i, labelPercent) {
			return false
		}
		if c.v.is(i, labelRateNoun) {
			return true
		}
	}
	return false
}

// continued accepts "It rises to 50% in May." behind a sentence on tariffs.
func (c rateContext) continued(f candidate) bool {
	if !c.tariffs || c.here || c.other || !c.v.endsAt("%rate_moved", f.first) {
		return false
	}
	for i := c.s.First; i < min(c.s.First+closeReach, f.first); i++ {
		if c.v.is(i, "%rate_pronoun") {
			return true
		}
	}
	return false
}

// spread carries a verdict along lists and pairs: "25 percent, 20 percent
// and 5 percent", "25% on steel and 10% on aluminium".
func (c rateContext) spread(all []candidate) {
	for i := 1; i < len(all); i++ {
		c.tie(&all[i-1], &all[i])
		if all[i].verdict == unknown && all[i-1].verdict == yes && (c.listed(all[i-1], all[i]) || c.elliptic(all[i]) || c.step(all[i-1], all[i])) {
			all[i].verdict = yes
		}
	}
	for i := len(all) - 1; i > 0; i-- {
		if all[i-1].verdict == unknown && all[i].verdict == yes && c.listed(all[i-1], all[i]) {
			all[i-1].verdict = yes
		}
	}
}

// tie makes the two of "from A to B" agree; a doubt about one is a doubt
// about both.
func (c rateContext) tie(a, b *candidate) {
	if !b.tied {
		return
	}
	switch {
	case a.verdict == no || b.verdict == no:
		a.verdict, b.verdict = no, no
	case a.verdict == yes || b.verdict == yes:
		a.verdict, b.verdict = yes, yes
	}
}

// listed reports that only list words, duties and names of countries stand between
// two candidates.
func (c rateContext) listed(a, b candidate) bool {
	if b.first-a.end > gapReach {
		return false
	}
	for i := a.end; i < b.first; {
		next := i
		for _, label := range [...]string{ontology.LabelCountry, "%rate_gap", "%rate_skip", labelRateNoun} {
			if e, ok := c.v.at(i, label); ok && e.End <= b.first {
				next = max(next, e.End)
			}
		}
		if next == i {
			return false
		}
		i = next
	}
	return true
}

// step accepts "(25% in June) and 40% a year later".
func (c rateContext) step(a, b candidate) bool {
	if c.other || b.first-a.end > 2*gapReach || b.end >= c.s.End {
		return false
	}
	switch c.v.lower(c.v.skipped(b.first) - 1) {
	case "and", ",", "then":
		return c.v.is(b.end, "%rate_step")
	}
	return false
}

// elliptic accepts "(25% tariffs on steel) and 10% on aluminium", "(Peru's
// tariff is 34%,) Chile's 20%" and "Chile will charge 20%".
func (c rateContext) elliptic(f candidate) bool {
	if c.other || !c.here || f.end >= c.s.End {
		return false
	}
	return c.v.is(f.end, "%rate_on") || c.v.lower(f.first-1) == "'s" || c.v.endsAt("%rate_impose", f.first)
}
