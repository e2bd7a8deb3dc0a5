package main

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/tradewire/tradewire/testdata/site"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"tradewire": func() {
		go endWithParent(os.Getppid())
		main()
	}})
}

// endWithParent ends the process when its parent is gone: a test run that is
// cut short leaves no command behind that would stay up.
func endWithParent(parent int) {
	for os.Getppid() == parent {
		time.Sleep(time.Second)
	}
	os.Exit(1)
}

// TestScripts runs testdata/script/*.txtar. Beside the commands of testscript
// they know:
//
//	exits CODE COMMAND…   runs a command that must end with that code
//	port NAME             sets NAME to a free loopback address
//	await URL TEXT        asks until the answer holds the text, 30 s at most
//	settled URL           asks until the answer is the same for a second
//	site NAME             serves the sample site and sets NAME to its host:port
//	pipelines DIR         copies the pipelines folder of the repository
//	fill HOST FROM TO    copies files, with HOST in the place of "{{host}}"
//	id NAME FILE          sets NAME to the id of the JSON object in the file
//	lines FILE N          checks how many lines a file has ("stdout" too)
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "port": port, "await": await, "settled": settled, "site": serveSite, "pipelines": copyPipelines, "fill": fill, "lines": lines, "id": id,
		},
		Setup: func(e *testscript.Env) error {
			repo, err := filepath.Abs(filepath.Join("..", ".."))
			e.Setenv("REPO", repo)
			e.Setenv("NO_COLOR", "1")
			return err
		},
	})
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND…")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

func port(ts *testscript.TestScript, _ bool, args []string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv(args[0], l.Addr().String())
	ts.Check(l.Close())
}

func await(ts *testscript.TestScript, _ bool, args []string) {
	last := ""
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		resp, err := http.Get(args[0])
		if err != nil {
			last = err.Error()
			continue
		}
		body, err := io.ReadAll(resp.Body)
		ts.Check(err)
		ts.Check(resp.Body.Close())
		if last = string(body); strings.Contains(last, args[1]) {
			return
		}
	}
	ts.Fatalf("no %q at %s: %s", args[1], args[0], last)
}

func settled(ts *testscript.TestScript, _ bool, args []string) {
	last, same := "", 0
	for deadline := time.Now().Add(30 * time.Second); same < 10; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			ts.Fatalf("%s still changes", args[0])
		}
		resp, err := http.Get(args[0])
		ts.Check(err)
		body, err := io.ReadAll(resp.Body)
		ts.Check(errors.Join(err, resp.Body.Close()))
		if same++; string(body) != last {
			last, same = string(body), 0
		}
	}
}

func serveSite(ts *testscript.TestScript, _ bool, args []string) {
	server := httptest.NewServer(site.Handler())
	ts.Defer(server.Close)
	ts.Setenv(args[0], strings.TrimPrefix(server.URL, "http://"))
}

func copyPipelines(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.CopyFS(ts.MkAbs(args[0]), os.DirFS(filepath.Join(ts.Getenv("REPO"), "pipelines"))))
}

func fill(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.MkdirAll(ts.MkAbs(args[2]), 0o755))
	names, err := filepath.Glob(filepath.Join(ts.MkAbs(args[1]), "*"))
	ts.Check(err)
	for _, name := range names {
		filled := strings.ReplaceAll(ts.ReadFile(name), "{{host}}", args[0])
		ts.Check(os.WriteFile(filepath.Join(ts.MkAbs(args[2]), filepath.Base(name)), []byte(filled), 0o644))
	}
}

func id(ts *testscript.TestScript, _ bool, args []string) {
	var object struct{ ID string }
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[1])), &object))
	ts.Setenv(args[0], object.ID)
}

func lines(ts *testscript.TestScript, _ bool, args []string) {
	if got := strings.Count(ts.ReadFile(args[0]), "\n"); strconv.Itoa(got) != args[1] {
		ts.Fatalf("%s has %d lines, want %s", args[0], got, args[1])
	}
}
