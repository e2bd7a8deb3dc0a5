package extract

import (
	"strconv"
	"strings"
	"time"

	"github.com/tradewire/tradewire/internal/event"
)

// starts is when a measure takes or took effect: the date behind "effective",
// "from" or the like, else the one that dates the act. A day that the article
// and its own date fix is given as 2006-01-02, a month as 2006-01, any other
// time in the article's words.
func (d *draft) starts() event.Value {
	first, end := d.clause()
	for _, cue := range []string{"%start_cue", "%date_cue"} {
		for _, e := range d.v.within(first, end, labelDate) {
			if !d.v.dated(e.First, cue) || d.v.lasts(e.First, e.End) {
				continue
			}
			if cue == "%date_cue" && (d.v.has(e.First-6, e.First, "%say") || d.slots["status"].Text != "in_force" && e.First < d.trigger.First) {
				continue // the day on which it was made known
			}
			return event.Text(or(d.v.isoDate(e.First, e.End, d.slots["status"].Text != "in_force"), d.v.doc.Span(e.First, e.End)))
		}
	}
	return event.Value{}
}

// ends is when a measure ends, as starts gives dates, or how long it holds.
func (d *draft) ends() event.Value {
	first, end := d.clause()
	for _, e := range d.v.within(first, end, labelDate) {
		if d.v.dated(e.First, "%until") {
			return event.Text(or(d.v.isoDate(e.First, e.End, true), d.v.doc.Span(e.First, e.End)))
		}
		if d.v.lasts(e.First, e.End) && e.First > d.trigger.First {
			return event.Text(d.v.doc.Span(e.First, e.End))
		}
	}
	return event.Value{}
}

// dated reports whether the cue stands before the date at token i.
func (v *view) dated(i int, cue string) bool {
	return v.hasAt(i-1, cue) || v.lower(i-1) == "the" && v.hasAt(i-2, cue) || v.endsAt(cue, i)
}

// lasts is true for "for one year": a length of time, not a date.
func (v *view) lasts(first, end int) bool {
	return v.lower(first-1) == "for" && v.is(end-1, labelTimeUnit)
}

// isoDate is the date of tokens [first, end) in ISO 8601, empty where it
// stays vague. A year or a weekday that the words leave open is read from the
// article's date: the next one where the act lies ahead, else the last.
func (v *view) isoDate(first, end int, ahead bool) string {
	published, err := time.Parse(time.DateOnly, v.meta.Published[:min(len(v.meta.Published), len(time.DateOnly))])
	known := err == nil
	year, day, month := 0, 0, time.Month(0)
	for i := first; i < end; i++ {
		switch e, ok := v.at(i, labelMonth); {
		case ok && month > 0:
			return "" // from one month to another
		case ok:
			n, _ := strconv.Atoi(e.Value)
			month = time.Month(n)
		case v.year(i) && year == 0:
			year, _ = strconv.Atoi(v.lower(i))
		case v.day(i) && day == 0:
			day, _ = strconv.Atoi(strings.TrimRight(v.lower(i), "stndrh"))
		case v.lower(i) == "this" && known:
			year = published.Year()
		case v.hasAt(i, labelWhich):
			return ""
		}
	}
	switch {
	case month == 0 && known && end == first+1:
		return v.weekday(first, published, ahead)
	case month == 0 || year == 0 && !known:
		return ""
	case year == 0:
		year = nearYear(published, month, max(day, 1), ahead)
	}
	if day == 0 {
		return time.Date(year, month, 1, 0, 0, 0, 0, time.UTC).Format("2006-01")
	}
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

// longAgo is how far back a date without a year may lie that is still to
// come when the article tells of it late.
const longAgo = 31 * 24 * time.Hour

// nearYear is the year of a day that the article gives without one.
func nearYear(published time.Time, month time.Month, day int, ahead bool) int {
	on := time.Date(published.Year(), month, day, 0, 0, 0, 0, time.UTC)
	switch {
	case ahead && on.Before(published.Add(-longAgo)):
		return published.Year() + 1
	case !ahead && on.After(published.Add(longAgo)):
		return published.Year() - 1
	}
	return published.Year()
}

// weekday reads "Friday", "today" and the like against the article's date.
func (v *view) weekday(i int, published time.Time, ahead bool) string {
	days := map[string]int{"today": 0, "tonight": 0, "tomorrow": 1, "yesterday": -1}
	shift, named := days[v.lower(i)]
	for w := time.Sunday; w <= time.Saturday && !named; w++ {
		if v.lower(i) != strings.ToLower(w.String()) {
			continue
		}
		shift, named = (int(w-published.Weekday())+7)%7, true
		if !ahead && shift > 0 {
			shift -= 7
		}
	}
	if !named {
		return ""
	}
	return published.AddDate(0, 0, shift).Format(time.DateOnly)
}
