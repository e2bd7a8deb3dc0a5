package strictyaml

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// fields maps the YAML names of a struct's fields to their types, and lists
// the names in the order of the struct.
func fields(t reflect.Type) (known map[string]reflect.Type, names []string) {
	known = map[string]reflect.Type{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, inline := fieldName(f)
		switch {
		case name == "-" || !f.IsExported() && !f.Anonymous:
		case inline:
			ft := f.Type
			if ft.Kind() == reflect.Pointer {
				ft = ft.Elem()
			}
			inner, innerNames := fields(ft)
			for k, v := range inner {
				known[k] = v
			}
			names = append(names, innerNames...)
		default:
			known[name] = f.Type
			names = append(names, name)
		}
	}
	return known, names
}

// fieldName follows the library's rule: the yaml tag, else the json tag, else
// the field's name in lower case.
func fieldName(f reflect.StructField) (name string, inline bool) {
	tag := f.Tag.Get("yaml")
	if tag == "" {
		tag = f.Tag.Get("json")
	}
	name, options, _ := strings.Cut(tag, ",")
	if name == "" {
		name = strings.ToLower(f.Name)
	}
	return name, strings.Contains(","+options+",", ",inline,")
}

func keyText(e *ast.MappingValueNode) string {
	if s, ok := e.Key.(*ast.StringNode); ok {
		return s.Value
	}
	return e.Key.GetToken().Value
}

func under(key string) string {
	if key == "" {
		return ""
	}
	return key + ": "
}

// expected names a Go type in the words of someone who writes YAML.
func expected(t reflect.Type) string {
	if t == reflect.TypeFor[time.Duration]() {
		return "a duration such as 30s, 5m or 1h30m"
	}
	switch t.Kind() {
	case reflect.Pointer:
		return expected(t.Elem())
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Slice, reflect.Array:
		return "a list (each item " + expected(t.Elem()) + ")"
	case reflect.Map:
		return "keys with values (each " + expected(t.Elem()) + ")"
	case reflect.Struct:
		_, names := fields(t)
		return "the keys " + strings.Join(names, ", ")
	case reflect.Interface:
		return "a value"
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "a whole number, zero or more"
	default:
		return "a whole number"
	}
}

// found names a node the same way.
func found(n ast.Node) string {
	switch n := n.(type) {
	case *ast.NullNode:
		return "nothing"
	case *ast.StringNode:
		return fmt.Sprintf("the text %q", clipped(n.Value))
	case *ast.LiteralNode:
		return "a block of text"
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return "the number " + n.GetToken().Value + " (quote it to make it text)"
	case *ast.BoolNode:
		return n.GetToken().Value + " (quote it to make it text)"
	case *ast.SequenceNode:
		return "a list"
	case *ast.MappingNode, *ast.MappingValueNode:
		return "keys with values"
	}
	return n.Type().YAMLName()
}

func clipped(s string) string {
	const most = 40
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	return string(r[:most]) + "…"
}

// nearest is the name that two slips, or one for three letters, part from
// the wrong one; "" when none is so close.
func nearest(wrong string, names []string) string {
	best, bestDistance := "", min(max(2, len(wrong)/3), len(wrong)-1)+1
	for _, name := range names {
		if d := distance(wrong, name); d < bestDistance {
			best, bestDistance = name, d
		}
	}
	return best
}

// distance is the Levenshtein distance in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
