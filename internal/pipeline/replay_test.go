package pipeline_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/pipeline"
	"github.com/tradewire/tradewire/internal/topic"
)

// newRules read the sample site otherwise than oneStance: one article's claim
// is corrected, one's is gone, and one has a second.
func newRules(a event.Article) (event.Mentions, []event.Claim, error) {
	m, claims, err := oneStance(a)
	restate := func(c event.Claim, target string) event.Claim {
		c.Slots = event.Slots{"holder": event.Text("GB"), "position": event.Text("support"), "target": event.Text(target)}
		c.ID = event.ClaimID(a.ID, "stance", c.Slots)
		return c
	}
	switch {
	case strings.Contains(a.URL, "port-fees"):
		claims[0] = restate(claims[0], "lower port fees")
	case strings.Contains(a.URL, "chip-subsidy"):
		claims = nil
	case strings.Contains(a.URL, "steel-safeguard"):
		second := restate(claims[0], "a review")
		second.Evidence = []event.Evidence{{Start: 1, End: 5, Text: "????"}}
		claims = append(claims, second)
	}
	return m, claims, err
}

// replay runs a replay and counts its changes by the operation of the event.
func (r *running) replay(w *wire, publish bool) map[string]int {
	r.t.Helper()
	ops := map[string]int{}
	r.withCluster(w, func(ctx context.Context, c *topic.Cluster) error {
		how := pipeline.Replay{Extract: newRules, Publish: publish}
		return how.Run(ctx, c, func(found pipeline.Replayed) error {
			for _, change := range found.Changes {
				switch {
				case change.Old == nil:
					ops["added"]++
				case change.New == nil:
					ops["vanished"]++
				default:
					ops["changed"]++
				}
			}
			return found.Err
		})
	})
	return ops
}

// about are the targets of the events in the feed that come from an article.
func (r *running) about(page string) map[string]int {
	targets := map[string]int{}
	for _, e := range r.events() {
		if strings.Contains(e.Sources[0].URL, page) {
			targets[e.Slots["target"].Text] = e.Rev
		}
	}
	return targets
}

// What new rules read otherwise reaches consumers as updates and retractions,
// and neither a second replay nor claims that come again undo it.
func TestReplayCorrectsEventsOnTheStream(t *testing.T) {
	w, dir := newWire(t), t.TempDir()
	r := w.start(dir, nil)
	eventually(t, "all events in the feed", func() bool { return len(r.events()) == siteArticles })
	var claims []topic.Record
	r.withCluster(w, func(ctx context.Context, c *topic.Cluster) error {
		return c.Scan(ctx, "claims", topic.FromBeginning(), func(in topic.Record) error { claims = append(claims, in); return nil })
	})

	want := map[string]int{"added": 1, "changed": 1, "vanished": 1}
	if got := r.replay(w, false); !equalCounts(got, want) {
		t.Fatalf("would change %v, want %v", got, want)
	}
	if got := r.about("port-fees"); len(got) != 1 || got["lower port fees"] != 0 {
		t.Fatalf("changed without --publish: %v", got)
	}
	if got := r.replay(w, true); !equalCounts(got, want) {
		t.Fatalf("changed %v, want %v", got, want)
	}
	corrected := func() bool {
		return r.about("port-fees")["lower port fees"] == 2 && len(r.about("port-fees")) == 1 &&
			len(r.about("chip-subsidy")) == 0 && r.about("steel-safeguard")["a review"] == 1 && len(r.about("steel-safeguard")) == 2
	}
	eventually(t, "corrections in the feed", corrected)
	if got := r.replay(w, true); len(got) != 0 {
		t.Errorf("a second replay changes %v", got)
	}
	r.stop()

	// A new process hears the old claims again, and a new archive reads all
	// topics from their start.
	if err := os.Remove(filepath.Join(dir, "archive.db")); err != nil {
		t.Fatal(err)
	}
	again := w.start(dir, nil)
	again.withCluster(w, func(ctx context.Context, c *topic.Cluster) error { return c.Writer().Write(ctx, claims...) })
	eventually(t, "all events in the feed", func() bool { return len(again.events()) == siteArticles })
	r = again
	eventually(t, "the same corrections", corrected)
	eventually(t, "all claims handled", func() bool {
		_, metrics := again.get("/metrics")
		return strings.Contains(metrics, `tradewire_stage_in_flight{stage="correlate"} 0`)
	})
	last := map[string]int{}
	again.withCluster(w, func(ctx context.Context, c *topic.Cluster) error {
		return c.Scan(ctx, "stances", topic.FromBeginning(), func(in topic.Record) error {
			var e event.Event
			if err := json.Unmarshal(in.Value, &e); err != nil {
				return err
			}
			if e.Rev < last[e.ID] {
				t.Errorf("%s: revision %d after %d", e.ID, e.Rev, last[e.ID])
			}
			last[e.ID] = e.Rev
			return nil
		})
	})
	if len(last) != siteArticles+1 {
		t.Errorf("%d events on the topic, want %d", len(last), siteArticles+1)
	}
}

func equalCounts(a, b map[string]int) bool {
	if len(a) != len(b) {
		return false
	}
	for name, n := range a {
		if b[name] != n {
			return false
		}
	}
	return true
}
