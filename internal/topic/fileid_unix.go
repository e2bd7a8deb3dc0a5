//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package topic

import (
	"fmt"
	"os"
	"syscall"
)

// FileID is a number that tells a file from its copies: it stays when the file
// is written to or renamed, and a copy has another. 0 where the system has
// none.
func FileID(path string) (uint64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, fmt.Errorf("identify a file: %w", err)
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return stat.Ino, nil
	}
	return 0, nil
}
