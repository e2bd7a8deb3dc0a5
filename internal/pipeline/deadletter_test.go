package pipeline_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/pipeline"
	"github.com/tradewire/tradewire/internal/topic"
)

// withCluster talks to the brokers of a running process.
func (r *running) withCluster(w *wire, do func(context.Context, *topic.Cluster) error) {
	r.t.Helper()
	err := pipeline.WithCluster(r.t.(*testing.T).Context(), r.at.Kafka, w.config.Prefix, topic.Security{}, slog.New(slog.DiscardHandler), do)
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *running) letters(w *wire, stage string) (n int) {
	r.withCluster(w, func(ctx context.Context, c *topic.Cluster) error {
		n = 0
		return c.DeadLetters(ctx, topic.DeadLetters{Stage: stage}, func(topic.Record) error { n++; return nil })
	})
	return n
}

// Articles that a stage could not read are read after its fault is mended and
// their dead letters are replayed.
func TestReplayAfterAFixEmptiesTheDeadLetters(t *testing.T) {
	w, dir := newWire(t), t.TempDir()
	broken := func(o *pipeline.Options) {
		o.Extract = func(a event.Article) (event.Mentions, []event.Claim, error) {
			if strings.Contains(a.URL, "port-fees") || strings.Contains(a.URL, "chip-subsidy") {
				panic("poison")
			}
			return oneStance(a)
		}
	}
	first := w.start(dir, broken)
	eventually(t, "the other events in the feed", func() bool { return len(first.events()) == siteArticles-2 })
	eventually(t, "two dead letters", func() bool { return first.letters(w, "extract") == 2 })
	first.stop()

	mended := w.start(dir, nil)
	replay := func() {
		mended.withCluster(w, func(ctx context.Context, c *topic.Cluster) error {
			how := topic.Replay{Which: topic.DeadLetters{Stage: "extract"}, Compacted: func(string) bool { return false }}
			return c.Replay(ctx, how, func(topic.Record, topic.Outcome) error { return nil })
		})
	}
	replay()
	eventually(t, "all events in the feed", func() bool { return len(mended.events()) == siteArticles })
	replay()
	if n := mended.letters(w, "extract"); n != 0 {
		t.Errorf("%d dead letters are left", n)
	}
}
