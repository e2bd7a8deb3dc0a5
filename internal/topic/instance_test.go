package topic_test

import (
	"context"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/tradewire/tradewire/internal/topic"
)

func TestNamesAreForOneProcessAtATime(t *testing.T) {
	dir := t.TempDir()
	take := func() *topic.Instance {
		t.Helper()
		i, err := topic.TakeInstance(dir)
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
	first, second := take(), take()
	if first.Name == "" || first.Name == second.Name {
		t.Errorf("two processes are called %q and %q", first.Name, second.Name)
	}
	closed(t, first.Release)
	third := take()
	if third.Name != first.Name {
		t.Errorf("the name %q is free, and %q was given", first.Name, third.Name)
	}
	copied := t.TempDir()
	copyDir(t, copied, dir)
	other, err := topic.TakeInstance(copied)
	if err != nil {
		t.Fatal(err)
	}
	if other.Name == first.Name || other.Name == second.Name {
		t.Errorf("in a copy of the folder the name is %q, as in the original", other.Name)
	}
	closed(t, other.Release)
	closed(t, second.Release)
	closed(t, third.Release)
	if _, err := topic.TakeInstance(dir + "/nowhere"); err == nil {
		t.Error("a name was taken in a folder that is not there")
	}
}

// A member that was killed answers no more. Its next life need not wait until
// the group gives it up, here after 20 s, and a living one of another name
// keeps its share.
func TestTheDeadMakeRoom(t *testing.T) {
	onEachCluster(t, func(t *testing.T, cfg topic.Config) {
		c := open(t, cfg)
		ensure(t, c, words(2))
		write(t, c, text("a", "1"), text("b", "2"))
		dead, err := kafka.NewConsumerGroup(kafka.ConsumerGroupConfig{
			ID: cfg.Prefix + "g", Brokers: cfg.Brokers, Topics: []string{cfg.Prefix + "words"},
			Dialer:            &kafka.Dialer{ClientID: "tradewire-one", Timeout: time.Second},
			HeartbeatInterval: time.Hour, SessionTimeout: 20 * time.Second, RebalanceTimeout: 20 * time.Second,
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { closed(t, dead.Close) })
		if _, err := dead.Next(soon(t)); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		cfg.Instance = "one"
		one := join(t, open(t, cfg), cfg.Prefix+"g", "words")
		fetch(t, one)
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("the next of the name read after %v", took)
		}
		cfg.Instance = "two"
		two := join(t, open(t, cfg), cfg.Prefix+"g", "words")
		eventually(t, "one partition each", func() bool {
			for _, r := range []*topic.Reader{one, two} {
				poke(t, r)
			}
			return len(one.Lag()) == 1 && len(two.Lag()) == 1
		})
	})
}

// poke lets a reader take part in its group for a moment.
func poke(t *testing.T, r *topic.Reader) {
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, _ = r.Fetch(ctx) // there may be nothing left to read
}
