package strictyaml

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Decode reads the one YAML document in data into the pointer into. Fields
// are named by their yaml tag, else by their lower-case name. The problems
// are all that were found, in order of line; into is filled as far as they
// allow, so that a caller can go on to check what the values mean.
func Decode(file string, data []byte, into any) Problems {
	target := reflect.TypeOf(into)
	if target == nil || target.Kind() != reflect.Pointer {
		return Problems{{File: file, Message: fmt.Sprintf("cannot decode into %T: not a pointer", into)}}
	}
	body, problems := parse(file, data)
	if body == nil {
		if len(problems) == 0 {
			problems = Problems{{File: file, Line: 1, Column: 1, Message: "file is empty: expected " + expected(target.Elem())}}
		}
		return problems
	}
	c := &checker{file: file, anchors: map[string]ast.Node{}, problems: problems}
	ast.Walk(anchorVisitor{c.anchors}, body)
	c.value(body, target.Elem(), "")
	if c.endless {
		return c.problems.Sorted()
	}
	err := yaml.UnmarshalWithOptions(data, into, yaml.AllowDuplicateMapKey())
	if err != nil && len(c.problems) == 0 {
		c.problems = append(c.problems, fromError(file, err))
	}
	return c.problems.Sorted()
}

// parse returns the body of the only document; nil when there is none.
func parse(file string, data []byte) (ast.Node, Problems) {
	tree, err := parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return nil, Problems{fromError(file, err)}
	}
	var body ast.Node
	for _, doc := range tree.Docs {
		switch {
		case doc.Body == nil || doc.Body.Type() == ast.CommentType || doc.Body.Type() == ast.DirectiveType:
		case body == nil:
			body = doc.Body
		default:
			return body, Problems{problemAt(file, doc.Body, "expected one YAML document in the file, found another")}
		}
	}
	return body, nil
}

// fromError keeps the position and the short message of a parser's error.
func fromError(file string, err error) Problem {
	var placed yaml.Error
	if errors.As(err, &placed) && placed.GetToken() != nil {
		return problem(file, placed.GetToken(), placed.GetMessage())
	}
	return Problem{File: file, Message: err.Error()}
}

func problem(file string, at *token.Token, message string) Problem {
	p := Problem{File: file, Line: 1, Column: 1, Message: message}
	if at != nil && at.Position != nil {
		p.Line, p.Column = at.Position.Line, at.Position.Column
	}
	return p
}

func problemAt(file string, n ast.Node, message string) Problem {
	return problem(file, start(n), message)
}

// start is the first token of a node: of a mapping its first key, where the
// library names the colon.
func start(n ast.Node) *token.Token {
	switch n := n.(type) {
	case *ast.MappingNode:
		if len(n.Values) > 0 && !n.IsFlowStyle {
			return n.Values[0].Key.GetToken()
		}
		return n.Start
	case *ast.MappingValueNode:
		return n.Key.GetToken()
	default:
		return n.GetToken()
	}
}

// anchorVisitor gathers what each &anchor names.
type anchorVisitor struct{ found map[string]ast.Node }

func (v anchorVisitor) Visit(n ast.Node) ast.Visitor {
	if a, ok := n.(*ast.AnchorNode); ok {
		v.found[a.Name.GetToken().Value] = a.Value
	}
	return v
}
