package feed

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/tradewire/tradewire/internal/event"
)

// headline tells an event in one line, from its slots alone.
func headline(e event.Event) string {
	s := said{e.Slots}
	var line string
	switch e.Kind {
	case "measure":
		line = s.some("", "by", ": ") + s.some("", "action", " ") + instrument(s.or("instrument", "measure")) + s.some(" on ", "on", "") + s.some(", ", "rates", "")
	case "negotiation":
		line = "Talks" + s.some(" between ", "parties", "")
	case "agreement":
		line = s.or("name", "Agreement") + s.some(" between ", "parties", "")
	case "stance":
		line = s.or("holder", "Somebody") + " " + position(e.Slots["position"].Text) + " " + s.or("target", "it")
	case "appointment":
		line = s.or("person", "Somebody") + taking(e.Slots["action"].Text) + s.some(" as ", "role", "") + s.some(", ", "organisation", "") + s.some(" (", "country", ")")
	case "dispute":
		line = s.or("complainant", "Somebody") + s.some(" against ", "respondent", "") + s.some(" over ", "about", "") + s.some(", ", "forum", "")
	case "market_move":
		line = s.or("instrument", "Market") + s.some(" ", "direction", "") + s.some(" ", "change", "")
	case "trade_flow":
		line = s.some("", "reporter", " ") + s.or("flow", "trade") + s.some(" with ", "partner", "") + s.some(" ", "direction", "") +
			s.some(" ", "change", "") + s.some(", ", "amount", "") + s.some(", ", "period", "")
	case "realignment":
		line = s.or("actor", "Trade") + " moves" + s.some(" from ", "away_from", "") + s.some(" to ", "toward", "")
	default:
		line = plainWords(e.Kind) + ": " + s.all()
	}
	return strings.TrimSpace(line + s.some(" (", "status", ")"))
}

func instrument(name string) string {
	if name == "other" {
		return "other measure"
	}
	return name
}

func taking(action string) string {
	switch action {
	case "appoint":
		return " appointed"
	case "nominate":
		return " nominated"
	case "dismiss":
		return " dismissed"
	case "resign":
		return " resigns"
	}
	return ""
}

func position(p string) string {
	switch p {
	case "support":
		return "supports"
	case "oppose":
		return "opposes"
	case "conditional":
		return "sets conditions for"
	case "neutral":
		return "is neutral on"
	}
	return "speaks on"
}

// said writes slots as words.
type said struct{ slots event.Slots }

// some is the slot between two texts, or nothing when it is empty.
func (s said) some(before, slot, after string) string {
	if v := s.slots[slot]; !v.Empty() {
		return before + valueText(v) + after
	}
	return ""
}

func (s said) or(slot, otherwise string) string {
	if v := s.slots[slot]; !v.Empty() {
		return valueText(v)
	}
	return otherwise
}

func (s said) all() string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(s.slots)) {
		if !s.slots[name].Empty() && name != "status" {
			parts = append(parts, plainWords(name)+" "+valueText(s.slots[name]))
		}
	}
	return strings.Join(parts, ", ")
}

// valueText is a slot as somebody would write it.
func valueText(v event.Value) string {
	switch {
	case len(v.Rates) > 0:
		texts := make([]string, len(v.Rates))
		for i, r := range v.Rates {
			texts[i] = rateText(r)
		}
		return strings.Join(texts, ", ")
	case len(v.List) > 0:
		texts := make([]string, len(v.List))
		for i, s := range v.List {
			texts[i] = plainWords(s)
		}
		return strings.Join(texts, ", ")
	}
	return plainWords(v.Text)
}

// plainWords turns a closed value into words; other text has no underscores.
func plainWords(s string) string { return strings.ReplaceAll(s, "_", " ") }

func rateText(r event.Rate) string {
	unit := "%"
	if r.Unit != "" && r.Unit != "percent" {
		unit = " " + r.Unit
	}
	if r.Value == nil {
		if r.Min == nil || r.Max == nil {
			return ""
		}
		return decimal(*r.Min) + "–" + decimal(*r.Max) + unit
	}
	amount := decimal(*r.Value) + unit
	switch r.Qualifier {
	case "", "exact":
		return amount
	}
	return fmt.Sprintf("%s %s", plainWords(r.Qualifier), amount)
}

func decimal(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
