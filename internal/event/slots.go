package event

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Value is what fills a slot: one text, a list of texts or codes, or rates.
// Exactly one of the fields is set; the zero Value is an empty slot.
type Value struct {
	Text  string
	List  []string
	Rates []Rate
}

// Text makes a Value of one text.
func Text(s string) Value { return Value{Text: s} }

// List makes a Value of several texts or codes.
func List(items ...string) Value { return Value{List: items} }

// Empty reports whether nothing was said.
func (v Value) Empty() bool { return v.Text == "" && len(v.List) == 0 && len(v.Rates) == 0 }

// MarshalJSON writes a string, an array of strings or an array of rates.
func (v Value) MarshalJSON() ([]byte, error) {
	switch {
	case v.Rates != nil:
		return json.Marshal(v.Rates)
	case v.List != nil:
		return json.Marshal(v.List)
	default:
		return json.Marshal(v.Text)
	}
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (v *Value) UnmarshalJSON(data []byte) error {
	*v = Value{}
	data = bytes.TrimSpace(data)
	if len(data) == 0 || data[0] != '[' {
		return json.Unmarshal(data, &v.Text)
	}
	if first := bytes.TrimSpace(data[1:]); len(first) > 0 && first[0] == '{' {
		return json.Unmarshal(data, &v.Rates)
	}
	return json.Unmarshal(data, &v.List)
}

// Slots holds what was said of a kind, by slot name (see Kind). In JSON the
// slots stand beside the other fields, as EVENTS.md writes them.
type Slots map[string]Value

// said are the slots that say something, with their rates bare of evidence
// and rule: what an assertion is, not where it stands.
func (s Slots) said() Slots {
	out := make(Slots, len(s))
	for name, v := range s {
		if v.Empty() {
			continue
		}
		v.Rates = slices.Clone(v.Rates)
		for i := range v.Rates {
			v.Rates[i].Evidence, v.Rates[i].Rule = nil, ""
		}
		out[name] = v
	}
	return out
}

// joined marshals fixed and appends the slots in order of their names. An
// empty slot is left out, but for a list that is empty and not nil: that is
// written as []. A slot named like a fixed member is an error.
func joined(fixed any, slots Slots, field func(string) any) ([]byte, error) {
	out, err := json.Marshal(fixed)
	if err != nil {
		return nil, err
	}
	out = out[:len(out)-1]
	for _, name := range slices.Sorted(maps.Keys(slots)) {
		if field(name) != nil {
			return nil, fmt.Errorf("marshal slot %s: a fixed member has that name", name)
		}
		v := slots[name]
		if v.Empty() && v.List == nil {
			continue
		}
		key, err := json.Marshal(name)
		if err != nil {
			return nil, fmt.Errorf("marshal slot name %q: %w", name, err)
		}
		value, err := v.MarshalJSON()
		if err != nil {
			return nil, fmt.Errorf("marshal slot %s: %w", name, err)
		}
		out = append(append(append(append(out, ','), key...), ':'), value...)
	}
	return append(out, '}'), nil
}

// parted unmarshals the members that field knows into their places and all
// others into slots. Names match exactly, unlike encoding/json, so that a
// slot never lands in a fixed member spelt almost like it.
func parted(data []byte, slots *Slots, field func(string) any) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return err
	}
	*slots = Slots{}
	for name, raw := range members {
		if into := field(name); into != nil {
			if err := json.Unmarshal(raw, into); err != nil {
				return fmt.Errorf("unmarshal %s: %w", name, err)
			}
			continue
		}
		var v Value
		if err := v.UnmarshalJSON(raw); err != nil {
			return fmt.Errorf("unmarshal slot %s: %w", name, err)
		}
		if !v.Empty() || v.List != nil {
			(*slots)[name] = v
		}
	}
	return nil
}
