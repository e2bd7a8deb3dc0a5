package score

import (
	"cmp"
	"math"
	"slices"
)

// test compares a labelled object with a found one.
type test func(gold, found map[string]any) bool

// rule is how a kind is matched: must decides whether two are the same
// thing, also whether every core slot agrees.
type rule struct {
	must, also []test
}

// rules are the tests of each kind of event, after EVENTS.md.
func rules() map[string]rule {
	return map[string]rule{
		"measure": {
			must: []test{same("instrument"), share("by")},
			also: []test{
				share("on"),
				sameGroup("action", []string{"impose", "raise", "extend"}, []string{"lower", "suspend", "remove", "exempt"}),
				sameGroup("status", []string{"in_force", "announced", ""}, []string{"proposed", "threatened"}),
			},
		},
		"negotiation": {must: []test{sameParties}, also: []test{same("status")}},
		"agreement":   {must: []test{sameParties}, also: []test{same("status")}},
		"stance":      {must: []test{sameHolder}, also: []test{same("position"), wordsOverlap("target")}},
		"appointment": {must: []test{sameName("person")}, also: []test{same("action")}},
		"dispute":     {must: []test{share("complainant"), share("respondent")}, also: []test{same("status")}},
		"market_move": {must: []test{wordsOverlap("instrument")}, also: []test{same("direction")}},
		"trade_flow":  {must: []test{share("reporter"), same("flow")}, also: []test{same("direction")}},
		"realignment": {must: []test{share("actor")}, also: []test{share("away_from")}},
	}
}

func officialRule() rule { return rule{must: []test{sameName("name")}, also: []test{share("country")}} }

func rateRule() rule { return rule{must: []test{sameRate}, also: []test{share("by"), share("on")}} }

// same: the slots are equal without regard to case.
func same(slot string) test {
	return func(gold, found map[string]any) bool {
		return lower(said(gold[slot])) == lower(said(found[slot]))
	}
}

// share: the label says nothing, or the two have a code in common.
func share(slot string) test {
	return func(gold, found map[string]any) bool {
		want := codes(gold[slot])
		return len(want) == 0 || shared(want, codes(found[slot])) > 0
	}
}

// sameGroup: equal, or both in one of the groups.
func sameGroup(slot string, groups ...[]string) test {
	return func(gold, found map[string]any) bool {
		a, b := lower(said(gold[slot])), lower(said(found[slot]))
		return a == b || slices.ContainsFunc(groups, func(group []string) bool {
			return slices.Contains(group, a) && slices.Contains(group, b)
		})
	}
}

// sameParties: two parties in common, or the only one there is.
func sameParties(gold, found map[string]any) bool {
	want := codes(gold["parties"])
	return len(want) == 0 || shared(want, codes(found["parties"])) >= min(2, len(want))
}

// sameHolder: a code in common, or holder or speaker share a name.
func sameHolder(gold, found map[string]any) bool {
	if shared(codes(gold["holder"]), codes(found["holder"])) > 0 {
		return true
	}
	for _, a := range people(gold) {
		for _, b := range people(found) {
			if namesMatch(a, b) {
				return true
			}
		}
	}
	return false
}

func people(stance map[string]any) []any {
	return append(slices.Clone(listed(stance["holder"])), listed(stance["speaker"])...)
}

func sameName(slot string) test {
	return func(gold, found map[string]any) bool { return namesMatch(gold[slot], found[slot]) }
}

// namesMatch: one name's words are among the other's, or half of all are in both.
func namesMatch(a, b any) bool {
	left, right := words(a), words(b)
	if len(left) == 0 || len(right) == 0 {
		return false
	}
	both := shared(left, right)
	return both == len(left) || both == len(right) || float64(both)/float64(len(left)+len(right)-both) >= 0.5
}

// wordsOverlap: a third of the shorter text's words stand in the other.
func wordsOverlap(slot string) test {
	return func(gold, found map[string]any) bool {
		left, right := words(gold[slot]), words(found[slot])
		if len(left) == 0 || len(right) == 0 {
			return false
		}
		return float64(shared(left, right))/float64(min(len(left), len(right))) >= 0.34
	}
}

// sameRate: the value, or without one the two bounds.
func sameRate(gold, found map[string]any) bool {
	if gold["value"] != nil {
		return sameNumber(gold["value"], found["value"])
	}
	return sameNumber(gold["min"], found["min"]) && sameNumber(gold["max"], found["max"])
}

func sameNumber(a, b any) bool {
	left, isLeft := float(a)
	right, isRight := float(b)
	if isLeft && isRight {
		return math.Abs(left-right) < 1e-6
	}
	return said(a) == said(b)
}

// pair is a labelled object and the found one that stands for it; whole says
// that every further test holds.
type pair struct {
	gold, found int
	whole       bool
}

// align pairs one to one, the best first; between equals the earlier label,
// then the earlier find.
func align(gold, found []map[string]any, r rule) []pair {
	type candidate struct{ score, gold, found int }
	var candidates []candidate
	for i, g := range gold {
		for j, f := range found {
			if count(r.must, g, f) == len(r.must) {
				candidates = append(candidates, candidate{count(r.also, g, f), i, j})
			}
		}
	}
	slices.SortFunc(candidates, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.gold, b.gold), cmp.Compare(a.found, b.found))
	})
	usedGold, usedFound := map[int]bool{}, map[int]bool{}
	var pairs []pair
	for _, c := range candidates {
		if usedGold[c.gold] || usedFound[c.found] {
			continue
		}
		usedGold[c.gold], usedFound[c.found] = true, true
		pairs = append(pairs, pair{c.gold, c.found, c.score == len(r.also)})
	}
	return pairs
}

func count(tests []test, gold, found map[string]any) int {
	n := 0
	for _, holds := range tests {
		if holds(gold, found) {
			n++
		}
	}
	return n
}
