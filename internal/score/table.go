package score

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// WriteTable prints precision, recall and F1 of every row. "officials+" and
// the like ask for more than the row before: the country, who imposes on
// whom, every core slot; "action=" and "status=" are exact shares among the
// events matched; "negatives" is the share of articles without an event in
// which none was found.
func (r Report) WriteTable(w io.Writer) error {
	var out bytes.Buffer
	fmt.Fprintf(&out, "%14s%7s%7s%7s%7s%7s\n", "", "P", "R", "F1", "gold", "pred")
	for _, row := range r.Rows {
		fmt.Fprintf(&out, "%-14s%7.3f%7.3f%7.3f%7d%7d\n", row.Name, row.Precision, row.Recall, row.F1, row.Gold, row.Found)
	}
	return flush(w, &out)
}

// WriteMistakes prints one mistake a line: what, the article's id, the
// event, and for a wrong one what was found instead.
func (r Report) WriteMistakes(w io.Writer) error {
	var out bytes.Buffer
	for _, m := range r.Mistakes {
		event, got := m.Gold, "-"
		if m.What == Extra {
			event = m.Found
		}
		if m.What == Wrong {
			got = compact(m.Found)
		}
		fmt.Fprintf(&out, "%s %s %s | got %s\n", m.What, m.Article, compact(event), got)
	}
	return flush(w, &out)
}

// Row returns the row of a name, and whether there is one.
func (r Report) Row(name string) (Row, bool) {
	for _, row := range r.Rows {
		if row.Name == name {
			return row, true
		}
	}
	return Row{}, false
}

// compact writes an event as JSON with its text unescaped.
func compact(event map[string]any) string {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(event); err != nil {
		return fmt.Sprint(event)
	}
	return string(bytes.TrimSpace(out.Bytes()))
}

func flush(w io.Writer, out *bytes.Buffer) error {
	if _, err := out.WriteTo(w); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}
