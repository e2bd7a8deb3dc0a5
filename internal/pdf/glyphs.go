package pdf

import (
	"strconv"
	"strings"
	"unicode/utf16"

	"golang.org/x/text/encoding/charmap"
)

// asciiGlyphs names the characters from space to tilde, latinGlyphs those from
// U+00A1 to U+00FF, in order (Adobe Glyph List).
const (
	asciiGlyphs = "space exclam quotedbl numbersign dollar percent ampersand quotesingle parenleft parenright asterisk plus comma hyphen period slash " +
		"zero one two three four five six seven eight nine colon semicolon less equal greater question at " +
		"A B C D E F G H I J K L M N O P Q R S T U V W X Y Z bracketleft backslash bracketright asciicircum underscore grave " +
		"a b c d e f g h i j k l m n o p q r s t u v w x y z braceleft bar braceright asciitilde"
	latinGlyphs = "exclamdown cent sterling currency yen brokenbar section dieresis copyright ordfeminine guillemotleft logicalnot softhyphen registered macron " +
		"degree plusminus twosuperior threesuperior acute mu paragraph periodcentered cedilla onesuperior ordmasculine guillemotright onequarter onehalf threequarters questiondown " +
		"Agrave Aacute Acircumflex Atilde Adieresis Aring AE Ccedilla Egrave Eacute Ecircumflex Edieresis Igrave Iacute Icircumflex Idieresis " +
		"Eth Ntilde Ograve Oacute Ocircumflex Otilde Odieresis multiply Oslash Ugrave Uacute Ucircumflex Udieresis Yacute Thorn germandbls " +
		"agrave aacute acircumflex atilde adieresis aring ae ccedilla egrave eacute ecircumflex edieresis igrave iacute icircumflex idieresis " +
		"eth ntilde ograve oacute ocircumflex otilde odieresis divide oslash ugrave uacute ucircumflex udieresis yacute thorn ydieresis"
	otherGlyphs = "quoteleft=2018 quoteright=2019 quotesinglbase=201A quotedblleft=201C quotedblright=201D quotedblbase=201E dagger=2020 daggerdbl=2021 " +
		"bullet=2022 ellipsis=2026 perthousand=2030 guilsinglleft=2039 guilsinglright=203A endash=2013 emdash=2014 Euro=20AC trademark=2122 minus=2212 " +
		"fi=FB01 fl=FB02 ff=FB00 ffi=FB03 ffl=FB04 dotlessi=0131 Lslash=0141 lslash=0142 OE=0152 oe=0153 Scaron=0160 scaron=0161 Ydieresis=0178 " +
		"Zcaron=017D zcaron=017E florin=0192 circumflex=02C6 caron=02C7 breve=02D8 dotaccent=02D9 ring=02DA ogonek=02DB tilde=02DC hungarumlaut=02DD " +
		"fraction=2044 nbspace=00A0 sfthyphen=00AD middot=00B7 onedotenleader=2024 lessequal=2264 greaterequal=2265 notequal=2260 " +
		"Cacute=0106 cacute=0107 Ccaron=010C ccaron=010D Dcroat=0110 dcroat=0111 Dcaron=010E dcaron=010F Ecaron=011A ecaron=011B Eogonek=0118 eogonek=0119 " +
		"Aogonek=0104 aogonek=0105 Abreve=0102 abreve=0103 Gbreve=011E gbreve=011F Idotaccent=0130 Nacute=0143 nacute=0144 Ncaron=0147 ncaron=0148 " +
		"Ohungarumlaut=0150 ohungarumlaut=0151 Rcaron=0158 rcaron=0159 Sacute=015A sacute=015B Scedilla=015E scedilla=015F Tcaron=0164 tcaron=0165 " +
		"Uring=016E uring=016F Uhungarumlaut=0170 uhungarumlaut=0171 Zacute=0179 zacute=017A Zdotaccent=017B zdotaccent=017C"
)

// glyphNames maps the names of glyphs to characters.
func glyphNames() map[string]rune {
	names := map[string]rune{}
	for i, n := range strings.Fields(asciiGlyphs) {
		names[n] = rune(' ' + i)
	}
	for i, n := range strings.Fields(latinGlyphs) {
		names[n] = rune(0xa1 + i)
	}
	for _, pair := range strings.Fields(otherGlyphs) {
		n, hex, _ := strings.Cut(pair, "=")
		code, _ := strconv.ParseUint(hex, 16, 32) // ours
		names[n] = rune(code)
	}
	return names
}

// glyph is the text of a glyph's name: from the list, or as uni20AC, u1F600,
// with a tail (".alt") that only tells variants apart; "" when it says nothing.
func (f *file) glyph(glyphName string) string {
	base, _, _ := strings.Cut(glyphName, ".")
	if r, ok := f.glyphs[base]; ok {
		return string(r)
	}
	hex, ok := strings.CutPrefix(base, "uni")
	if !ok {
		hex, ok = strings.CutPrefix(base, "u")
	}
	if !ok || len(hex) < 4 || len(hex) > 6 {
		return ""
	}
	code, err := strconv.ParseUint(hex, 16, 32)
	if err != nil || code > 0x10ffff {
		return ""
	}
	return string(rune(code))
}

func winAnsi(c byte) rune { return charmap.Windows1252.DecodeByte(c) }

func macRoman(c byte) rune { return charmap.Macintosh.DecodeByte(c) }

// standardGlyphs are the codes of Adobe's StandardEncoding where it differs
// from ASCII (ISO 32000-1, annex D).
const standardGlyphs = "27=quoteright 60=quoteleft A1=exclamdown A2=cent A3=sterling A4=fraction A5=yen A6=florin A7=section A8=currency A9=quotesingle " +
	"AA=quotedblleft AB=guillemotleft AC=guilsinglleft AD=guilsinglright AE=fi AF=fl B1=endash B2=dagger B3=daggerdbl B4=periodcentered B6=paragraph " +
	"B7=bullet B8=quotesinglbase B9=quotedblbase BA=quotedblright BB=guillemotright BC=ellipsis BD=perthousand BF=questiondown C1=grave C2=acute " +
	"C3=circumflex C4=tilde C5=macron C6=breve C7=dotaccent C8=dieresis CA=ring CB=cedilla CD=hungarumlaut CE=ogonek CF=caron D0=emdash E1=AE " +
	"E3=ordfeminine E8=Lslash E9=Oslash EA=OE EB=ordmasculine F1=ae F5=dotlessi F8=lslash F9=oslash FA=oe FB=germandbls"

// standard fills in StandardEncoding.
func (f *file) standard(codes *[256]string) {
	for c := range 128 {
		if c >= ' ' && c < 127 {
			codes[c] = string(rune(c))
		}
	}
	for _, pair := range strings.Fields(standardGlyphs) {
		hex, n, _ := strings.Cut(pair, "=")
		code, _ := strconv.ParseUint(hex, 16, 8) // ours
		codes[code] = f.glyph(n)
	}
}

// utf16BE decodes UTF-16, big end first; a lone half becomes U+FFFD.
func utf16BE(s string) string {
	units := make([]uint16, 0, len(s)/2)
	for i := 0; i+1 < len(s); i += 2 {
		units = append(units, uint16(s[i])<<8|uint16(s[i+1]))
	}
	return string(utf16.Decode(units))
}
