package topic

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"reflect"
	"testing"
	"time"

	"github.com/segmentio/kafka-go/compress"
	"github.com/segmentio/kafka-go/protocol"
)

func codecs() []compress.Compression {
	return []compress.Compression{compress.None, compress.Gzip, compress.Snappy, compress.Lz4, compress.Zstd}
}

// someRecords are of every form that the wire knows.
func someRecords() []Record {
	at := time.UnixMilli(1_764_000_000_123)
	records := []Record{
		{Key: []byte("k"), Value: []byte("v"), Time: at},
		{Value: []byte("without a key"), Time: at.Add(-time.Second)},
		{Key: []byte("tombstone"), Time: at.Add(time.Hour)},
		{Key: []byte{}, Value: []byte{}, Time: at},
		{Key: []byte("h"), Value: []byte("with headers"), Time: at, Headers: []Header{{"a", []byte("1")}, {"a", []byte("2")}, {"", nil}, {"empty", []byte{}}}},
	}
	for n := range 3000 { // more than one block of any codec, and more than one piece of headers
		records = append(records, Record{
			Key: fmt.Append(nil, n), Value: bytes.Repeat(fmt.Appendf(nil, "tariff %d ", n), 9), Time: at,
			Headers: []Header{{"ce_id", fmt.Append(nil, n)}, {"content-type", []byte("application/json")}},
		})
	}
	for i := range records {
		records[i].Topic, records[i].Partition, records[i].Offset = "words", 3, int64(i)
	}
	return records
}

func asProtocol(records []Record) protocol.RecordReader {
	var out []protocol.Record
	for _, r := range records {
		one := protocol.Record{Time: r.Time, Key: protocol.NewBytes(r.Key), Value: protocol.NewBytes(r.Value)}
		for _, h := range r.Headers {
			one.Headers = append(one.Headers, protocol.Header{Key: h.Name, Value: h.Value})
		}
		out = append(out, one)
	}
	return protocol.NewRecordReader(out...)
}

func newDecoder(from int64) *decoder {
	return &decoder{topic: "words", partition: 3, from: from, next: from, room: &bufferPool{}, names: map[string]string{}}
}

// same compares records; a header without a value comes back as an empty one.
func same(t *testing.T, got, want []Record) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d records, want %d", len(got), len(want))
	}
	for i := range got {
		for j := range want[i].Headers {
			if len(want[i].Headers[j].Value) == 0 && len(got[i].Headers[j].Value) == 0 {
				got[i].Headers[j].Value = want[i].Headers[j].Value
			}
		}
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Fatalf("record %d:\n%+v, want\n%+v", i, got[i], want[i])
		}
	}
}

// What kafka-go encodes we decode, and what we encode kafka-go decodes.
func TestBatchesAreThoseOfKafkaGo(t *testing.T) {
	want := someRecords()
	for _, codec := range codecs() {
		t.Run(codec.String(), func(t *testing.T) {
			var theirs bytes.Buffer
			set := protocol.RecordSet{Version: 2, Attributes: protocol.Attributes(codec), Records: asProtocol(want)}
			if _, err := set.WriteTo(&theirs); err != nil {
				t.Fatal(err)
			}
			d := newDecoder(0)
			if err := d.batches(theirs.Bytes()[4:]); err != nil { // a length stands before it
				t.Fatal(err)
			}
			same(t, d.records, want)

			ours, err := encoder{codec, &bufferPool{}}.batch(new(bytes.Buffer), want)
			if err != nil {
				t.Fatal(err)
			}
			d = newDecoder(0)
			if err := d.batches(ours); err != nil {
				t.Fatal(err)
			}
			same(t, d.records, want)
			same(t, byKafkaGo(t, ours), want)
		})
	}
}

// byKafkaGo decodes a batch.
func byKafkaGo(t *testing.T, batch []byte) []Record {
	t.Helper()
	var set protocol.RecordSet
	sized := append(binary.BigEndian.AppendUint32(nil, uint32(len(batch))), batch...)
	if _, err := set.ReadFrom(bytes.NewBuffer(sized)); err != nil {
		t.Fatal(err)
	}
	var got []Record
	for {
		r, err := set.Records.ReadRecord()
		if errors.Is(err, io.EOF) {
			return got
		}
		if err != nil {
			t.Fatal(err)
		}
		one := Record{Topic: "words", Partition: 3, Offset: r.Offset, Time: r.Time.Local()}
		if one.Key, err = protocol.ReadAll(r.Key); err != nil {
			t.Fatal(err)
		}
		if one.Value, err = protocol.ReadAll(r.Value); err != nil {
			t.Fatal(err)
		}
		for _, h := range r.Headers {
			one.Headers = append(one.Headers, Header{h.Key, h.Value})
		}
		got = append(got, one)
	}
}

// encoded is a batch of records that begins at an offset.
func encoded(t testing.TB, first int64, codec compress.Compression, records ...Record) []byte {
	t.Helper()
	batch, err := encoder{codec, &bufferPool{}}.batch(new(bytes.Buffer), records)
	if err != nil {
		t.Fatal(err)
	}
	binary.BigEndian.PutUint64(batch, uint64(first))
	return batch
}

// summed renews the checksum of a batch that a test has changed.
func summed(batch []byte) []byte {
	binary.BigEndian.PutUint32(batch[crcEnd-4:], crc32.Checksum(batch[crcEnd:], castagnoli()))
	return batch
}

func TestBatchesInParts(t *testing.T) {
	r := func(v string) Record { return Record{Value: []byte(v)} }
	first, second := encoded(t, 10, compress.Snappy, r("a"), r("b"), r("c")), encoded(t, 20, compress.None, r("d"))
	marker := encoded(t, 13, compress.None, r("commit"))
	marker[crcEnd+1] |= control
	empty := encoded(t, 14, compress.None, r("x"))[:batchHead] // as compaction leaves it
	binary.BigEndian.PutUint32(empty[8:], batchHead-lengthEnd)
	binary.BigEndian.PutUint32(empty[23:], 4) // offsets 14 to 18
	binary.BigEndian.PutUint32(empty[57:], 0)
	appended := encoded(t, 30, compress.None, r("e"))
	appended[crcEnd+1] |= batchAppendTime
	binary.BigEndian.PutUint64(appended[35:], 4242)
	for name, c := range map[string]struct {
		from   int64
		in     [][]byte
		values string
		next   int64
	}{
		"from within a batch":   {11, [][]byte{first, second}, "bcd", 21},
		"marker and nothing":    {13, [][]byte{summed(marker), summed(empty)}, "", 19},
		"the last is cut off":   {10, [][]byte{first, second[:len(second)-1]}, "abc", 13},
		"all is before us":      {40, [][]byte{first}, "", 40},
		"no batch":              {10, nil, "", 10},
		"the broker tells time": {30, [][]byte{summed(appended)}, "e", 31},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDecoder(c.from)
			if err := d.batches(bytes.Join(c.in, nil)); err != nil {
				t.Fatal(err)
			}
			var values string
			for _, r := range d.records {
				values += string(r.Value)
				if r.Offset == 30 && r.Time.UnixMilli() != 4242 {
					t.Errorf("time %v is not the broker's", r.Time)
				}
			}
			if values != c.values || d.next != c.next {
				t.Errorf("read %q up to %d, want %q up to %d", values, d.next, c.values, c.next)
			}
		})
	}
}

func TestDamagedBatches(t *testing.T) {
	for _, codec := range codecs() {
		whole := encoded(t, 0, codec, someRecords()[:50]...)
		for i := magicAt; i < len(whole); i += 7 {
			b := bytes.Clone(whole)
			b[i] ^= 0x55
			if d := newDecoder(0); d.batches(b) == nil {
				t.Errorf("%s: byte %d of %d is changed and nobody sees it", codec, i, len(b))
			}
		}
	}
	old := encoded(t, 0, compress.None, Record{Value: []byte("v")})
	old[magicAt] = 1
	if err := newDecoder(0).batches(old); err == nil || !errors.Is(err, errBatch) {
		t.Errorf("format 1: %v", err)
	}
}

// FuzzBatch: whatever a batch holds, its records lie within it and come in
// the order of what was said, or there is an error; nothing panics, and memory
// follows the size of the input.
func FuzzBatch(f *testing.F) {
	for _, codec := range codecs() {
		f.Add(encoded(f, 5, codec, someRecords()[:5]...), int64(6))
	}
	f.Fuzz(func(t *testing.T, b []byte, from int64) {
		if len(b) >= batchHead {
			b = summed(bytes.Clone(b)) // or nearly nothing would get by
		}
		d := newDecoder(from)
		if err := d.batches(b); err != nil {
			return
		}
		if d.next < from {
			t.Errorf("next is %d, asked was %d", d.next, from)
		}
		for _, r := range d.records {
			if r.Offset < from {
				t.Errorf("record at %d, asked was %d", r.Offset, from)
			}
		}
	})
}
