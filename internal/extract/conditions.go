package extract

import "github.com/tradewire/tradewire/internal/event"

// conditions are what a party sets before it talks or signs, wherever the
// article says so: the words behind "must be based on" and the like in a
// sentence that names talks or an agreement.
func (d *draft) conditions() event.Value {
	said := d.v.conditionsSaid()
	if len(said) == 0 {
		return event.Value{}
	}
	return event.List(said...)
}

// conditionsSaid reads the conditions of the whole text, once.
func (v *view) conditionsSaid() []string {
	if v.conditions != nil {
		return v.conditions
	}
	out := []string{}
	for _, s := range v.doc.Sentences {
		if !v.has(s.First, s.End, labelTalks) && !v.has(s.First, s.End, labelDeal) && !v.has(s.First, s.End, "%talk_verb") {
			continue
		}
		for _, e := range v.within(s.First, s.End, "%condition_cue") {
			end := e.End
			for end < s.End && !v.conditionEnds(end) {
				end++
			}
			if end-e.End >= 2 {
				out = append(out, v.doc.Span(e.End, end))
				break
			}
		}
	}
	v.conditions = append([]string{}, unique(out)...)
	return v.conditions
}

func (v *view) conditionEnds(i int) bool {
	switch v.lower(i) {
	case ".", ";", "?", "!", `"`:
		return true
	case ",":
		return v.hasAt(i+1, "%say") || v.hasAt(i+2, "%say") || v.hasAt(i+1, labelActor) || v.lower(i+1) == `"`
	}
	return false
}
