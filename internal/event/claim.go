package event

import (
	"encoding/json"
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

// MarshalJSON writes [] for a list in which nothing was found, never null.
func (m Mentions) MarshalJSON() ([]byte, error) {
	type plain Mentions
	p := plain(m)
	if p.Officials == nil {
		p.Officials = []Official{}
	}
	if p.Rates == nil {
		p.Rates = []Rate{}
	}
	if p.Sectors == nil {
		p.Sectors = []Sector{}
	}
	return json.Marshal(p)
}

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
	// Revision is set when the claim corrects an event.
	Revision *Revision `json:"revision,omitempty"`
}

// Revision says that a claim does not tell of a new event but corrects one,
// because rules or an article have changed. It is on the log of claims, so
// that reading the log again gives the same events.
type Revision struct {
	// Event is the id of the event, Rev and Op what it becomes.
	Event string `json:"event"`
	Rev   int    `json:"rev"`
	Op    string `json:"op"`
	// Replaced are the claims that stood behind the event before and do no
	// more.
	Replaced []string `json:"replaced,omitempty"`
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
	// SameTextAs is the article that this one is a copy of: what a hundred
	// papers print of one agency is one origin.
	SameTextAs string `json:"same_text_as,omitempty"`
}

// Origins counts the sources of an event that are not copies of one another.
func (e Event) Origins() int {
	seen := map[string]bool{}
	for _, s := range e.Sources {
		if s.SameTextAs != "" {
			seen[s.SameTextAs] = true
		} else {
			seen[s.Article] = true
		}
	}
	return len(seen)
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
	// Of a retracted event they are the last that were.
	Claims  []string `json:"claims"`
	Sources []Source `json:"sources"`
	// Replaced are claims that stood behind earlier revisions only.
	Replaced []string `json:"replaced,omitempty"`
	// Known is when it could first be known: the earliest publication behind
	// the event, in UTC; zero when no source says when it was published.
	Known time.Time `json:"known_since,omitzero"`
}

// MarshalJSON writes the fixed fields and the slots side by side.
func (c Claim) MarshalJSON() ([]byte, error) {
	type plain Claim
	return joined(plain(c), c.Slots, c.field)
}

// UnmarshalJSON reads the fixed fields by their exact names; every other
// member is a slot.
func (c *Claim) UnmarshalJSON(data []byte) error {
	*c = Claim{}
	return parted(data, &c.Slots, c.field)
}

// field is where the fixed member of that name is kept; nil for a slot.
func (c *Claim) field(name string) any {
	switch name {
	case "id":
		return &c.ID
	case "article":
		return &c.Article
	case "family":
		return &c.Family
	case "kind":
		return &c.Kind
	case "published":
		return &c.Published
	case "factuality":
		return &c.Factuality
	case "evidence":
		return &c.Evidence
	case "rule":
		return &c.Rule
	case "confidence":
		return &c.Confidence
	case "source":
		return &c.Source
	case "revision":
		return &c.Revision
	}
	return nil
}

// MarshalJSON writes the fixed fields and the slots side by side.
func (e Event) MarshalJSON() ([]byte, error) {
	type plain Event
	return joined(plain(e), e.Slots, e.field)
}

// UnmarshalJSON reads the fixed fields by their exact names; every other
// member is a slot.
func (e *Event) UnmarshalJSON(data []byte) error {
	*e = Event{}
	return parted(data, &e.Slots, e.field)
}

// field is where the fixed member of that name is kept; nil for a slot.
func (e *Event) field(name string) any {
	switch name {
	case "id":
		return &e.ID
	case "rev":
		return &e.Rev
	case "op":
		return &e.Op
	case "family":
		return &e.Family
	case "kind":
		return &e.Kind
	case "published":
		return &e.Published
	case "factuality":
		return &e.Factuality
	case "confidence":
		return &e.Confidence
	case "rule":
		return &e.Rule
	case "claims":
		return &e.Claims
	case "sources":
		return &e.Sources
	case "replaced":
		return &e.Replaced
	case "known_since":
		return &e.Known
	}
	return nil
}
