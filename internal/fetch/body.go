package fetch

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

const (
	// maxCodings is how many layers of coding a body may wear; real servers
	// wear at most two, by mistake.
	maxCodings = 3
	// maxWindow bounds the memory a zstd frame may ask for (RFC 9659).
	maxWindow = 8 << 20
)

// encodingError marks a body that does not decode.
type encodingError struct{ err error }

func (e *encodingError) Error() string { return e.err.Error() }
func (e *encodingError) Unwrap() error { return e.err }

func isEncoding(err error) bool {
	_, ok := errors.AsType[*encodingError](err)
	return ok
}

// readBody reads wire to its end through the codings the header names (in
// the order they were applied) and through gzip files served as such. Each
// layer may hold at most limit bytes; one more is errTooLarge. The layers
// stream: no undecoded copy is kept. unpacked says a gzip file was opened.
func readBody(wire io.Reader, header []string, limit int64) (body []byte, unpacked bool, err error) {
	codings := codingNames(header)
	if len(codings) > maxCodings {
		return nil, false, &encodingError{fmt.Errorf("%d content codings", len(codings))}
	}
	var r io.Reader = &limitReader{from: wire, left: limit}
	for i := len(codings) - 1; i >= 0; i-- {
		decoded, closer, err := decoder(codings[i], r)
		if err != nil {
			return nil, false, err
		}
		defer closer()
		r = &limitReader{from: decoded, left: limit}
	}
	for range maxCodings - len(codings) {
		peek := bufio.NewReader(r)
		if !isGzip(peek) {
			r = peek
			break
		}
		decoded, _, err := decoder("gzip", peek)
		if err != nil {
			return nil, false, err
		}
		unpacked, r = true, &limitReader{from: decoded, left: limit}
	}
	body, err = io.ReadAll(r)
	if err == nil && bytes.HasPrefix(body, gzipMagic()) {
		err = &encodingError{fmt.Errorf("more than %d layers of compression", maxCodings)}
	}
	return body, unpacked, err
}

func gzipMagic() []byte { return []byte{0x1f, 0x8b, 8} }

// codingNames lists the codings of Content-Encoding headers in the order
// they were applied; what means "none", or is no coding at all, is dropped.
func codingNames(header []string) []string {
	var names []string
	for name := range strings.SplitSeq(strings.Join(header, ","), ",") {
		switch name = strings.ToLower(strings.TrimSpace(name)); name {
		case "", "identity", "none", "binary", "utf-8", "utf8", "text":
		default:
			names = append(names, strings.TrimPrefix(name, "x-"))
		}
	}
	return names
}

// decoder undoes one coding. A body that says gzip and is not is passed
// through: such servers exist, and their pages are whole.
func decoder(coding string, r io.Reader) (io.Reader, func(), error) {
	keep := func() {}
	peek := bufio.NewReader(r)
	if _, err := peek.Peek(1); err == io.EOF {
		return peek, keep, nil
	}
	var decoded io.Reader
	var err error
	switch coding {
	case "gzip":
		if !isGzip(peek) {
			return peek, keep, nil
		}
		decoded, err = gzip.NewReader(peek)
	case "deflate":
		decoded, err = inflate(peek)
	case "br":
		decoded = brotli.NewReader(peek)
	case "zstd":
		var z *zstd.Decoder
		z, err = zstd.NewReader(peek, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
		if err == nil {
			decoded, keep = z, z.Close
		}
	default:
		err = fmt.Errorf("unknown content coding %q", coding)
	}
	if err != nil {
		return nil, nil, asEncoding(err)
	}
	return &codingReader{decoded}, keep, nil
}

// inflate reads "deflate", which the standard says is zlib and some servers
// send without zlib's two-byte header.
func inflate(r *bufio.Reader) (io.Reader, error) {
	head, err := r.Peek(2)
	if err == nil && head[0]&0x0f == 8 && (uint(head[0])<<8|uint(head[1]))%31 == 0 {
		return zlib.NewReader(r)
	}
	return flate.NewReader(r), nil
}

func isGzip(r *bufio.Reader) bool {
	head, _ := r.Peek(3)
	return bytes.Equal(head, gzipMagic())
}

// codingReader marks decoding errors, so that they are told from the
// network's; limits and cuts below it keep their own class.
type codingReader struct{ from io.Reader }

func (c *codingReader) Read(into []byte) (int, error) {
	n, err := c.from.Read(into)
	if err != nil && err != io.EOF {
		err = asEncoding(err)
	}
	return n, err
}

// asEncoding leaves errors that came from below (limit, network, context)
// as they are: only the decoders' own complaints are about the coding.
func asEncoding(err error) error {
	if wire, ok := errors.AsType[*wireError](err); ok {
		return wire
	}
	if errors.Is(err, errTooLarge) || errors.Is(err, io.ErrUnexpectedEOF) || isEncoding(err) {
		return err // a stream that ends early was cut on its way
	}
	return &encodingError{err}
}

// wireError wraps what reading the connection returned.
type wireError struct{ err error }

func (e *wireError) Error() string { return e.err.Error() }
func (e *wireError) Unwrap() error { return e.err }

// limitReader fails once more than left bytes came: unlike io.LimitReader it
// never pretends that the body ended.
type limitReader struct {
	from io.Reader
	left int64
}

func (l *limitReader) Read(into []byte) (int, error) {
	if int64(len(into)) > l.left+1 {
		into = into[:l.left+1]
	}
	n, err := l.from.Read(into)
	if int64(n) > l.left {
		return int(l.left), errTooLarge
	}
	l.left -= int64(n)
	return n, err
}
