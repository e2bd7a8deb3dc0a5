package event

// Types a slot can have.
const (
	TypeCountry   = "country"   // one code: ISO 3166-1 alpha-2, bloc or body
	TypeCountries = "countries" // a list of codes, sorted
	TypeEnum      = "enum"      // one of Slot.Values
	TypeText      = "text"      // words of the article
	TypeTexts     = "texts"     // a list of such
	TypeRates     = "rates"     // a list of rates
	TypeSectors   = "sectors"   // a list of sector codes, sorted
)

// Slot describes one slot of a kind.
type Slot struct {
	Name        string   `json:"name" yaml:"name"`
	Type        string   `json:"type" yaml:"type"`
	Core        bool     `json:"core,omitempty" yaml:"core"`
	Values      []string `json:"values,omitempty" yaml:"values"`
	Description string   `json:"description" yaml:"description"`
}

// Kind describes one kind of claim and event. Kinds are data, read from
// pipelines/ontology/kinds.yaml, so that one can be added without Go.
type Kind struct {
	Name        string `json:"name" yaml:"name"`
	Family      string `json:"family" yaml:"family"`
	Description string `json:"description" yaml:"description"`
	Slots       []Slot `json:"slots" yaml:"slots"`
}

// Families lists the event topics, one each, in the order they are shown.
func Families() []string {
	return []string{"measures", "negotiations", "stances", "officials", "disputes", "markets"}
}

// IsCode reports whether s looks like the code of a country, bloc or body: 2
// to 10 ASCII capitals and digits, a capital first. It knows no list, so an
// abbreviation such as USMCA passes too.
func IsCode(s string) bool {
	if len(s) < 2 || len(s) > 10 || s[0] < 'A' || s[0] > 'Z' {
		return false
	}
	for i := 1; i < len(s); i++ {
		if (s[i] < 'A' || s[i] > 'Z') && (s[i] < '0' || s[i] > '9') {
			return false
		}
	}
	return true
}
