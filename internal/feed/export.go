package feed

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tradewire/tradewire/internal/archive"
	"github.com/tradewire/tradewire/internal/event"
)

// eachPage calls show with every page of the events that a request selects.
// An error before the first page is answered; later the connection is cut,
// so that the client does not take a part for the whole.
func (f *feed) eachPage(w http.ResponseWriter, r *http.Request, contentType, name string, show func(io.Writer, []event.Event) error) {
	q, err := f.filters.parse(r.URL.Query(), selecting())
	if err != nil {
		f.fail(w, r, err)
		return
	}
	q.Limit = archive.MaxLimit
	control := http.NewResponseController(w)
	for begun := false; ; begun = true {
		events, next, err := f.Store.Events(r.Context(), q)
		if err != nil && !begun {
			f.fail(w, r, err)
			return
		}
		if !begun {
			w.Header().Set("Content-Type", contentType)
			w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
			w.Header().Set("Cache-Control", "no-store")
		}
		if err == nil {
			// Not every writer has deadlines; then the server's own holds.
			_ = control.SetWriteDeadline(time.Now().Add(writeTimeout))
			err = show(w, events)
		}
		if err != nil {
			f.explain(r, err)
			panic(http.ErrAbortHandler)
		}
		_ = control.Flush() // a hint; what is not flushed is sent at the end
		if q.Cursor = next; next == "" {
			return
		}
	}
}

func (f *feed) ndjson(w http.ResponseWriter, r *http.Request) {
	f.eachPage(w, r, "application/x-ndjson; charset=utf-8", "events.ndjson", func(w io.Writer, events []event.Event) error {
		lines := json.NewEncoder(w)
		for _, e := range events {
			if err := lines.Encode(e); err != nil {
				return err
			}
		}
		return nil
	})
}

func (f *feed) csv(w http.ResponseWriter, r *http.Request) {
	slots := f.slotColumns()
	begun := false
	f.eachPage(w, r, "text/csv; charset=utf-8; header=present", "events.csv", func(w io.Writer, events []event.Event) error {
		table := csv.NewWriter(w)
		table.UseCRLF = true
		if !begun {
			begun = true
			if err := table.Write(slices.Concat(firstColumns(), slots, lastColumns())); err != nil {
				return err
			}
		}
		for _, e := range events {
			cells, err := cellsOf(e, slots)
			if err != nil {
				return err
			}
			if err := table.Write(cells); err != nil {
				return err
			}
		}
		table.Flush()
		return table.Error()
	})
}

func firstColumns() []string {
	return []string{"id", "rev", "family", "kind", "published", "known_since", "factuality", "confidence"}
}

func lastColumns() []string {
	return []string{"other_slots", "evidence", "sources", "publisher", "title", "url", "article", "rule"}
}

// slotColumns are the slots of all kinds, in the order the kinds name them.
func (f *feed) slotColumns() []string {
	var out []string
	for _, k := range f.Kinds {
		for _, s := range k.Slots {
			taken := slices.Contains(firstColumns(), s.Name) || slices.Contains(lastColumns(), s.Name)
			if !taken && !slices.Contains(out, s.Name) {
				out = append(out, s.Name)
			}
		}
	}
	return out
}

// cellsOf is the row of an event. Of several sources the first is named, and
// all are counted.
func cellsOf(e event.Event, slots []string) ([]string, error) {
	known := ""
	if !e.Known.IsZero() {
		known = e.Known.UTC().Format(time.RFC3339)
	}
	row := []string{cell(e.ID), strconv.Itoa(e.Rev), cell(e.Family), cell(e.Kind), cell(e.Published), known, cell(e.Factuality), decimal(e.Confidence)}
	other := maps.Clone(e.Slots)
	for _, name := range slots {
		row = append(row, cell(slotCell(e.Slots[name])))
		delete(other, name)
	}
	otherText := ""
	if len(other) > 0 {
		body, err := json.Marshal(other)
		if err != nil {
			return nil, err
		}
		otherText = string(body)
	}
	var first event.Source
	var passages []string
	for i, s := range e.Sources {
		if i == 0 {
			first = s
		}
		for _, p := range s.Evidence {
			passages = append(passages, p.Text)
		}
	}
	return append(row, cell(otherText), cell(strings.Join(passages, " … ")), strconv.Itoa(len(e.Sources)),
		cell(first.Publisher), cell(first.Title), cell(first.URL), cell(first.Article), cell(e.Rule)), nil
}

// slotCell keeps closed values and codes as they are, parted by "; ".
func slotCell(v event.Value) string {
	switch {
	case len(v.Rates) > 0:
		return valueText(v)
	case len(v.List) > 0:
		return strings.Join(v.List, "; ")
	}
	return v.Text
}

// cell makes text safe for a spreadsheet: one that would be read as a formula
// gets a leading apostrophe (OWASP, CSV injection). Numbers do not pass here.
func cell(s string) string {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(s, " \u00a0"))
	if s != "" && strings.ContainsRune("=+-@＝＋－＠\t\r\n\x00", first) {
		return "'" + s
	}
	return s
}
