package event

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Breaks compares two versions of one of our JSON Schemas and tells, with a
// sentence each, what a change within v1 may not do: refuse what was valid,
// or stop to guarantee what consumers could rely on. Members, kinds and values
// may be added; none may go, change its type or become required. An error
// says which of the two is no schema.
func Breaks(old, now []byte) ([]string, error) {
	c := &comparison{}
	for _, side := range []struct {
		body []byte
		into *map[string]any
		name string
	}{{old, &c.old, "old"}, {now, &c.now, "new"}} {
		if err := json.Unmarshal(side.body, side.into); err != nil {
			return nil, fmt.Errorf("read %s schema: %w", side.name, err)
		}
	}
	c.schema("", c.old, c.now)
	slices.Sort(c.breaks)
	return slices.Compact(c.breaks), nil
}

type comparison struct {
	old, now map[string]any
	breaks   []string
}

func (c *comparison) broken(path, format string, args ...any) {
	if path == "" {
		path = "/"
	}
	c.breaks = append(c.breaks, path+": "+fmt.Sprintf(format, args...))
}

// schema compares two schemas, or parts of them, keyword by keyword.
func (c *comparison) schema(path string, old, now map[string]any) {
	for _, keyword := range slices.Sorted(maps.Keys(old)) {
		c.keyword(path, keyword, old[keyword], now[keyword])
	}
	for _, keyword := range slices.Sorted(maps.Keys(now)) {
		if _, ok := old[keyword]; !ok && !annotation(keyword) && keyword != "$defs" && keyword != "required" {
			c.broken(path, "%s is asked for, and was not", keyword)
		}
	}
	if _, ok := old["required"]; !ok && now["required"] != nil {
		c.required(path, nil, stringsOf(now["required"]))
	}
}

// annotation reports that a keyword does not bear on what is valid.
func annotation(keyword string) bool {
	return slices.Contains([]string{"$schema", "$id", "title", "description", "examples", "default"}, keyword)
}

func (c *comparison) keyword(path, keyword string, old, now any) {
	switch keyword {
	case "$schema", "$id", "title", "description", "examples", "default":
	case "properties", "$defs":
		c.members(path+"/"+keyword, objectOf(old), objectOf(now))
	case "required":
		c.required(path, stringsOf(old), stringsOf(now))
	case "enum":
		for _, v := range stringsOf(old) {
			if !slices.Contains(stringsOf(now), v) {
				c.broken(path, "the value %q is gone", v)
			}
		}
	case "items", "propertyNames":
		c.schema(path+"/"+keyword, objectOf(old), objectOf(now))
	case "additionalProperties":
		if part, ok := old.(map[string]any); ok {
			c.schema(path+"/"+keyword, part, objectOf(now))
		} else if fmt.Sprint(old) != fmt.Sprint(now) {
			c.broken(path, "additionalProperties was %v and is %v", old, now)
		}
	case "allOf":
		c.branches(path+"/allOf", old, now)
	case "minLength", "minItems", "minimum", "exclusiveMinimum":
		if was, is := numberOf(old), numberOf(now); is > was {
			c.broken(path, "%s was %v and is %v", keyword, was, is)
		}
	default: // type, const, pattern, format, maximum and what we do not use yet
		if fmt.Sprint(old) != fmt.Sprint(now) {
			c.broken(path, "%s was %v and is %v", keyword, old, now)
		}
	}
}

func (c *comparison) members(path string, old, now map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(old)) {
		if _, ok := now[name]; !ok {
			c.broken(path+"/"+name, "it is gone")
			continue
		}
		c.schema(path+"/"+name, objectOf(old[name]), objectOf(now[name]))
	}
}

func (c *comparison) required(path string, old, now []string) {
	for _, name := range now {
		if !slices.Contains(old, name) {
			c.broken(path, "%s is required, and was not", name)
		}
	}
	for _, name := range old {
		if !slices.Contains(now, name) {
			c.broken(path, "%s is no longer required: consumers rely on it", name)
		}
	}
}

// branches compares the conditions of allOf: each that was there has to be
// there still. Those of new kinds are added.
func (c *comparison) branches(path string, old, now any) {
	texts := func(list any) map[string]bool {
		out := map[string]bool{}
		items, _ := list.([]any)
		for _, item := range items {
			out[fmt.Sprint(item)] = true // maps print in order of their keys
		}
		return out
	}
	still := texts(now)
	for _, text := range slices.Sorted(maps.Keys(texts(old))) {
		if !still[text] {
			c.broken(path, "the condition %s is gone", text)
		}
	}
}

func objectOf(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

func stringsOf(v any) []string {
	items, _ := v.([]any)
	var out []string
	for _, item := range items {
		out = append(out, fmt.Sprint(item))
	}
	return out
}

func numberOf(v any) float64 {
	n, _ := v.(float64)
	return n
}
