package archive

import (
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/tradewire/tradewire/internal/event"
)

// term is one thing an event can be filtered by.
type term struct{ kind, value string }

const (
	termCountry = "country"
	termSector  = "sector"
	termName    = "name"
)

// terms are the countries and bodies an event names in any slot, its sectors,
// and the people in it.
func terms(e event.Event) []term {
	var out []term
	for slot, v := range e.Slots {
		for _, s := range append([]string{v.Text}, v.List...) {
			switch {
			case s == "":
			case event.IsCode(s):
				out = append(out, term{termCountry, s})
			case slot == "sectors":
				out = append(out, term{termSector, s})
			case namesPeople(slot):
				out = append(out, term{termName, folded(s)})
			}
		}
	}
	return out
}

func namesPeople(slot string) bool {
	switch slot {
	case "officials", "speaker", "person", "predecessor", "holder":
		return true
	}
	return false
}

// folded makes names comparable: lower case, no accents, words parted by one
// space, with a space at either end so that whole words can be looked for.
func folded(s string) string {
	var b strings.Builder
	b.WriteByte(' ')
	gap := true
	for _, r := range norm.NFKD.String(s) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(unicode.ToLower(r))
			gap = false
		case !gap:
			b.WriteByte(' ')
			gap = true
		}
	}
	if !gap {
		b.WriteByte(' ')
	}
	return b.String()
}

func slotTexts(slots event.Slots) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(slots)) {
		v := slots[name]
		if v.Text != "" {
			out = append(out, v.Text)
		}
		out = append(out, v.List...)
	}
	return out
}

// at is when an event was published, in Unix seconds: a date stands for its
// first moment in UTC. An event that does not say counts from when it was
// known; 0 when that is not known either.
func at(e event.Event) int64 {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", time.DateOnly} {
		if t, err := time.Parse(layout, e.Published); err == nil {
			return t.Unix()
		}
	}
	if e.Known.IsZero() {
		return 0
	}
	return e.Known.Unix()
}
