package pdf

import (
	"bytes"
	"compress/lzw"
	"compress/zlib"
	"encoding/ascii85"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// TestMadeByPrograms reads files of a few programs.
func TestMadeByPrograms(t *testing.T) {
	for name, c := range map[string]struct {
		text, title, heading string
		pages                int
	}{
		"notice":    {"notice", "Solar panels: duty on wares from Sylvania to change in March", "Solar panels: duty on wares from Sylvania to change in March", 2},
		"packed":    {"notice", "Solar panels: duty on wares from Sylvania to change in March", "Solar panels: duty on wares from Sylvania to change in March", 2},
		"rotated":   {"notice", "Solar panels: duty on wares from Sylvania to change in March", "Solar panels: duty on wares from Sylvania to change in March", 2},
		"locked-r2": {"notice", "Solar panels: duty on wares from Sylvania to change in March", "Solar panels: duty on wares from Sylvania to change in March", 2},
		"locked-r3": {"notice", "Solar panels: duty on wares from Sylvania to change in March", "Solar panels: duty on wares from Sylvania to change in March", 2},
		"locked-r4": {"notice", "Solar panels: duty on wares from Sylvania to change in March", "Solar panels: duty on wares from Sylvania to change in March", 2},
		"locked-r6": {"notice", "Solar panels: duty on wares from Sylvania to change in March", "Solar panels: duty on wares from Sylvania to change in March", 2},
		"columns":   {"columns", "", "Customs to check the origin of copper wire more strictly", 1},
		"words":     {"words", "Lumber: duty on wares from Graustark to change in May", "Lumber: duty on wares from Graustark to change in May", 1},
		"form":      {"form", "", "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			want, err := os.ReadFile(filepath.Join("testdata", c.text+".txt"))
			if err != nil {
				t.Fatal(err)
			}
			data, err := os.ReadFile(filepath.Join("testdata", name+".pdf"))
			if err != nil {
				t.Fatal(err)
			}
			got, err := Read(data)
			if err != nil {
				t.Fatal(err)
			}
			// The heading stands above the text in the file as well.
			text := strings.TrimPrefix(got.Text+"\n", got.Heading+"\n")
			if wanted := strings.TrimPrefix(string(want), got.Heading+"\n"); text != wanted {
				t.Errorf("got\n%swant\n%s", text, wanted)
			}
			if got.Title != c.title || got.Heading != c.heading || got.Pages != c.pages || got.Cut {
				t.Errorf("title %q, heading %q, %d pages, cut %t", got.Title, got.Heading, got.Pages, got.Cut)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	locked, err := os.ReadFile(filepath.Join("testdata", "password.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	for want, data := range map[string][]byte{
		"password":     locked,
		"%PDF-":        []byte("<html>"),
		"no page":      []byte("%PDF-1.7\n1 0 obj"),
		"is encrypted": []byte("%PDF-1.7\n1 0 obj<</Filter/Other>>endobj trailer<</Encrypt 1 0 R>>"),
	} {
		_, err := Read(data)
		var typed *Error
		if !errors.As(err, &typed) || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	picture, err := os.ReadFile(filepath.Join("testdata", "picture.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Read(picture); err != nil || got.Text != "" || got.Pages != 1 {
		t.Errorf("a picture: %+v, %v", got, err)
	}
}

// built is a file of these objects, numbered from 1: the catalogue, the page
// tree with object 3 as its page, the page, and others.
func built(objects ...string) []byte {
	var b strings.Builder
	b.WriteString("%PDF-1.7\n")
	fixed := []string{
		"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1/Resources<</Font<</F 5 0 R>>/XObject<</X 6 0 R>>>>>>",
		"<</Type/Page/Parent 2 0 R/Contents 4 0 R>>",
	}
	for i, o := range append(fixed, objects...) {
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	b.WriteString("trailer<</Root 1 0 R>>\n%%EOF")
	return []byte(b.String())
}

func streamObject(extra, data string) string {
	return fmt.Sprintf("<<%s/Length %d>>stream\n%s\nendstream", extra, len(data), data)
}

const plainFont = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"

func deflated(s string) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = w.Write([]byte(s)) // a buffer takes all
	_ = w.Close()
	return b.String()
}

// TestEncodings reads "Duty 18 % – señor" and the like in every way a file can
// write it.
func TestEncodings(t *testing.T) {
	show := func(s string) string { return streamObject("", "BT /F 12 Tf 72 700 Td "+s+" Tj ET") }
	cmap := "begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange 2 beginbfchar <0001> <5173> <0002> <7A0E> endbfchar " +
		"2 beginbfrange <0010> <0012> <0041> <0020> <0021> [<00660069> <D83DDE80>] endbfrange endcmap"
	gbk, err := simplifiedchinese.GBK.NewEncoder().String("进口铜线的关税")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		objects []string
		want    string
	}{
		"WinAnsi": {[]string{show(`(Duty 18 % \226 se\361or\(s\) \
more)`), plainFont}, "Duty 18 % – señor(s) more"},
		"MacRoman":              {[]string{show(`<44757479208A>`), "<</Subtype/TrueType/Encoding/MacRomanEncoding>>"}, "Duty ä"},
		"StandardEncoding":      {[]string{show(`(\252quoted\272 \256ve)`), "<</Subtype/Type1/BaseFont/Times-Roman>>"}, "“quoted” five"},
		"Differences":           {[]string{show(`(\001\002 \003)`), "<</Subtype/Type1/Encoding<</Differences[1/Euro/uni5173 3/a.alt]>>>>"}, "€关 a"},
		"ToUnicode":             {[]string{show("<000100020010001200200021>"), "<</Subtype/Type0/Encoding/Identity-H/ToUnicode 6 0 R>>", streamObject("", cmap)}, "关税ACfi🚀"},
		"UTF-16":                {[]string{show("<51737A0E>"), "<</Subtype/Type0/Encoding/UniGB-UTF16-H/DescendantFonts[<</DW 1000>>]>>"}, "关税"},
		"GBK":                   {[]string{show("<" + hex.EncodeToString([]byte(gbk)) + ">"), "<</Subtype/Type0/Encoding/GBK-EUC-H>>"}, "进口铜线的关税"},
		"Identity, no table":    {[]string{show("<00010002>"), "<</Subtype/Type0/Encoding/Identity-H>>"}, ""},
		"Type 3":                {[]string{show("(AB)"), "<</Subtype/Type3/FontMatrix[0.01 0 0 0.01 0 0]/FirstChar 65/Widths[60 60]/Encoding<</Differences[65/D/u]>>>>"}, "Du"},
		"spaces by kerning":     {[]string{streamObject("", "BT /F 12 Tf 72 700 Td [(Du)20(ty)-300(on)-280(wire)] TJ ET"), plainFont}, "Duty on wire"},
		"quotes and next lines": {[]string{streamObject("", "BT /F 12 Tf 14 TL 72 700 Td (The duty) Tj (on copper wire) ' 1 0 (rises to 18) \" T* (percent.) Tj ET"), plainFont}, "The duty on copper wire rises to 18 percent."},
		"a form in a form":      {[]string{streamObject("", "q 1 0 0 1 10 10 cm /X Do Q"), plainFont, streamObject("/Subtype/Form/Matrix[1 0 0 1 5 5]", "BT /F 12 Tf (in the form) Tj ET")}, "in the form"},
		"an inline image":       {[]string{streamObject("", "BI /W 2 /H 2 ID \x00(\xffBT EI BT /F 12 Tf 72 700 Td (after it) Tj ET"), plainFont}, "after it"},
		"a hyphen":              {[]string{streamObject("", "BT /F 12 Tf 14 TL 72 700 Td (the counter-) Tj (measures of the) ' (EU-) ' (China talks) ' ET"), plainFont}, "the countermeasures of the EU-China talks"},
	} {
		got, err := Read(built(c.objects...))
		if err != nil || got.Text != c.want {
			t.Errorf("%s: %q, %v, want %q", name, got.Text, err, c.want)
		}
	}
}

func TestFilters(t *testing.T) {
	const content = "BT /F 12 Tf 72 700 Td (The duty rises, the ministry said on Monday in the capital.) Tj ET"
	var packed bytes.Buffer
	w := lzw.NewWriter(&packed, lzw.MSB, 8) // as GIF does it, without the early change
	_, _ = w.Write([]byte(content))
	_ = w.Close()
	a85 := make([]byte, ascii85.MaxEncodedLen(len(content)))
	a85 = a85[:ascii85.Encode(a85, []byte(content))]
	const width = 10
	var rows strings.Builder // PNG prediction, each row as differences to the left
	padded := content + strings.Repeat(" ", width-len(content)%width)
	for i := 0; i < len(padded); i += width {
		rows.WriteByte(1)
		for j := range width {
			left := byte(0)
			if j > 0 {
				left = padded[i+j-1]
			}
			rows.WriteByte(padded[i+j] - left)
		}
	}
	runs := string([]byte{byte(len(content) - 1)}) + content + "\x80"
	for name, object := range map[string]string{
		"none":                                   streamObject("", content),
		"Flate":                                  streamObject("/Filter/FlateDecode", deflated(content)),
		"Flate, cut":                             streamObject("/Filter/FlateDecode", deflated(content)[:len(deflated(content))-4]),
		"hex of Flate":                           streamObject("/Filter[/ASCIIHexDecode/FlateDecode]", hex.EncodeToString([]byte(deflated(content)))+">"),
		"ASCII85":                                streamObject("/Filter/ASCII85Decode", string(a85)+"~>"),
		"run length":                             streamObject("/Filter/RunLengthDecode", runs),
		"LZW":                                    streamObject("/Filter/LZWDecode/DecodeParms<</EarlyChange 0>>", packed.String()),
		"prediction":                             streamObject("/Filter/FlateDecode/DecodeParms<</Predictor 15/Columns 10>>", deflated(rows.String())),
		"a wrong length":                         strings.Replace(streamObject("", content), "/Length ", "/Length 9", 1),
		"a length that is a reference to itself": "<</Length 4 0 R>>stream\n" + content + "\nendstream",
	} {
		got, err := Read(built(object, plainFont))
		if err != nil || got.Text != "The duty rises, the ministry said on Monday in the capital." {
			t.Errorf("%s: %q, %v", name, got.Text, err)
		}
	}
	// Our LZW reader against Adobe's early change: the example of ISO 32000-1, 7.4.4.2.
	if got := unLZW([]byte{0x80, 0x0b, 0x60, 0x50, 0x22, 0x0c, 0x0c, 0x85, 0x01}, 1, 1000); !bytes.Equal(got, []byte{45, 45, 45, 45, 45, 65, 45, 45, 45, 66}) {
		t.Errorf("LZW: % d", got)
	}
}

func TestDamagedFilesGiveWhatIsWhole(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "notice.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	for name, damaged := range map[string][]byte{
		"no table, no trailer": data[:bytes.Index(data, []byte("\nxref"))],
		"wrong offsets":        append([]byte("%PDF-1.4\n% a line that was not there\n"), data...),
		"bytes before it":      append([]byte("HTTP/1.1 200 OK\r\n\r\n"), data...),
		"a later version":      append(bytes.Clone(data), "\n900 0 obj<</Type/Font>>endobj\n"...),
	} {
		got, err := Read(damaged)
		if err != nil || !strings.Contains(got.Text, "Importers of solar panels had asked for a longer transition.") {
			t.Errorf("%s: %v, %.100q", name, err, got.Text)
		}
	}
	update := append(built(streamObject("", "BT /F 12 Tf (old) Tj ET"), plainFont), "\n4 0 obj\n"+streamObject("", "BT /F 12 Tf (new) Tj ET")+"\nendobj"...)
	if got, err := Read(update); err != nil || got.Text != "new" {
		t.Errorf("of two versions %q, %v", got.Text, err)
	}
}

func TestStatedTitlesAndDates(t *testing.T) {
	for title, want := range map[string]string{
		"Notice on  copper wire": "Notice on copper wire", "Microsoft Word - notice final": "", "notice_2026.docx": "", "untitled": "", "Notice": "",
	} {
		if got := stated(title); got != want {
			t.Errorf("%q: %q, want %q", title, got, want)
		}
	}
	for s, want := range map[string]string{
		"D:20260304093000+01'00'": "2026-03-04T08:30:00Z", "D:20260304093000Z00'00'": "2026-03-04T09:30:00Z", "D:20260304": "2026-03-04T00:00:00Z",
		"20260304093000": "2026-03-04T09:30:00Z", "D:2026": "0001-01-01T00:00:00Z", "": "0001-01-01T00:00:00Z",
	} {
		if got := parseDate(s).UTC().Format(time.RFC3339); got != want {
			t.Errorf("%q: %s, want %s", s, got, want)
		}
	}
}
