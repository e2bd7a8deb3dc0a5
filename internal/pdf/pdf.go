// Package pdf reads the text of PDF documents (ISO 32000). Ministries publish
// notices in it. It is pure, and made for files of strangers: it follows no
// reference twice, nests to a bound, and stops at limits on objects, decoded
// bytes and operators, so that no file costs more than a moment or ends the
// process. It reads text, not pictures of text.
package pdf

import (
	"bytes"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits on one document. A notice of a thousand pages stays below them.
const (
	maxDecoded   = 48 << 20  // bytes that streams may decode to, all together
	maxObjects   = 200_000   // objects of a file
	maxPages     = 2_000     // pages that are read
	maxOperators = 1_500_000 // of all content streams
	maxText      = 4 << 20   // bytes of text
	maxDepth     = 40        // arrays in arrays, forms in forms, nodes of the page tree
)

// Document is what was read.
type Document struct {
	// Title is the one the file states, "" when it is missing or but the name
	// of a file.
	Title string
	// Heading is the text in the largest letters at the top of the first page.
	Heading string
	// Created is when the file was made; zero when it does not say.
	Created time.Time
	// Text holds the paragraphs of all pages, parted by "\n". What stands at
	// the head or foot of every page is left out.
	Text string
	// Pages is how many pages the document has, Cut says that a limit ended
	// the reading before the last.
	Pages int
	Cut   bool
}

// Error says why a document has no text for us.
type Error struct{ Reason string }

func (e *Error) Error() string { return "read PDF: " + e.Reason }

func failed(format string, args ...any) error { return &Error{fmt.Sprintf(format, args...)} }

// Read reads a document. A file that is no PDF, is locked with a password, or
// has no page is an *Error; a damaged one gives the text that is whole.
func Read(data []byte) (Document, error) {
	at := bytes.Index(data[:min(len(data), 1024)], []byte("%PDF-"))
	if at < 0 {
		return Document{}, failed("no %%PDF- mark in the first 1024 bytes")
	}
	f := newFile(data[at:])
	f.scan()
	if err := f.unlock(); err != nil {
		return Document{}, err
	}
	f.openStreams()
	pages := f.pages()
	if len(pages) == 0 {
		return Document{}, failed("the file has no page that can be read")
	}
	out := Document{Pages: len(pages)}
	var read [][]line
	for _, page := range pages {
		if f.spent() {
			out.Cut = true
			break
		}
		read = append(read, linesOf(f.show(page)))
	}
	out.Cut = out.Cut || f.spent()
	out.Heading = heading(read)
	out.Text = clipped(strings.Join(paragraphs(withoutMargins(read)), "\n"))
	info, _ := f.resolve(f.trailer["Info"]).(dict)
	out.Title = stated(f.textOf(info["Title"]))
	out.Created = parseDate(f.textOf(info["CreationDate"]))
	return out, nil
}

func clipped(s string) string {
	if len(s) <= maxText {
		return s
	}
	return strings.ToValidUTF8(s[:maxText], "")
}

// textOf decodes a text string: UTF-16 or UTF-8 with a mark, else
// PDFDocEncoding, of which the common part is Windows-1252.
func (f *file) textOf(o object) string {
	s, _ := f.resolve(o).(text)
	switch {
	case strings.HasPrefix(string(s), "\xfe\xff"):
		return utf16BE(string(s[2:]))
	case strings.HasPrefix(string(s), "\xef\xbb\xbf"):
		return strings.ToValidUTF8(string(s[3:]), "\ufffd")
	case utf8.ValidString(string(s)):
		return string(s)
	}
	var b strings.Builder
	for _, c := range []byte(s) {
		b.WriteRune(winAnsi(c))
	}
	return b.String()
}

// stated refuses the titles that programs make of file names.
func stated(title string) string {
	title = strings.Join(strings.Fields(title), " ")
	lower := strings.ToLower(title)
	for _, end := range [...]string{".doc", ".docx", ".indd", ".pdf", ".wpd", ".rtf", ".odt", ".qxd", ".dvi", ".xlsx"} {
		if strings.HasSuffix(lower, end) {
			return ""
		}
	}
	if strings.HasPrefix(lower, "microsoft word") || strings.HasPrefix(lower, "untitled") || !strings.Contains(title, " ") {
		return ""
	}
	return title
}

// parseDate reads D:20260304093000+01'00' with as much of it as there is.
func parseDate(s string) time.Time {
	s = strings.TrimPrefix(strings.TrimSpace(s), "D:")
	s = strings.ReplaceAll(s, "'", "")
	for _, layout := range [...]string{"20060102150405-0700", "20060102150405Z0000", "20060102150405Z", "20060102150405", "200601021504", "20060102"} {
		if at, err := time.Parse(layout, s); err == nil {
			return at
		}
	}
	if len(s) >= 8 {
		if at, err := time.Parse("20060102", s[:8]); err == nil {
			return at
		}
	}
	return time.Time{}
}
