package pdf

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// hostileLimit is several times what the slowest file takes on a quiet core.
const hostileLimit = 4 * time.Second

func hostileFiles() map[string][]byte {
	show := "BT /F 12 Tf 72 700 Td (The duty rises.) Tj ET"
	repeat := strings.Repeat
	numbered := func(format string, n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i+10)
		}
		return b.String()
	}
	bomb := deflated(repeat("(x) Tj ", 20_000_000))
	return map[string][]byte{
		"arrays in arrays":             built(streamObject("", repeat("[", 1_000_000)), plainFont),
		"dictionaries in dictionaries": built(repeat("<</A", 1_000_000), plainFont),
		"brackets in a string":         built(streamObject("", repeat("(", 2_000_000)), plainFont),
		"unclosed strings":             []byte("%PDF-1.7\n" + numbered("%d 0 obj(\n", 300_000)),
		"unclosed arrays":              []byte("%PDF-1.7\n" + numbered("%d 0 obj[\n", 300_000)),
		"streams without end":          []byte("%PDF-1.7\n" + numbered("%d 0 obj<<>>stream\n", 200_000)),
		"a page tree in a circle":      []byte("%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[2 0 R 2 0 R 1 0 R]/Parent 2 0 R>>endobj"),
		"a deep page tree":             []byte("%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 10 0 R>>endobj " + numbered("%[1]d 0 obj<</Kids[%[1]d 0 R]>>endobj\n", 100_000)),
		"a million kids":               []byte("%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Kids[" + repeat("3 0 R ", 1_000_000) + "]>>endobj 3 0 obj<</Type/Page>>endobj"),
		"a reference to itself":        []byte("%PDF-1.7\n1 0 obj 1 0 R endobj 2 0 obj 3 0 R endobj 3 0 obj 2 0 R endobj trailer<</Root 1 0 R/Encrypt 2 0 R/Info 3 0 R>>"),
		"an object stream of itself":   []byte("%PDF-1.7\n1 0 obj" + streamObject("/Type/ObjStm/N 3/First 12", "1 0 1 0 1 0 <</Type/Page>>") + "endobj"),
		"a form of itself":             built(streamObject("", repeat("/X Do ", 1000)), plainFont, streamObject("/Subtype/Form", repeat("/X Do ", 1000))),
		"a form in deflated self":      built(streamObject("", "/X Do"), plainFont, streamObject("/Subtype/Form/Filter/FlateDecode", deflated(repeat("/X Do ", 1000)))),
		"a bomb":                       built(streamObject("/Filter/FlateDecode", bomb), plainFont),
		"a bomb in a bomb":             built(streamObject("/Filter[/FlateDecode/FlateDecode]", deflated(bomb)), plainFont),
		"many filters":                 built(streamObject("/Filter["+repeat("/FlateDecode", 100_000)+"]", bomb), plainFont),
		"run length bomb":              built(streamObject("/Filter[/RunLengthDecode/RunLengthDecode/RunLengthDecode]", repeat("\x81\x81", 200_000)), plainFont),
		"LZW bomb":                     built(streamObject("/Filter/LZWDecode", repeat("\x80\x0b\x60\x50\x22\x0c\x0c", 300_000)), plainFont),
		"prediction of wide rows":      built(streamObject("/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 1000000/Colors 32/BitsPerComponent 16>>", deflated(repeat("x", 1_000_000))), plainFont),
		"fonts in place":               built(streamObject("", repeat("/F 12 Tf (x) Tj ", 200_000)), "<</Subtype/Type0/DescendantFonts[<</W[0 65000 1 0 65000 2]>>]>>"),
		"a wide table of widths":       built(streamObject("", show), "<</Subtype/Type0/DescendantFonts[<</W["+repeat("0 65000 500 ", 50_000)+"]>>]>>"),
		"a large table of characters":  built(streamObject("", "BT /F 12 Tf <"+repeat("00FF", 200_000)+"> Tj ET"), "<</Subtype/Type0/ToUnicode 6 0 R>>", streamObject("", repeat("1 beginbfrange <0000> <FFFF> <0041> endbfrange ", 60_000))),
		"a million states":             built(streamObject("", repeat("q ", 1_500_000)), plainFont),
		"a million moves":              built(streamObject("", "BT /F 12 Tf "+repeat("9e300 9e300 Td (x) Tj ", 300_000)), plainFont),
		"a million letters":            built(streamObject("", "BT /F 12 Tf "+repeat("(x) Tj 5 0 Td ", 400_000)+"ET"), plainFont),
		"a million lines":              built(streamObject("", "BT /F 12 Tf 12 TL "+repeat("(x) ' ", 700_000)+"ET"), plainFont),
		"ten thousand pages":           []byte("%PDF-1.7\n" + numbered("%d 0 obj<</Type/Page/Contents 4 0 R>>endobj\n", 10_000) + "4 0 obj" + streamObject("", show) + "endobj"),
		"trailers":                     []byte("%PDF-1.7\n" + repeat("trailer<<", 500_000)),
		"comments":                     built(streamObject("", repeat("%", 3_000_000)), plainFont),
		"objects without number":       []byte("%PDF-1.7\n" + repeat(" obj", 1_000_000)),
		"digits":                       []byte("%PDF-1.7\n" + repeat("1", 3_000_000) + " 0 obj"),
	}
}

// TestHostileFiles: none costs more than a moment, much memory, or the process.
func TestHostileFiles(t *testing.T) {
	if raced {
		t.Skip("times say nothing under the race detector")
	}
	for name, data := range hostileFiles() {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			var got Document
			var err error
			took := time.Hour
			for try := 0; try < 3 && took > hostileLimit; try++ { // a busy machine must not fail it
				begun := time.Now()
				got, err = Read(data)
				took = min(took, time.Since(begun))
			}
			runtime.ReadMemStats(&after)
			t.Logf("%6d ms  %5d MB allocated  %8d bytes, %d pages, cut %t, %v", took.Milliseconds(), (after.TotalAlloc-before.TotalAlloc)>>20, len(data), got.Pages, got.Cut, err)
			if took > hostileLimit || len(got.Text) > maxText || !utf8.ValidString(got.Text) {
				t.Errorf("took %v, %d bytes of text", took, len(got.Text))
			}
		})
	}
}

// FuzzRead: any bytes give text that is UTF-8, or an *Error.
func FuzzRead(f *testing.F) {
	names, err := filepath.Glob(filepath.Join("testdata", "*.pdf"))
	if err != nil || len(names) == 0 {
		f.Fatal(names, err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add(built(streamObject("", "q BT /F 1 Tf 1 0 0 1 0 0 Tm [(a)-9(b)] TJ T* (c) ' ET Q /X Do"), plainFont, streamObject("/Subtype/Form", "/X Do")))
	f.Add([]byte("%PDF-1.7\n1 0 obj" + streamObject("/Type/ObjStm/N 3/First 12", "1 0 2 9 3 9 <</A[1 ]>>") + "endobj"))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := Read(data)
		if err != nil {
			if _, ok := err.(*Error); !ok {
				t.Fatalf("%T", err)
			}
			return
		}
		for _, s := range []string{got.Text, got.Heading} {
			if !utf8.ValidString(s) {
				t.Fatalf("not UTF-8: %q", s)
			}
		}
	})
}
