package extract

import (
	"strings"

	"github.com/tradewire/tradewire/internal/event"
)

// findQuotes marks the words between double quotation marks, the marks left
// out, sentence by sentence. A quotation ends with its paragraph at the
// latest; a closing mark that nothing opened is passed over.
func (v *view) findQuotes() {
	open := -1 // the token behind the opening mark
	opened := ""
	paragraph := 0
	for i := range v.doc.Tokens {
		if p := v.sentence(i).Paragraph; p != paragraph {
			v.quote(open, i)
			open, paragraph = -1, p
		}
		if !v.is(i, "%quote_mark") {
			continue
		}
		mark := v.doc.Span(i, i+1)
		switch {
		case open < 0 && v.opens(i, mark):
			open, opened = i+1, mark
		case open >= 0 && startsQuote(mark) && mark == opened:
			open = i + 1 // the first was never closed
		case open >= 0:
			v.quote(open, i)
			open = -1
		}
	}
	v.quote(open, len(v.doc.Tokens))
}

// quote marks tokens [open, end), each sentence's part apart.
func (v *view) quote(open, end int) {
	for open >= 0 && open < end {
		part := min(end, v.sentence(open).End)
		v.mark(labelQuote, "", 0, open, part)
		open = part
	}
}

// opens reports whether the mark at token i can open a quotation: a curly one
// by its shape, a straight one when a word touches it from behind only.
func (v *view) opens(i int, mark string) bool {
	if startsQuote(mark) {
		return true
	}
	if endsQuote(mark) || i+1 >= len(v.doc.Tokens) {
		return false
	}
	next := v.doc.Tokens[i+1]
	return v.doc.Tokens[i].Space || !next.Space || i == v.sentence(i).First
}

func startsQuote(mark string) bool { return strings.ContainsAny(mark, "“„«") || mark == "``" }

func endsQuote(mark string) bool { return strings.ContainsAny(mark, "”»") || mark == "''" }

// quote gives the words directly quoted in the sentence of the trigger.
func (d *draft) quote() event.Value {
	for _, e := range d.v.within(d.sentence.First, d.sentence.End, labelQuote) {
		if e.End-e.First >= 3 && e.First <= d.trigger.First && d.trigger.First < e.End {
			return event.Text(d.v.doc.Span(e.First, e.End))
		}
	}
	return event.Value{}
}
