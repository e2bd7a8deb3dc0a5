package score

import (
	"cmp"
	"maps"
	"slices"
)

// Kinds of Mistake.
const (
	Missed = "missed" // labelled, and nothing found stands for it
	Wrong  = "wrong"  // found, but a core slot differs
	Extra  = "extra"  // found, and no label stands for it
)

// Mistake is one event that is not as labelled.
type Mistake struct {
	What    string `json:"what"`
	Article string `json:"article"`
	Kind    string `json:"kind"`
	// Gold is the labelled event, nil for Extra; Found the extracted one,
	// nil for Missed.
	Gold  map[string]any `json:"gold,omitempty"`
	Found map[string]any `json:"found,omitempty"`
}

// Row is one line of the table. Precision, Recall and F1 are from 0 to 1;
// Gold and Found count what was labelled and what was extracted.
type Row struct {
	Name      string  `json:"name"`
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
	Gold      int     `json:"gold"`
	Found     int     `json:"found"`
}

// Report is the outcome of Compare.
type Report struct {
	// Rows are in the order they are shown. A kind that neither side has is left out.
	Rows     []Row
	Mistakes []Mistake
	// Judged holds every extracted event that carries a confidence.
	Judged []Judged
}

// Judged is an extracted event's confidence and whether it was right: its
// kind and main actor (Right), and every core slot too (Whole).
type Judged struct {
	Article, Kind, Rule string
	Confidence          float64
	Right, Whole        bool
}

// tally counts matches.
type tally struct{ hits, gold, found int }

// counter gathers the tallies of all articles.
type counter struct {
	tallies   map[string]*tally
	report    Report
	negatives int
	silent    int
}

// Compare scores what was found against the labels, article by article. An
// article without a record in found counts as empty; records of articles
// that have no label are not looked at.
func Compare(gold, found []Record) Report {
	byID := map[string]Record{}
	for _, record := range found {
		byID[record.ID] = record
	}
	c := counter{tallies: map[string]*tally{}}
	table := rules()
	for _, label := range gold {
		c.article(label, byID[label.ID], table)
	}
	c.report.Rows = c.rows()
	return c.report
}

func (c *counter) add(name string, hits, gold, found int) {
	t := c.tallies[name]
	if t == nil {
		t = &tally{}
		c.tallies[name] = t
	}
	t.hits += hits
	t.gold += gold
	t.found += found
}

// article counts one article.
func (c *counter) article(gold, found Record, table map[string]rule) {
	if len(gold.Events) == 0 {
		c.negatives++
		if len(found.Events) == 0 {
			c.silent++
		}
	}
	c.mentions("officials", gold.Officials, found.Officials, officialRule())
	c.mentions("rates", gold.Rates, found.Rates, rateRule())
	wanted, got := set(gold.Sectors), set(found.Sectors)
	c.add("sectors", shared(wanted, got), len(wanted), len(got))
	for _, kind := range slices.Sorted(maps.Keys(table)) {
		c.events(gold.ID, kind, ofKind(gold.Events, kind), ofKind(found.Events, kind), table[kind])
	}
	for _, event := range found.Events {
		if _, known := table[said(event["kind"])]; !known {
			c.add("events", 0, 0, 1)
			c.add("events+", 0, 0, 1)
			c.report.Mistakes = append(c.report.Mistakes, Mistake{What: Extra, Article: gold.ID, Kind: said(event["kind"]), Found: event})
		}
	}
}

func (c *counter) mentions(name string, gold, found []map[string]any, r rule) {
	pairs := align(gold, found, r)
	c.add(name, len(pairs), len(gold), len(found))
	c.add(name+"+", wholes(pairs), len(gold), len(found))
}

// events counts the events of one kind.
func (c *counter) events(article, kind string, gold, found []map[string]any, r rule) {
	pairs := align(gold, found, r)
	for _, name := range [...]string{"events", kind} {
		c.add(name, len(pairs), len(gold), len(found))
		c.add(name+"+", wholes(pairs), len(gold), len(found))
	}
	for _, slot := range [...]string{"action", "status"} {
		equal := same(slot)
		for _, p := range pairs {
			if !truthy(gold[p.gold][slot]) {
				continue
			}
			hit := 0
			if equal(gold[p.gold], found[p.found]) {
				hit = 1
			}
			c.add(slot+"=", hit, 1, 1)
		}
	}
	c.judge(article, kind, gold, found, pairs)
}

// judge lists the mistakes and the confidences of one kind.
func (c *counter) judge(article, kind string, gold, found []map[string]any, pairs []pair) {
	byGold, byFound := map[int]pair{}, map[int]pair{}
	for _, p := range pairs {
		byGold[p.gold], byFound[p.found] = p, p
	}
	for i, event := range gold {
		p, matched := byGold[i]
		switch {
		case !matched:
			c.report.Mistakes = append(c.report.Mistakes, Mistake{Missed, article, kind, event, nil})
		case !p.whole:
			c.report.Mistakes = append(c.report.Mistakes, Mistake{Wrong, article, kind, event, found[p.found]})
		}
	}
	for i, event := range found {
		p, matched := byFound[i]
		if !matched {
			c.report.Mistakes = append(c.report.Mistakes, Mistake{Extra, article, kind, nil, event})
		}
		if confidence, given := float(event["confidence"]); given {
			c.report.Judged = append(c.report.Judged, Judged{
				article, kind, said(event["rule"]), confidence, matched, matched && p.whole,
			})
		}
	}
}

// rows makes the table: mentions, all events, then each kind by name.
func (c *counter) rows() []Row {
	var rows []Row
	for name, t := range c.tallies {
		if t.gold+t.found > 0 {
			rows = append(rows, t.row(name))
		}
	}
	if c.negatives > 0 {
		share := float64(c.silent) / float64(c.negatives)
		rows = append(rows, Row{"negatives", share, share, share, c.negatives, c.negatives})
	}
	order := []string{"officials", "officials+", "rates", "rates+", "sectors", "events", "events+", "action=", "status="}
	rank := func(name string) int {
		if i := slices.Index(order, name); i >= 0 {
			return i
		}
		return len(order)
	}
	slices.SortFunc(rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(rank(a.Name), rank(b.Name)), cmp.Compare(a.Name, b.Name))
	})
	return rows
}

// row works out the shares. Nothing found is perfectly precise where nothing
// was labelled; nothing labelled is perfectly recalled.
func (t *tally) row(name string) Row {
	r := Row{Name: name, Recall: 1, Gold: t.gold, Found: t.found}
	if t.found > 0 {
		r.Precision = float64(t.hits) / float64(t.found)
	} else if t.gold == 0 {
		r.Precision = 1
	}
	if t.gold > 0 {
		r.Recall = float64(t.hits) / float64(t.gold)
	}
	if r.Precision+r.Recall > 0 {
		r.F1 = 2 * r.Precision * r.Recall / (r.Precision + r.Recall)
	}
	return r
}

func wholes(pairs []pair) int {
	n := 0
	for _, p := range pairs {
		if p.whole {
			n++
		}
	}
	return n
}

func ofKind(events []map[string]any, kind string) []map[string]any {
	var out []map[string]any
	for _, event := range events {
		if event["kind"] == kind {
			out = append(out, event)
		}
	}
	return out
}

func set(items []string) map[string]bool {
	out := map[string]bool{}
	for _, item := range items {
		out[item] = true
	}
	return out
}
