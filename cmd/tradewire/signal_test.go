//go:build unix

package main

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The second signal ends a process that does not end by itself: this one
// waits for its standard input.
func TestSecondSignalLeavesAtOnce(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := &exec.Cmd{Path: self, Args: []string{"tradewire", "extract", "-"}, Stderr: os.Stderr}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	article := `{"id":"a","title":"Lamps","url":"https://a.example/1","date":"2026-11-20","text":"` + strings.Repeat("The ministry has said nothing. ", 400) + `"}` + "\n"
	if _, err := in.Write([]byte(article + article)); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || !strings.Contains(line, `"id":"a"`) {
		t.Fatalf("read %q, %v", line, err)
	}
	signal := func() {
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Fatal(err)
		}
	}
	signal()
	time.Sleep(300 * time.Millisecond) // for the first to arrive as the first
	signal()
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	select {
	case err := <-done:
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			t.Error(err)
		}
	case <-time.After(2 * time.Second):
		t.Error("it is still there 2 s after the second signal")
		if err := cmd.Process.Kill(); err != nil {
			t.Error(err)
		}
		<-done
	}
}
