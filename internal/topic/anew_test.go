package topic_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/tradewire/tradewire/internal/topic"
)

// operator does to a cluster what people do with Kafka's tools.
type operator struct {
	t      *testing.T
	cfg    topic.Config
	client *kafka.Client
	nodes  *kgo.Client // asks one node at a time
}

func newOperator(t *testing.T, cfg topic.Config) *operator {
	transport := &kafka.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	nodes, err := kgo.NewClient(kgo.SeedBrokers(cfg.Brokers...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nodes.Close)
	return &operator{t, cfg, &kafka.Client{Addr: kafka.TCP(cfg.Brokers...), Timeout: 5 * time.Second, Transport: transport}, nodes}
}

// recreate deletes the topic words and makes it again.
func (o *operator) recreate(c *topic.Cluster, partitions int) {
	o.t.Helper()
	was := o.id(o.nodes)
	o.delete()
	o.create(partitions)
	o.known(was)
	ensure(o.t, c, words(partitions))
}

// id is what the cluster calls the topic words, or one of its nodes does; the
// zero id when it knows none.
func (o *operator) id(node kmsg.Requestor) [16]byte {
	req, name := kmsg.NewPtrMetadataRequest(), o.cfg.Prefix+"words"
	req.Topics = []kmsg.MetadataRequestTopic{{Topic: &name}}
	res, err := req.RequestWith(soon(o.t), node)
	if err != nil || len(res.Topics) != 1 || res.Topics[0].ErrorCode != 0 {
		return [16]byte{}
	}
	return res.Topics[0].TopicID
}

// known waits until every node knows the topic that took the place of another
// one, and its first partition is empty. Nodes hear of it one after the other:
// one that has not still takes and gives records of the deleted topic.
func (o *operator) known(was [16]byte) {
	o.t.Helper()
	eventually(o.t, "every node knows the topic", func() bool {
		var one [16]byte
		for _, node := range o.nodes.DiscoveredBrokers() {
			id := o.id(node)
			if id == was || id == [16]byte{} || one != [16]byte{} && id != one {
				return false
			}
			one = id
		}
		return one != [16]byte{} && o.empty()
	})
}

func (o *operator) empty() bool {
	name := o.cfg.Prefix + "words"
	res, err := o.client.ListOffsets(soon(o.t), &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{name: {kafka.LastOffsetOf(0)}}})
	return err == nil && len(res.Topics[name]) == 1 && res.Topics[name][0].Error == nil && res.Topics[name][0].LastOffset == 0
}

func (o *operator) delete() {
	o.t.Helper()
	name := o.cfg.Prefix + "words"
	res, err := o.client.DeleteTopics(soon(o.t), &kafka.DeleteTopicsRequest{Topics: []string{name}})
	if err == nil {
		err = res.Errors[name]
	}
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *operator) create(partitions int) {
	o.t.Helper()
	name := o.cfg.Prefix + "words"
	eventually(o.t, "the topic is made again", func() bool {
		res, err := o.client.CreateTopics(soon(o.t), &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{{Topic: name, NumPartitions: partitions, ReplicationFactor: 1}}})
		return err == nil && res.Errors[name] == nil
	})
}

// setOffset stores an offset of partition 0 of words for a group that has no
// member.
func (o *operator) setOffset(group string, offset int64) {
	o.t.Helper()
	eventually(o.t, "the offset is set", func() bool {
		res, err := o.client.OffsetCommit(soon(o.t), &kafka.OffsetCommitRequest{
			GroupID: group, GenerationID: -1,
			Topics: map[string][]kafka.OffsetCommit{o.cfg.Prefix + "words": {{Partition: 0, Offset: offset}}},
		})
		return err == nil && res.Topics[o.cfg.Prefix+"words"][0].Error == nil
	})
}

// deleteGroup deletes a group with its offsets.
func (o *operator) deleteGroup(group string) {
	o.t.Helper()
	eventually(o.t, "the group is deleted", func() bool {
		res, err := o.client.DeleteGroups(soon(o.t), &kafka.DeleteGroupsRequest{GroupIDs: []string{group}})
		return err == nil && res.Errors[group] == nil
	})
}

// logged opens a cluster whose log can be read.
func logged(t *testing.T, cfg topic.Config) (*topic.Cluster, *told) {
	t.Helper()
	var log told
	c, err := topic.Open(cfg, log.logger())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, c.Close) })
	return c, &log
}

// says checks for one line of the log with all of these in it.
func says(t *testing.T, log string, want ...string) {
	t.Helper()
	for line := range strings.Lines(log) {
		all := true
		for _, w := range want {
			all = all && strings.Contains(line, w)
		}
		if all {
			return
		}
	}
	t.Errorf("no line of the log says %q", want)
}

func writeMany(t *testing.T, c *topic.Cluster, life string, n int) {
	t.Helper()
	for i := range n {
		write(t, c, text("k", fmt.Sprint(life, " ", i)))
	}
}

// readMany reads n records of a life, in order, and commits the last.
func readMany(t *testing.T, r *topic.Reader, life string, n int) {
	t.Helper()
	for i := range n {
		got := fetch(t, r)
		if want := fmt.Sprint(life, " ", i); string(got.Value) != want {
			t.Fatalf("read %q, want %q", got.Value, want)
		}
		if i == n-1 {
			commit(t, r, got)
		}
	}
}

// A topic is deleted and created again, and has as many records by then as it
// had, or more, or fewer: all of them are read, whether its reader was there
// or not. Nothing in the offsets tells the one topic from the other.
func TestTopicCreatedAnew(t *testing.T) {
	onEachCluster(t, func(t *testing.T, cfg topic.Config) {
		cfg.Memory = filepath.Join(t.TempDir(), "read.json")
		by, group := newOperator(t, cfg), cfg.Prefix+"g"
		ensure(t, open(t, cfg), words(1))
		for _, again := range []int{2, 5, 40} {
			t.Run(fmt.Sprint("reader stays, ", again), func(t *testing.T) {
				c, log := logged(t, cfg)
				by.recreate(c, 1)
				writeMany(t, c, "first", 5)
				r := join(t, c, fmt.Sprint(group, again), "words")
				readMany(t, r, "first", 5)
				by.recreate(c, 1)
				writeMany(t, c, "second", again)
				readMany(t, r, "second", again)
				closed(t, r.Close)
				says(t, log.String(), "deleted", "old_offset=5", cfg.Prefix+"words", "partition=0", "new_offset=")
			})
			t.Run(fmt.Sprint("reader is away, ", again), func(t *testing.T) {
				c, _ := logged(t, cfg)
				by.recreate(c, 1)
				writeMany(t, c, "first", 5)
				readMany(t, join(t, c, fmt.Sprint(group, again, "away"), "words"), "first", 5)
				closed(t, c.Close)
				c, log := logged(t, cfg)
				by.recreate(c, 1)
				writeMany(t, c, "second", again)
				r := join(t, c, fmt.Sprint(group, again, "away"), "words")
				readMany(t, r, "second", again)
				closed(t, r.Close)
				says(t, log.String(), "deleted", "old_offset=5", cfg.Prefix+"words", "partition=0", "new_offset=")
			})
		}
	})
}

// Who sets the offset of a group back reads again, and the log says so; who
// only starts again is told nothing.
func TestOffsetSetBack(t *testing.T) {
	onEachCluster(t, func(t *testing.T, cfg topic.Config) {
		cfg.Memory = filepath.Join(t.TempDir(), "read.json")
		by, group := newOperator(t, cfg), cfg.Prefix+"g"
		c, _ := logged(t, cfg)
		ensure(t, c, words(1))
		writeMany(t, c, "a", 5)
		readMany(t, join(t, c, group, "words"), "a", 5)
		closed(t, c.Close)

		c, log := logged(t, cfg)
		r := join(t, c, group, "words")
		nothing(t, r)
		closed(t, c.Close)
		if strings.Contains(log.String(), "old_offset") {
			t.Error("an ordinary start is told of:", log.String())
		}
		by.setOffset(group, 0)
		c, log = logged(t, cfg)
		readMany(t, join(t, c, group, "words"), "a", 5)
		closed(t, c.Close)
		says(t, log.String(), "set back", "group="+group, "topic="+cfg.Prefix+"words", "partition=0", "old_offset=5", "new_offset=0")

		by.deleteGroup(group)
		c, log = logged(t, cfg)
		readMany(t, join(t, c, group, "words"), "a", 5)
		closed(t, c.Close)
		says(t, log.String(), "no offset any more", "group="+group, "topic="+cfg.Prefix+"words", "partition=0", "old_offset=5", "new_offset=first")
	})
}

// A topic that is made just while a group shares its partitions is read all
// the same: the one who shared them has not seen it, and nothing changes after.
func TestTopicMadeWhileTheGroupForms(t *testing.T) {
	onEachCluster(t, func(t *testing.T, cfg topic.Config) {
		by := newOperator(t, cfg)
		c := open(t, cfg)
		ensure(t, c, words(1))
		for i := range 16 {
			was := by.id(by.nodes)
			by.delete()
			r := join(t, c, fmt.Sprint(cfg.Prefix, "g", i), "words")
			read := make(chan topic.Record, 1)
			go func() {
				if got, err := r.Fetch(soon(t)); err == nil {
					read <- got
				}
				close(read)
			}()
			time.Sleep(time.Duration(i) * time.Millisecond) // the moment differs
			by.create(1)
			by.known(was)
			write(t, c, text("k", "v"))
			select {
			case got := <-read:
				if string(got.Value) != "v" {
					t.Fatalf("made after %d ms: read %q", i, got.Value)
				}
			case <-time.After(30 * time.Second):
				t.Fatalf("made after %d ms: not read after 30 s", i)
			}
			closed(t, r.Close)
		}
	})
}
