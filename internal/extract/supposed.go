package extract

import "slices"

// unreal tells why the words at a stance's trigger give nobody a position: they
// are only supposed ("if Peru wants talks") or asked ("Does Peru oppose it?").
// Empty where they do.
func (d *draft) unreal() string {
	switch {
	case d.kind.Name != "stance":
		return ""
	case d.slots["position"].Text != "conditional" && !d.v.possessiveAt(d.trigger.First-1) && d.v.underCondition(d.sentence.First, d.trigger.First):
		return "what is only supposed gives nobody a position"
	case d.wonders():
		return "a question gives nobody a position"
	}
	return ""
}

// underCondition reports whether token at stands in a clause, of the sentence that
// starts at token first, that opens with "if" and the like; one that opens with
// "whether" goes on behind a comma. A condition set behind a main clause is none
// of these ("if not" neither).
func (v *view) underCondition(first, at int) bool {
	comma := false
	for i := at - 1; i >= first; i-- {
		switch v.lower(i) {
		case ";", ":", "--", `"`, "then", "but":
			return false
		case ",", "and":
			comma = true
		case "whether":
			return true
		}
		switch {
		case comma && v.hasAt(i, "%say"):
			return false
		case !comma && v.hasAt(i, "%supposition"):
			return v.lower(i+1) != "not"
		}
	}
	return false
}

// wonders reports a question whose words nobody is quoted to have spoken: a
// rhetorical one in quotation marks may well take a side.
func (d *draft) wonders() bool {
	v := d.v
	last := d.sentence.End - 1
	for last > d.trigger.First && slices.Contains([]string{`"`, ")", "]"}, v.lower(last)) {
		last--
	}
	if v.lower(last) != "?" {
		return false
	}
	return !v.quoted(d.trigger.First)
}
