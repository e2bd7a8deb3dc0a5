package feed

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tradewire/tradewire/internal/archive"
	"github.com/tradewire/tradewire/internal/event"
)

// maxWords bounds what somebody types into a filter, in code points.
const maxWords = 200

// filterError says which filter is wrong and what was expected.
type filterError struct {
	Parameter, Value, Expected string
}

func (e *filterError) Error() string {
	return fmt.Sprintf("bad %s %q: expected %s", e.Parameter, e.Value, e.Expected)
}

func badCursor(value string) error {
	return &filterError{"cursor", value, "the next of an earlier answer, as it was"}
}

// filters know the closed values; a list that is empty closes nothing.
type filters struct {
	families, kinds, statuses, sectors []string
}

func newFilters(kinds []event.Kind, sectors []string) filters {
	f := filters{families: event.Families(), sectors: slices.Sorted(slices.Values(sectors))}
	for _, k := range kinds {
		f.kinds = append(f.kinds, k.Name)
		for _, s := range k.Slots {
			if s.Name == "status" {
				f.statuses = append(f.statuses, s.Values...)
			}
		}
	}
	slices.Sort(f.statuses)
	f.statuses = slices.Compact(f.statuses)
	return f
}

// selecting are the parameters that every list of events takes; those in
// pages come one page at a time and take limit and cursor too.
func selecting() []string {
	return []string{"family", "kind", "country", "sector", "official", "status", "since", "q"}
}

func paging() []string { return append(selecting(), "limit", "cursor") }

// parse makes a query of the parameters of a request. An empty one counts as
// not given. The error is a *filterError.
func (f filters) parse(values url.Values, allowed []string) (archive.Query, error) {
	var q archive.Query
	for name, given := range values {
		if !slices.Contains(allowed, name) {
			return q, &filterError{"parameter", name, "one of " + strings.Join(allowed, ", ")}
		}
		if len(given) > 1 {
			return q, &filterError{name, strings.Join(given, ", "), "one value"}
		}
	}
	for _, name := range allowed {
		value := strings.TrimSpace(values.Get(name))
		if value == "" {
			continue
		}
		if expected := f.set(&q, name, value); expected != "" {
			return q, &filterError{name, value, expected}
		}
	}
	return q, nil
}

// set fills one filter, or tells what was expected.
func (f filters) set(q *archive.Query, name, value string) (expected string) {
	switch name {
	case "family":
		q.Family = value
		return oneOf(value, f.families)
	case "kind":
		q.Kind = value
		return oneOf(value, f.kinds)
	case "status":
		q.Status = value
		return oneOf(value, f.statuses)
	case "sector":
		q.Sector = value
		return oneOf(value, f.sectors)
	case "country":
		q.Country = strings.ToUpper(value)
		if !event.IsCode(q.Country) {
			return "an ISO 3166-1 alpha-2 code, or a body, such as CN or WTO"
		}
	case "official":
		q.Official = value
		return notLong(value)
	case "q":
		q.Text = value
		return notLong(value)
	case "cursor":
		q.Cursor = value
	case "limit":
		n, err := strconv.Atoi(value)
		if q.Limit = n; err != nil || n < 1 || n > archive.MaxLimit {
			return fmt.Sprintf("a whole number from 1 to %d", archive.MaxLimit)
		}
	case "since":
		return setSince(q, value)
	}
	return ""
}

func setSince(q *archive.Query, value string) (expected string) {
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, value); err == nil {
			q.Since = t
			return ""
		}
	}
	return "a date such as 2025-05-02, or a time such as 2025-05-02T08:00:00Z"
}

func oneOf(value string, values []string) (expected string) {
	if len(values) == 0 || slices.Contains(values, value) {
		return ""
	}
	return "one of " + strings.Join(values, ", ")
}

func notLong(value string) (expected string) {
	if utf8.RuneCountInString(value) > maxWords || !utf8.ValidString(value) {
		return fmt.Sprintf("at most %d characters of text", maxWords)
	}
	return ""
}

// link is path with the filters that were given, and with changes to them
// (name, value, name, value ...); a value of "" takes a filter away.
func link(path string, given url.Values, changes ...string) string {
	v := url.Values{}
	for _, name := range paging() {
		if s := strings.TrimSpace(given.Get(name)); s != "" {
			v.Set(name, s)
		}
	}
	for i := 0; i+1 < len(changes); i += 2 {
		if v.Del(changes[i]); changes[i+1] != "" {
			v.Set(changes[i], changes[i+1])
		}
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}
