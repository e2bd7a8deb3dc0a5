package extract

import (
	"slices"
	"strings"

	"github.com/tradewire/tradewire/internal/document"
	"github.com/tradewire/tradewire/internal/ontology"
)

// actor is a phrase that can act: a country, a body, an official, or a pair
// of countries ("both sides").
type actor struct {
	codes      []string
	name       string // an official's or body's full name
	kind       string // country, body, person, pair
	first, end int
	// possessive is true for "China's" and for a demonym that only modifies.
	possessive bool
}

// context finds which countries the article is about: the two named most,
// titles counting three times, and whose ministry published it.
func (r *reading) context() {
	counts := map[string]int{}
	first := map[string]int{}
	for weight, v := range map[int]*view{3: r.title, 1: r.body} {
		for i := range v.found {
			for _, e := range v.found[i] {
				if e.Label == ontology.LabelCountry || e.Label == ontology.LabelBody && e.Value != "" && !v.o.Bodies[e.Ref].Generic {
					if isBody(e.Value) || e.Value == "WORLD" || e.How == ontology.HowMetonym && v.isPlace(e) {
						continue
					}
					counts[e.Value] += weight
					if at, ok := first[e.Value]; !ok || i < at {
						first[e.Value] = i
					}
				}
			}
		}
	}
	var codes []string
	for code := range counts {
		codes = append(codes, code)
	}
	slices.SortFunc(codes, func(a, b string) int {
		if d := counts[b] - counts[a]; d != 0 {
			return d
		}
		if d := first[a] - first[b]; d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	r.trade = len(r.title.within(0, len(r.title.found), "%trade_article")) + len(r.body.within(0, len(r.body.found), "%trade_article"))
	if len(codes) > 1 { // a duty is of trade where two countries are named
		r.trade += len(r.title.within(0, len(r.title.found), "%border_tax")) + len(r.body.within(0, len(r.body.found), "%border_tax"))
		r.hint = r.hints()
	}
	r.trade += r.title.bordersSaid() + r.body.bordersSaid()
	r.title.topic, r.body.topic = codes, codes
	r.title.weight, r.body.weight = counts, counts
}

// isBody names the international bodies, which impose and bear no tariffs.
func isBody(code string) bool {
	return slices.Contains([]string{"WTO", "IMF", "UN", "GATT", "G7", "G20", "OECD"}, code)
}

// findActors marks the actors of a text, resolving what stands for another
// ("the ministry", "both sides") to what was named before it.
func (v *view) findActors() {
	var last named
	for i := 0; i < len(v.doc.Tokens); {
		a, ok := v.actorAt(i, last)
		if !ok {
			i++
			continue
		}
		v.actors = append(v.actors, a)
		v.mark(labelActor, strings.Join(a.codes, ","), len(v.actors)-1, a.first, a.end)
		if a.kind == "body" || a.kind == "person" || a.kind == "country" && !a.possessive {
			last.any = a
			if a.kind != "country" || !v.isObject(a) {
				last.acting = a
			}
		}
		i = a.end
	}
}

// named holds who was named last: anyone, and who acted, under no preposition.
type named struct{ any, acting actor }

func (v *view) actorAt(i int, last named) (actor, bool) {
	if e, ok := v.at(i, labelPerson); ok {
		p := v.people[e.Ref]
		return actor{codes: codeList(p.Official.Country), name: p.Official.Name, kind: "person", first: i, end: e.End, possessive: v.possessiveAt(e.End)}, true
	}
	country, named := v.at(i, ontology.LabelCountry)
	if e, ok := v.at(i, ontology.LabelBody); ok && e.End > country.End && !(e.End == i+1 && v.trades(i-1)) {
		return v.bodyActor(i, e), true
	}
	if named {
		if country.Value == "WORLD" {
			return actor{}, false
		}
		return v.countryActor(country)
	}
	if e, ok := v.at(i, "%pair"); ok && len(v.topic) > 1 {
		return actor{codes: slices.Sorted(slices.Values(v.topic[:2])), kind: "pair", first: i, end: e.End}, true
	}
	if a, ok := v.seated(i); ok {
		return a, true
	}
	if a, ok := v.province(i); ok {
		return a, true
	}
	if e, ok := v.at(i, "%anaphor"); ok && !v.namesMore(e) {
		if a, known := v.antecedent(e, last); known {
			return actor{codes: a.codes, name: a.name, kind: a.kind, first: i, end: e.End, possessive: v.possessiveAt(e.End)}, true
		}
	}
	return actor{}, false
}

// seated reads an organ of government by its seat: "regulators in Oslo", "the
// commission in Brussels".
func (v *view) seated(i int) (actor, bool) {
	e, ok := v.at(i, "%side")
	if organ, named := v.at(i, "%organ"); named && organ.End > e.End {
		e, ok = organ, true
	}
	if a, named := v.at(i, "%anaphor"); named && (v.hasAt(a.End-1, "%side") || v.hasAt(a.End-1, "%organ")) {
		e, ok = a, true
	}
	if !ok || v.lower(e.End) != "in" {
		return actor{}, false
	}
	c, named := v.at(e.End+1, ontology.LabelCountry)
	if !named || c.How == ontology.HowDemonym || isBody(c.Value) {
		return actor{}, false
	}
	return actor{codes: []string{c.Value}, kind: "body", name: v.doc.Span(e.First, e.End), first: i, end: c.End, possessive: v.possessiveAt(c.End)}, true
}

// province reads "the state of Tamil Nadu", which acts for its country.
func (v *view) province(i int) (actor, bool) {
	if w := v.lower(i); w != "state" && w != "province" || v.lower(i+1) != "of" || v.lower(i+2) == "" {
		return actor{}, false
	}
	code := v.region(i + 2)
	if code == "" {
		return actor{}, false
	}
	end := i + 3
	for _, e := range v.found[i+2] {
		end = max(end, e.End)
	}
	return actor{codes: []string{code}, kind: "body", name: v.doc.Span(i, end), first: i, end: end, possessive: v.possessiveAt(end)}, true
}

// namesMore reports whether the words of an anaphor begin a longer name: "the
// Ministry" of "the Ministry of Commerce".
func (v *view) namesMore(e ontology.Entity) bool {
	for i := e.First + 1; i < e.End; i++ {
		if b, ok := v.at(i, ontology.LabelBody); ok && b.End > e.End {
			return true
		}
	}
	return false
}

// antecedent is who "the minister", "the bloc" or "the ministry" stands for:
// the last of that office, kind or name before it, else, for a government or
// country, who was named last.
func (v *view) antecedent(e ontology.Entity, before named) (actor, bool) {
	last := before.any
	if len(before.acting.codes) > 0 && (v.hasAt(e.End-1, "%organ_noun") || v.hasAt(e.End-1, "%organ")) {
		last = before.acting // a ministry is that of who acts, not of whom it acts on
	}
	noun := v.lower(e.End - 1)
	office := v.hasAt(e.End-1, ontology.LabelRole)
	for _, a := range slices.Backward(v.actorsLately(len(v.doc.Tokens))) {
		switch {
		case len(a.codes) == 0:
		case office && a.kind == "person" && v.holdsOffice(a, noun):
			return a, true
		case noun == "bloc" && a.kind != "pair" && isBloc(a.codes[0]) && !isBody(a.codes[0]):
			return a, true
		case a.kind == "body" && v.hasAt(e.End-1, "%organ") && strings.Contains(strings.ToLower(a.name), noun):
			return a, true
		case noun == "island" && a.codes[0] == "TW":
			return a, true
		}
	}
	if noun == "bloc" && v.weight["EU"] > 0 {
		return actor{codes: []string{"EU"}, kind: "country"}, true
	}
	return last, len(last.codes) > 0 && (last.kind == "body" || last.kind == "country" || last.kind == "person" && !office) && noun != "bloc"
}

// holdsOffice reports that the last word of the person's title, as the text
// gives it, is noun.
func (v *view) holdsOffice(a actor, noun string) bool {
	i := slices.IndexFunc(v.people, func(p person) bool { return p.Official.Name == a.name })
	return i >= 0 && strings.Contains(strings.ToLower(v.people[i].Official.Role), noun)
}

// actorsBefore lists the actors that start before token i, in order.
func (v *view) actorsBefore(i int) []actor {
	n, _ := slices.BinarySearchFunc(v.actors, i, func(a actor, i int) int { return a.first - i })
	return v.actors[:n]
}

// lately is how many actors back "the ministry" or "the minister" may point.
const lately = 200

// actorsLately lists the last actors that start before token i, in order.
func (v *view) actorsLately(i int) []actor {
	before := v.actorsBefore(i)
	return before[max(0, len(before)-lately):]
}

func codeList(code string) []string {
	if code == "" {
		return nil
	}
	return []string{code}
}

func (v *view) possessiveAt(i int) bool { return v.lower(i) == "'s" || v.lower(i) == "'" }

// countryActor reads a country with what belongs to it: "the Chinese side",
// "China's Ministry of Commerce", "US President Donald Trump".
func (v *view) countryActor(e ontology.Entity) (actor, bool) {
	end := e.End
	next := end
	if v.possessiveAt(next) {
		next++
	}
	if p, ok := v.at(next, labelPerson); ok {
		who := v.people[p.Ref].Official
		return actor{codes: codeList(or(who.Country, e.Value)), name: who.Name, kind: "person", first: e.First, end: p.End, possessive: v.possessiveAt(p.End)}, true
	}
	if b, ok := v.at(next, ontology.LabelBody); ok {
		return actor{codes: []string{e.Value}, name: v.o.Bodies[b.Ref].Name, kind: "body", first: e.First, end: b.End, possessive: v.possessiveAt(b.End)}, true
	}
	if s, ok := v.at(next, "%side"); ok {
		return actor{codes: []string{e.Value}, kind: "country", first: e.First, end: s.End, possessive: v.possessiveAt(s.End)}, true
	}
	if end, ok := v.organEnd(next); ok && (e.How == ontology.HowDemonym || next > e.End) {
		return actor{codes: []string{e.Value}, name: v.doc.Span(next, end), kind: "body", first: e.First, end: end, possessive: v.possessiveAt(end)}, true
	}
	if e.How == ontology.HowMetonym && v.isPlace(e) {
		return actor{}, false
	}
	modifies := e.How == ontology.HowDemonym || v.possessiveAt(end) || v.modifiesNoun(e)
	return actor{codes: []string{e.Value}, kind: "country", first: e.First, end: end, possessive: modifies}, true
}

// organReach is how many words may stand between a country and the noun of
// its organ: "Peru's food and drug safety watchdog".
const organReach = 5

// organEnd is where the name of an organ of government ends that begins with
// token i: plain words up to "regulator", "watchdog", "directorate".
func (v *view) organEnd(i int) (end int, ok bool) {
	for k := i; k < i+organReach && k < len(v.doc.Tokens); k++ {
		switch {
		case v.hasAt(k, "%organ_noun"):
			return k + 1, true
		case v.hasAt(k, "%preposition"), v.hasAt(k, "%verb_cue"), v.hasAt(k, "%say"), v.hasAt(k, ontology.LabelCountry), !isWord(v.lower(k)):
			return 0, false
		}
	}
	return 0, false
}

// isWord reports a token of letters.
func isWord(s string) bool { return s != "" && s[0] >= 'a' && s[0] <= 'z' }

// modifiesNoun is true for "US" in "US tariffs": a name followed by a noun of
// trade is no subject.
func (v *view) modifiesNoun(e ontology.Entity) bool {
	if v.hasAt(e.End, "%verb_cue") || v.hasAt(e.End, "%possible") || v.lower(e.End) == "levies" && v.hasAt(e.End+1, "%article") {
		return false // "Peru will levy", "Peru levies a"
	}
	if v.hasAt(e.End, "%no_owner") || v.hasAt(e.End, "%complaint") || v.hasAt(e.End, "%seeker") {
		return false // "Peru opposes tariffs"
	}
	return v.has(e.End, e.End+3, "%trade_noun") && v.lower(e.End) != "," &&
		(v.hasAt(e.End, "%trade_noun") || v.hasAt(e.End+1, "%trade_noun") && v.doc.Tokens[min(e.End, len(v.doc.Tokens)-1)].Lower != "and")
}

func (v *view) hasAt(i int, label string) bool { _, ok := v.at(i, label); return ok }

// isPlace is true for a capital that is a place: a dateline, or behind "in".
func (v *view) isPlace(e ontology.Entity) bool {
	if v.possessiveAt(e.End) {
		return false
	}
	if v.hasAt(e.First-1, "%place_preposition") {
		return true
	}
	norm := v.doc.Tokens[e.First].Norm
	return norm == strings.ToUpper(norm) && len(norm) > 3 && v.sentence(e.First).First == e.First
}

func (v *view) bodyActor(i int, e ontology.Entity) actor {
	b := v.o.Bodies[e.Ref]
	code := b.Country
	end := e.End
	if b.Generic {
		code = v.genericCountry(e, b.Country)
	}
	if v.lower(end) == "of" || v.lower(end) == "in" {
		at := end + 1
		if v.lower(at) == "the" {
			at++
		}
		bare := b.Generic || b.Kind == "ministry" && !v.hasAt(e.First, ontology.LabelCountry) // "the commerce department in Manila"
		if c, ok := v.at(at, ontology.LabelCountry); ok && bare && (c.How == ontology.HowName || c.How == ontology.HowMetonym && v.lower(end) == "in") {
			code, end = c.Value, c.End
		}
	}
	return actor{codes: codeList(code), name: b.Name, kind: "body", first: i, end: end, possessive: v.possessiveAt(end)}
}

// genericCountry says whose "Ministry of Commerce" it is: the publisher's if
// that is a government, else the country named last before it that the
// article is about, else what the name means by itself.
func (v *view) genericCountry(e ontology.Entity, fallback string) string {
	if h := v.house(); len(h.codes) > 0 {
		return h.codes[0]
	}
	if fallback != "" && v.weight[fallback] > 0 {
		return fallback
	}
	for i := e.First - 1; i >= 0 && i > e.First-120; i-- {
		if p, ok := v.at(i, labelPerson); ok && len(v.people[p.Ref].Official.Country) == 2 {
			return v.people[p.Ref].Official.Country
		}
		if c, ok := v.at(i, ontology.LabelCountry); ok && !isBody(c.Value) && (!v.governedCountry(c) || v.sentence(c.First) != v.sentence(e.First) && !v.bindsGoods(c)) {
			return c.Value
		}
	}
	if len(v.topic) > 0 && fallback == "" {
		return v.topic[0]
	}
	return fallback
}

// governedCountry is true for the country that a preposition governs, alone or
// in a list, and for a demonym of goods: "glass from Peru and Chile", "Chilean
// wine".
func (v *view) governedCountry(c ontology.Entity) bool {
	return v.isObject(actor{first: c.First, end: c.End}) || c.How == ontology.HowDemonym && v.bindsGoods(c)
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// publisherCountry is the country of the ministry or agency that published an
// article whose source does not say.
func publisherCountry(o *ontology.Ontology, publisher string) string {
	for _, e := range o.Gazetteer.Find(document.New(publisher).Tokens) {
		if e.Label == ontology.LabelBody && !o.Bodies[e.Ref].Generic {
			return e.Value
		}
	}
	return ""
}
