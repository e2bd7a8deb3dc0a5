package topic

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"time"

	"github.com/klauspost/compress/s2"
	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/compress"
	"github.com/segmentio/kafka-go/protocol"
	produceapi "github.com/segmentio/kafka-go/protocol/produce"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// encoder makes batches of records.
type encoder struct {
	codec   compress.Compression
	buffers *bufferPool
}

// batch encodes records into the buffer and returns the part of its memory that
// it took. Snappy is one block, which takes half the time of the frame of
// blocks that kafka-go writes; all clients read both.
func (e encoder) batch(to *bytes.Buffer, records []Record) ([]byte, error) {
	plain := e.buffers.get()
	defer e.buffers.put(plain)
	head := kmsg.RecordBatch{PartitionLeaderEpoch: -1, Magic: batchMagic, ProducerID: -1, ProducerEpoch: -1, FirstSequence: -1}
	head.Attributes = int16(e.codec)
	appendRecords(plain, &head, records)
	to.Write(make([]byte, batchHead))
	var out []byte
	switch e.codec {
	case compress.None:
		to.Write(plain.Bytes())
		out = to.Bytes()
	case compress.Snappy:
		to.Grow(s2.MaxEncodedLen(plain.Len()))
		block := s2.EncodeSnappy(to.AvailableBuffer(), plain.Bytes()) // has room, and so stays there
		out = to.Bytes()[:batchHead+len(block)]
	default:
		packer := e.codec.Codec().NewWriter(to)
		_, err := packer.Write(plain.Bytes())
		if err := errors.Join(err, packer.Close()); err != nil {
			return nil, fmt.Errorf("compress with %s: %w", e.codec, err)
		}
		out = to.Bytes()
	}
	head.Length = int32(len(out) - lengthEnd)
	head.AppendTo(out[:0])
	binary.BigEndian.PutUint32(out[crcEnd-4:], crc32.Checksum(out[crcEnd:], castagnoli()))
	return out, nil
}

// appendRecords writes records one after another, and what the head of their
// batch says of them.
func appendRecords(to *bytes.Buffer, head *kmsg.RecordBatch, records []Record) {
	now := time.Now().UnixMilli()
	for i, r := range records {
		at := now
		if !r.Time.IsZero() {
			at = r.Time.UnixMilli()
		}
		if i == 0 {
			head.FirstTimestamp, head.MaxTimestamp = at, at
		}
		head.MaxTimestamp = max(head.MaxTimestamp, at)
		appendRecord(to, r, at-head.FirstTimestamp, int64(i))
	}
	head.NumRecords = int32(len(records))
	head.LastOffsetDelta = head.NumRecords - 1
}

func appendRecord(to *bytes.Buffer, r Record, at, offset int64) {
	size := 1 + varintSize(at) + varintSize(offset) + bytesSize(r.Key) + bytesSize(r.Value) + varintSize(int64(len(r.Headers)))
	for _, h := range r.Headers {
		size += varintSize(int64(len(h.Name))) + len(h.Name) + bytesSize(h.Value)
	}
	to.Grow(binary.MaxVarintLen64 + size)
	b := to.AvailableBuffer()
	b = binary.AppendVarint(b, int64(size))
	b = append(b, 0) // attributes
	b = binary.AppendVarint(b, at)
	b = binary.AppendVarint(b, offset)
	b = appendBytes(b, r.Key)
	b = appendBytes(b, r.Value)
	b = binary.AppendVarint(b, int64(len(r.Headers)))
	for _, h := range r.Headers {
		b = append(binary.AppendVarint(b, int64(len(h.Name))), h.Name...)
		b = appendBytes(b, h.Value)
	}
	to.Write(b)
}

func appendBytes(to, b []byte) []byte {
	if b == nil {
		return binary.AppendVarint(to, -1)
	}
	return append(binary.AppendVarint(to, int64(len(b))), b...)
}

func bytesSize(b []byte) int {
	if b == nil {
		return 1
	}
	return varintSize(int64(len(b))) + len(b)
}

func varintSize(v int64) int {
	n := 1
	for u := uint64(v<<1) ^ uint64(v>>63); u >= 0x80; u >>= 7 {
		n++
	}
	return n
}

// send writes a batch to the leader of a partition, and returns when all
// replicas in sync have it. Errors: those of the connection, and a kafka.Error
// when the broker says no.
func (w *Writer) send(ctx context.Context, p partition, records []Record) error {
	room := w.encoder.buffers.get()
	batch, err := w.encoder.batch(room, records)
	if err != nil {
		return err
	}
	got, err := w.cluster.transport.RoundTrip(ctx, w.cluster.client.Addr, &produceRequest{
		exchange: exchange{clientID: w.cluster.cfg.ClientID, buffers: w.encoder.buffers}, timeout: w.cluster.cfg.Timeout,
		batch: batch, sent: func() { w.encoder.buffers.put(room) },
		Request: produceapi.Request{Topics: []produceapi.RequestTopic{{
			Topic: p.topic, Partitions: []produceapi.RequestPartition{{Partition: int32(p.id)}},
		}}},
	})
	if err != nil {
		return err
	}
	answer, ok := got.(produceAnswer)
	if !ok || len(answer.Topics) != 1 || len(answer.Topics[0].Partitions) != 1 {
		return fmt.Errorf("the broker answers about other partitions than %s", p)
	}
	if code := answer.Topics[0].Partitions[0].ErrorCode; code != 0 {
		return kafka.Error(code)
	}
	return nil
}

// produceRequest is a request of kafka-go that writes itself and reads its
// own answer. What it inherits finds the leader.
type produceRequest struct {
	produceapi.Request
	exchange
	timeout time.Duration
	batch   []byte
	sent    func() // the batch is not needed any more
}

// produceAnswer makes an answer a message of kafka-go.
type produceAnswer struct{ *kmsg.ProduceResponse }

// ApiKey is what kafka-go asks of a message.
func (produceAnswer) ApiKey() protocol.ApiKey { return protocol.Produce }

// Required takes note of the version that the broker and kafka-go agree on,
// and says that kafka-go is to leave the rest to us.
func (r *produceRequest) Required(versions map[protocol.ApiKey]int16) bool {
	r.version = versions[protocol.Produce]
	return true
}

// RawExchange sends the request and reads the answer.
func (r *produceRequest) RawExchange(conn io.ReadWriter) (protocol.Message, error) {
	const oldest, newest, allReplicas = 3, 8, -1
	req := kmsg.NewPtrProduceRequest()
	req.Version, req.Acks, req.TimeoutMillis = r.version, allReplicas, int32(r.timeout.Milliseconds())
	topic := kmsg.NewProduceRequestTopic()
	topic.Topic = r.Topics[0].Topic
	topic.Partitions = []kmsg.ProduceRequestTopicPartition{{Partition: r.Topics[0].Partitions[0].Partition, Records: r.batch}}
	req.Topics = append(req.Topics, topic)
	body, err := r.do(conn, protocol.Produce, oldest, newest, req.AppendTo)
	r.sent()
	if err != nil {
		return nil, err
	}
	answer := kmsg.NewPtrProduceResponse()
	answer.Version = r.version
	if err := answer.ReadFrom(body); err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	return produceAnswer{answer}, nil
}
