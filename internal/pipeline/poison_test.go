package pipeline_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/pipeline"
	"github.com/tradewire/tradewire/internal/topic"
)

// effortError is the error of an extractor that gave an article up.
type effortError struct{}

func (effortError) Error() string { return "the article takes too much" }
func (effortError) Class() string { return "effort" }

// One article in a hundred is poison, of five kinds: each becomes a dead
// letter with its bytes, and all others become events. The processor is busy
// with one kind for as long as the extractor allows itself. In cmd/tradewire
// the same is done with the real extractor, and on Kafka.
func TestOnePercentPoison(t *testing.T) {
	const articles = 2000
	w := newWire(t)
	w.sources = nil
	r := w.start(t.TempDir(), func(o *pipeline.Options) {
		o.Stages = []string{pipeline.StageExtract, pipeline.StageCorrelate, pipeline.StageServe}
		o.Extract = func(a event.Article) (event.Mentions, []event.Claim, error) {
			switch {
			case strings.HasPrefix(a.Text, "panic"):
				panic("poison")
			case strings.HasPrefix(a.Text, "error"):
				return event.Mentions{}, nil, errors.New("cannot read this")
			case strings.HasPrefix(a.Text, "endless"):
				for end := time.Now().Add(50 * time.Millisecond); time.Now().Before(end); {
				}
				return event.Mentions{}, nil, fmt.Errorf("read sentence 3: %w", effortError{})
			}
			return oneStance(a)
		}
	})
	kinds := []string{"panic", "error", "endless", "{", "\xff"}
	classes := map[string]string{"panic": "panic", "error": "failed", "endless": "effort", "{": "bad_json", "\xff": "invalid_utf8"}
	poison, class := map[string]string{}, map[string]string{}
	r.withCluster(w, func(ctx context.Context, c *topic.Cluster) error {
		var batch []topic.Record
		for i := range articles {
			id := fmt.Sprint("article-", i)
			a := event.Article{ID: id, URL: "https://a.example/" + id, Title: "Title " + id, Text: "Text of " + id}
			kind := ""
			if i%100 == 0 {
				kind = kinds[i/100%len(kinds)]
				a.Text = kind
			}
			body, err := json.Marshal(a)
			if err != nil {
				return err
			}
			if kind == "{" || kind == "\xff" {
				body = append(body[:len(body)-1], kind...)
			}
			if kind != "" {
				poison[id], class[id] = string(body), classes[kind]
			}
			batch = append(batch, topic.Record{Topic: "articles", Key: []byte(id), Value: body})
		}
		return c.Writer().Write(ctx, batch...)
	})
	eventually(t, "a dead letter of each", func() bool { return r.letters(w, "extract") == len(poison) })
	eventually(t, "all other events on the topic", func() bool {
		ids := map[string]bool{}
		r.withCluster(w, func(ctx context.Context, c *topic.Cluster) error {
			return c.Scan(ctx, "stances", topic.FromBeginning(), func(in topic.Record) error { ids[string(in.Key)] = true; return nil })
		})
		return len(ids) == articles-len(poison)
	})
	r.withCluster(w, func(ctx context.Context, c *topic.Cluster) error {
		return c.DeadLetters(ctx, topic.DeadLetters{}, func(dead topic.Record) error {
			if want := poison[string(dead.Key)]; string(dead.Value) != want {
				t.Errorf("%s: the dead letter holds %q, want %q", dead.Key, dead.Value, want)
			}
			if got, want := dead.Header(event.HeaderClass), class[string(dead.Key)]; got != want {
				t.Errorf("%s: the dead letter is of class %q, want %q", dead.Key, got, want)
			}
			return nil
		})
	})
}
