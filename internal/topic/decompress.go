package topic

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"sync"

	"github.com/klauspost/compress/snappy"
	"github.com/segmentio/kafka-go/compress"
)

// mostDecompressed bounds what a batch can become: brokers take batches of a
// megabyte or so, and no event is compressed a hundredfold.
const mostDecompressed = 256 << 20

// bufferPool keeps buffers for the next batch.
type bufferPool struct{ pool sync.Pool }

func (p *bufferPool) get() *bytes.Buffer {
	if b, ok := p.pool.Get().(*bytes.Buffer); ok {
		b.Reset()
		return b
	}
	return new(bytes.Buffer)
}

func (p *bufferPool) put(b *bytes.Buffer) { p.pool.Put(b) }

// decompress gives the records of a batch. Without compression they stay
// where they are.
func decompress(with compress.Compression, b []byte, room *bufferPool) ([]byte, error) {
	switch {
	case with == compress.None:
		return b, nil
	case with == compress.Snappy:
		return decompressSnappy(b)
	}
	codec := with.Codec()
	if codec == nil {
		return nil, fmt.Errorf("compression %d is unknown", with)
	}
	from := codec.NewReader(bytes.NewReader(b))
	defer from.Close() // nothing is left to fail: it only gives the reader back
	to := room.get()
	defer room.put(to)
	if _, err := to.ReadFrom(io.LimitReader(from, mostDecompressed+1)); err != nil {
		return nil, fmt.Errorf("decompress %s: %w", with, err)
	}
	if to.Len() > mostDecompressed {
		return nil, fmt.Errorf("decompress %s: more than %d bytes", with, mostDecompressed)
	}
	return bytes.Clone(to.Bytes()), nil
}

// xerialMagic begins the framing of snappy that the Java client and kafka-go
// write: two versions follow, and then blocks, each with its length before it.
const (
	xerialMagic = "\x82SNAPPY\x00"
	xerialHead  = len(xerialMagic) + 8
)

// decompressSnappy reads both forms, one block and framed blocks.
func decompressSnappy(b []byte) ([]byte, error) {
	if len(b) < xerialHead || string(b[:len(xerialMagic)]) != xerialMagic {
		return unsnap([][]byte{b})
	}
	var blocks [][]byte
	for b = b[xerialHead:]; len(b) > 0; {
		if len(b) < 4 || int64(binary.BigEndian.Uint32(b)) > int64(len(b)-4) {
			return nil, fmt.Errorf("decompress snappy: a block is cut off")
		}
		size := binary.BigEndian.Uint32(b)
		blocks = append(blocks, b[4:4+size])
		b = b[4+size:]
	}
	return unsnap(blocks)
}

// unsnap puts blocks together.
func unsnap(blocks [][]byte) ([]byte, error) {
	total := 0
	for _, block := range blocks {
		size, err := snappy.DecodedLen(block)
		if err != nil {
			return nil, fmt.Errorf("decompress snappy: %w", err)
		}
		if total += size; total > mostDecompressed {
			return nil, fmt.Errorf("decompress snappy: more than %d bytes", mostDecompressed)
		}
	}
	out := make([]byte, 0, total)
	for _, block := range blocks {
		part, err := snappy.Decode(out[len(out):], block)
		if err != nil {
			return nil, fmt.Errorf("decompress snappy: %w", err)
		}
		out = out[:len(out)+len(part)]
	}
	return out, nil
}
