package strictyaml

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// At is a problem at a path of the file, for faults of meaning that Decode
// cannot know. A path is "$.sources[0].url"; a key that holds a dot or a
// bracket stands in brackets and quotes ("$.rules['a.b']"). Where the path
// leads nowhere (a missing key), the position is that of its nearest parent.
func At(file string, data []byte, path string, format string, args ...any) Problem {
	message := fmt.Sprintf(format, args...)
	body, _ := parse(file, data)
	if body == nil {
		return Problem{File: file, Line: 1, Column: 1, Message: message}
	}
	c := &checker{file: file, anchors: map[string]ast.Node{}}
	ast.Walk(anchorVisitor{c.anchors}, body)
	place := start(body)
	for _, step := range steps(path) {
		key, next := c.step(body, step)
		if next == nil {
			break
		}
		place, body = start(next), next
		if key != nil && !isScalar(next) {
			place = key.GetToken()
		}
	}
	return problem(file, place, message)
}

// step goes one key or index down; key is nil for an item of a list.
func (c *checker) step(n ast.Node, step string) (key, value ast.Node) {
	n = c.plain(n)
	if n == nil {
		return nil, nil
	}
	if list, ok := n.(*ast.SequenceNode); ok {
		i, err := strconv.Atoi(step)
		if err != nil || i < 0 || i >= len(list.Values) {
			return nil, nil
		}
		return nil, list.Values[i]
	}
	members, _ := entries(n)
	for _, e := range members {
		if keyText(e) == step {
			return e.Key, e.Value
		}
	}
	return nil, nil
}

func isScalar(n ast.Node) bool {
	_, ok := n.(ast.ScalarNode)
	return ok && n.Type() != ast.NullType
}

// steps cuts "$.a[0]['b.c']" into a, 0, b.c.
func steps(path string) []string {
	var out []string
	rest := strings.TrimPrefix(path, "$")
	for rest != "" {
		var step string
		switch {
		case strings.HasPrefix(rest, "['"):
			step, rest, _ = strings.Cut(rest[2:], "']")
		case rest[0] == '[':
			step, rest, _ = strings.Cut(rest[1:], "]")
		default:
			rest = strings.TrimPrefix(rest, ".")
			end := strings.IndexAny(rest, ".[")
			if end < 0 {
				end = len(rest)
			}
			step, rest = rest[:end], rest[end:]
		}
		out = append(out, step)
	}
	return out
}
