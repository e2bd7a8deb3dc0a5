package strictyaml

import (
	"encoding"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// maxDepth and maxNodes bound the walk, so that an alias that holds itself,
// or doubles itself, ends.
const (
	maxDepth = 100
	maxNodes = 2_000_000
)

// checker walks a document beside the Go type it is to fill.
type checker struct {
	file     string
	anchors  map[string]ast.Node
	problems Problems
	depth    int
	nodes    int
	endless  bool
}

func (c *checker) add(n ast.Node, format string, args ...any) {
	c.problems = append(c.problems, problemAt(c.file, n, fmt.Sprintf(format, args...)))
}

// value checks n, which stands under key ("" for the document), against t.
func (c *checker) value(n ast.Node, t reflect.Type, key string) {
	if c.endless {
		return
	}
	c.depth++
	c.nodes++
	defer func() { c.depth-- }()
	if c.depth > maxDepth || c.nodes > maxNodes {
		c.endless = true
		c.add(n, "%snested deeper than %d levels, or aliases that multiply", under(key), maxDepth)
		return
	}
	n = c.plain(n)
	if n == nil {
		return
	}
	if t.Kind() == reflect.Pointer {
		if n.Type() != ast.NullType {
			c.value(n, t.Elem(), key)
		}
		return
	}
	if decodesItself(t) {
		c.custom(n, t, key)
		return
	}
	switch t.Kind() {
	case reflect.Interface:
	case reflect.Struct:
		c.structure(n, t, key)
	case reflect.Map:
		c.mapping(n, t, key)
	case reflect.Slice, reflect.Array:
		c.list(n, t, key)
	default:
		c.scalar(n, t, key)
	}
}

// plain strips anchors and tags and follows aliases.
func (c *checker) plain(n ast.Node) ast.Node {
	for range maxDepth {
		switch v := n.(type) {
		case *ast.AnchorNode:
			n = v.Value
		case *ast.TagNode:
			n = v.Value
		case *ast.AliasNode:
			name := v.Value.GetToken().Value
			named, ok := c.anchors[name]
			if !ok {
				c.add(v, "alias *%s names no anchor of this file", name)
				return nil
			}
			n = named
		default:
			return n
		}
	}
	c.add(n, "alias refers to itself")
	return nil
}

// entries of a mapping; ok is false when n is none.
func entries(n ast.Node) (list []*ast.MappingValueNode, ok bool) {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	}
	return nil, false
}

func (c *checker) structure(n ast.Node, t reflect.Type, key string) {
	list, ok := entries(n)
	if !ok {
		c.wrong(n, t, key)
		return
	}
	known, names := fields(t)
	seen := map[string]int{}
	for _, e := range list {
		name := keyText(e)
		if e.Key.IsMergeKey() {
			c.value(e.Value, t, key)
			continue
		}
		if c.twice(e, name, seen) {
			continue
		}
		field, ok := known[name]
		if !ok {
			c.unknown(e, name, names)
			continue
		}
		c.value(e.Value, field, name)
	}
}

func (c *checker) mapping(n ast.Node, t reflect.Type, key string) {
	if n.Type() == ast.NullType {
		return
	}
	list, ok := entries(n)
	if !ok {
		c.wrong(n, t, key)
		return
	}
	seen := map[string]int{}
	for _, e := range list {
		name := keyText(e)
		if e.Key.IsMergeKey() {
			c.value(e.Value, t, key)
			continue
		}
		if !c.twice(e, name, seen) {
			c.value(e.Value, t.Elem(), name)
		}
	}
}

func (c *checker) list(n ast.Node, t reflect.Type, key string) {
	if n.Type() == ast.NullType {
		return
	}
	items, ok := n.(*ast.SequenceNode)
	if !ok {
		c.wrong(n, t, key)
		return
	}
	if t.Kind() == reflect.Array && len(items.Values) != t.Len() {
		c.add(n, "%sexpected %d items, found %d", under(key), t.Len(), len(items.Values))
	}
	for _, item := range items.Values {
		c.value(item, t.Elem(), key)
	}
}

func (c *checker) scalar(n ast.Node, t reflect.Type, key string) {
	if !fits(n, t) {
		c.wrong(n, t, key)
	}
}

// fits says whether a scalar node can stand where t is wanted. Text wants
// quotes around what YAML reads as a number or a boolean: 0201 would lose its
// zero, 1.10 its last digit.
func fits(n ast.Node, t reflect.Type) bool {
	if t == reflect.TypeFor[time.Duration]() {
		s, ok := n.(*ast.StringNode)
		if !ok {
			return false
		}
		_, err := time.ParseDuration(s.Value)
		return err == nil
	}
	switch t.Kind() {
	case reflect.String:
		return n.Type() == ast.StringType || n.Type() == ast.LiteralType
	case reflect.Bool:
		return n.Type() == ast.BoolType
	case reflect.Float32, reflect.Float64:
		return n.Type() == ast.FloatType || n.Type() == ast.IntegerType
	}
	whole, ok := n.(*ast.IntegerNode)
	return ok && inRange(whole.Value, t)
}

func inRange(value any, t reflect.Type) bool {
	zero := reflect.Zero(t)
	switch v := value.(type) {
	case int64:
		if zero.CanInt() {
			return !zero.OverflowInt(v)
		}
		return zero.CanUint() && v >= 0 && !zero.OverflowUint(uint64(v))
	case uint64:
		if zero.CanInt() {
			return v <= math.MaxInt64 && !zero.OverflowInt(int64(v))
		}
		return zero.CanUint() && !zero.OverflowUint(v)
	}
	return false
}

// custom lets a type that unmarshals itself judge its node.
func (c *checker) custom(n ast.Node, t reflect.Type, key string) {
	err := yaml.NodeToValue(n, reflect.New(t).Interface(), yaml.Strict())
	if err == nil {
		return
	}
	var placed yaml.Error
	if errors.As(err, &placed) {
		c.add(n, "%s%s", under(key), placed.GetMessage())
		return
	}
	c.add(n, "%s%s", under(key), err)
}

func decodesItself(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return p.Implements(reflect.TypeFor[yaml.BytesUnmarshaler]()) ||
		p.Implements(reflect.TypeFor[yaml.InterfaceUnmarshaler]()) ||
		p.Implements(reflect.TypeFor[yaml.NodeUnmarshaler]()) ||
		p.Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

func (c *checker) twice(e *ast.MappingValueNode, name string, seen map[string]int) bool {
	line, again := seen[name]
	if again {
		c.add(e, "key %q is given twice (first on line %d)", name, line)
		return true
	}
	seen[name] = e.Key.GetToken().Position.Line
	return false
}

func (c *checker) unknown(e *ast.MappingValueNode, name string, names []string) {
	hint := ""
	if near := nearest(name, names); near != "" {
		hint = fmt.Sprintf(" (did you mean %q?)", near)
	}
	c.add(e, "unknown key %q%s: expected one of %s", name, hint, strings.Join(names, ", "))
}

func (c *checker) wrong(n ast.Node, t reflect.Type, key string) {
	c.add(n, "%sexpected %s, found %s", under(key), expected(t), found(n))
}
