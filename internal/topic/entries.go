package topic

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
)

// The logs of groups and producers are rows of entries: length of what
// follows the checksum (4), CRC-32C of that (4), version (2), JSON; numbers
// are little-endian.
const (
	entryHead    = 10
	entryVersion = 1
)

// entries keeps the whole entries of a log, and adds what amend makes of
// them. Without an amendment and without a torn entry the file stays as it is.
func (r *repairer) entries(name string, amend func(entries [][]byte) [][]byte) error {
	path := filepath.Join(r.dir, name)
	body, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("repair %s: %w", name, err)
	}
	var kept []byte
	var whole [][]byte
	for rest := body; len(rest) > 0; {
		n := entrySize(rest)
		if n == 0 {
			rest = rest[1:]
			continue
		}
		kept = append(kept, rest[:n]...)
		whole = append(whole, rest[entryHead:n])
		rest = rest[n:]
	}
	if torn := len(body) - len(kept); torn > 0 {
		r.log.Warn("embedded broker: an entry that was not finished is taken out", "file", path, "bytes", torn)
	}
	if amend != nil {
		for _, e := range amend(whole) {
			kept = append(kept, entry(e)...)
		}
	}
	if len(kept) == len(body) {
		return nil
	}
	if err := replaceFile(path, kept); err != nil {
		return fmt.Errorf("repair %s: %w", name, err)
	}
	return nil
}

// entrySize is the size of the entry that b begins with; 0 when it is not
// whole.
func entrySize(b []byte) int {
	if len(b) < entryHead {
		return 0
	}
	length := int64(binary.LittleEndian.Uint32(b))
	if length < entryHead-8 || 8+length > int64(len(b)) {
		return 0
	}
	if crc32.Checksum(b[8:8+length], castagnoli()) != binary.LittleEndian.Uint32(b[4:]) {
		return 0
	}
	return int(8 + length)
}

func entry(body []byte) []byte {
	e := binary.LittleEndian.AppendUint32(nil, uint32(2+len(body)))
	e = append(e, 0, 0, 0, 0)
	e = binary.LittleEndian.AppendUint16(e, entryVersion)
	e = append(e, body...)
	binary.LittleEndian.PutUint32(e[4:], crc32.Checksum(e[8:], castagnoli()))
	return e
}

// behindTheEnd makes entries that bring committed offsets back to the end of
// their partition. A copy has such offsets when the groups were copied later
// than the records, and a partition whose records all expired begins again
// at 0: left as they are, the group would miss what is written next.
func (r *repairer) behindTheEnd(entries [][]byte) [][]byte {
	type seat struct {
		group string
		partition
	}
	last := map[seat]map[string]json.RawMessage{}
	offsets := map[seat]int64{}
	var order []seat
	for _, e := range entries {
		var head struct {
			Type      string `json:"type"`
			Group     string `json:"g"`
			Topic     string `json:"t"`
			Partition int    `json:"p"`
			Offset    int64  `json:"o"`
		}
		if json.Unmarshal(e, &head) != nil || head.Type != "commit" && head.Type != "delete" {
			continue
		}
		at := seat{head.Group, partition{head.Topic, head.Partition}}
		if _, seen := last[at]; !seen {
			order = append(order, at)
		}
		last[at], offsets[at] = nil, 0
		var all map[string]json.RawMessage
		if head.Type == "commit" && json.Unmarshal(e, &all) == nil {
			last[at], offsets[at] = all, head.Offset
		}
	}
	var out [][]byte
	for _, at := range order {
		end := r.ends[at.partition]
		if last[at] == nil || offsets[at] <= end {
			continue
		}
		r.log.Warn("embedded broker: a group is ahead of its partition, which ends before; it goes on from the end",
			"group", at.group, "topic", at.topic, "partition", at.id, "position", offsets[at], "end", end)
		last[at]["o"] = json.RawMessage(fmt.Sprint(end))
		if e, err := json.Marshal(last[at]); err == nil {
			out = append(out, e)
		}
	}
	return out
}
