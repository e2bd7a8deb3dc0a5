package extract

import (
	"strings"
	"testing"
)

func TestFindDates(t *testing.T) {
	o := readKnowledge(t)
	tests := []struct{ text, want string }{
		{"It starts on May 12.", "May 12"},
		{"It starts on 12 May 2025 at noon.", "12 May 2025"},
		{"It starts on the 12th of May.", "12th of May"},
		{"It starts on Nov. 1 at noon.", "Nov. 1"},
		{"It ends on August 31, 2025, he said.", "August 31, 2025"},
		{"They met on March 15-16 in Lima.", "March 15-16"},
		{"They met from July 28 to 29 in Lima.", "July 28 to 29"},
		{"It fell in July 2018.", "July 2018"},
		{"It fell in 2017 and rose from 2019 to 2021.", "2017; 2019 to 2021"},
		{"It bought 2017 tons of rice.", ""},
		{"It rose in the first quarter of 2024.", "the first quarter of 2024"},
		{"It rose in the first ten months of last year.", "the first ten months of last year"},
		{"They meet on Monday and next Tuesday.", "Monday; next Tuesday"},
		{"They met last week.", "last week"},
		{"It holds for the next five years.", "the next five years"},
		{"A 90-day pause, then one year more.", "90-day; one year"},
		{"It starts in mid-April or late May.", "mid-April; late May"},
		{"May we ask? They may act. The march goes on.", ""},
		{"Duties rise to 5% in May.", "May"},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			v := quantified(o, tt.text)
			var got []string
			for _, e := range v.within(0, len(v.doc.Tokens), labelDate) {
				got = append(got, v.doc.Span(e.First, e.End))
			}
			if s := strings.Join(got, "; "); s != tt.want {
				t.Errorf("got %q, want %q", s, tt.want)
			}
		})
	}
}

func TestFindQuotes(t *testing.T) {
	o := readKnowledge(t)
	tests := []struct{ name, text, want string }{
		{"curly", "She said “we will act” today.", "we will act"},
		{"straight", `She said "we will act" today, "soon".`, "we will act|soon"},
		{"sentence by sentence", `"We will act. We must," she said.`, "We will act.|We must,"},
		{"unclosed ends with its paragraph", "“We will act\nThey left.", "We will act"},
		{"reopened without closing", "“We “will act” now.", "will act"},
		{"a close without an opening", "We will act” she said, “now”.", "now"},
		{"empty", `She said "" and left.`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := quantified(o, tt.text)
			var got []string
			for _, e := range v.within(0, len(v.doc.Tokens), labelQuote) {
				got = append(got, v.doc.Span(e.First, e.End))
			}
			if s := strings.Join(got, "|"); s != tt.want {
				t.Errorf("got %q, want %q", s, tt.want)
			}
		})
	}
}
