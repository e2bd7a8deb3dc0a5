package extract

import (
	"github.com/tradewire/tradewire/internal/document"
	"github.com/tradewire/tradewire/internal/event"
)

// rate is a tariff rate and the tokens [First, End) that say it, words such
// as "up to" among them.
type rate struct {
	event.Rate
	First, End int
}

// labelRateNoun marks nouns whose percentage is a tariff rate, labelOther
// those whose percentage is something else (ontology/terms_quantities.yaml).
const (
	labelRateNoun = "RATENOUN"
	labelOther    = "OTHERRATE"
)

// leastYear is the least number without a percent sign that is rather a year
// than the start of a range.
const leastYear = 1500

type verdict int

const (
	unknown verdict = iota
	yes
	no
)

// candidate is a number that may be a rate: a value, or min and max.
type candidate struct {
	first, end     int // with the words that bound it
	low, high      float64
	between        bool
	unit           string
	qualifier      string
	zero, fraction bool
	// tied says that it stands with the one before it: "from 10% to 25%".
	tied    bool
	verdict verdict
}

// findRates finds the tariff, duty, levy and trade-remedy rates, in order,
// and marks them with their index; By and On stay empty.
func (v *view) findRates() []rate {
	var out []rate
	speaks := v.speaksOfTariffs()
	for _, s := range v.doc.Sentences {
		found := v.candidates(s)
		if len(found) == 0 {
			continue
		}
		c := v.rateContext(s, speaks)
		for i := range found {
			found[i].verdict = c.judge(found[i])
		}
		c.spread(found)
		for _, f := range found {
			if f.verdict != yes {
				continue
			}
			v.mark(labelRate, "", len(out), f.first, f.end)
			out = append(out, rate{Rate: v.rateOf(f), First: f.first, End: f.end})
		}
	}
	return out
}

func (v *view) rateOf(f candidate) event.Rate {
	r := event.Rate{Unit: f.unit, Qualifier: f.qualifier, Evidence: []event.Evidence{v.evidence(f.first, f.end)}}
	if f.between {
		r.Qualifier, r.Min, r.Max = "between", &f.low, &f.high
	} else {
		r.Value = &f.low
	}
	return r
}

// candidates reads sentence s for numbers that may be rates.
func (v *view) candidates(s document.Sentence) []candidate {
	var out []candidate
	for i := s.First; i < s.End; {
		found := v.candidateAt(i, s)
		if len(found) == 0 {
			i++
			continue
		}
		for k := range found {
			v.bound(&found[k], s)
		}
		out = append(out, found...)
		i = max(i+1, found[len(found)-1].end)
	}
	return out
}

// candidateAt reads what starts at token i: none, one, or two that are tied.
func (v *view) candidateAt(i int, s document.Sentence) []candidate {
	if e, ok := v.at(i, labelMoney); ok {
		return v.specific(i, e.End, s)
	}
	if e, ok := v.at(i, labelFraction); ok && e.End < s.End {
		return []candidate{{first: i, end: e.End, low: decimal(e.Value), unit: "percent", fraction: true}}
	}
	value, end, ok := v.number(i)
	if !ok || end > s.End {
		return nil
	}
	last, percent := v.percentWord(end)
	if percent {
		end = last
	}
	one := candidate{first: i, end: end, low: value, unit: "percent"}
	if list := v.enumerated(one, s); !percent && len(list) > 0 {
		return list
	}
	if upper := v.upperMoney(one, s); len(upper) > 0 {
		return upper
	}
	if second, joiner, ok := v.second(end, s); ok && (percent && joiner != "from" || !percent && value < leastYear && (joiner != "from" || v.lower(i-1) == "to")) {
		return v.pair(one, second, joiner, percent)
	}
	if percent {
		return []candidate{one}
	}
	if value == 0 && !numeral(v.lower(i)) {
		one.zero = true
		return []candidate{one}
	}
	return nil
}

// mostListed bounds a list of numbers before one percent sign.
const mostListed = 12

// enumerated reads "3.1, 4.5 and 9 percent", three numbers or more of which
// the last alone has the percent sign; nil when one holds no such list.
func (v *view) enumerated(one candidate, s document.Sentence) []candidate {
	out := []candidate{one}
	for at := one.end; at < s.End && len(out) < mostListed; {
		comma := v.lower(at) == ","
		if comma {
			at++
		}
		if last := v.lower(at); last == "and" || last == "or" {
			at++
		} else if !comma {
			return nil
		}
		value, end, ok := v.number(at)
		if !ok {
			return nil
		}
		last, percent := v.percentWord(end)
		next := candidate{first: at, end: end, low: value, unit: "percent", tied: true}
		if percent {
			next.end = last
		}
		out = append(out, next)
		if percent {
			if len(out) < 3 {
				return nil
			}
			return out
		}
		at = end
	}
	return nil
}

// upperMoney reads "40 and 45 euros a tonne" behind "between" at its first
// number.
func (v *view) upperMoney(one candidate, s document.Sentence) []candidate {
	joiner := v.lower(one.end)
	if joiner != "and" && joiner != "to" || joiner == "and" && v.lower(one.first-1) != "between" {
		return nil
	}
	e, ok := v.at(one.end+1, labelMoney)
	if !ok {
		return nil
	}
	out := v.specific(one.end+1, e.End, s)
	if len(out) != 1 || out[0].between || out[0].low <= one.low {
		return nil
	}
	out[0].first, out[0].low, out[0].high, out[0].between = one.first, one.low, out[0].low, true
	return out
}

// second reads "to 25%" or "-15%" behind a first number.
func (v *view) second(at int, s document.Sentence) (candidate, string, bool) {
	joiner := v.lower(at)
	switch joiner {
	case "to", "-", "--", "and", "or", "from":
	default:
		return candidate{}, "", false
	}
	e, ok := v.at(at+1, labelPercent)
	if !ok || e.End > s.End {
		return candidate{}, "", false
	}
	return candidate{first: at + 1, end: e.End, low: decimal(e.Value), unit: "percent"}, joiner, true
}

// pair decides whether two numbers are a range or two rates. percent says
// that the first has its own percent sign.
func (v *view) pair(a, b candidate, joiner string, percent bool) []candidate {
	ranging := v.endsAt("%q_range", a.first) || v.endsAt("%q_range", v.beforeQualifiers(a.first))
	span := ranging && joiner != "or"
	switch joiner {
	case "-", "--":
		span = true
	case "to":
		before := v.lower(v.beforeQualifiers(a.first) - 1)
		span = ranging || before != "from" && (!percent || before == "of" || before == "at")
	}
	if span && b.low > a.low {
		a.between, a.high, a.end = true, b.low, b.end
		return []candidate{a}
	}
	b.tied = true
	if percent || joiner == "to" || joiner == "and" || joiner == "or" || joiner == "from" {
		return []candidate{a, b}
	}
	return []candidate{b}
}

// specific reads "$3 a ton", "$80 to $200 per item" at money [i, end).
func (v *view) specific(i, end int, s document.Sentence) []candidate {
	e, _ := v.at(i, labelMoney)
	one := candidate{first: i, end: end, low: amount(e.Value)}
	if joiner := v.lower(end); joiner == "to" || joiner == "-" || joiner == "--" {
		if next, ok := v.at(end+1, labelMoney); ok {
			one.between, one.high, one.end = true, amount(next.Value), next.End
		}
	}
	at := v.pastHyphen(one.end)
	switch v.lower(at) {
	case "per", "a", "an", "/", "each", "every":
	case "for", "on":
		if at++; v.lower(at) != "each" && v.lower(at) != "every" {
			return nil
		}
	default:
		return nil
	}
	unit, ok := v.at(v.pastHyphen(at+1), labelUnit)
	if !ok && v.tag(min(at+1, s.End-1)) == "JJ" { // "each small parcel"
		unit, ok = v.at(at+2, labelUnit)
	}
	if !ok || unit.End > s.End {
		return nil
	}
	one.end, one.unit = unit.End, e.Value[:3]+"/"+unit.Value
	return []candidate{one}
}

// amount is the number of a MONEY entity's value ("USD 3").
func amount(value string) float64 { return decimal(value[4:]) }

// bound takes in the words that bound the number and names the qualifier;
// an outer "up to" outranks an inner "almost".
func (v *view) bound(c *candidate, s document.Sentence) {
	c.qualifier = "exact"
	for _, q := range [...]struct{ cue, name string }{{"%q_about", "about"}, {"%q_at_least", "at_least"}, {"%q_up_to", "up_to"}} {
		if start, ok := v.boundBy(q.cue, c.first); ok && start >= s.First {
			c.qualifier, c.first = q.name, start
		}
	}
	for _, q := range [...]struct{ cue, name string }{{"%q_above", "at_least"}, {"%q_below", "up_to"}} {
		if start, ok := v.cueEnding(q.cue, c.first); ok && start >= s.First {
			c.qualifier, c.first = q.name, start
		}
	}
	switch v.lower(v.nounBefore(c.first) - 1) { // "a minimum tariff of 15%"
	case "minimum":
		c.qualifier = "at_least"
	case "maximum":
		c.qualifier = "up_to"
	}
	for _, q := range [...]struct{ cue, name string }{{"%q_or_more", "at_least"}, {"%q_or_less", "up_to"}} {
		if e, ok := v.at(c.end, q.cue); ok && e.End <= s.End {
			c.qualifier, c.end = q.name, e.End
		}
	}
}

// nounBefore is the start of "tariff of" or "duty at" that ends at token i.
func (v *view) nounBefore(i int) int {
	if w := v.lower(i - 1); w != "of" && w != "at" {
		return 0
	}
	for k := i - 2; k >= max(0, i-4); k-- {
		if e, ok := v.at(k, labelRateNoun); ok && e.End == i-1 {
			return k
		}
	}
	return 0
}

// beforeQualifiers is the start of the bounding words that end at token i.
func (v *view) beforeQualifiers(i int) int {
	for _, cue := range [...]string{"%q_about", "%q_at_least", "%q_up_to"} {
		if start, ok := v.boundBy(cue, i); ok {
			i = start
		}
	}
	return i
}

// longestCue bounds how many tokens a cue of these lists has.
const longestCue = 5

// cueEnding returns the start of the longest term of a cue list that ends
// just before token i.
func (v *view) cueEnding(label string, i int) (start int, ok bool) {
	for k := min(longestCue, i); k > 0; k-- {
		for _, e := range v.found[i-k] {
			if e.Label == label && e.End == i {
				return i - k, true
			}
		}
	}
	return i, false
}

// boundBy is cueEnding for words that bound a number; "an additional" and
// the like may stand between.
func (v *view) boundBy(label string, i int) (start int, ok bool) {
	if start, ok = v.cueEnding(label, i); ok {
		return start, true
	}
	if skip, found := v.cueEnding("%q_skip", i); found {
		if start, ok = v.cueEnding(label, skip); ok {
			return start, true
		}
	}
	return i, false
}

// endsAt reports whether a term of the cue list ends just before token i.
func (v *view) endsAt(label string, i int) bool {
	_, ok := v.cueEnding(label, i)
	return ok
}
