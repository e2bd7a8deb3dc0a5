package extract

import "strings"

// Labels of the calendar's words in ontology/terms_quantities.yaml.
const (
	labelMonth    = "MONTH"
	labelDayName  = "DAYNAME"
	labelTimeUnit = "TIMEUNIT"
	labelWhich    = "WHICH"
)

// Years outside these are taken for other numbers.
const (
	firstYear = 1900
	lastYear  = 2100
)

// findDates marks days, months, quarters, years and spans of time, each as
// long as the text says it; Value is the text itself, as nothing here knows
// today's date.
func (v *view) findDates() {
	for i := 0; i < len(v.doc.Tokens); {
		first := i
		if e, ok := v.at(i, "%date_part"); ok {
			first = v.pastHyphen(e.End)
		}
		end := v.dateAt(first)
		if end == 0 && first > i {
			first = i
			end = v.dateAt(i)
		}
		if end == 0 || v.doc.SentenceOf(i) != v.doc.SentenceOf(end-1) {
			i++
			continue
		}
		v.mark(labelDate, v.doc.Span(i, end), 0, i, end)
		i = end
	}
}

// dateAt returns the end of the date that starts at token i, or 0.
func (v *view) dateAt(i int) int {
	for _, form := range [...]func(int) int{v.monthDate, v.dayDate, v.dayName, v.period, v.duration, v.yearDate} {
		if end := form(i); end > 0 {
			return end
		}
	}
	return 0
}

// day reads "12" or "12th".
func (v *view) day(i int) bool {
	s := v.lower(i)
	for _, suffix := range [...]string{"st", "nd", "rd", "th"} {
		s = strings.TrimSuffix(s, suffix)
	}
	n, ok := whole(s)
	return ok && n >= 1 && n <= 31 && len(s) <= 2
}

func (v *view) year(i int) bool {
	s := v.lower(i)
	n, ok := whole(s)
	return ok && len(s) == 4 && n >= firstYear && n <= lastYear
}

// whole reads a number of at most four digits and nothing else; most tokens
// are words, and this refuses them without making an error of it.
func whole(s string) (n int, ok bool) {
	if s == "" || len(s) > 4 {
		return 0, false
	}
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int(c-'0')
	}
	return n, true
}

// monthDate reads "May 12", "March 15-16, 2025", "July 2018", "in May".
func (v *view) monthDate(i int) int {
	e, ok := v.at(i, labelMonth)
	if !ok {
		return 0
	}
	end := e.End
	if v.day(end) && !v.is(end+1, labelPerCent) {
		end = v.secondDay(end + 1)
		if v.lower(end) == "," && v.year(end+1) {
			return end + 2
		}
	}
	if v.year(end) {
		return end + 1
	}
	if v.lower(end) == "," && v.year(end+1) {
		return end + 2
	}
	if end == e.End && ambiguousMonth(v.lower(i)) && !v.endsAt("%date_before", i) {
		return 0
	}
	return v.ofYear(end)
}

// ambiguousMonth names the months that open sentences as other words.
func ambiguousMonth(word string) bool { return word == "may" || word == "march" || word == "mar" }

// secondDay takes in "-16", "to 29" or "and March 4".
func (v *view) secondDay(end int) int {
	if !v.is(end, "%date_join") {
		return end
	}
	if v.day(end+1) && !v.is(end+2, labelPerCent) && !v.is(end+2, labelScale) && !v.is(end+2, labelTimeUnit) {
		return end + 2
	}
	if m, ok := v.at(end+1, labelMonth); ok && v.day(m.End) {
		return m.End + 1
	}
	return end
}

// ofYear takes in "of 2016", "of last year", "this year" behind a month or
// quarter.
func (v *view) ofYear(end int) int {
	at := end
	if e, ok := v.at(at, "%date_of"); ok {
		at = e.End
	}
	if at > end && v.lower(at) == "the" {
		at++
	}
	if v.year(at) {
		return at + 1
	}
	if w, ok := v.at(at, labelWhich); ok && strings.HasPrefix(v.lower(w.End), "year") {
		return w.End + 1
	}
	return end
}

// dayDate reads "12 May 2025" and "12th of May".
func (v *view) dayDate(i int) int {
	if !v.day(i) {
		return 0
	}
	at := v.secondDay(i + 1)
	if v.lower(at) == "of" {
		at++
	}
	e, ok := v.at(at, labelMonth)
	if !ok {
		return 0
	}
	if v.year(e.End) {
		return e.End + 1
	}
	return e.End
}

// dayName reads "Monday", "next Tuesday", "today".
func (v *view) dayName(i int) int {
	at := i
	if w, ok := v.at(i, labelWhich); ok {
		at = w.End
	}
	e, ok := v.at(at, labelDayName)
	if !ok {
		return 0
	}
	if v.lower(e.End) == "," {
		if m := v.monthDate(e.End + 1); m > 0 {
			return m
		}
	}
	return e.End
}

// period reads "last week", "the first quarter of 2024", "the next five
// years", "next May".
func (v *view) period(i int) int {
	w, ok := v.at(i, labelWhich)
	if !ok {
		return 0
	}
	if m, ok := v.at(w.End, labelMonth); ok {
		return m.End
	}
	at := w.End
	if _, end, ok := v.number(at); ok {
		at = end
	}
	at = v.pastHyphen(at)
	e, ok := v.at(at, labelTimeUnit)
	if !ok {
		return 0
	}
	return v.ofYear(e.End)
}

// duration reads "one year", "90-day", "60 days", "an additional year".
func (v *view) duration(i int) int {
	_, at, ok := v.number(i)
	if !ok {
		if v.lower(i) != "an" && v.lower(i) != "another" {
			return 0
		}
		at = i + 1
	}
	at = v.pastHyphen(at)
	if w, found := v.at(at, labelWhich); found && w.End == at+1 {
		at = w.End
	}
	e, found := v.at(at, labelTimeUnit)
	if !found {
		return 0
	}
	return e.End
}

// yearDate reads "2017" and "2004 to 2008" where a year can stand.
func (v *view) yearDate(i int) int {
	if !v.year(i) || v.is(i+1, labelPerCent) || v.is(i+1, labelScale) || v.is(i+1, labelUnit) {
		return 0
	}
	if v.is(i+1, "%date_join") && v.year(i+2) {
		return i + 3
	}
	if i > 0 && !v.endsAt("%date_before", i) {
		return 0
	}
	return i + 1
}
