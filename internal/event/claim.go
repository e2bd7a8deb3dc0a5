package event

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Evidence is the passage an assertion rests on: Text is exactly the code
// points [Start, End) of the article's text. Sentence counts from 0.
type Evidence struct {
	Sentence int    `json:"sentence"`
	Start    int    `json:"start"`
	End      int    `json:"end"`
	Text     string `json:"text"`
}

// Official is a named person who speaks or acts for a government or an
// international body.
type Official struct {
	Name     string     `json:"name"`
	Role     string     `json:"role,omitempty"`
	Country  string     `json:"country,omitempty"`
	Evidence []Evidence `json:"evidence,omitempty"`
	Rule     string     `json:"rule,omitempty"`
}

// Rate is a tariff, duty, levy or trade-remedy rate. Value is set, or Min and
// Max with the qualifier "between"; nil is "not said", never zero.
type Rate struct {
	Value     *float64   `json:"value,omitempty"`
	Min       *float64   `json:"min,omitempty"`
	Max       *float64   `json:"max,omitempty"`
	Unit      string     `json:"unit,omitempty"`
	Qualifier string     `json:"qualifier,omitempty"`
	By        []string   `json:"by,omitempty"`
	On        []string   `json:"on,omitempty"`
	Evidence  []Evidence `json:"evidence,omitempty"`
	Rule      string     `json:"rule,omitempty"`
}

// Sector is a sector whose trade an article speaks of. Match is "product"
// when a product was stated, "sector" when the sector was named.
type Sector struct {
	Code     string     `json:"code"`
	Match    string     `json:"match,omitempty"`
	HS       []string   `json:"hs,omitempty"`
	Evidence []Evidence `json:"evidence,omitempty"`
}

// Mentions are the spans of one article: the body of trade.mentions.
type Mentions struct {
	Article   string     `json:"article,omitempty"`
	Officials []Official `json:"officials"`
	Rates     []Rate     `json:"rates"`
	Sectors   []Sector   `json:"sectors"`
}

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
	if data = bytes.TrimSpace(data); len(data) == 0 || data[0] != '[' {
		return json.Unmarshal(data, &v.Text)
	}
	if err := json.Unmarshal(data, &v.List); err == nil {
		return nil
	}
	v.List = nil
	return json.Unmarshal(data, &v.Rates)
}

// Slots holds what was said of a kind, by slot name (see Kind). In JSON the
// slots stand beside the other fields, as EVENTS.md writes them.
type Slots map[string]Value

// Claim is what one article asserts, with its evidence; it never changes.
type Claim struct {
	// ID is a hash of the article's id, the kind and the slots (ClaimID).
	ID      string `json:"id"`
	Article string `json:"article"`
	Family  string `json:"family"`
	Kind    string `json:"kind"`
	// Published is the article's, so that a consumer can order claims.
	Published  string     `json:"published,omitempty"`
	Slots      Slots      `json:"-"`
	Factuality string     `json:"factuality,omitempty"`
	Evidence   []Evidence `json:"evidence"`
	Rule       string     `json:"rule"`
	// Confidence is in (0, 1].
	Confidence float64 `json:"confidence"`
	// Source names the article for readers of events.
	Source *Source `json:"source,omitempty"`
}

// Source is the article behind a claim, as events and feeds show it.
type Source struct {
	Article   string     `json:"article"`
	Claim     string     `json:"claim,omitempty"`
	URL       string     `json:"url,omitempty"`
	Title     string     `json:"title,omitempty"`
	Publisher string     `json:"publisher,omitempty"`
	Published string     `json:"published,omitempty"`
	Official  bool       `json:"official,omitempty"`
	Evidence  []Evidence `json:"evidence,omitempty"`
}

// Operations an Event message can carry.
const (
	OpCreate  = "create"
	OpUpdate  = "update"
	OpRetract = "retract"
)

// Event is what the claims of one or several articles say about one thing:
// the body of the family topics. A consumer ignores an ID and Rev it has
// seen; the higher Rev wins.
type Event struct {
	ID         string  `json:"id"`
	Rev        int     `json:"rev"`
	Op         string  `json:"op"`
	Family     string  `json:"family"`
	Kind       string  `json:"kind"`
	Published  string  `json:"published,omitempty"`
	Slots      Slots   `json:"-"`
	Factuality string  `json:"factuality,omitempty"`
	Confidence float64 `json:"confidence"`
	Rule       string  `json:"rule,omitempty"`
	// Claims are the ids behind the event, Sources the articles they stand in.
	Claims  []string  `json:"claims"`
	Sources []Source  `json:"sources"`
	Known   time.Time `json:"known_since,omitzero"`
}

// MarshalJSON writes the fixed fields and the slots side by side.
func (c Claim) MarshalJSON() ([]byte, error) {
	type plain Claim
	return joined(plain(c), c.Slots)
}

// UnmarshalJSON reads the fixed fields; every other member is a slot.
func (c *Claim) UnmarshalJSON(data []byte) error {
	type plain Claim
	return parted(data, (*plain)(c), &c.Slots)
}

// MarshalJSON writes the fixed fields and the slots side by side.
func (e Event) MarshalJSON() ([]byte, error) {
	type plain Event
	return joined(plain(e), e.Slots)
}

// UnmarshalJSON reads the fixed fields; every other member is a slot.
func (e *Event) UnmarshalJSON(data []byte) error {
	type plain Event
	return parted(data, (*plain)(e), &e.Slots)
}

// joined marshals fixed and appends the slots in order of their names.
func joined(fixed any, slots Slots) ([]byte, error) {
	out, err := json.Marshal(fixed)
	if err != nil {
		return nil, err
	}
	out = out[:len(out)-1]
	for _, name := range slices.Sorted(maps.Keys(slots)) {
		if slots[name].Empty() && slots[name].List == nil {
			continue
		}
		value, err := json.Marshal(slots[name])
		if err != nil {
			return nil, fmt.Errorf("marshal slot %s: %w", name, err)
		}
		out = fmt.Appendf(out, ",%q:%s", name, value)
	}
	return append(out, '}'), nil
}

// parted unmarshals data into fixed, and what fixed does not name into slots.
func parted(data []byte, fixed any, slots *Slots) error {
	if err := json.Unmarshal(data, fixed); err != nil {
		return err
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(data, &all); err != nil {
		return err
	}
	known, err := json.Marshal(fixed)
	if err != nil {
		return err
	}
	var named map[string]json.RawMessage
	if err := json.Unmarshal(known, &named); err != nil {
		return err
	}
	*slots = Slots{}
	for name, raw := range all {
		if _, fixedField := named[name]; fixedField || isFixed(name) {
			continue
		}
		var v Value
		if err := json.Unmarshal(raw, &v); err != nil {
			return fmt.Errorf("unmarshal slot %s: %w", name, err)
		}
		(*slots)[name] = v
	}
	return nil
}

// isFixed names the members that a fixed field omits when it is empty.
func isFixed(name string) bool {
	switch name {
	case "published", "factuality", "source", "rule", "known_since":
		return true
	}
	return false
}
