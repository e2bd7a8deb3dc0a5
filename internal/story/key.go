package story

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/tradewire/tradewire/internal/event"
)

// maxKey bounds a correlation key in bytes: it becomes the key of a message.
const maxKey = 200

// CorrelationKey is the same for claims that may be about one thing: kind,
// main actors, and what they act with. Claims with one key go to one
// partition, in order, so that they can be correlated there.
//
// It is coarser than the event: what a second article may leave out or say
// otherwise (on whom, status, rates, dates, the words of a target) is not
// part of it. Lists count as sets. Names of people and bodies count by their
// last word, so that one with a title or a first name agrees with one without;
// what moves on a market counts in all its words ("Nikkei 225").
func CorrelationKey(c event.Claim) string {
	parts := []string{c.Kind}
	for _, slot := range keySlots(c.Kind) {
		parts = append(parts, keyPart(c.Slots[slot], c.Kind == "market_move"))
	}
	if len(parts) == 1 {
		parts = append(parts, codes(c.Slots))
	}
	return clipped(strings.Join(parts, "|"))
}

// keySlots are the slots that identify a claim of that kind; none for a kind
// that only the ontology knows.
func keySlots(kind string) []string {
	switch kind {
	case "measure":
		return []string{"instrument", "by"}
	case "negotiation", "agreement":
		return []string{"parties"}
	case "stance":
		return []string{"holder"}
	case "appointment":
		return []string{"person"}
	case "dispute":
		return []string{"complainant", "respondent"}
	case "market_move":
		return []string{"instrument"}
	case "trade_flow":
		return []string{"reporter", "partner", "flow"}
	case "realignment":
		return []string{"actor"}
	}
	return nil
}

func keyPart(v event.Value, allWords bool) string {
	if v.Text == "" {
		return set(v.List)
	}
	if allWords {
		return strings.Join(words(v.Text), " ")
	}
	return folded(v.Text)
}

func set(items []string) string {
	var out []string
	for _, item := range items {
		out = append(out, folded(item))
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), ",")
}

// folded keeps a code as it is and of a name its last word in lower case;
// closed values are single words.
func folded(s string) string {
	if event.IsCode(s) {
		return s
	}
	all := words(s)
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1]
}

func words(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) && r != '_'
	})
}

// codes gathers every country and body that the slots name.
func codes(slots event.Slots) string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(slots)) {
		v := slots[name]
		for _, s := range append([]string{v.Text}, v.List...) {
			if event.IsCode(s) {
				out = append(out, s)
			}
		}
	}
	return set(out)
}

// clipped cuts a key that is too long at a rune.
func clipped(key string) string {
	if len(key) <= maxKey {
		return key
	}
	return strings.ToValidUTF8(key[:maxKey], "")
}
