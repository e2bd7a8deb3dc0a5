// Package document turns an article's text into sentences and tokens with
// offsets, and tags the sentences that ask for it. It is pure: the same text
// always gives the same document.
package document

import "unicode/utf8"

// Token is one word, number or mark. Norm and Lower are what rules compare;
// the source bytes are never changed.
type Token struct {
	// Start and End are byte offsets into the text.
	Start, End int
	// Rune is the offset of Start in Unicode code points.
	Rune int
	// Norm is the surface with curly quotes and dashes straightened and the
	// dots of an abbreviation dropped: "U.S." is "US".
	Norm string
	// Lower is Norm in lower case.
	Lower string
	// Tag is the Penn Treebank tag, empty until Tagger.Tag has run.
	Tag string
	// Space says that white space stands before the token.
	Space bool
}

// Capital reports whether the token starts with an upper-case letter.
func (t Token) Capital() bool {
	return t.Norm != t.Lower && t.Norm != "" && t.Norm[0] != t.Lower[0] || upperStart(t.Norm)
}

// Sentence is the half-open range of tokens [First, End) in Document.Tokens.
type Sentence struct {
	Index      int
	First, End int
	// Paragraph counts from 0.
	Paragraph int
}

// Document is a text with its sentences and tokens.
type Document struct {
	Text      string
	Tokens    []Token
	Sentences []Sentence
}

// New segments text. Invalid UTF-8 is read byte by byte, as Go ranges over
// strings; the caller decides whether such a text is acceptable.
func New(text string) *Document {
	d := &Document{Text: text}
	d.Tokens = tokenize(text)
	d.Sentences = segment(text, d.Tokens)
	return d
}

// RuneEnd is the offset just behind token i, in code points.
func (d *Document) RuneEnd(i int) int {
	t := d.Tokens[i]
	return t.Rune + utf8.RuneCountInString(d.Text[t.Start:t.End])
}

// Span returns the source text from token first up to, not including, end.
func (d *Document) Span(first, end int) string {
	if first >= end {
		return ""
	}
	return d.Text[d.Tokens[first].Start:d.Tokens[end-1].End]
}

// SentenceOf returns the index of the sentence that holds token i.
func (d *Document) SentenceOf(i int) int {
	lo, hi := 0, len(d.Sentences)
	for lo+1 < hi {
		if mid := (lo + hi) / 2; d.Sentences[mid].First <= i {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo
}
