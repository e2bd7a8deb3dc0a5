package topic

import (
	"bufio"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// cleaner applies the cleanup policy of a topic to a partition of the embedded
// broker while the broker is not running. Old segments are removed; a segment
// is old when all of its records are, and the last one stays. Compaction drops
// a batch when every record in it has a later one of the same key; the first
// and the last batch stay, so that the partition begins and ends where it did.
type cleaner struct {
	folder   string
	log      *slog.Logger
	segments []*segmentFile
}

const (
	compacting    = ".compacting" // a folder that is being written
	replaced      = ".replaced"   // the one that it replaces
	compactedFile = "compacted"   // says how many bytes compaction left
	// compactFrom is where compaction begins to be worth the time, which is
	// spent at the start. After that it is whenever the size has doubled.
	compactFrom  = 8 << 20
	segmentBytes = 100 << 20
)

func (c *cleaner) clean(configs map[string]string, now time.Time) error {
	policies := strings.Split(configs["cleanup.policy"], ",")
	for _, policy := range policies {
		switch strings.TrimSpace(policy) {
		case "delete":
			retention, err := strconv.ParseInt(configs["retention.ms"], 10, 64)
			if err != nil || retention < 0 {
				continue // for ever, or as long as nobody said otherwise
			}
			if err := c.expire(now.UnixMilli() - retention); err != nil {
				return fmt.Errorf("remove old records: %w", err)
			}
		case "compact":
			if err := c.compact(); err != nil {
				return fmt.Errorf("compact: %w", err)
			}
		}
	}
	return nil
}

// expire removes the segments whose records are all older.
func (c *cleaner) expire(before int64) error {
	for len(c.segments) > 1 && c.segments[0].newest < before {
		s := c.segments[0]
		c.log.Info("embedded broker: records are older than the topic keeps them and are removed", "file", s.path+".dat", "bytes", s.size)
		if err := os.Remove(s.path + ".dat"); err != nil {
			return err
		}
		if err := os.Remove(s.path + ".idx"); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		c.segments = c.segments[1:]
	}
	return nil
}

// compact writes what is left into a new folder, which takes the place of the
// old one when it is complete.
func (c *cleaner) compact() error {
	var size int64
	for _, s := range c.segments {
		size += s.size
	}
	before, err := os.ReadFile(filepath.Join(c.folder, compactedFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	last, _ := strconv.ParseInt(strings.TrimSpace(string(before)), 10, 64) // 0 when never compacted
	if size < max(compactFrom, 2*last) {
		return nil
	}
	latest, batches := map[keyHash]int64{}, 0
	err = c.each(func(batch []byte) error {
		batches++
		for _, r := range recordsOf(batch) {
			latest[hashKey(r.key)] = r.offset
		}
		return nil
	})
	if err != nil {
		return err
	}
	out, err := newCompacted(c.folder + compacting)
	if err != nil {
		return err
	}
	n := 0
	err = c.each(func(batch []byte) error {
		n++
		if n == 1 || n == batches || wanted(recordsOf(batch), latest) {
			return out.add(batch)
		}
		return nil
	})
	if err := errors.Join(err, out.close()); err != nil {
		return errors.Join(err, os.RemoveAll(c.folder+compacting))
	}
	c.log.Info("embedded broker: superseded records are removed", "bytes", size, "left", out.total)
	return c.replace()
}

// replace puts the new folder in the place of the old one. finishCleaning goes
// on where a crash ends it.
func (c *cleaner) replace() error {
	if err := os.Rename(c.folder, c.folder+replaced); err != nil {
		return err
	}
	if err := os.Rename(c.folder+compacting, c.folder); err != nil {
		return err
	}
	return os.RemoveAll(c.folder + replaced)
}

// finishCleaning finishes or undoes a compaction that a crash ended.
func (r *repairer) finishCleaning() error {
	for _, suffix := range []string{compacting, replaced} {
		folders, err := filepath.Glob(filepath.Join(r.dir, partitionsDir, "*"+suffix))
		if err != nil {
			return err
		}
		for _, folder := range folders {
			place := strings.TrimSuffix(folder, suffix)
			_, err := os.Stat(place)
			switch {
			case err == nil:
				err = os.RemoveAll(folder)
			case errors.Is(err, fs.ErrNotExist):
				// Both are complete; the new one comes first.
				err = os.Rename(folder, place)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// each reads the batches of all segments. The bytes are good until the next.
func (c *cleaner) each(do func(batch []byte) error) error {
	for _, s := range c.segments {
		if err := eachBatch(s.path+".dat", do); err != nil {
			return err
		}
	}
	return nil
}

func eachBatch(path string, do func(batch []byte) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	in := bufio.NewReaderSize(f, 256<<10)
	var batch []byte
	for left := info.Size(); left > 0; left -= int64(len(batch)) {
		if batch, err = readBatch(in, batch, left); err != nil {
			return err
		}
		if err := do(batch); err != nil {
			return err
		}
	}
	return nil
}

// keyed is a record for compaction; key is nil for one that stays in any case.
type keyed struct {
	key    []byte
	offset int64
}

// recordsOf reads the keys of a batch. One that cannot be read, is part of a
// transaction or has records without a key stays.
func recordsOf(batch []byte) []keyed {
	var b kmsg.RecordBatch
	stays := []keyed{{}}
	if err := b.ReadFrom(batch); err != nil || b.Attributes&(transactional|control) != 0 {
		return stays
	}
	records, err := kfake.BatchRecords(b)
	if err != nil {
		return stays
	}
	all := make([]keyed, len(records))
	for i, r := range records {
		all[i] = keyed{r.Key, b.FirstOffset + int64(r.OffsetDelta)}
	}
	return all
}

// keyHash stands for a key; two keys with one hash are not to be expected.
type keyHash [16]byte

func hashKey(key []byte) keyHash {
	sum := sha256.Sum256(key)
	return keyHash(sum[:16])
}

func wanted(records []keyed, latest map[keyHash]int64) bool {
	for _, r := range records {
		if r.key == nil || latest[hashKey(r.key)] == r.offset {
			return true
		}
	}
	return false
}

// compacted writes segments and their indexes into a folder.
type compacted struct {
	folder   string
	dat, idx *os.File
	size     int64
	total    int64
}

func newCompacted(folder string) (*compacted, error) {
	if err := os.RemoveAll(folder); err != nil {
		return nil, err
	}
	return &compacted{folder: folder}, os.Mkdir(folder, 0o755)
}

func (c *compacted) add(batch []byte) error {
	if c.dat == nil || c.size >= segmentBytes {
		if err := c.roll(firstOffset(batch)); err != nil {
			return err
		}
	}
	if _, err := c.dat.Write(batch); err != nil {
		return err
	}
	c.size += int64(len(batch))
	c.total += int64(len(batch))
	_, err := c.idx.Write(indexOf(batch))
	return err
}

// roll begins the next segment.
func (c *compacted) roll(base int64) (err error) {
	if err := c.finish(); err != nil {
		return err
	}
	path := filepath.Join(c.folder, strconv.FormatInt(base, 10))
	if c.dat, err = os.Create(path + ".dat"); err != nil {
		return err
	}
	c.idx, err = os.Create(path + ".idx")
	return err
}

func (c *compacted) finish() (err error) {
	for _, f := range []*os.File{c.dat, c.idx} {
		if f != nil {
			err = errors.Join(err, f.Sync(), f.Close())
		}
	}
	c.dat, c.idx, c.size = nil, nil, 0
	return err
}

// close makes the folder complete.
func (c *compacted) close() error {
	return errors.Join(c.finish(), replaceFile(filepath.Join(c.folder, compactedFile), fmt.Appendln(nil, c.total)), syncDir(c.folder))
}

// syncDir makes sure that a folder has its files after a power cut, where the
// system knows how.
func syncDir(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	_ = f.Sync() // Windows refuses it
	return f.Close()
}
