package topic

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The files of the embedded broker, as kfake names them.
const (
	metaFile      = "meta.json"
	topicsFile    = "topics.json"
	groupsFile    = "groups.log"
	producersFile = "pids.log"
	partitionsDir = "partitions"
	asideDir      = "aside" // ours: what has no topic any more
	clusterID     = "tradewire-embedded"
)

// repairer makes a data directory fit to be opened again after its process
// was killed or its disk was full, and one that was copied file by file while
// a broker wrote to it. kfake alone cuts what it cannot read off a segment,
// whole batches behind it included; leaves a torn entry in the log of the
// groups, so that it does not see later ones at the next start; writes new
// records behind old ones of a topic that it does not know; and believes a
// committed offset that lies behind the end of a partition.
type repairer struct {
	dir string
	log *slog.Logger
	// ends are one past the last record of each partition.
	ends map[partition]int64
}

// repair repairs what is wrong and tells the log. No whole record and no whole
// entry is dropped. Then it cleans the topics, as their settings say.
func repair(dir string, log *slog.Logger) error {
	r := &repairer{dir: dir, log: log, ends: map[partition]int64{}}
	topics, err := r.topics()
	if err != nil || topics == nil {
		return err
	}
	if err := r.finishCleaning(); err != nil {
		return fmt.Errorf("finish what was being cleaned: %w", err)
	}
	if err := r.named(); err != nil {
		return fmt.Errorf("write %s: %w", metaFile, err)
	}
	if err := r.partitions(topics); err != nil {
		return err
	}
	if err := r.entries(producersFile, nil); err != nil {
		return err
	}
	return r.entries(groupsFile, r.behindTheEnd)
}

// storedTopic is a topic as kfake keeps it.
type storedTopic struct {
	Name       string            `json:"name"`
	Partitions int               `json:"partitions"`
	Configs    map[string]string `json:"configs"`
}

// topics are those that there are; nil when the directory is new.
func (r *repairer) topics() (map[string]storedTopic, error) {
	body, err := os.ReadFile(filepath.Join(r.dir, topicsFile))
	if errors.Is(err, fs.ErrNotExist) {
		if left, err := os.ReadDir(filepath.Join(r.dir, partitionsDir)); err == nil && len(left) > 0 {
			return nil, fmt.Errorf("%s is missing, but there are records of %s and others: bring it back from a copy, or name another directory with --data",
				filepath.Join(r.dir, topicsFile), left[0].Name())
		}
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the topics: %w", err)
	}
	var known struct {
		Topics []storedTopic `json:"topics"`
	}
	if err := json.Unmarshal(body, &known); err != nil {
		return nil, fmt.Errorf("read the topics: %s: %w", filepath.Join(r.dir, topicsFile), err)
	}
	topics := map[string]storedTopic{}
	for _, t := range known.Topics {
		topics[t.Name] = t
	}
	return topics, nil
}

// named writes the file without which kfake takes a directory for a new one.
func (r *repairer) named() error {
	path := filepath.Join(r.dir, metaFile)
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	r.log.Warn("embedded broker: a file of the data directory was missing and is written anew", "file", path)
	return replaceFile(path, []byte(`{"version":1,"cluster_id":"`+clusterID+`"}`))
}

// partitions repairs the segments of the partitions there are, and moves away
// those of topics that are not known: a topic of that name, made anew, would
// write behind the old records and read them as its own.
func (r *repairer) partitions(topics map[string]storedTopic) error {
	folders, err := os.ReadDir(filepath.Join(r.dir, partitionsDir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("list the partitions: %w", err)
	}
	for _, folder := range folders {
		p, ok := partitionOf(folder.Name())
		if !folder.IsDir() || !ok {
			continue
		}
		if p.id >= topics[p.topic].Partitions {
			if err := r.putAside(folder.Name()); err != nil {
				return fmt.Errorf("move the records of an unknown topic away: %w", err)
			}
			continue
		}
		if err := r.segments(p, topics[p.topic], filepath.Join(r.dir, partitionsDir, folder.Name())); err != nil {
			return fmt.Errorf("repair %s: %w", p, err)
		}
	}
	return nil
}

// partitionOf reads the name of a folder: the topic, escaped, "-" and the
// partition.
func partitionOf(folder string) (partition, bool) {
	i := strings.LastIndexByte(folder, '-')
	if i < 0 {
		return partition{}, false
	}
	topic, err := url.PathUnescape(folder[:i])
	if err != nil {
		return partition{}, false
	}
	id, err := strconv.Atoi(folder[i+1:])
	return partition{topic, id}, err == nil
}

func (r *repairer) putAside(folder string) error {
	if err := os.MkdirAll(filepath.Join(r.dir, asideDir), 0o755); err != nil {
		return err
	}
	for n := 1; ; n++ {
		to := filepath.Join(r.dir, asideDir, fmt.Sprintf("%s.%d", folder, n))
		if _, err := os.Lstat(to); err == nil {
			continue
		}
		r.log.Warn("embedded broker: there are records of a topic that does not exist; they are moved away", "partition", folder, "to", to)
		return os.Rename(filepath.Join(r.dir, partitionsDir, folder), to)
	}
}

// segments repairs the segments of a partition, takes note of its end, and
// cleans it.
func (r *repairer) segments(p partition, t storedTopic, folder string) error {
	bases, err := segmentBases(folder)
	if err != nil {
		return err
	}
	log := r.log.With("topic", p.topic, "partition", p.id)
	var all []*segmentFile
	for _, base := range bases {
		s := &segmentFile{path: filepath.Join(folder, strconv.FormatInt(base, 10)), next: max(base, r.ends[p])}
		if err := s.scan(); err != nil {
			return err
		}
		if err := s.mend(log); err != nil {
			return err
		}
		r.ends[p] = s.next
		all = append(all, s)
	}
	c := cleaner{folder: folder, log: log, segments: all}
	return c.clean(t.Configs, time.Now())
}

// segmentBases are the first offsets of the segments in a folder.
func segmentBases(folder string) ([]int64, error) {
	files, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var bases []int64
	for _, f := range files {
		base, err := strconv.ParseInt(strings.TrimSuffix(f.Name(), ".dat"), 10, 64)
		if err == nil && strings.HasSuffix(f.Name(), ".dat") {
			bases = append(bases, base)
		}
	}
	slices.Sort(bases)
	return bases, nil
}

// replaceFile writes a file whole or not at all.
func replaceFile(path string, body []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.tmp")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(body)
	if err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
