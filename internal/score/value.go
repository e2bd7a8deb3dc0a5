package score

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
)

// The functions here read JSON values as score.py does, so that a slot with
// an unusual type compares the same way in both.

// truthy is false for null, "", 0, false and the empty list and object.
func truthy(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case string:
		return v != ""
	case bool:
		return v
	case json.Number:
		f, err := v.Float64()
		return err != nil || f != 0
	case []any:
		return len(v) > 0
	case map[string]any:
		return len(v) > 0
	}
	return true
}

// text writes a value as one string.
func text(v any) string {
	if s, isText := v.(string); isText {
		return s
	}
	return quoted(v)
}

// said is text, and "" for what says nothing.
func said(v any) string {
	if !truthy(v) {
		return ""
	}
	return text(v)
}

// quoted writes a value as it stands inside a list.
func quoted(v any) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case string:
		return "'" + v + "'"
	case bool:
		if v {
			return "True"
		}
		return "False"
	case json.Number:
		return number(v)
	case []any:
		parts := make([]string, len(v))
		for i, item := range v {
			parts[i] = quoted(item)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case map[string]any:
		parts := make([]string, 0, len(v))
		for key, item := range v {
			parts = append(parts, quoted(key)+": "+quoted(item))
		}
		slices.Sort(parts)
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return ""
}

// number writes integers as they stand and fractions in their shortest form,
// with an exponent only where they are very large or small.
func number(n json.Number) string {
	if !strings.ContainsAny(n.String(), ".eE") {
		return n.String()
	}
	f, err := n.Float64()
	if size := math.Abs(f); err != nil || size >= 1e16 || size < 1e-4 && size > 0 {
		return strconv.FormatFloat(f, 'e', -1, 64)
	}
	s := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

// float reads a number, or a text that is one.
func float(v any) (float64, bool) {
	var s string
	switch v := v.(type) {
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	case json.Number:
		s = v.String()
	case string:
		s = strings.TrimSpace(v)
	default:
		return 0, false
	}
	if strings.ContainsAny(s, "xXpP_") {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil || math.IsInf(f, 0)
}

// listed makes a list of a value: none, one, or the list it is.
func listed(v any) []any {
	if items, isList := v.([]any); isList {
		return items
	}
	if v == nil || v == "" {
		return nil
	}
	return []any{v}
}

// codes is the set of a value's texts in upper case.
func codes(v any) map[string]bool {
	set := map[string]bool{}
	for _, item := range listed(v) {
		set[upper(text(item))] = true
	}
	return set
}

// words is the set of a value's words, without those that carry no meaning.
func words(v any) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.FieldsFunc(lower(said(v)), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	}) {
		if !isStop(w) {
			set[w] = true
		}
	}
	return set
}

func isStop(w string) bool {
	switch w {
	case "the", "a", "an", "of", "on", "in", "to", "for", "with", "and", "or", "at", "by", "its", "his", "her", "their",
		"that", "this", "from", "as", "is", "are", "be", "been", "was", "were", "us", "not", "no", "more", "any", "all", "new":
		return true
	}
	return false
}

// shared counts what two sets have in common.
func shared(a, b map[string]bool) int {
	n := 0
	for item := range a {
		if b[item] {
			n++
		}
	}
	return n
}

// lower and upper map case in full (ß to SS), as texts of any language need.
func lower(s string) string {
	if ascii(s) {
		return strings.ToLower(s)
	}
	return cases.Lower(language.Und).String(s)
}

func upper(s string) string {
	if ascii(s) {
		return strings.ToUpper(s)
	}
	return cases.Upper(language.Und).String(s)
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
