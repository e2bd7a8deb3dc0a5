package topic_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/pipeline"
	"github.com/tradewire/tradewire/internal/topic"
	"github.com/tradewire/tradewire/pipelines"
)

// runFails starts a whole process: it must end by itself, at once, with one
// line that says what to do and has no password in it.
func runFails(t *testing.T, address string, how topic.Security, want string) {
	t.Helper()
	config, problems := pipeline.LoadConfig(pipelines.FS())
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	config.Prefix = "test."
	var log told
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	err := pipeline.Run(ctx, pipeline.Options{
		Config: config, Stages: []string{pipeline.StageExtract}, Brokers: []string{address}, Security: how, Listen: "127.0.0.1:0", DataDir: t.TempDir(), Log: log.logger(),
		Extract: func(event.Article) (event.Mentions, []event.Claim, error) { return event.Mentions{}, nil, nil },
	})
	var usage *pipeline.UsageError
	if !errors.As(err, &usage) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") || ctx.Err() != nil {
		t.Errorf("run: %v\nwant one line with %q", err, want)
	}
	if all := log.String(); strings.Contains(all, canary) || err != nil && strings.Contains(err.Error(), canary) {
		t.Error("run: the password is told")
	}
}

// Who may read topics and nothing else is told which right is missing: to
// write, and to be a member of a group. Nothing is retried.
func onlookerIsTold(t *testing.T, s secured) {
	owner := topic.Config{Brokers: []string{s.sasl}, Prefix: "test.onlooker."}
	how := s.user("worker", "scram-sha-512")
	if err := how.Apply(&owner); err != nil {
		t.Fatal(err)
	}
	c := open(t, owner)
	ensure(t, c, words(1))
	write(t, c, text("k", "v"))

	cfg := topic.Config{Brokers: []string{s.sasl}, Prefix: "test.onlooker."}
	how = s.user("onlooker", "scram-sha-512")
	if err := how.Apply(&cfg); err != nil {
		t.Fatal(err)
	}
	var log told
	c, err := topic.Open(cfg, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, c.Close) })
	if got := scan(t, c, "words", topic.FromBeginning()); len(got) != 1 {
		t.Errorf("read %d records, want the one", len(got))
	}
	began := time.Now()
	r := join(t, c, "g.onlooker", "words")
	_, fetching := r.Fetch(soon(t))
	for want, err := range map[string]error{
		"the user needs Describe, DescribeConfigs, Read, Write": c.Writer().Write(soon(t), text("k", "v")),
		"the user needs Read on the groups of our prefix":       fetching,
	} {
		var denied *topic.DeniedError
		if !errors.As(err, &denied) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v\nwant one line with %q", err, want)
		}
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("told after %v", took)
	}
}
