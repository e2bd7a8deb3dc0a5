package extract

// status reads how far an act got from the words around the trigger, in this
// order: refused or denied, negated, threatened, proposed, announced, in
// force. The cue lists are in pipelines/ontology/cues.yaml.
func (d *draft) status() string {
	v := d.v
	first, end := d.clause()
	left := max(first, d.trigger.First-10)
	right := min(end, d.trigger.End+8)
	near := max(first, d.trigger.First-4)
	switch {
	case d.asks():
		return dropped
	case v.has(left, d.trigger.First, "%rejected"):
		return "rejected"
	case v.has(near, d.trigger.First, "%negation"), v.has(first, d.trigger.First, "%demand") && !v.has(left, d.trigger.First, "%threat"):
		return dropped
	case v.has(left, d.trigger.First, "%threat"), v.has(first, d.trigger.First, "%conditional"), v.has(d.trigger.End, end, "%conditional") && v.has(left, right, "%future"):
		return "threatened"
	case v.has(left, d.trigger.First, "%proposal"), v.has(near, d.trigger.First, "%possible"):
		return "proposed"
	case v.has(near, d.trigger.First, "%would"):
		if v.has(d.sentence.First, d.trigger.First, "%say") { // "said it would": the future, reported
			return "announced"
		}
		return "proposed"
	case v.has(first, end, "%took_effect"):
		return "in_force"
	case v.has(near, d.trigger.First, "%future"), v.has(left, d.trigger.First, "%decision"), v.has(first, end, "%will_take_effect"):
		return "announced"
	}
	return "in_force"
}

// asks reports a question of yes or no ("Will China lift its tariffs?"): it
// asserts nothing.
func (d *draft) asks() bool {
	last := d.sentence.End - 1
	if d.v.lower(last) == `"` {
		last--
	}
	return d.v.lower(last) == "?" && d.v.hasAt(d.sentence.First, "%auxiliary")
}
