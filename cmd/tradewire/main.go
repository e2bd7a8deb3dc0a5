// Command tradewire turns trade news into events on Kafka topics and in a
// feed. See `tradewire help`.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/tradewire/tradewire/internal/pipeline"
	"github.com/tradewire/tradewire/internal/strictyaml"
)

// Exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2 // a mistake in the call or in the configuration
	exitPartly = 3 // some inputs were done, some were not
)

// errPartly is returned when some inputs failed, each reported already.
var errPartly = errors.New("some inputs failed")

// errShown fails a command whose reason the user has seen already.
var errShown = errors.New("failed")

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run executes one command and returns its exit code. The first SIGINT or
// SIGTERM ends it in order, the second at once.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	a := &app{stdin: stdin, stdout: stdout, stderr: stderr}
	root := a.rootCommand()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	code := a.exitCode(err)
	if err != nil && !errors.Is(err, errShown) && !errors.Is(err, errPartly) {
		fmt.Fprintln(stderr, describe(err))
	}
	return code
}

// describe is the text of an error: problems of configuration stand bare, one
// a line, so that editors can jump to them.
func describe(err error) string {
	var problems strictyaml.Problems
	if errors.As(err, &problems) {
		return problems.Error()
	}
	return "tradewire: " + err.Error()
}

func (a *app) exitCode(err error) int {
	var usage *pipeline.UsageError
	var problems strictyaml.Problems
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errPartly):
		return exitPartly
	case !a.started, errors.As(err, &usage), errors.As(err, &problems):
		return exitUsage
	}
	return exitFailed
}
