// Package score compares extracted trade events with labelled records: a
// port of the evaluation set's score.py, whose rules follow EVENTS.md. It is
// pure; equal input gives equal tables.
package score

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Record is what is known, or was found, of one article. The members keep
// their JSON form (numbers as json.Number), because a label may hold any
// slot that EVENTS.md knows now or later.
type Record struct {
	ID        string
	Officials []map[string]any
	Rates     []map[string]any
	Sectors   []string
	Events    []map[string]any
}

// Read takes one record a line, in either form: a label {"id","officials",
// "rates","sectors","events"}, or what `tradewire extract` prints, with the
// id under "article" and the three lists under "mentions". Blank lines are
// skipped. When an id comes twice the later record stands, in the earlier's
// place. file only names the input in errors; every bad line gives one
// ("file:line: …"), all joined, beside the records that could be read.
func Read(file string, r io.Reader) ([]Record, error) {
	var records []Record
	var problems []error
	place := map[string]int{}
	lines := bufio.NewReader(r)
	for number := 1; ; number++ {
		line, err := lines.ReadBytes('\n')
		if err != nil && err != io.EOF {
			return records, fmt.Errorf("read %s: %w", file, err)
		}
		if number == 1 {
			line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
		}
		if len(bytes.TrimSpace(line)) > 0 {
			record, bad := parse(line)
			if bad != nil {
				problems = append(problems, fmt.Errorf("%s:%d: %w", file, number, bad))
			} else if at, again := place[record.ID]; again {
				records[at] = record
			} else {
				place[record.ID] = len(records)
				records = append(records, record)
			}
		}
		if err == io.EOF {
			return records, errors.Join(problems...)
		}
	}
}

// ReadGold is Read for labels of no particular file.
func ReadGold(r io.Reader) ([]Record, error) { return Read("gold", r) }

// parse reads one line.
func parse(line []byte) (Record, error) {
	var object map[string]any
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.UseNumber()
	if err := decoder.Decode(&object); err != nil {
		return Record{}, fmt.Errorf("read record: %w", err)
	}
	if decoder.More() {
		return Record{}, errors.New("read record: more than one value on the line")
	}
	id := object["id"]
	if !truthy(id) {
		article, _ := object["article"].(map[string]any)
		id = article["id"]
	}
	if !truthy(id) {
		return Record{}, errors.New(`read record: no "id", and none under "article"`)
	}
	mentions, _ := object["mentions"].(map[string]any)
	if len(mentions) == 0 {
		mentions = object
	}
	return build(text(id), mentions, object)
}

// build checks the lists of a record.
func build(id string, mentions, object map[string]any) (Record, error) {
	record := Record{ID: id}
	var problems []error
	record.Officials, problems = objects(mentions, "officials", problems)
	record.Rates, problems = objects(mentions, "rates", problems)
	record.Events, problems = objects(object, "events", problems)
	sectors, problems := list(mentions, "sectors", problems)
	for i, sector := range sectors {
		switch sector := sector.(type) {
		case string:
			record.Sectors = append(record.Sectors, lower(sector))
		case map[string]any:
			record.Sectors = append(record.Sectors, lower(text(sector["code"])))
		default:
			problems = append(problems, fmt.Errorf("sectors[%d] is neither a code nor an object with one", i))
		}
	}
	return record, errors.Join(problems...)
}

// objects returns the list under name, each item an object.
func objects(from map[string]any, name string, problems []error) ([]map[string]any, []error) {
	items, problems := list(from, name, problems)
	var out []map[string]any
	for i, item := range items {
		object, isObject := item.(map[string]any)
		if !isObject {
			problems = append(problems, fmt.Errorf("%s[%d] is no object", name, i))
			continue
		}
		out = append(out, object)
	}
	return out, problems
}

// list returns the list under name; nothing said is an empty one.
func list(from map[string]any, name string, problems []error) ([]any, []error) {
	value := from[name]
	items, isList := value.([]any)
	if !isList && truthy(value) {
		problems = append(problems, fmt.Errorf("%s is no list", name))
	}
	return items, problems
}
