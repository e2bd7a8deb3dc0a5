package pipeline

import (
	"fmt"
	"os"
	"path/filepath"
)

// probeBytes is what has to fit into the data directory for it to be of use:
// about what a few batches of the embedded broker or of the archive take.
const probeBytes = 256 << 10

// roomFor reports that a directory takes no more data: the disk is full, or it
// is read only. It writes a file and takes it away.
func roomFor(dir string) error {
	path := filepath.Join(dir, ".probe")
	err := os.WriteFile(path, make([]byte, probeBytes), 0o600)
	if removed := os.Remove(path); err == nil {
		err = removed
	}
	if err != nil {
		return fmt.Errorf("the data directory takes no more data: %w", err)
	}
	return nil
}
