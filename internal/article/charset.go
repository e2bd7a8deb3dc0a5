package article

import (
	"bytes"
	"mime"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
)

// metaWindow is how far into a page a charset declaration is looked for.
// Browsers stop at 1,024 bytes; real pages put scripts first.
const metaWindow = 8192

// maxBroken is the greatest share of bytes that may be damaged in text that
// is otherwise UTF-8: a cut character or a stray quote, not another charset.
const maxBroken = 0.02

// Decode returns the text of a body as valid UTF-8, and the name of the
// character set it was read in. In order: byte-order mark; UTF-16 by its
// zero bytes; UTF-8 when the bytes are valid UTF-8, whatever was declared;
// else the declared sets (header, meta) and the sets of the declared language
// compete with GB18030 and the other common ones, and the most plausible
// reading wins. Binary data, and text no set can read, is an *Error.
func Decode(body []byte, contentType string) (text, name string, err error) {
	if e, label, skip := byMark(body); e != nil {
		return decodeWith(e, body[skip:]), label, nil
	}
	header := labelOf(contentType)
	if e, label := wideWithoutMark(body); e != nil {
		return decodeWith(e, body), label, nil
	}
	if looksBinary(body) {
		return "", "", failed(ClassNotText, "the bytes are not text")
	}
	meta, lang := declaredIn(clip(body, metaWindow))
	if utf8.Valid(body) {
		// Escape sequences make Japanese mail text look like ASCII.
		if seven := firstOf(canonicalLabel(header), canonicalLabel(meta)); seven == "iso-2022-jp" && bytes.IndexByte(body, 0x1b) >= 0 {
			e, _ := charset.Lookup(seven)
			return decodeWith(e, body), seven, nil
		}
		return string(body), "utf-8", nil
	}
	if brokenShare(body) <= maxBroken {
		return strings.ToValidUTF8(string(body), "\ufffd"), "utf-8", nil
	}
	best := mostPlausible(body, canonicalLabel(header), canonicalLabel(meta), lang)
	if best == "" {
		return "", "", failed(ClassBadEncoding, "no character set reads the bytes (declared %q, %q)", header, meta)
	}
	e, _ := charset.Lookup(best)
	return decodeWith(e, body), best, nil
}

// decodeWith reads the whole body; x/text puts U+FFFD for what it cannot.
func decodeWith(e encoding.Encoding, body []byte) string {
	out, err := e.NewDecoder().Bytes(body)
	if err != nil {
		return strings.ToValidUTF8(string(body), "\ufffd")
	}
	return strings.ToValidUTF8(string(out), "\ufffd")
}

// hasWideMark finds the byte-order mark of UTF-16.
func hasWideMark(body []byte) bool {
	return bytes.HasPrefix(body, []byte("\xff\xfe")) || bytes.HasPrefix(body, []byte("\xfe\xff"))
}

// byMark reads the byte-order mark and says how many bytes it takes.
func byMark(body []byte) (encoding.Encoding, string, int) {
	switch {
	case bytes.HasPrefix(body, []byte("\xef\xbb\xbf")):
		return unicode.UTF8, "utf-8", 3
	case bytes.HasPrefix(body, []byte("\xff\xfe")):
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "utf-16le", 2
	case bytes.HasPrefix(body, []byte("\xfe\xff")):
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), "utf-16be", 2
	}
	return nil, "", 0
}

// wideWithoutMark knows UTF-16 by its markup: every other byte of a tag is 0.
func wideWithoutMark(body []byte) (encoding.Encoding, string) {
	start := clip(body, 2048)
	var even, odd int
	for i, b := range start {
		if b == 0 && i%2 == 0 {
			even++
		} else if b == 0 {
			odd++
		}
	}
	switch half := len(start) / 2; {
	case half < 8:
	case odd > half/5 && even*20 < odd:
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "utf-16le"
	case even > half/5 && odd*20 < even:
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), "utf-16be"
	}
	return nil, ""
}

// looksBinary counts control characters that no text has.
func looksBinary(body []byte) bool {
	start := clip(body, 8192)
	controls := 0
	for _, b := range start {
		if b < 0x20 && b != '\t' && b != '\n' && b != '\r' && b != '\f' && b != 0x1b {
			controls++
		}
	}
	return controls*100 > len(start)*3
}

// brokenShare is the share of bytes outside ASCII that belong to no UTF-8
// character; 1 when hardly any character is whole.
func brokenShare(body []byte) float64 {
	var whole, broken int
	for len(body) > 0 {
		if body[0] < utf8.RuneSelf {
			body = body[1:]
			continue
		}
		r, size := utf8.DecodeRune(body)
		if r == utf8.RuneError && size == 1 {
			broken++
		} else {
			whole += size
		}
		body = body[size:]
	}
	if whole+broken == 0 {
		return 0
	}
	return float64(broken) / float64(whole+broken)
}

// labelOf returns the charset parameter of a Content-Type.
func labelOf(contentType string) string {
	if _, params, err := mime.ParseMediaType(contentType); err == nil {
		return params["charset"]
	}
	_, after, found := strings.Cut(strings.ToLower(contentType), "charset=")
	if !found {
		return ""
	}
	label, _, _ := strings.Cut(after, ";")
	return strings.Trim(label, ` "'`)
}

// canonicalLabel returns the WHATWG name of a declared label, "" for one that
// is unknown or that cannot be true of bytes that are not UTF-8.
func canonicalLabel(label string) string {
	_, name := charset.Lookup(label)
	switch name {
	case "utf-8", "utf-16le", "utf-16be", "replacement", "x-user-defined":
		return ""
	case "gbk":
		return "gb18030" // GBK's superset reads everything that GBK does
	}
	return name
}

// declaredIn finds the charset and the language that a page's own first
// bytes declare: <meta charset>, <meta http-equiv>, XML declaration, lang.
func declaredIn(start []byte) (label, lang string) {
	text := strings.ToLower(string(start))
	label = valueAfter(text, "charset")
	if label == "" {
		if decl, _, found := strings.Cut(text, "?>"); found && strings.Contains(decl, "<?xml") {
			label = valueAfter(decl, "encoding")
		}
	}
	if _, tag, found := strings.Cut(text, "<html"); found {
		tag, _, _ = strings.Cut(tag, ">")
		lang = valueAfter(tag, "lang")
	}
	return label, lang
}

// valueAfter returns the value in name="value", quoted or not.
func valueAfter(text, name string) string {
	for {
		_, after, found := strings.Cut(text, name)
		if !found {
			return ""
		}
		value, isValue := strings.CutPrefix(strings.TrimLeft(after, " \t\n"), "=")
		if isValue {
			value = strings.TrimLeft(value, " \t\n\"'")
			if end := strings.IndexAny(value, " \t\n\"';/>?"); end >= 0 {
				value = value[:end]
			}
			return value
		}
		text = after
	}
}
