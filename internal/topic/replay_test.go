package topic_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/topic"
)

// letters lists the places and keys of dead letters.
func letters(t *testing.T, c *topic.Cluster, which topic.DeadLetters) (keys []string, all []topic.Record) {
	t.Helper()
	err := c.DeadLetters(soon(t), which, func(r topic.Record) error {
		keys, all = append(keys, string(r.Key)), append(all, r)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(keys)
	return keys, all
}

func replay(t *testing.T, c *topic.Cluster, how topic.Replay) map[topic.Outcome]int {
	t.Helper()
	if how.Compacted == nil {
		how.Compacted = func(string) bool { return false }
	}
	counts := map[topic.Outcome]int{}
	err := c.Replay(soon(t), how, func(_ topic.Record, o topic.Outcome) error { counts[o]++; return nil })
	if err != nil {
		t.Fatal(err)
	}
	return counts
}

// buried writes records to a topic and a dead letter of each.
func buried(t *testing.T, c *topic.Cluster, records ...topic.Record) {
	t.Helper()
	write(t, c, records...)
	for _, in := range scan(t, c, records[0].Topic, topic.FromBeginning()) {
		class := "bad_json"
		if bytes.HasPrefix(in.Key, []byte("https:")) {
			class = "panic"
		}
		write(t, c, topic.DeadLetter(in, "extract", class, errors.New("no use"), 2))
	}
}

func TestReplayEmptiesTheDeadLetters(t *testing.T) {
	onEachCluster(t, func(t *testing.T, cfg topic.Config) {
		c := open(t, cfg)
		ensure(t, c, words(1), topic.Spec{Name: topic.DeadLetterTopic, Partitions: 3})
		page := topic.Record{Topic: "words", Key: []byte("https://a.example/x"), Value: []byte("\xff\x00"), Headers: []topic.Header{{"ce_id", []byte("7")}}}
		buried(t, c, text("a", "1"), text("b", "2"), page)

		dry := replay(t, c, topic.Replay{DryRun: true})
		if keys, _ := letters(t, c, topic.DeadLetters{}); dry[topic.Republished] != 3 || !slices.Equal(keys, []string{"a", "b", "https://a.example/x"}) {
			t.Fatalf("a dry run did %v and left %q", dry, keys)
		}
		if got := replay(t, c, topic.Replay{Which: topic.DeadLetters{Class: "panic"}}); got[topic.Republished] != 1 {
			t.Fatalf("replayed %v, want the panic", got)
		}
		back := scan(t, c, "words", topic.FromBeginning())
		last := back[len(back)-1]
		want := fmt.Sprint(append(page.Headers, topic.Header{Name: event.HeaderAttempt, Value: []byte("2")}))
		if len(back) != 4 || !bytes.Equal(last.Key, page.Key) || !bytes.Equal(last.Value, page.Value) || fmt.Sprint(last.Headers) != want {
			t.Errorf("came back as %+v, want headers %s", last, want)
		}
		if keys, _ := letters(t, c, topic.DeadLetters{}); !slices.Equal(keys, []string{"a", "b"}) {
			t.Errorf("left are %q", keys)
		}
		write(t, c, topic.DeadLetter(last, "extract", "panic", errors.New("again"), 1))
		if _, all := letters(t, c, topic.DeadLetters{Class: "panic"}); len(all) != 1 || all[0].Header(event.HeaderAttempt) != "3" {
			t.Errorf("refused again: %+v, want attempt 3", all)
		}
		for range 2 {
			replay(t, c, topic.Replay{})
		}
		if keys, _ := letters(t, c, topic.DeadLetters{}); len(keys) != 0 {
			t.Errorf("left are %q", keys)
		}
		if n := len(scan(t, c, "words", topic.FromBeginning())); n != 7 {
			t.Errorf("%d records, want 7: a replay twice is one", n)
		}
	})
}

func TestDeadLettersAreFiltered(t *testing.T) {
	onEachCluster(t, func(t *testing.T, cfg topic.Config) {
		c := open(t, cfg)
		ensure(t, c, words(1), topic.Spec{Name: topic.DeadLetterTopic, Partitions: 1})
		buried(t, c, text("a", "1"), text("https://a.example/x", "2"))
		_, all := letters(t, c, topic.DeadLetters{})
		for name, tc := range map[string]struct {
			which topic.DeadLetters
			want  int
		}{
			"stage":   {topic.DeadLetters{Stage: "extract"}, 2},
			"another": {topic.DeadLetters{Stage: "scrape"}, 0},
			"class":   {topic.DeadLetters{Class: "bad_json"}, 1},
			"source":  {topic.DeadLetters{Source: "a.example"}, 1},
			"key":     {topic.DeadLetters{Key: "a"}, 1},
			"since":   {topic.DeadLetters{Since: time.Now().Add(time.Hour)}, 0},
			"before":  {topic.DeadLetters{Since: time.Now().Add(-time.Hour)}, 2},
			"place":   {topic.DeadLetters{Places: []topic.Place{topic.PlaceOf(all[1])}}, 1},
		} {
			if keys, _ := letters(t, c, tc.which); len(keys) != tc.want {
				t.Errorf("%s: found %q, want %d", name, keys, tc.want)
			}
		}
	})
}

// An old record must not become the last of its key on a compacted topic.
func TestReplayKeepsTheLastOfAKey(t *testing.T) {
	onEachCluster(t, func(t *testing.T, cfg topic.Config) {
		c := open(t, cfg)
		ensure(t, c, topic.Spec{Name: "words", Partitions: 1, Cleanup: "compact"}, topic.Spec{Name: topic.DeadLetterTopic, Partitions: 1})
		buried(t, c, text("a", "rev 1"), text("b", "rev 1"))
		write(t, c, text("a", "rev 2"))
		got := replay(t, c, topic.Replay{Compacted: func(string) bool { return true }})
		if got[topic.Superseded] != 1 || got[topic.Republished] != 1 {
			t.Errorf("replayed %v, want one and one superseded", got)
		}
		last := map[string]string{}
		for _, r := range scan(t, c, "words", topic.FromBeginning()) {
			last[string(r.Key)] = string(r.Value)
		}
		if last["a"] != "rev 2" || last["b"] != "rev 1" {
			t.Errorf("last are %v", last)
		}
		if keys, _ := letters(t, c, topic.DeadLetters{}); len(keys) != 0 {
			t.Errorf("left are %q", keys)
		}
	})
}

// Cut short before the marks are written, a replay goes on where it was.
func TestReplayCutShortLosesNothing(t *testing.T) {
	onEachCluster(t, func(t *testing.T, cfg topic.Config) {
		c := open(t, cfg)
		ensure(t, c, words(1), topic.Spec{Name: topic.DeadLetterTopic, Partitions: 1})
		buried(t, c, text("a", "1"))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		how := topic.Replay{Compacted: func(string) bool { return false }}
		if err := c.Replay(ctx, how, func(topic.Record, topic.Outcome) error { return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled replay: %v", err)
		}
		if keys, _ := letters(t, c, topic.DeadLetters{}); len(keys) != 1 {
			t.Errorf("left are %q, want the one", keys)
		}
	})
}

func TestPlaces(t *testing.T) {
	if p, err := topic.ParsePlace("2/17"); err != nil || p != (topic.Place{Partition: 2, Offset: 17}) || p.String() != "2/17" {
		t.Errorf("%v, %v", p, err)
	}
	for _, bad := range []string{"", "2", "2/", "/3", "-1/3", "1/-3", "1/2/3", "a/b"} {
		if p, err := topic.ParsePlace(bad); err == nil {
			t.Errorf("%q is %v", bad, p)
		}
	}
}
