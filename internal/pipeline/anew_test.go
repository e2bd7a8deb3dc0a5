package pipeline_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/pipeline"
	"github.com/tradewire/tradewire/internal/topic"
)

// meddler does to a cluster what people do with Kafka's tools.
type meddler struct {
	*wire
	t      *testing.T
	client *kafka.Client
}

func newMeddler(t *testing.T, w *wire) *meddler {
	if len(w.brokers) == 0 { // one that outlives the process
		broker, err := topic.StartEmbedded(topic.EmbeddedConfig{Dir: t.TempDir(), Listen: "127.0.0.1:0"}, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := broker.Close(); err != nil {
				t.Error(err)
			}
		})
		w.brokers = []string{broker.Addr()}
	}
	transport := &kafka.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &meddler{w, t, &kafka.Client{Addr: kafka.TCP(w.brokers...), Timeout: 5 * time.Second, Transport: transport}}
}

// rewind sets the offsets of a group to 0; it must have no member.
func (m *meddler) rewind(group string, topics ...string) {
	m.t.Helper()
	all := map[string][]kafka.OffsetCommit{}
	for _, name := range topics {
		for id := range m.config.Topics[name].Partitions {
			all[m.config.Prefix+name] = append(all[m.config.Prefix+name], kafka.OffsetCommit{Partition: id})
		}
	}
	eventually(m.t, "offsets are set back", func() bool {
		res, err := m.client.OffsetCommit(m.t.Context(), &kafka.OffsetCommitRequest{GroupID: group, GenerationID: -1, Topics: all})
		if err != nil {
			return false
		}
		for _, partitions := range res.Topics {
			for _, p := range partitions {
				if p.Error != nil {
					return false
				}
			}
		}
		return true
	})
}

// recreate deletes a topic and makes it again.
func (m *meddler) recreate(name string) {
	m.t.Helper()
	full := m.config.Prefix + name
	res, err := m.client.DeleteTopics(m.t.Context(), &kafka.DeleteTopicsRequest{Topics: []string{full}})
	if err == nil {
		err = res.Errors[full]
	}
	if err != nil {
		m.t.Fatal(err)
	}
	eventually(m.t, "the topic is made again", func() bool {
		res, err := m.client.CreateTopics(m.t.Context(), &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{
			{Topic: full, NumPartitions: m.config.Topics[name].Partitions, ReplicationFactor: m.config.Replication},
		}})
		return err == nil && res.Errors[full] == nil
	})
}

// publish writes articles from one number to another.
func (r *running) publish(w *wire, from, to int) {
	r.t.Helper()
	r.withCluster(w, func(ctx context.Context, c *topic.Cluster) error {
		var batch []topic.Record
		for i := from; i < to; i++ {
			id := fmt.Sprint("article-", i)
			body, err := json.Marshal(event.Article{ID: id, URL: "https://a.example/" + id, Title: "Title " + id, Text: "Text of " + id})
			if err != nil {
				return err
			}
			batch = append(batch, topic.Record{Topic: pipeline.TopicArticles, Key: []byte(id), Value: body})
		}
		return c.Writer().Write(ctx, batch...)
	})
}

// correct writes a second revision of an event.
func (r *running) correct(w *wire, e event.Event) {
	r.t.Helper()
	e.Rev, e.Op = 2, event.OpUpdate
	r.withCluster(w, func(ctx context.Context, c *topic.Cluster) error {
		body, err := json.Marshal(e)
		if err != nil {
			return err
		}
		return c.Writer().Write(ctx, topic.Record{Topic: e.Family, Key: []byte(e.ID), Value: body})
	})
}

// stances counts the messages of the topic.
func (r *running) stances(w *wire) (n int) {
	r.withCluster(w, func(ctx context.Context, c *topic.Cluster) error {
		n = 0
		return c.Scan(ctx, "stances", topic.FromBeginning(), func(topic.Record) error { n++; return nil })
	})
	return n
}

// Offsets are set back, and topics are deleted and made again: the feed shows
// each event once, at its latest revision, nothing is lost that is written
// afterwards, and the log says what happened.
func TestOffsetsSetBackAndTopicsCreatedAnew(t *testing.T) {
	w, dir := newWire(t), t.TempDir()
	w.sources = nil
	m := newMeddler(t, w)
	var log bytes.Buffer
	start := func() *running {
		return w.start(dir, func(o *pipeline.Options) {
			o.Stages = []string{pipeline.StageExtract, pipeline.StageCorrelate, pipeline.StageServe}
			o.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn}))
		})
	}
	r := start()
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(log.String())
		}
	})
	r.publish(w, 0, 40)
	eventually(t, "40 events in the feed", func() bool { return len(r.events()) == 40 })
	corrected := slices.Min(slices.Collect(maps.Keys(r.events())))
	r.correct(w, r.events()[corrected])
	eventually(t, "the correction in the feed", func() bool { return r.events()[corrected].Rev == 2 })
	r.stop()

	text, err := os.ReadFile(filepath.Join(dir, "archive.group"))
	if err != nil {
		t.Fatal(err)
	}
	serve := strings.Fields(string(text))[0]
	m.rewind(w.config.Prefix+"extract", pipeline.TopicArticles)
	m.rewind(w.config.Prefix+"correlate", pipeline.TopicClaims)
	m.rewind(serve, append([]string{pipeline.TopicArticles, pipeline.TopicMentions}, event.Families()...)...)
	r = start()
	eventually(t, "all is done again", func() bool { return r.stances(w) >= 79 })
	m.check(r, 40, corrected)

	r.stop()
	for _, want := range []string{w.config.Prefix + "extract", w.config.Prefix + "correlate", serve} {
		says(t, log.String(), "set back", "group="+want, "topic="+w.config.Prefix, "old_offset=", "new_offset=0")
	}
	r = start()
	m.recreate(pipeline.TopicArticles)
	r.publish(w, 30, 80) // ten of them are known
	eventually(t, "80 events in the feed", func() bool { return len(r.events()) == 80 })
	m.recreate(pipeline.TopicClaims)
	m.recreate("stances")
	r.publish(w, 80, 100)
	eventually(t, "100 events in the feed", func() bool { return len(r.events()) == 100 })
	m.check(r, 100, corrected)
	r.stop()
	for _, name := range []string{pipeline.TopicArticles, pipeline.TopicClaims, "stances"} {
		says(t, log.String(), "deleted", "topic="+w.config.Prefix+name, "partition=", "old_offset=", "new_offset=")
	}
}

// check looks at the feed once all stages have nothing left to do.
func (m *meddler) check(r *running, want int, corrected string) {
	m.t.Helper()
	eventually(m.t, "nothing left to do", func() bool {
		_, metrics := r.get("/metrics")
		for line := range strings.Lines(metrics) {
			if strings.HasPrefix(line, "tradewire_kafka_lag{") && !strings.HasSuffix(line, " 0\n") {
				return false
			}
		}
		return strings.Contains(metrics, "tradewire_kafka_lag{")
	})
	all := r.events() // complains of any that is there twice
	if len(all) != want {
		m.t.Errorf("%d events in the feed, want %d", len(all), want)
	}
	for id, e := range all {
		if rev := 1 + map[bool]int{true: 1}[id == corrected]; e.Rev != rev {
			m.t.Errorf("event %s has revision %d, want %d", id, e.Rev, rev)
		}
	}
}

// says checks for one line of the log with all of these in it.
func says(t *testing.T, log string, want ...string) {
	t.Helper()
	for line := range strings.Lines(log) {
		if !slices.ContainsFunc(want, func(w string) bool { return !strings.Contains(line, w) }) {
			return
		}
	}
	t.Errorf("no line of the log says %q:\n%s", want, log)
}
