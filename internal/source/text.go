package source

import (
	"bytes"
	"mime"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

const (
	maxTitle   = 500  // code points
	maxSummary = 1000 // code points
)

// cleanXML gives an XML or JSON document as UTF-8 that a strict parser can
// read: decoded by what it declares, without the declaration, and without
// the bytes and control characters XML forbids. What is not text in its
// encoding becomes U+FFFD.
func cleanXML(contentType string, body []byte) []byte {
	body = toUTF8(contentType, body)
	body = bytes.TrimLeft(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")), " \t\r\n\x00")
	if bytes.HasPrefix(body, []byte("<?xml")) {
		if end := bytes.Index(body, []byte("?>")); end >= 0 {
			body = bytes.TrimSpace(body[end+2:])
		}
	}
	return bytes.Map(func(r rune) rune {
		if r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xfffe || r == 0xffff {
			return -1
		}
		return r
	}, bytes.ToValidUTF8(body, []byte("\uFFFD")))
}

// toUTF8 believes the bytes before the label: what is valid UTF-8 is UTF-8.
func toUTF8(contentType string, body []byte) []byte {
	if bytes.HasPrefix(body, []byte("\xff\xfe")) || bytes.HasPrefix(body, []byte("\xfe\xff")) {
		return decoded(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder(), body)
	}
	if utf8.Valid(body) {
		return body
	}
	label := declared(contentType, body)
	if label == "gb2312" || label == "gbk" || label == "gb_2312-80" {
		label = "gb18030"
	}
	enc, name := charset.Lookup(label)
	if enc == nil || name == "utf-8" || name == "replacement" {
		return body
	}
	return decoded(enc.NewDecoder(), body)
}

func decoded(t transform.Transformer, body []byte) []byte {
	out, _, err := transform.Bytes(t, body)
	if err != nil {
		return body
	}
	return out
}

// declared is the encoding in the XML declaration, else in the header.
func declared(contentType string, body []byte) string {
	head := body[:min(len(body), 200)]
	if bytes.HasPrefix(bytes.TrimSpace(head), []byte("<?xml")) {
		line, _, _ := strings.Cut(string(head), "?>")
		if _, after, ok := strings.Cut(line, "encoding="); ok && len(after) > 1 {
			name, _, _ := strings.Cut(after[1:], after[:1])
			return strings.ToLower(strings.TrimSpace(name))
		}
	}
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return ""
	}
	return strings.ToLower(params["charset"])
}

// plain is the text of a title or summary that may hold markup, on one line
// and at most limit code points.
func plain(s string, limit int) string {
	if strings.ContainsAny(s, "<&") {
		s = withoutTags(s)
	}
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) > limit {
		s = string([]rune(s)[:limit-1]) + "…"
	}
	return s
}

func withoutTags(s string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(s))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return b.String()
		case html.TextToken:
			b.Write(z.Text())
		default:
			if name, _ := z.TagName(); !isInline(string(name)) {
				b.WriteByte(' ')
			}
		}
	}
}

// isInline knows the elements that stand within a word or sentence.
func isInline(name string) bool {
	switch name {
	case "a", "abbr", "b", "em", "font", "i", "mark", "small", "span", "strong", "sub", "sup", "u":
		return true
	}
	return false
}
