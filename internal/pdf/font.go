package pdf

import (
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// font turns the codes of shown strings into text and widths.
type font struct {
	wide   bool        // codes of two bytes, or by the charset
	codes  [256]string // of a simple font
	toText *cmap       // ToUnicode, which decides where it has a word
	utf16  bool        // the codes are UTF-16
	legacy encoding.Encoding
	widths map[int]float64 // in units of the font size
	width  float64         // of codes not in widths; 0 when not known
	scale  float64         // of a Type3 font's own space
	metric string          // widths of ASCII, for a standard font that names none
}

// glyphRun is one code: its text, its width in units of the font size, and
// whether it is a single byte 32, to which word spacing applies.
type glyphRun struct {
	text  string
	width float64
	space bool
}

// fontOf reads a font once.
func (f *file) fontOf(o object) *font {
	key := object(o)
	if _, ok := o.(ref); !ok {
		key = nil // given in place: read anew
	}
	if key != nil && f.fonts[key] != nil {
		return f.fonts[key]
	}
	out := f.readFont(f.dictOf(o))
	if key != nil {
		f.fonts[key] = out
	}
	return out
}

// fontCost is what reading a font counts in operators, beside its widths.
const fontCost = 200

func (f *file) readFont(d dict) *font {
	f.operators += fontCost
	out := &font{widths: map[int]float64{}, scale: 0.001}
	if s, ok := f.resolve(d["ToUnicode"]).(stream); ok {
		out.toText = readCMap(f.decode(s))
	}
	if f.nameOf(d["Subtype"]) == "Type0" {
		f.composite(out, d)
		return out
	}
	if m, ok := f.resolve(d["FontMatrix"]).(array); ok && len(m) == 6 && f.nameOf(d["Subtype"]) == "Type3" {
		out.scale = f.numberOf(m[0], 0.001)
	}
	f.simple(out, d)
	return out
}

// simple reads encoding and widths of a font with codes of one byte.
func (f *file) simple(out *font, d dict) {
	encoding := f.resolve(d["Encoding"])
	base, _ := encoding.(name)
	differences := array(nil)
	if e, ok := encoding.(dict); ok {
		base = name(f.nameOf(e["BaseEncoding"]))
		differences, _ = f.resolve(e["Differences"]).(array)
	}
	switch base {
	case "WinAnsiEncoding":
		fill(&out.codes, winAnsi)
	case "MacRomanEncoding":
		fill(&out.codes, macRoman)
	default:
		f.standard(&out.codes)
	}
	code := 0
	for _, item := range differences {
		switch item := f.resolve(item).(type) {
		case float64:
			code = int(item)
		case name:
			if code >= 0 && code < 256 {
				if s := f.glyph(string(item)); s != "" {
					out.codes[code] = s
				}
			}
			code++
		}
	}
	first := int(f.numberOf(d["FirstChar"], 0))
	widths, _ := f.resolve(d["Widths"]).(array)
	for i, w := range widths[:min(len(widths), 256)] {
		out.widths[first+i] = f.numberOf(w, 0) * out.scale
	}
	out.width = f.numberOf(f.dictOf(d["FontDescriptor"])["MissingWidth"], 0) * out.scale
	switch base := f.nameOf(d["BaseFont"]); {
	case strings.Contains(base, "Courier"):
		out.metric = ""
	case strings.Contains(base, "Times"):
		out.metric = timesWidths
	default:
		out.metric = helveticaWidths
	}
}

func fill(codes *[256]string, decode func(byte) rune) {
	for c := ' '; c < 256; c++ {
		codes[c] = string(decode(byte(c)))
	}
}

// composite reads a Type0 font. Without ToUnicode, its text is known only
// where the encoding is a character set.
func (f *file) composite(out *font, d dict) {
	out.wide = true
	switch n := f.nameOf(d["Encoding"]); {
	case strings.HasPrefix(n, "Uni"):
		out.utf16 = true
	case strings.HasPrefix(n, "GB"):
		out.legacy = simplifiedchinese.GB18030
	case strings.Contains(n, "RKSJ"):
		out.legacy = japanese.ShiftJIS
	case strings.HasPrefix(n, "EUC-") || n == "H" || n == "V":
		out.legacy = japanese.EUCJP
	case strings.Contains(n, "B5"):
		out.legacy = traditionalchinese.Big5
	case strings.HasPrefix(n, "KSC"):
		out.legacy = korean.EUCKR
	}
	descendants, _ := f.resolve(d["DescendantFonts"]).(array)
	if len(descendants) == 0 {
		return
	}
	cid := f.dictOf(descendants[0])
	out.width = f.numberOf(cid["DW"], 1000) / 1000
	widths, _ := f.resolve(cid["W"]).(array)
	f.cidWidths(out, widths)
	f.operators += len(out.widths) / 4
}

// cidWidths reads "c [w w w]" and "first last w".
func (f *file) cidWidths(out *font, list array) {
	const most = 1 << 16
	room := 4 * most // of all ranges, which may overlap
	for i := 0; i+1 < len(list) && room > 0; {
		first := int(f.numberOf(list[i], -1))
		if each, ok := f.resolve(list[i+1]).(array); ok {
			for j, w := range each[:min(len(each), most)] {
				out.widths[first+j] = f.numberOf(w, 0) / 1000
			}
			room -= len(each)
			i += 2
			continue
		}
		if i+2 >= len(list) {
			return
		}
		last, w := int(f.numberOf(list[i+1], -1)), f.numberOf(list[i+2], 0)/1000
		for c := first; c <= last && c >= 0 && c < most && room > 0; c++ {
			room--
			out.widths[c] = w
		}
		i += 3
	}
}

// runs decodes a shown string.
func (t *font) runs(s string) []glyphRun {
	if t.legacy != nil && t.toText == nil {
		return t.legacyRuns(s)
	}
	var out []glyphRun
	for len(s) > 0 {
		size := 1
		if t.wide {
			size = t.toText.size(s)
		}
		size = min(size, len(s))
		code := 0
		for _, c := range []byte(s[:size]) {
			code = code<<8 | int(c)
		}
		text, known := t.toText.text(code, size)
		switch {
		case known:
		case !t.wide:
			text = t.codes[code]
		case t.utf16:
			text = utf16BE(s[:size])
		}
		out = append(out, glyphRun{text, t.widthOf(code, text), size == 1 && code == ' '})
		s = s[size:]
	}
	return out
}

func (t *font) legacyRuns(s string) []glyphRun {
	decoded, err := t.legacy.NewDecoder().String(s)
	if err != nil {
		return nil
	}
	var out []glyphRun
	for _, r := range decoded {
		out = append(out, glyphRun{string(r), t.width, false})
	}
	return out
}

// The widths of the letters from space to tilde in the fonts that every reader
// has and files need not describe, in hundredths of the size, two digits each
// (Adobe's metrics of the standard 14 fonts, rounded; "@" of Helvetica is 99).
// They are there to tell a space from none.
const (
	helveticaWidths = "2828365656896719333339582833282856565656565656565656282858585856" +
		"996767727267617872285067568372786778726761726794676761282828475633" +
		"565650565628565622225022835656565633502856507250505033263358"
	timesWidths = "2533415050837818333350562533252850505050505050505050282856565644" +
		"927267677261567272333972618972725672675661727294727261332833475033" +
		"445044504433505028285028785050505033392850507250504448204854"
)

// widthOf is what the font says; of a standard font, which need not say, what
// is known of it, with letters beyond ASCII as wide as most.
func (t *font) widthOf(code int, text string) float64 {
	if w, ok := t.widths[code]; ok {
		return w
	}
	if t.width > 0 || len(t.widths) > 0 {
		return t.width
	}
	if t.metric == "" {
		return 0.6
	}
	if len(text) != 1 || text[0] < ' ' || text[0] > '~' {
		return 0.55
	}
	at := 2 * int(text[0]-' ')
	return float64(t.metric[at]-'0')/10 + float64(t.metric[at+1]-'0')/100
}
