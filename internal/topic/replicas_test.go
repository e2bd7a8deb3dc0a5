package topic_test

import (
	"crypto/rand"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/tradewire/tradewire/internal/topic"
)

// onThreeNodes runs a test on three nodes: those in the process and, with
// KAFKA_NODES=3, those that KAFKA_BROKERS names.
func onThreeNodes(t *testing.T, test func(t *testing.T, cfg topic.Config)) {
	t.Run("in process", func(t *testing.T) {
		c, err := kfake.NewCluster(kfake.NumBrokers(3))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		test(t, topic.Config{Brokers: c.ListenAddrs(), Prefix: "test."})
	})
	if os.Getenv("KAFKA_NODES") == "3" {
		t.Run("kafka", func(t *testing.T) {
			test(t, topic.Config{Brokers: strings.Split(os.Getenv("KAFKA_BROKERS"), ","), Prefix: "test-" + strings.ToLower(rand.Text()[:8]) + "."})
		})
	}
}

func TestEnsureChecksReplicas(t *testing.T) {
	onThreeNodes(t, func(t *testing.T, cfg topic.Config) {
		c := open(t, cfg)
		safe := topic.Spec{Name: "words", Partitions: 6, Replication: 3, MinInSync: 2}
		ensure(t, c, safe)
		ensure(t, c, safe)
		write(t, c, text("k", "v"))
		less := safe
		less.Replication, less.MinInSync = 1, 1
		var differs *topic.MismatchError
		err := c.Ensure(soon(t), []topic.Spec{less})
		if !errors.As(err, &differs) {
			t.Fatalf("%v", err)
		}
		for _, want := range []string{"partition 0 has 3 replicas, wanted are 1", "min.insync.replicas is 2, wanted is 1", "existing topics are never altered"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%v\nwant %q", err, want)
			}
		}
		ensure(t, c, safe) // and it is as it was
		more := topic.Spec{Name: "more", Partitions: 1, Replication: 4}
		if err := c.Ensure(soon(t), []topic.Spec{more}); err == nil || errors.As(err, &differs) {
			t.Errorf("four replicas on three nodes: %v", err)
		}
	})
}
