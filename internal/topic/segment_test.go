package topic

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"
)

// batchOf makes a batch of one record from an offset on.
func batchOf(offset int64, records []byte) []byte {
	b := make([]byte, batchHead, batchHead+len(records))
	b = append(b, records...)
	binary.BigEndian.PutUint64(b, uint64(offset))
	binary.BigEndian.PutUint32(b[8:], uint32(len(b)-lengthEnd))
	b[16] = batchMagic
	binary.BigEndian.PutUint32(b[57:], 1)
	binary.BigEndian.PutUint32(b[17:], crc32.Checksum(b[crcEnd:], castagnoli()))
	return b
}

// junk is what may stand between whole parts: nothing, noise, or a part of one.
func junk(whole []byte) *rapid.Generator[[]byte] {
	return rapid.OneOf(
		rapid.Just([]byte(nil)),
		rapid.SliceOfN(rapid.Byte(), 1, 100),
		rapid.Map(rapid.IntRange(1, len(whole)-1), func(n int) []byte { return whole[:n] }),
		rapid.Map(rapid.IntRange(1, 200), func(n int) []byte { return make([]byte, n) }),
	)
}

// Whatever stands between the whole batches of a segment, they all stay, in
// order, and a second look finds nothing to mend.
func TestSegmentKeepsEveryWholeBatch(t *testing.T) {
	path := filepath.Join(t.TempDir(), "0")
	log := slog.New(slog.DiscardHandler)
	rapid.Check(t, func(t *rapid.T) {
		var file, whole []byte
		var offset int64
		n := rapid.IntRange(0, 6).Draw(t, "batches")
		for range n {
			batch := batchOf(offset, rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "records"))
			file = append(file, junk(batch).Draw(t, "junk")...)
			file, whole = append(file, batch...), append(whole, batch...)
			offset += rapid.Int64Range(1, 3).Draw(t, "step") // compaction leaves gaps
		}
		file = append(file, junk(batchOf(offset, nil)).Draw(t, "end")...)
		index := rapid.SliceOfN(rapid.Byte(), 0, 100).Draw(t, "index")
		for name, body := range map[string][]byte{".dat": file, ".idx": index} {
			if err := os.WriteFile(path+name, body, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 {
			s := segmentFile{path: path}
			if err := s.scan(); err != nil {
				t.Fatal(err)
			}
			if err := s.mend(log); err != nil {
				t.Fatal(err)
			}
			left, err := os.ReadFile(path + ".dat")
			if err != nil || !bytes.Equal(left, whole) {
				t.Fatalf("%d bytes are left of %d whole ones: %v", len(left), len(whole), err)
			}
			if info, err := os.Stat(path + ".idx"); err != nil || info.Size() != int64(n*indexEntry) {
				t.Fatalf("the index is not %d entries long: %v", n, err)
			}
		}
	})
}

// The same for the entries of the groups' log.
func TestLogKeepsEveryWholeEntry(t *testing.T) {
	r := &repairer{dir: t.TempDir(), log: slog.New(slog.DiscardHandler)}
	path := filepath.Join(r.dir, groupsFile)
	rapid.Check(t, func(t *rapid.T) {
		var file, whole []byte
		for range rapid.IntRange(0, 6).Draw(t, "entries") {
			e := entry(rapid.SliceOfN(rapid.Byte(), 0, 100).Draw(t, "body"))
			file = append(file, junk(e).Draw(t, "junk")...)
			file, whole = append(file, e...), append(whole, e...)
		}
		file = append(file, junk(entry([]byte("{}"))).Draw(t, "end")...)
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := r.entries(groupsFile, nil); err != nil {
			t.Fatal(err)
		}
		if left, err := os.ReadFile(path); err != nil || !bytes.Equal(left, whole) {
			t.Fatalf("%d bytes are left of %d whole ones: %v", len(left), len(whole), err)
		}
	})
}
