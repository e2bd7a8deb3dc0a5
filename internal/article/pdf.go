package article

import (
	"bytes"
	"math"
	"strings"

	"github.com/ledongthuc/pdf"
	"github.com/tradewire/tradewire/internal/event"
)

// Limits on a PDF. Notices have tens of pages; the reader interprets what
// the file says, so it is not given files of any size.
const (
	maxPDF      = 8 << 20
	maxPDFPages = 60
	maxPDFText  = 2 << 20
)

// fromPDF reads the text of a PDF. Damaged or encrypted files are bad_pdf,
// scans without text no_text.
func fromPDF(p Page) (event.Article, error) {
	if len(p.Body) > maxPDF {
		return event.Article{}, failed(ClassBadPDF, "%d bytes, more than %d", len(p.Body), maxPDF)
	}
	text, title, ok := readPDF(p.Body)
	if !ok {
		return event.Article{}, failed(ClassBadPDF, "the file is damaged, encrypted or of an unknown kind")
	}
	if letters(text) < minPageText {
		return event.Article{}, failed(ClassNoText, "the PDF holds %d letters of text, fewer than %d", letters(text), minPageText)
	}
	if p.Hint.Title == "" {
		p.Hint.Title = title
	}
	a, err := described(p, text)
	if err == nil && a.Title == "" {
		a.Title = firstLine(a.Text)
	}
	return a, err
}

// readPDF returns the text, paragraphs parted by "\n", and the title of the
// document's information. What was read before a damaged page is kept.
func readPDF(body []byte) (text, title string, ok bool) {
	var out flow
	guarded(func() {
		reader, err := pdf.NewReader(bytes.NewReader(body), int64(len(body)))
		if err != nil {
			return
		}
		ok = true
		title = clean(reader.Trailer().Key("Info").Key("Title").Text())
		for number := 1; number <= min(reader.NumPage(), maxPDFPages) && out.text.Len() < maxPDFText; number++ {
			out.page(reader.Page(number).Content().Text)
		}
	})
	out.endParagraph()
	return strings.TrimSpace(out.text.String()), title, ok
}

// flow joins glyphs into words, lines and paragraphs by where they stand.
type flow struct {
	text strings.Builder
	// line and paragraph are what is being gathered.
	line, paragraph strings.Builder
	last            pdf.Text
	// gap is the distance between the lines of the paragraph.
	gap float64
}

// page adds the glyphs of a page in the order the file draws them, which is
// the reading order in files made from text.
func (f *flow) page(glyphs []pdf.Text) {
	f.endLine()
	f.last, f.gap = pdf.Text{}, 0
	for _, g := range glyphs {
		f.glyph(g)
	}
}

func (f *flow) glyph(g pdf.Text) {
	size := max(g.FontSize, 1)
	down := f.last.Y - g.Y
	switch {
	case f.last.S == "":
	case math.Abs(down) > size/2:
		f.endLine()
		if down < 0 || f.gap > 0 && down > f.gap*1.25 || math.Abs(f.last.FontSize-g.FontSize) > 1 {
			f.endParagraph()
		} else {
			f.gap = down
		}
	case g.X-f.last.X-f.last.W > size*0.15:
		f.line.WriteByte(' ')
	}
	f.line.WriteString(g.S)
	f.last = g
}

// endLine joins a line to its paragraph; a word parted by a hyphen is made
// whole again.
func (f *flow) endLine() {
	line := clean(f.line.String())
	f.line.Reset()
	if line == "" {
		return
	}
	before := f.paragraph.String()
	if whole, parted := strings.CutSuffix(before, "\u00ad"); parted {
		f.paragraph.Reset()
		f.paragraph.WriteString(whole)
	} else if before != "" {
		f.paragraph.WriteByte(' ')
	}
	f.paragraph.WriteString(line)
}

func (f *flow) endParagraph() {
	f.endLine()
	if f.paragraph.Len() > 0 {
		f.text.WriteString(f.paragraph.String())
		f.text.WriteByte('\n')
		f.paragraph.Reset()
	}
	f.gap = 0
}

// firstLine is a title for a text that has none of its own.
func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return cut(line)
}
