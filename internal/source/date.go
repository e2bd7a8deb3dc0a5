package source

import (
	"strconv"
	"strings"
	"time"
	"unicode"
)

// parseDate reads a date as feeds and pages write it: RFC 3339 in UTC when
// the time and its zone are known, else the date alone; "" when there is
// none between 1990 and 2100. layout, when given, is tried first.
func parseDate(s, layout string) string {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > 200 {
		return ""
	}
	if layout != "" {
		if t, err := time.Parse(layout, s); err == nil {
			return format(t, strings.Contains(layout, "07") || strings.Contains(layout, "MST"))
		}
	}
	for _, l := range zonedLayouts() {
		if t, err := time.Parse(l, withOffset(s)); err == nil {
			return format(t, true)
		}
	}
	return findDate(s)
}

func zonedLayouts() []string {
	return []string{
		time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04Z07:00", "2006-01-02 15:04:05Z07:00",
		"2006-01-02 15:04:05 -0700", "Mon, 2 Jan 2006 15:04:05 -0700", "2 Jan 2006 15:04:05 -0700",
		"Mon, 2 Jan 2006 15:04 -0700", "2 Jan 2006 15:04 -0700", "Mon, 2 January 2006 15:04:05 -0700",
		"Monday, 2 January 2006 15:04:05 -0700", "Mon Jan 2 15:04:05 -0700 2006",
	}
}

// withOffset writes a zone's name at the end as an offset. Names that mean
// several zones (CST, IST, BST) are left, so that only the date is read.
func withOffset(s string) string {
	cut := strings.LastIndexByte(s, ' ')
	if cut < 0 {
		return s
	}
	switch s[cut+1:] {
	case "GMT", "UTC", "UT", "Z", "WET":
		return s[:cut] + " +0000"
	case "EST":
		return s[:cut] + " -0500"
	case "EDT":
		return s[:cut] + " -0400"
	case "PST":
		return s[:cut] + " -0800"
	case "PDT":
		return s[:cut] + " -0700"
	case "CET":
		return s[:cut] + " +0100"
	case "CEST":
		return s[:cut] + " +0200"
	case "JST", "KST":
		return s[:cut] + " +0900"
	}
	return s
}

func format(t time.Time, zoned bool) string {
	switch {
	case t.Year() < 1990 || t.Year() > 2100:
		return ""
	case zoned:
		return t.UTC().Format(time.RFC3339)
	}
	return t.Format(time.DateOnly)
}

// findDate looks for a date inside other words: 2026-03-02, 2026年3月2日, 2
// March 2026, Mar. 2, 2026. Dates all in digits that do not begin with the
// year can be read in two ways and are not read at all.
func findDate(s string) string {
	words := strings.FieldsFunc(s, func(r rune) bool {
		return !unicode.IsDigit(r) && (!unicode.IsLetter(r) || r > unicode.MaxASCII)
	})
	for i := range words {
		if y, m, d := dateAt(words[i:]); y != 0 {
			t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
			if t.Day() == d {
				return format(t, false)
			}
		}
	}
	return ""
}

// dateAt reads year, month and day at the start of words; zeros when they
// are not there.
func dateAt(words []string) (year, month, day int) {
	if len(words) == 1 && len(words[0]) == 8 { // 20260302
		w := words[0]
		return checked(w[:4], number(w[4:6], 12), w[6:])
	}
	first, _, _ := strings.Cut(words[0], "T")
	if len(words) < 3 {
		return 0, 0, 0
	}
	third, _, _ := strings.Cut(words[2], "T") // 2026-03-02T10:00
	if len(first) == 4 && number(first, 2100) > 0 {
		if m := number(words[1], 12); m > 0 {
			return checked(first, m, third)
		}
		return checked(first, monthName(words[1]), third)
	}
	if m := monthName(words[0]); m > 0 {
		return checked(words[2], m, words[1])
	}
	return checked(words[2], monthName(words[1]), words[0])
}

func checked(year string, month int, day string) (y, m, d int) {
	y, d = number(year, 2100), number(strings.TrimRight(day, "sthndr"), 31)
	if len(year) != 4 || month == 0 || d == 0 {
		return 0, 0, 0
	}
	return y, month, d
}

// number is 1 to limit, or 0.
func number(s string, limit int) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > limit {
		return 0
	}
	return n
}

// monthName knows the English names, whole or as their first three letters, and Sept.
func monthName(s string) int {
	if len(s) < 3 {
		return 0
	}
	s = strings.ToLower(s)
	for m := time.January; m <= time.December; m++ {
		name := strings.ToLower(m.String())
		if s == name || len(s) == 3 && strings.HasPrefix(name, s) || s == "sept" && m == time.September {
			return int(m)
		}
	}
	return 0
}
