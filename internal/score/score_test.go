package score

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"
)

// read parses lines of a test's own.
func read(t *testing.T, lines string) []Record {
	t.Helper()
	records, err := Read("test", strings.NewReader(lines))
	if err != nil {
		t.Fatal(err)
	}
	return records
}

// golden is one article of each kind of outcome; its table is worked out by hand below.
const (
	goldenGold = `
{"id":"a","officials":[{"name":"Ana Maria Ruiz","country":"MX"},{"name":"Tom Hall","country":"GB"}],
 "rates":[{"value":25,"by":["US"],"on":["MX"]},{"min":5,"max":10}],"sectors":["steel","dairy"],
 "events":[{"kind":"measure","instrument":"tariff","action":"raise","by":["US"],"on":["MX"],"status":"announced"},
  {"kind":"measure","instrument":"tariff","action":"impose","by":["MX"],"on":["US"],"status":"threatened"},
  {"kind":"stance","holder":"MX","position":"oppose","target":"the new steel tariffs"}]}
{"id":"b","officials":[],"rates":[],"sectors":[],"events":[]}
{"id":"c","officials":[],"rates":[],"sectors":["gems"],"events":[]}
{"id":"d","events":[{"kind":"dispute","complainant":"CN","respondent":"EU","status":"filed"}]}
`
	goldenFound = `
{"article":{"id":"a"},"mentions":{"officials":[{"name":"Ruiz","country":"MX"},{"name":"Hall","country":"US"},{"name":"Joan Poe"}],
 "rates":[{"value":25.0,"by":["US"],"on":["CA"]},{"min":5,"max":10,"by":["JP"]}],"sectors":[{"code":"steel"},{"code":"toys"}]},
 "events":[{"kind":"measure","instrument":"tariff","action":"impose","by":["US"],"on":["MX"],"status":"in_force","confidence":0.9},
  {"kind":"measure","instrument":"tariff","action":"impose","by":["MX"],"on":["US"],"status":"announced","confidence":0.85},
  {"kind":"stance","holder":"CN","speaker":"Lin","position":"oppose","target":"steel tariffs","confidence":0.35}]}
{"article":{"id":"b"},"mentions":{"officials":[],"rates":[],"sectors":[]},"events":[{"kind":"rumour"}]}
{"article":{"id":"x"},"mentions":{"sectors":[{"code":"media"}]},"events":[]}
`
)

// joined puts each golden record on one line.
func joined(s string) string { return strings.ReplaceAll(s, "\n ", " ") }

// The officials of "a": both names match (a name's words within the
// other's), one country differs, one find too many. Rates: both match, one
// is on somebody else. Measures: the first is whole, because raise and impose
// are one group, as are announced and in_force; the second is only planned
// in the label. The stance has another holder; "rumour" is no kind; "b" and
// "c" have no event and "b" was not silent; "d" was not found at all.
const goldenTable = `                    P      R     F1   gold   pred
officials       0.667  1.000  0.800      2      3
officials+      0.333  0.500  0.400      2      3
rates           1.000  1.000  1.000      2      2
rates+          0.500  0.500  0.500      2      2
sectors         0.500  0.333  0.400      3      2
events          0.500  0.500  0.500      4      4
events+         0.250  0.250  0.250      4      4
action=         0.500  0.500  0.500      2      2
status=         0.000  0.000  0.000      2      2
dispute         0.000  0.000  0.000      1      0
dispute+        0.000  0.000  0.000      1      0
measure         1.000  1.000  1.000      2      2
measure+        0.500  0.500  0.500      2      2
negatives       0.500  0.500  0.500      2      2
stance          0.000  0.000  0.000      1      1
stance+         0.000  0.000  0.000      1      1
`

func TestGoldenTable(t *testing.T) {
	report := Compare(read(t, joined(goldenGold)), read(t, joined(goldenFound)))
	var table bytes.Buffer
	if err := report.WriteTable(&table); err != nil {
		t.Fatal(err)
	}
	if table.String() != goldenTable {
		t.Errorf("got\n%s\nwant\n%s", table.String(), goldenTable)
	}
}

func TestGoldenMistakes(t *testing.T) {
	report := Compare(read(t, joined(goldenGold)), read(t, joined(goldenFound)))
	var got []string
	for _, m := range report.Mistakes {
		got = append(got, m.What+" "+m.Article+" "+m.Kind)
	}
	want := "wrong a measure; missed a stance; extra a stance; extra b rumour; missed d dispute"
	if strings.Join(got, "; ") != want {
		t.Errorf("got %q, want %q", strings.Join(got, "; "), want)
	}
	var text bytes.Buffer
	if err := report.WriteMistakes(&text); err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(text.String(), "\n")
	if !strings.HasPrefix(line, `wrong a {"action":"impose","by":["MX"]`) || !strings.Contains(line, `| got {"action":"impose"`) {
		t.Errorf("the first mistake is printed as %q", line)
	}
}

func TestReliability(t *testing.T) {
	report := Compare(read(t, joined(goldenGold)), read(t, joined(goldenFound)))
	got := report.Reliability()
	want := []Bucket{
		{From: 0.3, To: 0.4, Count: 1, Mean: 0.35},
		{From: 0.8, To: 0.9, Count: 2, Mean: 0.875, Right: 1, Whole: 0.5},
	}
	if len(got) != len(want) || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if e := report.CalibrationError(); e < 0.1999 || e > 0.2001 { // (0.35 + 2 × 0.125) / 3
		t.Errorf("calibration error %.4f, want 0.2", e)
	}
}

func TestReliabilityBounds(t *testing.T) {
	report := Report{Judged: []Judged{{Confidence: 0}, {Confidence: 0.1}, {Confidence: 0.3}, {Confidence: 1}, {Confidence: 2}}}
	var counts []int
	var from []float64
	for _, b := range report.Reliability() {
		counts, from = append(counts, b.Count), append(from, b.From)
	}
	if len(from) != 3 || from[0] != 0 || from[1] != 0.2 || from[2] != 0.9 || counts[0] != 2 || counts[2] != 2 {
		t.Errorf("got %v from %v", counts, from)
	}
}

func TestReadNamesEveryBadLine(t *testing.T) {
	in := `{"id":"a","events":[]}
{"id":
{"events":[]}

{"id":"b","officials":[3],"rates":{"value":1},"sectors":[["x"]]}
{"id":"c"} {"id":"d"}
[]
{"id":7,"sectors":["Steel"]}`
	records, err := Read("gold.jsonl", strings.NewReader(in))
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		"gold.jsonl:2: read record: unexpected EOF", `gold.jsonl:3: read record: no "id"`, "gold.jsonl:5: officials[0] is no object",
		"rates is no list", "sectors[0] is neither", "gold.jsonl:6: read record: more than one value", "gold.jsonl:7: read record",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error lacks %q:\n%v", want, err)
		}
	}
	if len(records) != 2 || records[1].ID != "7" || records[1].Sectors[0] != "steel" {
		t.Errorf("the good lines gave %+v", records)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, os.ErrClosed }

func TestReadReportsInputErrors(t *testing.T) {
	if _, err := ReadGold(broken{}); !errors.Is(err, os.ErrClosed) {
		t.Errorf("got %v", err)
	}
}

func TestLaterRecordStands(t *testing.T) {
	records := read(t, `{"id":"a","sectors":["toys"]}`+"\n"+`{"id":"b"}`+"\n"+`{"id":"a","sectors":["gems"]}`)
	if len(records) != 2 || records[0].ID != "a" || records[0].Sectors[0] != "gems" {
		t.Errorf("got %+v", records)
	}
}
