package topic

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net"
	"time"

	"github.com/klauspost/compress/s2"
	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/compress"
	"github.com/segmentio/kafka-go/protocol"
	produceapi "github.com/segmentio/kafka-go/protocol/produce"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// produceTransport encodes the batches that kafka-go's writer sends. The
// writer decides what goes together and when; kafka-go's own encoder takes
// twice the CPU time, most of it for a slower form of snappy.
type produceTransport struct {
	*kafka.Transport
	clientID string
	buffers  *bufferPool
}

// RoundTrip sends a request and returns the answer.
func (t *produceTransport) RoundTrip(ctx context.Context, addr net.Addr, req kafka.Request) (kafka.Response, error) {
	ask, ok := req.(*produceapi.Request)
	if !ok || len(ask.Topics) != 1 || len(ask.Topics[0].Partitions) != 1 {
		return t.Transport.RoundTrip(ctx, addr, req)
	}
	batch, err := t.batch(&ask.Topics[0].Partitions[0].RecordSet)
	if err != nil {
		return nil, err
	}
	return t.Transport.RoundTrip(ctx, addr, &produceRequest{Request: ask, exchange: exchange{clientID: t.clientID}, batch: batch})
}

// batch encodes records, with a codec of kafka-go or, for snappy, as one block
// (the Java client reads both this and blocks in a frame).
func (t *produceTransport) batch(set *protocol.RecordSet) ([]byte, error) {
	plain, packed := t.buffers.get(), t.buffers.get()
	defer t.buffers.put(plain)
	defer t.buffers.put(packed)
	head := kmsg.RecordBatch{PartitionLeaderEpoch: -1, Magic: 2, ProducerID: -1, ProducerEpoch: -1, FirstSequence: -1}
	head.Attributes = int16(set.Attributes)
	if err := appendRecords(plain, &head, set.Records); err != nil {
		return nil, err
	}
	switch with := set.Attributes.Compression(); with {
	case compress.None:
		head.Records = plain.Bytes()
	case compress.Snappy:
		packed.Grow(s2.MaxEncodedLen(plain.Len()))
		head.Records = s2.EncodeSnappy(packed.AvailableBuffer(), plain.Bytes())
	default:
		to := with.Codec().NewWriter(packed)
		_, err := to.Write(plain.Bytes())
		if err := errors.Join(err, to.Close()); err != nil {
			return nil, fmt.Errorf("compress with %s: %w", with, err)
		}
		head.Records = packed.Bytes()
	}
	head.Length = int32(batchHead - batchToLength + len(head.Records))
	out := head.AppendTo(make([]byte, 0, batchHead+len(head.Records)))
	binary.BigEndian.PutUint32(out[batchToSum-4:], crc32.Checksum(out[batchToSum:], crc32.MakeTable(crc32.Castagnoli)))
	return out, nil
}

// appendRecords writes records one after another, and what the head of their
// batch says of them.
func appendRecords(to *bytes.Buffer, head *kmsg.RecordBatch, records protocol.RecordReader) error {
	now := time.Now()
	for {
		r, err := records.ReadRecord()
		switch {
		case errors.Is(err, io.EOF) && head.NumRecords == 0:
			return protocol.ErrNoRecord
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if r.Time.IsZero() {
			r.Time = now
		}
		at := r.Time.UnixMilli()
		if head.NumRecords == 0 {
			head.FirstTimestamp, head.MaxTimestamp = at, at
		}
		head.MaxTimestamp = max(head.MaxTimestamp, at)
		if err := appendRecord(to, r, at-head.FirstTimestamp, int64(head.NumRecords)); err != nil {
			return err
		}
		head.LastOffsetDelta = head.NumRecords
		head.NumRecords++
	}
}

func appendRecord(to *bytes.Buffer, r *protocol.Record, at, offset int64) error {
	size := 1 + varintSize(at) + varintSize(offset) + bytesSize(r.Key) + bytesSize(r.Value) + varintSize(int64(len(r.Headers)))
	for _, h := range r.Headers {
		size += varintSize(int64(len(h.Key))) + len(h.Key) + varintSize(int64(len(h.Value))) + len(h.Value)
	}
	to.Grow(binary.MaxVarintLen64 + size)
	b := to.AvailableBuffer()
	b = binary.AppendVarint(b, int64(size))
	b = append(b, 0) // attributes
	b = binary.AppendVarint(b, at)
	b = binary.AppendVarint(b, offset)
	for _, part := range []protocol.Bytes{r.Key, r.Value} {
		var err error
		if b, err = appendBytes(b, part); err != nil {
			return err
		}
	}
	b = binary.AppendVarint(b, int64(len(r.Headers)))
	for _, h := range r.Headers {
		b = append(binary.AppendVarint(b, int64(len(h.Key))), h.Key...)
		b = append(binary.AppendVarint(b, int64(len(h.Value))), h.Value...)
	}
	to.Write(b)
	return nil
}

func appendBytes(to []byte, b protocol.Bytes) ([]byte, error) {
	if b == nil {
		return binary.AppendVarint(to, -1), nil
	}
	n := b.Len()
	to = binary.AppendVarint(to, int64(n))
	to = to[:len(to)+n] // there is room
	if _, err := io.ReadFull(b, to[len(to)-n:]); err != nil {
		return nil, fmt.Errorf("read record: %w", err)
	}
	return to, nil
}

func bytesSize(b protocol.Bytes) int {
	if b == nil {
		return 1
	}
	return varintSize(int64(b.Len())) + b.Len()
}

func varintSize(v int64) int {
	n := 1
	for u := uint64(v<<1) ^ uint64(v>>63); u >= 0x80; u >>= 7 {
		n++
	}
	return n
}

// produceRequest is a request of kafka-go whose batch is encoded already.
type produceRequest struct {
	*produceapi.Request
	exchange
	batch []byte
}

// Required takes note of the version that the broker and kafka-go agree on,
// and says that kafka-go is to leave the rest to us.
func (r *produceRequest) Required(versions map[protocol.ApiKey]int16) bool {
	r.version = versions[protocol.Produce]
	return true
}

// RawExchange sends the request and reads the answer.
func (r *produceRequest) RawExchange(conn io.ReadWriter) (protocol.Message, error) {
	const oldest, newest = 3, 8
	req := kmsg.NewPtrProduceRequest()
	req.Version, req.Acks, req.TimeoutMillis = r.version, r.Acks, r.Timeout
	topic := kmsg.NewProduceRequestTopic()
	topic.Topic = r.Topics[0].Topic
	topic.Partitions = []kmsg.ProduceRequestTopicPartition{{Partition: r.Topics[0].Partitions[0].Partition, Records: r.batch}}
	req.Topics = append(req.Topics, topic)
	body, err := r.do(conn, protocol.Produce, oldest, newest, req.AppendTo)
	if err != nil {
		return nil, err
	}
	answer := kmsg.NewPtrProduceResponse()
	answer.Version = r.version
	if err := answer.ReadFrom(body); err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	return produced(answer), nil
}

// produced is an answer as kafka-go's writer reads it.
func produced(answer *kmsg.ProduceResponse) *produceapi.Response {
	out := &produceapi.Response{ThrottleTimeMs: answer.ThrottleMillis}
	for _, t := range answer.Topics {
		topic := produceapi.ResponseTopic{Topic: t.Topic}
		for _, p := range t.Partitions {
			one := produceapi.ResponsePartition{
				Partition: p.Partition, ErrorCode: p.ErrorCode, BaseOffset: p.BaseOffset, LogAppendTime: p.LogAppendTime, LogStartOffset: p.LogStartOffset,
			}
			if p.ErrorMessage != nil {
				one.ErrorMessage = *p.ErrorMessage
			}
			topic.Partitions = append(topic.Partitions, one)
		}
		out.Topics = append(out.Topics, topic)
	}
	return out
}
