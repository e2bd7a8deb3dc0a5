package topic_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/tradewire/tradewire/internal/topic"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// onEachCluster runs a test on the embedded broker and, when KAFKA_BROKERS
// (host:port,…) names one, on that cluster: both must keep the same promises.
func onEachCluster(t *testing.T, test func(t *testing.T, cfg topic.Config)) {
	t.Run("embedded", func(t *testing.T) {
		broker := startEmbedded(t, t.TempDir(), "127.0.0.1:0")
		test(t, topic.Config{Brokers: []string{broker.Addr()}, Prefix: "test."})
	})
	named := os.Getenv("KAFKA_BROKERS")
	if named == "" {
		return
	}
	t.Run("kafka", func(t *testing.T) {
		test(t, topic.Config{Brokers: strings.Split(named, ","), Prefix: "test-" + strings.ToLower(rand.Text()[:8]) + "."})
	})
}

func startEmbedded(t *testing.T, dir, listen string) *topic.Embedded {
	t.Helper()
	broker, err := topic.StartEmbedded(topic.EmbeddedConfig{Dir: dir, Listen: listen}, logger(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, broker.Close) })
	return broker
}

func open(t *testing.T, cfg topic.Config) *topic.Cluster {
	t.Helper()
	c, err := topic.Open(cfg, logger(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, c.Close) })
	return c
}

func closed(t *testing.T, closing func() error) {
	t.Helper()
	if err := closing(); err != nil {
		t.Error(err)
	}
}

func logger(t *testing.T) *slog.Logger {
	if !testing.Verbose() {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// soon bounds what should take moments, on a busy machine too.
func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func ensure(t *testing.T, c *topic.Cluster, specs ...topic.Spec) {
	t.Helper()
	if err := c.Ensure(soon(t), specs); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, c *topic.Cluster, records ...topic.Record) {
	t.Helper()
	if err := c.Writer().Write(soon(t), records...); err != nil {
		t.Fatal(err)
	}
}

func join(t *testing.T, c *topic.Cluster, group string, topics ...string) *topic.Reader {
	t.Helper()
	r, err := c.Reader(group, topics...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, r.Close) })
	return r
}

func fetch(t *testing.T, r *topic.Reader) topic.Record {
	t.Helper()
	got, err := r.Fetch(soon(t))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func commit(t *testing.T, r *topic.Reader, records ...topic.Record) {
	t.Helper()
	if err := r.Commit(soon(t), records...); err != nil {
		t.Fatal(err)
	}
}

// nothing checks that a reader has no record to give for a while.
func nothing(t *testing.T, r *topic.Reader) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	if got, err := r.Fetch(ctx); err == nil {
		t.Errorf("read %s[%d]@%d key %s, expected nothing", got.Topic, got.Partition, got.Offset, got.Key)
	}
}

func scan(t *testing.T, c *topic.Cluster, name string, from topic.Start) []topic.Record {
	t.Helper()
	var all []topic.Record
	err := c.Scan(soon(t), name, from, func(r topic.Record) error { all = append(all, r); return nil })
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func text(key, value string) topic.Record {
	return topic.Record{Topic: "words", Key: []byte(key), Value: []byte(value)}
}
