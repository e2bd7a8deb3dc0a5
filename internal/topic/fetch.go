package topic

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
	fetchapi "github.com/segmentio/kafka-go/protocol/fetch"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// fetched is what a broker answered about one partition: batches as they came.
type fetched struct {
	batches []byte
	end     int64 // one past the last record that can be read
	body    []byte
}

// answerPool keeps the memory of answers, for the next ones.
type answerPool struct{ pool sync.Pool }

func (a *answerPool) take(size int) []byte {
	if b, ok := a.pool.Get().(*[]byte); ok && cap(*b) >= size {
		return (*b)[:size]
	}
	return make([]byte, size)
}

// give takes back what nobody uses any more.
func (a *answerPool) give(b []byte) { a.pool.Put(&b) }

// fetch asks the leader of a partition for batches from an offset on; it may
// wait for some. Errors: those of the connection, and a kafka.Error when the
// broker says no.
//
// The request goes through kafka-go's connections, but the answer is not read
// by kafka-go, whose decoder takes a call for each byte and an allocation for
// each header: half the time of a reader, by its profile.
func (c *Cluster) fetch(ctx context.Context, p partition, offset int64, wait time.Duration) (fetched, error) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	ask := &fetchRequest{exchange: exchange{clientID: c.cfg.ClientID, buffers: &c.buffers, room: c.answers.take}, Request: fetchapi.Request{
		ReplicaID: -1, MaxWaitTime: int32(min(wait, c.cfg.Timeout).Milliseconds()), MinBytes: 1, MaxBytes: int32(c.cfg.PollBytes),
		Topics: []fetchapi.RequestTopic{{Topic: p.topic, Partitions: []fetchapi.RequestPartition{{
			Partition: int32(p.id), FetchOffset: offset, PartitionMaxBytes: int32(c.cfg.PollBytes),
		}}}},
	}}
	got, err := c.transport.RoundTrip(ctx, c.client.Addr, ask)
	if err != nil {
		return fetched{}, err
	}
	answer, ok := got.(fetchAnswer)
	if !ok || len(answer.Topics) != 1 || len(answer.Topics[0].Partitions) != 1 {
		return fetched{}, fmt.Errorf("the broker answers about other partitions than %s", p)
	}
	found := answer.Topics[0].Partitions[0]
	for _, code := range []int16{answer.ErrorCode, found.ErrorCode} {
		if code != 0 {
			return fetched{}, kafka.Error(code)
		}
	}
	return fetched{found.RecordBatches, found.HighWatermark, answer.body}, nil
}

// fetchRequest is a request of kafka-go that writes itself and reads its own
// answer (protocol.RawExchanger). What it inherits finds the leader.
type fetchRequest struct {
	fetchapi.Request
	exchange
}

// fetchAnswer makes an answer a message of kafka-go.
type fetchAnswer struct {
	*kmsg.FetchResponse
	body []byte // which the answer shares
}

// ApiKey is what kafka-go asks of a message.
func (fetchAnswer) ApiKey() protocol.ApiKey { return protocol.Fetch }

// Required takes note of the version that the broker and kafka-go agree on,
// and says that kafka-go is to leave the rest to us.
func (r *fetchRequest) Required(versions map[protocol.ApiKey]int16) bool {
	r.version = versions[protocol.Fetch]
	return true
}

// RawExchange sends the request and reads the answer.
func (r *fetchRequest) RawExchange(conn io.ReadWriter) (protocol.Message, error) {
	const oldest, newest = 4, 11
	body, err := r.do(conn, protocol.Fetch, oldest, newest, r.appendTo)
	if err != nil {
		return nil, err
	}
	answer := kmsg.NewPtrFetchResponse()
	answer.Version = r.version
	if err := answer.ReadFrom(body); err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	return fetchAnswer{answer, body}, nil
}

func (r *fetchRequest) appendTo(out []byte) []byte {
	req := kmsg.NewPtrFetchRequest()
	req.Version = r.version
	req.ReplicaID, req.MaxWaitMillis, req.MinBytes, req.MaxBytes = r.ReplicaID, r.MaxWaitTime, r.MinBytes, r.MaxBytes
	req.SessionID, req.SessionEpoch = 0, -1 // no session
	for _, t := range r.Topics {
		topic := kmsg.NewFetchRequestTopic()
		topic.Topic = t.Topic
		for _, p := range t.Partitions {
			one := kmsg.NewFetchRequestTopicPartition()
			one.Partition, one.FetchOffset, one.PartitionMaxBytes = p.Partition, p.FetchOffset, p.PartitionMaxBytes
			topic.Partitions = append(topic.Partitions, one)
		}
		req.Topics = append(req.Topics, topic)
	}
	return req.AppendTo(out)
}
