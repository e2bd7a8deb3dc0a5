package extract

import (
	"math"
	"slices"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/ontology"
	"github.com/tradewire/tradewire/internal/pattern"
)

// ratesSaid lists the article's rates, with who imposes them on whom.
func (r *reading) ratesSaid() []event.Rate {
	var out []event.Rate
	for _, v := range []*view{r.body, r.title} {
		for _, m := range v.rates {
			rate := m.Rate
			rate.By, rate.On = r.whoOnWhom(v, m)
			if at := slices.IndexFunc(out, func(o event.Rate) bool { return sameRate(o, rate) && agree(o.By, rate.By) && agree(o.On, rate.On) }); at >= 0 {
				out[at].By, out[at].On = longer(out[at].By, rate.By), longer(out[at].On, rate.On)
				continue
			}
			out = append(out, rate)
		}
	}
	return out
}

func agree(a, b []string) bool { return len(a) == 0 || len(b) == 0 || slices.Equal(a, b) }

func longer(a, b []string) []string {
	if len(a) == 0 {
		return b
	}
	return a
}

// whoOnWhom finds whose rate it is and whose goods bear it: by the verb whose
// subject bears it, by the measure of the same part of the sentence, or by
// the words around; what these leave open is that of the measure that the
// article spoke of last.
func (r *reading) whoOnWhom(v *view, m rate) (by, on []string) {
	by, on = r.nearSides(v, m)
	if borne := v.borne(m); len(borne) > 0 && !meets(by, borne) {
		return by, borne
	}
	return by, on
}

// borne is whose goods the words right behind the rate name: "25% on Mexico
// and Peru", "10% on Chilean wine".
func (v *view) borne(m rate) []string {
	if v.lower(m.End) != "on" {
		return nil
	}
	var out []string
	for at := m.End + 1; ; {
		e, ok := v.at(at, ontology.LabelCountry)
		if !ok || isBody(e.Value) || e.How == ontology.HowMetonym {
			return unique(out)
		}
		out = append(out, e.Value)
		if w := v.lower(e.End); w != "and" && w != "," {
			return unique(out)
		}
		at = e.End + 1
	}
}

// nearSides finds the sides by what stands near the rate.
func (r *reading) nearSides(v *view, m rate) (by, on []string) {
	d := r.rateDraft(v, m)
	claim := r.measureNear(v, m)
	codes, verb, pays := d.payer()
	switch {
	case pays:
		if by = d.possessor(); by == nil {
			by = d.collector(codes, verb)
		}
		on = codes
	case claim != nil:
		by, on = claim.slots["by"].List, claim.slots["on"].List
	default:
		if by = d.namedSubject(); len(by) > 0 {
			d.slots["by"] = event.List(by...)
		}
		on = d.target()
		if last := r.taxBefore(v, m, nil, nil); last != nil && len(on) == 0 && meets(by, last.slots["on"].List) && !meets(by, last.slots["by"].List) {
			by = nil // whose goods bear it is named, not who levies it
		}
	}
	if len(by) > 0 && len(on) > 0 {
		return by, on
	}
	if last := r.taxBefore(v, m, by, on); last != nil {
		return longer(by, last.slots["by"].List), longer(on, last.slots["on"].List)
	}
	return by, on
}

// rateDraft is the rate as a draft of a measure, so that what finds the sides
// of one finds those of the other; its trigger reaches to the rate's noun.
func (r *reading) rateDraft(v *view, m rate) *draft {
	kind, _ := r.x.o.Kind("measure")
	d := &draft{compiledRule: &compiledRule{kind: kind}, v: v, sentence: v.sentence(m.First), first: m.First, end: m.End, captures: map[string]pattern.Range{}, slots: event.Slots{},
		trigger: pattern.Range{First: m.First, End: m.End}}
	for i := m.End; i < min(m.End+closeReach, d.sentence.End) && !v.is(i, "%rate_stop"); i++ {
		if e, ok := v.at(i, labelRateNoun); ok {
			d.trigger.End, d.end = e.End, e.End
			return d
		}
	}
	first, _ := d.clause()
	for i := m.First - 1; i >= max(first, m.First-2*forwardReach); i-- {
		e, ok := v.at(i, labelRateNoun)
		if weak, found := v.at(i, "%rate_weak"); found && !ok {
			e, ok = weak, true
		}
		if ok && e.End <= m.First {
			d.trigger.First, d.trigger.End, d.first = e.First, e.End, e.First
			return d
		}
		if v.leavesPart(i) {
			break
		}
	}
	return d
}

// measureNear is the claim of a measure nearest to the rate in its part of
// the sentence; nil when there is none.
func (r *reading) measureNear(v *view, m rate) *draft {
	var near *draft
	best := math.MaxInt
	for _, d := range r.claims {
		for k := -1; k < len(d.also); k++ {
			e := d.mention(k)
			if e.v != v || d.kind.Name != "measure" || m.First < e.sentence.First || m.First >= e.sentence.End {
				continue
			}
			if far := max(e.trigger.First-m.First, m.First-e.trigger.First); far < best && !v.parted(e.trigger, m) {
				best, near = far, d
			}
		}
	}
	return near
}

// mention is the draft itself for k -1, else one that was merged into it.
func (d *draft) mention(k int) *draft {
	if k < 0 {
		return d
	}
	return d.also[k]
}

// parted reports that another part of the sentence begins between the trigger
// and the rate.
func (v *view) parted(trigger pattern.Range, m rate) bool {
	for i := min(trigger.End, m.End); i < max(trigger.First, m.First); i++ {
		if v.leavesPart(i) {
			return true
		}
	}
	return false
}

// taxBefore is the measure with a rate that the article speaks of last before
// the rate, in the same sentence, the three before or the title, and whose
// sides agree with by and on; nil when there is none.
func (r *reading) taxBefore(v *view, m rate, by, on []string) *draft {
	var last *draft
	at := -1
	s := v.sentence(m.First)
	from := v.doc.Sentences[max(0, s.Index-3)].First
	for _, d := range r.claims {
		if d.kind.Name != "measure" || !slices.Contains(taxes(), d.slots["instrument"].Text) {
			continue
		}
		for k := -1; k < len(d.also); k++ {
			e := d.mention(k)
			place := e.trigger.First
			if e.v != v {
				place = 0
			}
			if e.v == v && (place > m.First && place >= s.End || place < from) {
				continue
			}
			if place > at && fits(d, by, on) {
				at, last = place, d
			}
		}
	}
	return last
}

// fits reports that the measure may be the one whose rate by puts on on.
func fits(d *draft, by, on []string) bool {
	if d.slots["action"].Text == "exempt" || d.sparing() {
		return false
	}
	return agree(d.slots["by"].List, by) && !meets(d.slots["by"].List, on) && !meets(d.slots["on"].List, by)
}

// taxes are the instruments that have a rate.
func taxes() []string {
	return []string{"tariff", "trade_remedy", "de_minimis", "port_fee", "investigation"}
}
