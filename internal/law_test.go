package internal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/tradewire/tradewire/"

// source is one parsed Go file; dir and name are relative to the repository.
type source struct {
	dir, name string
	file      *ast.File
	set       *token.FileSet
	lines     int
	test      bool
}

func (s source) path() string { return path.Join(s.dir, s.name) }

// sources parses every Go file of the repository.
func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	root := ".."
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && strings.HasPrefix(d.Name(), ".") && d.Name() != ".." {
			return filepath.SkipDir
		}
		if d.IsDir() || filepath.Ext(p) != ".go" {
			return nil
		}
		body, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, p, body, parser.ParseComments)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		relative = filepath.ToSlash(relative)
		all = append(all, source{
			dir: path.Dir(relative), name: path.Base(relative), file: file, set: set,
			lines: strings.Count(string(body), "\n"), test: strings.HasSuffix(p, "_test.go"),
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 50 {
		t.Fatalf("only %d Go files found", len(all))
	}
	return all
}

// law is one line of the table in doc.go.
type law struct {
	kind    string
	imports []string
}

func table(t *testing.T) map[string]law {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "doc.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^\t(\w+)\s+(pure|edge|owner)\s+(.+)$`)
	laws := map[string]law{}
	for _, m := range line.FindAllStringSubmatch(file.Doc.Text(), -1) {
		var imports []string
		if m[3] != "-" {
			imports = strings.Fields(m[3])
		}
		laws[m[1]] = law{m[2], imports}
	}
	if len(laws) < 15 {
		t.Fatalf("the table has only %d lines", len(laws))
	}
	return laws
}

// room is the name of the room that a folder belongs to, "" outside.
func room(dir string) string {
	rest, ok := strings.CutPrefix(dir, "internal/")
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(rest, "/")
	return name
}

func imports(s source) []string {
	var paths []string
	for _, i := range s.file.Imports {
		paths = append(paths, strings.Trim(i.Path.Value, `"`))
	}
	return paths
}

func TestImportsFollowTheTable(t *testing.T) {
	t.Parallel()
	laws := table(t)
	used := map[string]map[string]bool{}
	for _, s := range sources(t) {
		name := room(s.dir)
		if name == "" || s.test {
			continue
		}
		l, ok := laws[name]
		if !ok {
			t.Errorf("%s: room %q is not on the map in internal/doc.go", s.path(), name)
			continue
		}
		if used[name] == nil {
			used[name] = map[string]bool{}
		}
		for _, p := range imports(s) {
			ours, ok := strings.CutPrefix(p, module)
			if !ok {
				continue
			}
			other := room(ours)
			used[name][other] = true
			if other != name && !slices.Contains(l.imports, other) {
				t.Errorf("%s imports %s, which the map does not allow", s.path(), p)
			}
		}
	}
	for name, l := range laws {
		if used[name] == nil {
			t.Errorf("the map names room %s, which is not there", name)
		}
		for _, other := range l.imports {
			if used[name] != nil && !used[name][other] {
				t.Errorf("the map allows %s to import %s, which it does not: take it out", name, other)
			}
		}
	}
}

// forbidden lists what a pure room must not import, and the exceptions: the
// one pure function that makes up for the rest of its package.
func forbidden() map[string][]string {
	return map[string][]string{
		"context": nil, "log": nil, "log/slog": nil, "net": nil, "net/http": {"DetectContentType"},
		"os": nil, "os/exec": nil, "sync": nil, "sync/atomic": nil, "math/rand": nil, "math/rand/v2": nil,
		"crypto/rand": nil, "database/sql": nil,
		"time": {
			"Time", "Duration", "Month", "Weekday", "Location", "Date", "Parse", "ParseDuration", "ParseInLocation", "Unix", "UnixMilli",
			"FixedZone", "UTC", "Nanosecond", "Microsecond", "Millisecond", "Second", "Minute", "Hour", "RFC3339", "RFC3339Nano",
			"RFC1123", "RFC1123Z", "RFC822", "RFC822Z", "RFC850", "ANSIC", "DateOnly", "DateTime", "TimeOnly", "Kitchen", "ISO8601",
			"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
			"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
		},
	}
}

func TestPureRoomsArePure(t *testing.T) {
	t.Parallel()
	laws, banned := table(t), forbidden()
	for _, s := range sources(t) {
		if s.test || laws[room(s.dir)].kind != "pure" {
			continue
		}
		for _, p := range imports(s) {
			allowed, ban := banned[p]
			if !ban {
				continue
			}
			for _, used := range selected(s.file, path.Base(p)) {
				if !slices.Contains(allowed, used) {
					t.Errorf("%s uses %s.%s: pure rooms have no context, clock, lock, log, network, files or chance", s.path(), path.Base(p), used)
				}
			}
		}
	}
}

// selected lists what a file takes out of a package.
func selected(file *ast.File, pkg string) []string {
	var names []string
	ast.Inspect(file, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if id, ok := sel.X.(*ast.Ident); ok && id.Name == pkg && id.Obj == nil {
				names = append(names, sel.Sel.Name)
			}
		}
		return true
	})
	return names
}

// Goroutines are started by the pipeline; topic follows its consumer groups and sends what was written.
func TestOnlyOwnersStartGoroutines(t *testing.T) {
	t.Parallel()
	allowed := []string{"internal/pipeline", "internal/topic"}
	for _, s := range sources(t) {
		if s.test || slices.Contains(allowed, s.dir) {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if starts(n) {
				t.Errorf("%s starts a goroutine", s.set.Position(n.Pos()))
			}
			return true
		})
		for _, p := range imports(s) {
			if p == "golang.org/x/sync/errgroup" {
				t.Errorf("%s imports %s", s.path(), p)
			}
		}
	}
}

// starts recognises `go f()` and `group.Go(func…)`.
func starts(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.GoStmt:
		return true
	case *ast.CallExpr:
		sel, ok := n.Fun.(*ast.SelectorExpr)
		return ok && sel.Sel.Name == "Go"
	}
	return false
}

// dialling lists, by import path, what reaches out to another machine or
// builds what does; nil for all of a package.
func dialling() map[string][]string {
	return map[string][]string{
		"net": {
			"Dial", "DialTimeout", "DialTCP", "DialUDP", "DialIP", "DialUnix", "Dialer", "Resolver", "DefaultResolver", "FileConn",
			"LookupHost", "LookupIP", "LookupAddr", "LookupCNAME", "LookupMX", "LookupNS", "LookupPort", "LookupSRV", "LookupTXT",
		},
		"net/http": {
			"Client", "Transport", "DefaultClient", "DefaultTransport", "RoundTripper", "NewFileTransport",
			"Get", "Post", "Head", "PostForm", "NewRequest", "NewRequestWithContext",
		},
		"crypto/tls":                  {"Dial", "DialWithDialer", "Dialer", "Client"},
		"net/http/httputil":           {"ReverseProxy", "NewSingleHostReverseProxy", "NewClientConn", "NewProxyClientConn", "ProxyRequest"},
		"net/rpc":                     nil,
		"net/rpc/jsonrpc":             nil,
		"net/smtp":                    nil,
		"golang.org/x/net/http2":      nil,
		"golang.org/x/net/proxy":      nil,
		"golang.org/x/net/websocket":  nil,
		"golang.org/x/net/webdav":     nil,
		"github.com/gocolly/colly":    nil,
		"github.com/gocolly/colly/v2": nil,
	}
}

// dials lists what a file uses of dialling, under whatever name it imports
// it.
func dials(file *ast.File) []string {
	var found []string
	for _, i := range file.Imports {
		from := strings.Trim(i.Path.Value, `"`)
		banned, ok := dialling()[from]
		if !ok {
			continue
		}
		name := path.Base(from)
		if i.Name != nil {
			name = i.Name.Name
		}
		if banned == nil || name == "." {
			found = append(found, from)
			continue
		}
		for _, used := range selected(file, name) {
			if slices.Contains(banned, used) {
				found = append(found, from+"."+used)
			}
		}
	}
	return found
}

// Only fetch builds what can dial the web; topic dials Kafka with a plain
// net.Dialer and looks its brokers up.
func TestOnlyFetchDials(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if s.test || s.dir == "internal/fetch" {
			continue
		}
		for _, used := range dials(s.file) {
			if s.dir == "internal/topic" && !strings.HasPrefix(used, "net/") && strings.HasPrefix(used, "net.") {
				continue
			}
			t.Errorf("%s uses %s: only internal/fetch dials", s.path(), used)
		}
	}
}

// The law finds what it is there to find.
func TestDiallingIsFound(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"client":         `import "net/http"; var _ = http.Client{}`,
		"transport":      `import "net/http"; func f() any { return &http.Transport{} }`,
		"new":            `import "net/http"; func f() any { return new(http.Client) }`,
		"default client": `import "net/http"; func f() { http.DefaultClient.Get("http://x") }`,
		"get":            `import "net/http"; func f() { http.Get("http://x") }`,
		"alias":          `import web "net/http"; func f() { web.Get("http://x") }`,
		"dot import":     `import . "net/http"; func f() { Get("http://x") }`,
		"dialer":         `import "net"; func f() any { return &net.Dialer{} }`,
		"dial":           `import "net"; func f() { net.Dial("tcp", "x:80") }`,
		"resolver":       `import "net"; func f() { net.DefaultResolver.LookupHost(nil, "x") }`,
		"tls":            `import "crypto/tls"; func f() { tls.Dial("tcp", "x:443", nil) }`,
		"reverse proxy":  `import "net/http/httputil"; func f() any { return &httputil.ReverseProxy{} }`,
		"embedded":       `import "net/http"; type c struct{ *http.Client }`,
		"a crawler":      `import _ "github.com/gocolly/colly/v2"`,
	} {
		file, err := parser.ParseFile(token.NewFileSet(), name, "package p; "+body, 0)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if len(dials(file)) == 0 {
			t.Errorf("%s: not found", name)
		}
	}
	for name, body := range map[string]string{
		"server":    `import "net/http"; var _ = http.Server{}`,
		"listener":  `import "net"; func f() { net.Listen("tcp", "127.0.0.1:0") }`,
		"addresses": `import "net"; func f() { net.SplitHostPort("x:80") }`,
		"types":     `import "crypto/tls"; var _ tls.Config`,
	} {
		file, err := parser.ParseFile(token.NewFileSet(), name, "package p; "+body, 0)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if found := dials(file); len(found) != 0 {
			t.Errorf("%s: %v found", name, found)
		}
	}
}

// Package variables hold what never changes: sentinel errors and embedded
// files.
func TestNoInitAndNoMutableGlobals(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		for _, d := range s.file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil && d.Name.Name == "init" {
					t.Errorf("%s: init()", s.set.Position(d.Pos()))
				}
			case *ast.GenDecl:
				if d.Tok != token.VAR || s.test {
					continue
				}
				for _, spec := range d.Specs {
					if v := spec.(*ast.ValueSpec); !constant(v, d) {
						t.Errorf("%s: package variable %s", s.set.Position(v.Pos()), v.Names[0].Name)
					}
				}
			}
		}
	}
}

// constant recognises `errors.New(…)`, `//go:embed` and `var _ T = …`.
func constant(v *ast.ValueSpec, d *ast.GenDecl) bool {
	for _, doc := range []*ast.CommentGroup{v.Doc, d.Doc} {
		if doc != nil && strings.HasPrefix(doc.List[len(doc.List)-1].Text, "//go:embed ") {
			return true
		}
	}
	if v.Names[0].Name == "_" {
		return true
	}
	if len(v.Values) != 1 {
		return false
	}
	call, ok := v.Values[0].(*ast.CallExpr)
	if !ok {
		return false
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	pkg, ok := sel.X.(*ast.Ident)
	return ok && pkg.Name == "errors" && sel.Sel.Name == "New"
}

func TestFunctionsAndFilesAreShort(t *testing.T) {
	t.Parallel()
	const maxFunction, maxFile = 80, 500
	for _, s := range sources(t) {
		if s.lines >= maxFile {
			t.Errorf("%s has %d lines, %d are the most", s.path(), s.lines, maxFile)
		}
		if s.test {
			continue // a table of cases may be long
		}
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if n := s.set.Position(f.End()).Line - s.set.Position(f.Pos()).Line + 1; n > maxFunction {
				t.Errorf("%s: %s has %d lines, %d are the most", s.path(), f.Name.Name, n, maxFunction)
			}
		}
	}
}

func TestNoPackageOfLeftovers(t *testing.T) {
	t.Parallel()
	banned := []string{"util", "utils", "common", "types", "helpers", "misc"}
	for _, s := range sources(t) {
		if slices.Contains(banned, path.Base(s.dir)) || slices.Contains(banned, strings.TrimSuffix(s.name, ".go")) {
			t.Errorf("%s is named for nothing", s.path())
		}
	}
}
