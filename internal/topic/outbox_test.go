package topic_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/tradewire/tradewire/internal/topic"
)

// One call writes several batches to a partition, and the broker refuses one
// of them for a moment: those behind it do not overtake it, and nothing is
// written twice.
func TestBatchesStayInOrder(t *testing.T) {
	broker, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(broker.Close)
	var asked atomic.Int64
	broker.ControlKey(int16(kmsg.Produce), func(req kmsg.Request) (kmsg.Response, error, bool) {
		broker.KeepControl()
		if asked.Add(1)%3 != 1 {
			return nil, nil, false
		}
		answer := req.ResponseKind().(*kmsg.ProduceResponse)
		for _, rt := range req.(*kmsg.ProduceRequest).Topics {
			of := kmsg.NewProduceResponseTopic()
			of.Topic = rt.Topic
			for _, rp := range rt.Partitions {
				one := kmsg.NewProduceResponseTopicPartition()
				one.Partition, one.ErrorCode = rp.Partition, kerr.NotLeaderForPartition.Code
				of.Partitions = append(of.Partitions, one)
			}
			answer.Topics = append(answer.Topics, of)
		}
		return answer, nil, true
	})
	c := open(t, topic.Config{Brokers: broker.ListenAddrs(), Prefix: "test."})
	ensure(t, c, words(1))
	const records = 2000 // eight batches
	var all []topic.Record
	for i := range records {
		all = append(all, text(fmt.Sprint("key-", i%7), fmt.Sprint(i)))
	}
	write(t, c, all...)
	got := scan(t, c, "words", topic.FromBeginning())
	if len(got) != records {
		t.Errorf("%d records, want %d", len(got), records)
	}
	for i, r := range got {
		if string(r.Value) != fmt.Sprint(i) {
			t.Fatalf("record %d is %s", i, r.Value)
		}
	}
	if asked.Load() <= records/256+1 {
		t.Errorf("%d requests: none was refused", asked.Load())
	}
}
