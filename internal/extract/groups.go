package extract

import (
	"slices"
	"strings"

	"github.com/tradewire/tradewire/internal/ontology"
)

// groupAt reads an industry body or another group that may hold a stance and
// ends with token i: a name that closes with "Association", "Federation" or
// the like, or a term of the list of groups ("business groups").
func (v *view) groupAt(i, from int) (actor, bool) {
	if v.doc.Tokens[i].Capital() && v.ownsHead(i) {
		return actor{}, false
	}
	if v.hasAt(i, "%organisation_head") && v.doc.Tokens[i].Capital() && !v.official(i) {
		first := i
		for first > from && v.nameWord(first-1) {
			first--
		}
		first = v.behindPost(first, i)
		for first < i && (!v.doc.Tokens[first].Capital() || v.lower(first) == "the") {
			first++
		}
		end := v.tailEnd(i + 1)
		if v.lower(i) == "institute" && !v.has(first, end, ontology.LabelSector) {
			return actor{}, false // of scholars, not of a trade
		}
		if first < i || end > i+1 {
			return v.group(first, end, from), true
		}
	}
	for k := max(from, i-4); k <= i; k++ {
		e, ok := v.at(k, "%interest_group")
		if !ok || e.End != i+1 {
			continue
		}
		if v.lower(k-1) == "the" && !strings.HasSuffix(v.lower(i), "s") {
			return v.groupBefore(k)
		}
		return v.group(k, e.End, from), true
	}
	if a, ok := v.tradeName(i, from); ok {
		return a, true
	}
	return v.branch(i, from)
}

// tradeName is an organisation called after its country and what it trades in,
// as the subject of a verb: "Timber Peru said", "Peru Copper wants".
func (v *view) tradeName(i, from int) (actor, bool) {
	if i <= from || v.title || !v.doc.Tokens[i].Capital() || !v.doc.Tokens[i-1].Capital() || i+1 >= len(v.doc.Tokens) || v.doc.Tokens[i+1].Capital() {
		return actor{}, false
	}
	e, country := v.covering(i, ontology.LabelCountry)
	var first int
	switch {
	case country && e.End == i+1 && e.How != ontology.HowDemonym:
		for first = e.First - 1; first > from && first > e.First-3 && !v.hasAt(first, ontology.LabelSector) && v.tag(first) == "NNP"; first-- {
		}
		if !v.hasAt(first, ontology.LabelSector) {
			return actor{}, false
		}
	case !country && v.hasAt(i, ontology.LabelSector):
		if e, country = v.covering(i-1, ontology.LabelCountry); !country || e.How == ontology.HowDemonym {
			return actor{}, false
		}
		first = e.First
	default:
		return actor{}, false
	}
	if first < from || !v.doc.Tokens[first].Capital() || !v.verbal(i+1) {
		return actor{}, false
	}
	return actor{name: v.doc.Span(first, i+1), kind: "group", first: first, end: i + 1}, true
}

// tailEnd is the end of the "of …" or "for …" that belongs to the name whose
// last word stands before token i: "the Growers' Council of Ghana"; i when
// there is none.
func (v *view) tailEnd(i int) int {
	if v.lower(i) != "of" && v.lower(i) != "for" {
		return i
	}
	end, k := i, i+1
	if v.lower(k) == "the" && k+1 < len(v.doc.Tokens) && v.doc.Tokens[k+1].Capital() {
		k++
	}
	for ; k < min(i+8, len(v.doc.Tokens)) && v.nameWord(k); k++ {
		if v.hasAt(k, labelDate) || v.hasAt(k, labelPerson) {
			break
		}
		if v.doc.Tokens[k].Capital() {
			end = k + 1
		}
	}
	if end == i {
		return i
	}
	return end
}

// official reports whether token i belongs to the name of a government's or
// international body, or of a country.
func (v *view) official(i int) bool {
	if e, ok := v.covering(i, ontology.LabelBody); ok && e.Value != "" && e.End-e.First > 1 {
		return true
	}
	if e, ok := v.covering(i, ontology.LabelBody); ok && v.o.Bodies[e.Ref].Generic && !v.trades(e.First-1) {
		return true
	}
	_, ok := v.covering(i, ontology.LabelCountry)
	return ok
}

// trades reports that token i is a capitalised word for those who do a trade:
// the "Farmers" of "the Farmers Congress".
func (v *view) trades(i int) bool {
	return i >= 0 && v.doc.Tokens[i].Capital() && v.hasAt(i, "%organisation_head") && strings.HasSuffix(v.lower(i), "ers")
}

// groupBefore is the group with a name that was named last before token i.
func (v *view) groupBefore(i int) (actor, bool) {
	for k := i - 1; k >= max(0, i-400); k-- {
		if v.hasAt(k, "%organisation_head") && v.doc.Tokens[k].Capital() {
			if a, ok := v.groupAt(k, v.sentence(k).First); ok {
				return a, true
			}
		}
	}
	return actor{}, false
}

func (v *view) nameWord(i int) bool {
	return v.doc.Tokens[i].Capital() || slices.Contains([]string{"of", "and", "&", "for", "-", "+", "'"}, v.lower(i))
}

// group names the tokens with the adjectives that belong to them.
func (v *view) group(first, end, from int) actor {
	for first > from && (v.hasAt(first-1, "%group_modifier") || v.hasAt(first-1, ontology.LabelCountry)) {
		first--
	}
	if end+2 < len(v.doc.Tokens) && v.lower(end) == "(" && v.lower(end+2) == ")" && v.doc.Tokens[end+1].Capital() {
		end += 3 // with its abbreviation
	}
	return actor{name: v.doc.Span(first, end), kind: "group", first: first, end: end}
}

// spokenFor reports whether a name or an office belongs to the group behind
// "of": "Jane Roe of the Builders' Federation", "the head of the union".
func (v *view) spokenFor(a actor) bool {
	at := a.first - 1
	for v.hasAt(at, "%determiner") {
		at--
	}
	if at < 1 || v.lower(at) != "of" && v.lower(at) != "at" {
		return false
	}
	return v.doc.Tokens[at-1].Capital() || v.hasAt(at-1, "%group_post")
}

// affiliated is the group of a person without public office who speaks: "said
// Jane Roe of the Builders' Federation", "said Jane Roe, who leads the union".
func (v *view) affiliated(first, end int) (actor, bool) {
	if first >= end || !v.doc.Tokens[first].Capital() || v.hasAt(first, labelActor) {
		return actor{}, false
	}
	for k := first; k < min(end, first+16); k++ {
		if v.hasAt(k, "%no_holder") || v.stranger(k) && !v.inGroup(k, end) || v.lower(k) == `"` {
			return actor{}, false
		}
		if a, ok := v.groupAt(k, first); ok && (a.first == first || v.spokenFor(a) || v.has(first, a.first, "%group_post")) {
			return a, true
		}
	}
	return actor{}, false
}

// asideGroup is the group that an aside before the verb at token at says its
// subject heads: "Jane Roe, who chairs the Builders' Union, said". The subject
// ends with token k and has no public office.
func (v *view) asideGroup(k, at int) (actor, bool) {
	if k < 0 || k+2 >= at || !v.doc.Tokens[k].Capital() {
		return actor{}, false
	}
	if _, known := v.covering(k, labelActor); known {
		return actor{}, false
	}
	return v.affiliated(k, at)
}

// inGroup reports whether the name at token k begins or goes on the name of a
// group before token end: "Lima" in "the Lima Hauliers' Association".
func (v *view) inGroup(k, end int) bool {
	for i := k + 1; i < min(end, k+6); i++ {
		if a, ok := v.groupAt(i, k); ok {
			return a.first <= k
		}
	}
	return false
}

// stranger reports whether another actor than a mere modifier begins at token k.
func (v *view) stranger(k int) bool {
	a, ok := v.actor(k)
	return ok && !a.possessive && !v.governed(a)
}

// ownsHead is true for "Growers" in "the Apple Growers' Union" and "Chamber" in
// "the Chamber of Commerce": the name goes on.
func (v *view) ownsHead(i int) bool {
	if v.lower(i+1) == "of" && v.hasAt(i+2, "%organisation_head") && v.doc.Tokens[i+2].Capital() {
		return true
	}
	if v.hasAt(i+1, "%organisation_head") && v.doc.Tokens[i+1].Capital() { // "Smelters" in "the Tin Smelters Association"
		return true
	}
	return v.lower(i+1) == "'" && v.hasAt(i+2, "%organisation_head") && v.doc.Tokens[i+2].Capital()
}

// branch is a branch of business as a holder: "the white goods industry", "the
// car lobby".
func (v *view) branch(i, from int) (actor, bool) {
	named := v.hasAt(i, "%naming_noun") && i+1 < len(v.doc.Tokens) && v.doc.Tokens[i+1].Capital()
	if !named && !v.hasAt(i, "%branch") || v.doc.Tokens[i].Capital() || v.hasAt(i-1, "%no_group") {
		return actor{}, false
	}
	first := i
	for first > max(from, i-5) && v.groupWord(first-1) {
		first--
	}
	if v.lower(first-1) == "the" && !strings.HasSuffix(v.lower(i), "s") && !v.doc.Tokens[i-1].Capital() { // "the trade group": the one named before
		if a, ok := v.groupBefore(first); ok && !v.doc.Tokens[i+1].Capital() {
			return a, true
		}
	}
	if first == i || v.lower(first) == "'" {
		return actor{}, false
	}
	end := i + 1
	for end < len(v.doc.Tokens) && (v.doc.Tokens[end].Capital() && !v.hasAt(end, labelActor) || end > i+1 && v.lower(end) == "-" && v.doc.Tokens[end+1].Capital()) {
		end++
	}
	if end > i+1 { // "the farm lobby Terra"
		return actor{name: v.doc.Span(i+1, end), kind: "group", first: first, end: end}, true
	}
	return actor{name: v.doc.Span(first, end), kind: "group", first: first, end: end}, true
}

// groupWord reports whether token i can modify the name of a group: a noun, its
// apostrophe or an adjective, but no actor.
func (v *view) groupWord(i int) bool {
	if v.hasAt(i, labelActor) {
		return false
	}
	return strings.HasPrefix(v.tag(i), "NN") || v.tag(i) == "JJ" || v.tag(i) == "POS" && v.lower(i) == "'"
}

// behindPost steps over "President and CEO of" in a name at tokens [first, end).
func (v *view) behindPost(first, end int) int {
	post := false
	for k := first; k < end; k++ {
		post = post || v.hasAt(k, "%group_post")
		if post && (v.lower(k) == "of" || v.lower(k) == "at") {
			return k + 1
		}
	}
	return first
}
