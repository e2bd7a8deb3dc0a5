package topic

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"log/slog"
	"os"
)

// A segment is a row of record batches as Kafka puts them on the wire
// (https://kafka.apache.org/documentation/#recordbatch, magic 2):
//
//	0 first offset (8) · 8 length of what follows (4) · 12 leader epoch (4) ·
//	16 magic (1) · 17 CRC-32C of what follows (4) · 21 attributes (2) ·
//	23 last offset delta (4) · 27 first and 35 last timestamp (8 each) ·
//	43 producer (14) · 57 number of records (4) · 61 records
//
// Beside it is an index with 15 bytes for each batch.
const (
	batchHead      = 61
	batchMagic     = 2
	lengthEnd      = 12
	magicAt        = 16
	crcEnd         = 21
	mostBatchBytes = 1 << 30
	transactional  = 0x10
	control        = 0x20

	indexVersion = 1
	indexEntry   = 15
)

// castagnoli is the polynomial of Kafka's checksums.
func castagnoli() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) }

// errTorn says that no whole batch begins here.
var errTorn = errors.New("no whole batch")

// stretch is a part of a file.
type stretch struct{ from, to int64 }

// segmentFile is a segment and what is wrong with it.
type segmentFile struct {
	path   string // without .dat or .idx
	next   int64  // the offset that is expected next; at last the end of the segment
	size   int64
	index  []byte    // the index as it has to be
	newest int64     // the latest timestamp, in milliseconds
	torn   []stretch // what is no whole batch
	behind bool      // there are whole batches behind something torn
}

// scan reads the whole segment.
func (s *segmentFile) scan() error {
	f, err := os.Open(s.path + ".dat")
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	s.size = info.Size()
	in := bufio.NewReaderSize(f, 256<<10)
	var batch []byte
	for pos := int64(0); pos < s.size; {
		batch, err = readBatch(in, batch, s.size-pos)
		if err == nil {
			s.add(batch)
			pos += int64(len(batch))
			continue
		}
		if !errors.Is(err, errTorn) {
			return err
		}
		whole, err := s.search(f, pos+1)
		if err != nil {
			return err
		}
		s.torn = append(s.torn, stretch{pos, whole})
		s.behind = s.behind || whole < s.size
		pos = whole
		if _, err := f.Seek(pos, io.SeekStart); err != nil {
			return err
		}
		in.Reset(f)
	}
	return nil
}

// readBatch reads a batch into buf, of the bytes that are left in the file.
func readBatch(in *bufio.Reader, buf []byte, left int64) ([]byte, error) {
	if left < batchHead {
		return buf, errTorn
	}
	head, err := in.Peek(lengthEnd)
	if err != nil {
		return buf, err
	}
	size := lengthEnd + int64(binary.BigEndian.Uint32(head[8:]))
	if size < batchHead || size > left || size > mostBatchBytes {
		return buf, errTorn
	}
	if int64(cap(buf)) < size {
		buf = make([]byte, size)
	}
	buf = buf[:size]
	if _, err := io.ReadFull(in, buf); err != nil {
		return buf, err
	}
	if !sound(buf) {
		return buf, errTorn
	}
	return buf, nil
}

func sound(batch []byte) bool {
	return batch[magicAt] == batchMagic && crc32.Checksum(batch[crcEnd:], castagnoli()) == binary.BigEndian.Uint32(batch[magicAt+1:])
}

func firstOffset(batch []byte) int64 { return int64(binary.BigEndian.Uint64(batch)) }

// add takes note of a whole batch.
func (s *segmentFile) add(batch []byte) {
	s.next = firstOffset(batch) + int64(binary.BigEndian.Uint32(batch[23:])) + 1
	s.newest = max(s.newest, int64(binary.BigEndian.Uint64(batch[35:])))
	s.index = append(s.index, indexOf(batch)...)
}

// indexOf is the entry of a batch in the index.
func indexOf(batch []byte) []byte {
	var entry [indexEntry]byte
	entry[0] = indexVersion
	binary.LittleEndian.PutUint32(entry[2:], binary.BigEndian.Uint32(batch[12:]))
	if binary.BigEndian.Uint16(batch[crcEnd:])&(transactional|control) == transactional {
		entry[14] = 1
	}
	entry[1] = byte(crc32.Checksum(entry[2:], castagnoli()))
	return entry[:]
}

// search finds the next whole batch that can belong here; the end of the file
// when there is none.
func (s *segmentFile) search(f *os.File, from int64) (int64, error) {
	rest := make([]byte, max(0, s.size-from))
	if _, err := f.ReadAt(rest, from); err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	for i := 0; i+batchHead <= len(rest); i++ {
		if rest[i+magicAt] != batchMagic || firstOffset(rest[i:]) < s.next {
			continue
		}
		size := lengthEnd + int64(binary.BigEndian.Uint32(rest[i+8:]))
		if size >= batchHead && size <= int64(len(rest)-i) && sound(rest[i:i+int(size)]) {
			return from + int64(i), nil
		}
	}
	return s.size, nil
}

// mend brings the files in order. A torn end is cut off: nobody was told that
// it is written. What is torn in the midst (a disk that lies, a file that was
// tampered with) is taken out, and the file as it was stays beside it.
func (s *segmentFile) mend(log *slog.Logger) error {
	switch {
	case s.behind:
		kept, err := s.splice()
		if err != nil {
			return err
		}
		log.Error("embedded broker: records are damaged; the whole ones before and behind are kept, and the file as it was too",
			"file", s.path+".dat", "bytes", lost(s.torn), "kept", kept)
	case len(s.torn) > 0:
		log.Warn("embedded broker: a write that was not finished is cut off", "file", s.path+".dat", "bytes", lost(s.torn), "end", s.next)
		if err := truncate(s.path+".dat", s.torn[0].from); err != nil {
			return err
		}
	}
	return s.mendIndex()
}

func lost(torn []stretch) (n int64) {
	for _, t := range torn {
		n += t.to - t.from
	}
	return n
}

func truncate(path string, size int64) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Truncate(size), f.Sync(), f.Close())
}

// splice takes out what is torn, and returns where the file is as it was.
func (s *segmentFile) splice() (was string, err error) {
	body, err := os.ReadFile(s.path + ".dat")
	if err != nil {
		return "", err
	}
	var kept []byte
	at := int64(0)
	for _, t := range append(s.torn, stretch{s.size, s.size}) {
		kept = append(kept, body[at:t.from]...)
		at = t.to
	}
	for n := 1; was == "" || errors.Is(err, fs.ErrExist); n++ {
		was = fmt.Sprintf("%s.dat.damaged-%d", s.path, n)
		err = os.Link(s.path+".dat", was)
	}
	if err != nil {
		return "", fmt.Errorf("keep the damaged file: %w", err)
	}
	// Its index counts batches that are no longer there.
	if err := os.Remove(s.path + ".idx"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	return was, replaceFile(s.path+".dat", kept)
}

// mendIndex makes the index as long as the segment has batches, else later
// entries would stand for the wrong ones.
func (s *segmentFile) mendIndex() error {
	have, err := os.ReadFile(s.path + ".idx")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	good := 0
	for good+indexEntry <= min(len(have), len(s.index)) {
		e := have[good : good+indexEntry]
		if e[0] != indexVersion || e[1] != byte(crc32.Checksum(e[2:], castagnoli())) {
			break
		}
		good += indexEntry
	}
	if good == len(have) && good == len(s.index) {
		return nil
	}
	return replaceFile(s.path+".idx", append(have[:good:good], s.index[good:]...))
}
