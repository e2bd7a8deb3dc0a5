package topic

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/segmentio/kafka-go/protocol"
)

// exchange is a request and its answer on a connection of kafka-go, encoded
// and decoded by us (protocol.RawExchanger). kafka-go goes on to find the
// broker and to dial, secure and keep connections; a connection has one
// request under way at a time.
type exchange struct {
	clientID string
	version  int16 // of the request, as agreed on with the broker
	buffers  *bufferPool
	// room gives memory for an answer of that size; nil makes it.
	room func(size int) []byte
}

const (
	// exchangeID is told by the broker in its answer.
	exchangeID = 1
	// mostAnswer is more than any broker sends.
	mostAnswer = 1 << 30
)

// do sends a request of a version that has no flexible fields yet and returns
// the body of the answer.
func (e *exchange) do(conn io.ReadWriter, key protocol.ApiKey, oldest, newest int16, appendTo func([]byte) []byte) ([]byte, error) {
	if e.version < oldest || e.version > newest {
		return nil, fmt.Errorf("the broker speaks version %d of %s, known are %d to %d: Apache Kafka 0.11 or newer is needed",
			e.version, key, oldest, newest)
	}
	buffer := e.buffers.get()
	defer e.buffers.put(buffer)
	out := append(buffer.AvailableBuffer(), 0, 0, 0, 0)
	out = binary.BigEndian.AppendUint16(out, uint16(key))
	out = binary.BigEndian.AppendUint16(out, uint16(e.version))
	out = binary.BigEndian.AppendUint32(out, exchangeID)
	out = binary.BigEndian.AppendUint16(out, uint16(len(e.clientID)))
	out = append(out, e.clientID...)
	out = appendTo(out)
	binary.BigEndian.PutUint32(out, uint32(len(out)-4))
	buffer.Write(out) // keeps what has grown
	if _, err := conn.Write(out); err != nil {
		return nil, fmt.Errorf("send: %w", err)
	}
	var head [8]byte
	if _, err := io.ReadFull(conn, head[:]); err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	size, id := int64(binary.BigEndian.Uint32(head[:]))-4, binary.BigEndian.Uint32(head[4:])
	if size < 0 || size > mostAnswer || id != exchangeID {
		return nil, fmt.Errorf("read answer: %d bytes about request %d, expected %d", size, id, exchangeID)
	}
	var body []byte
	if e.room != nil {
		body = e.room(int(size))
	} else {
		body = make([]byte, size)
	}
	if _, err := io.ReadFull(conn, body); err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	return body, nil
}
