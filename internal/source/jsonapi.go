package source

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// readJSON reads a JSON answer with the source's field paths.
func readJSON(fields JSONFields, contentType string, body []byte) (raw, error) {
	dec := json.NewDecoder(bytes.NewReader(cleanXML(contentType, body)))
	dec.UseNumber()
	var answer any
	if err := dec.Decode(&answer); err != nil {
		return raw{}, fmt.Errorf("parse JSON: %w", err)
	}
	list, ok := follow(answer, fields.Items).([]any)
	if !ok {
		return raw{}, fmt.Errorf("json.items %q leads to no list", fields.Items)
	}
	var found raw
	missing := map[string]int{}
	text := func(item any, name, path string) string {
		if path == "" {
			return ""
		}
		s := textOf(follow(item, path))
		if s == "" {
			missing[name]++
		}
		return s
	}
	for _, entry := range list {
		found.items = append(found.items, Item{
			URL:       firstOf(text(entry, "url", fields.URL), "about:none"),
			Title:     plain(text(entry, "title", fields.Title), maxTitle),
			Published: parseDate(text(entry, "date", fields.Date), fields.DateFormat),
			Summary:   plain(text(entry, "summary", fields.Summary), maxSummary),
		})
	}
	for _, name := range []string{"url", "title", "date"} {
		if n := missing[name]; n > 0 && n == len(list) {
			found.mismatches = append(found.mismatches, fmt.Sprintf("json.%s leads to nothing in %d entries", name, n))
		}
	}
	if n := missing["summary"]; n > 0 && n == len(list) { // some have none
		found.problems = append(found.problems, fmt.Sprintf("json.summary leads to nothing in %d entries", n))
	}
	if next := textOf(follow(answer, fields.Next)); fields.Next != "" && next != "" {
		found.more = []string{next}
	}
	return found, nil
}

// follow walks a path; nil when it leads nowhere. The empty path is v.
func follow(v any, path string) any {
	if path == "" {
		return v
	}
	for step := range strings.SplitSeq(path, ".") {
		switch at := v.(type) {
		case map[string]any:
			v = at[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(at) {
				return nil
			}
			v = at[i]
		default:
			return nil
		}
	}
	return v
}

func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(v)
	case json.Number:
		return v.String()
	}
	return ""
}

// checkPath says what is wrong with a field path; nil for a good one.
func checkPath(path string) error {
	for step := range strings.SplitSeq(path, ".") {
		if strings.TrimSpace(step) != step || step == "" {
			return errors.New("expected keys and list indexes joined by single dots, such as results.0.title")
		}
	}
	return nil
}
