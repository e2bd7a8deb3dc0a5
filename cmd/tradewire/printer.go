package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/ops"
)

// printer shows events to people: what is claimed, the sentence behind it,
// and who published it. It colours on a terminal, unless NO_COLOR is set.
type printer struct {
	out    io.Writer
	kinds  map[string]event.Kind
	colour bool
}

func newPrinter(out io.Writer, kinds []event.Kind) *printer {
	p := &printer{out: out, kinds: map[string]event.Kind{}, colour: ops.IsTerminal(out) && os.Getenv("NO_COLOR") == ""}
	for _, k := range kinds {
		p.kinds[k.Name] = k
	}
	return p
}

// ANSI styles.
const (
	bold  = "1"
	dim   = "2"
	green = "32"
)

func (p *printer) style(code, text string) string {
	if !p.colour || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// event prints one event in three lines. A failure to print is the reader's.
func (p *printer) event(e event.Event) {
	mark := ""
	if e.Op != event.OpCreate {
		mark = " " + e.Op
	}
	fmt.Fprintf(p.out, "%s%s  %s\n", p.style(bold+";"+green, e.Kind), mark, p.slots(e))
	for _, s := range e.Sources {
		for _, evidence := range s.Evidence {
			fmt.Fprintf(p.out, "  “%s”\n", oneLine(evidence.Text))
		}
		fmt.Fprintln(p.out, p.style(dim, "  — "+origin(s)))
	}
	fmt.Fprintln(p.out)
}

// slots lists what was said, in the order of the kind.
func (p *printer) slots(e event.Event) string {
	var parts []string
	for _, s := range p.kinds[e.Kind].Slots {
		if v := e.Slots[s.Name]; !v.Empty() {
			parts = append(parts, p.style(dim, s.Name+"=")+oneLine(said(v)))
		}
	}
	if e.Factuality != "" && e.Factuality != "asserted" {
		parts = append(parts, p.style(dim, e.Factuality))
	}
	return strings.Join(parts, " ")
}

func said(v event.Value) string {
	switch {
	case v.Text != "":
		if strings.Contains(v.Text, " ") {
			return strconv.Quote(v.Text)
		}
		return v.Text
	case len(v.List) > 0:
		return strings.Join(v.List, ",")
	}
	var rates []string
	for _, r := range v.Rates {
		rates = append(rates, rate(r))
	}
	return strings.Join(rates, ",")
}

func rate(r event.Rate) string {
	var s string
	switch {
	case r.Value != nil:
		s = number(*r.Value)
	case r.Min != nil && r.Max != nil:
		s = number(*r.Min) + "-" + number(*r.Max)
	}
	if r.Unit == "percent" || r.Unit == "" {
		s += "%"
	} else {
		s += " " + r.Unit
	}
	if r.Qualifier != "" && r.Qualifier != "exact" && r.Qualifier != "between" {
		s = strings.ReplaceAll(r.Qualifier, "_", " ") + " " + s
	}
	return s
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// origin is who published an article, when and under which title.
func origin(s event.Source) string {
	parts := []string{s.Publisher}
	if day, _, _ := strings.Cut(s.Published, "T"); day != "" {
		parts = append(parts, day)
	}
	if s.Title != "" {
		parts = append(parts, oneLine(s.Title))
	}
	if s.Publisher == "" {
		parts = parts[1:]
	}
	if len(parts) == 0 {
		return s.Article
	}
	return strings.Join(parts, ", ")
}

// oneLine also drops control characters: text of the web must not steer a
// terminal.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f && r <= 0xa0 }), " ")
}
