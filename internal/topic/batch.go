package topic

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"time"

	"github.com/segmentio/kafka-go/compress"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Attributes of a batch (see segment.go for its other parts).
const (
	batchCodec      = 0x07
	batchAppendTime = 0x08
)

var errBatch = errors.New("bad record batch")

// decoder takes records out of batches. All records of a batch share memory.
type decoder struct {
	topic     string
	partition int
	from      int64 // records before it are passed over
	room      *bufferPool
	names     map[string]string // of headers, which come again and again
	records   []Record
	next      int64 // one past the last batch
	shares    bool  // records are part of the answer: they were not compressed
}

// batches reads the batches of an answer, of which the last may be cut off.
func (d *decoder) batches(b []byte) error {
	for len(b) > magicAt {
		if magic := b[magicAt]; magic != batchMagic {
			return fmt.Errorf("%w: format %d of Kafka before 0.11, only format 2 is read", errBatch, magic)
		}
		size := lengthEnd + int(int32(binary.BigEndian.Uint32(b[8:])))
		if size < batchHead {
			return fmt.Errorf("%w: %d bytes are too few", errBatch, size)
		}
		if size > len(b) {
			return nil
		}
		if err := d.batch(b[:size]); err != nil {
			return err
		}
		b = b[size:]
	}
	return nil
}

func (d *decoder) batch(b []byte) error {
	var batch kmsg.RecordBatch
	if err := batch.ReadFrom(b); err != nil {
		return fmt.Errorf("%w: %w", errBatch, err)
	}
	if sum := crc32.Checksum(b[crcEnd:], castagnoli()); sum != uint32(batch.CRC) {
		return fmt.Errorf("%w: checksum is %08x, not %08x", errBatch, sum, uint32(batch.CRC))
	}
	// A batch that compaction left without records counts too, and so does
	// the marker of a transaction.
	d.next = max(d.next, batch.FirstOffset+int64(batch.LastOffsetDelta)+1)
	if batch.Attributes&control != 0 || d.next <= d.from {
		return nil
	}
	codec := compress.Compression(batch.Attributes & batchCodec)
	d.shares = d.shares || codec == compress.None
	body, err := decompress(codec, batch.Records, d.room)
	if err != nil {
		return fmt.Errorf("%w: %w", errBatch, err)
	}
	return d.body(&batch, body)
}

// leastRecord is the size of a record without key, value and headers.
const leastRecord = 7

func (d *decoder) body(batch *kmsg.RecordBatch, body []byte) error {
	if n := int(batch.NumRecords); n < 0 || n > len(body)/leastRecord {
		return fmt.Errorf("%w: %d records in %d bytes", errBatch, n, len(body))
	}
	d.records = slices.Grow(d.records, int(batch.NumRecords))
	c := cursor{rest: body}
	var headers []Header // room for those of many records
	for range batch.NumRecords {
		size := c.varint()
		end := len(c.rest) - int(size)
		if c.bad || size < 0 || end < 0 {
			return fmt.Errorf("%w: a record is cut off", errBatch)
		}
		c.bytes(1) // attributes; none are known
		at, offset := batch.FirstTimestamp+c.varint(), batch.FirstOffset+c.varint()
		if batch.Attributes&batchAppendTime != 0 {
			at = batch.MaxTimestamp
		}
		r := Record{Topic: d.topic, Partition: d.partition, Offset: offset, Time: time.UnixMilli(at)}
		r.Key = c.bytes(c.varint())
		r.Value = c.bytes(c.varint())
		headers, r.Headers = d.headers(&c, headers)
		if c.bad || len(c.rest) < end {
			return fmt.Errorf("%w: the record at offset %d is cut off", errBatch, offset)
		}
		c.rest = c.rest[len(c.rest)-end:]
		if offset >= d.from {
			d.records = append(d.records, r)
		}
	}
	return nil
}

// headers reads those of one record into the room that is left of what was
// made for all.
func (d *decoder) headers(c *cursor, room []Header) (left, of []Header) {
	n := c.varint()
	if n < 0 || n > int64(len(c.rest)) {
		c.bad = true
		return room, nil
	}
	if n == 0 {
		return room, nil
	}
	if int(n) > len(room) {
		room = make([]Header, max(int(n), 1024))
	}
	of, left = room[:n:n], room[n:]
	for i := range of {
		name := c.bytes(c.varint())
		known, ok := d.names[string(name)]
		if !ok {
			known = string(name)
			d.names[known] = known
		}
		of[i] = Header{known, c.bytes(c.varint())}
	}
	return left, of
}

// cursor reads the fields of records. After a field that is not there it is
// bad, and everything is empty.
type cursor struct {
	rest []byte
	bad  bool
}

func (c *cursor) varint() int64 {
	v, n := binary.Varint(c.rest)
	if n <= 0 {
		c.rest, c.bad = nil, true
		return 0
	}
	c.rest = c.rest[n:]
	return v
}

// bytes takes n bytes; nil when n is negative.
func (c *cursor) bytes(n int64) []byte {
	if n < 0 {
		return nil
	}
	if n > int64(len(c.rest)) {
		c.rest, c.bad = nil, true
		return nil
	}
	b := c.rest[:n:n]
	c.rest = c.rest[n:]
	return b
}
