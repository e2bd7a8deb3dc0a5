package topic

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/windows"
)

// FileID is a number that tells a file from its copies: it stays when the file
// is written to or renamed, and a copy has another. 0 where the system has
// none.
func FileID(path string) (uint64, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, fmt.Errorf("identify a file: %w", err)
	}
	var info windows.ByHandleFileInformation
	err = windows.GetFileInformationByHandle(windows.Handle(f.Fd()), &info)
	if err := errors.Join(err, f.Close()); err != nil {
		return 0, fmt.Errorf("identify %s: %w", path, err)
	}
	return uint64(info.FileIndexHigh)<<32 | uint64(info.FileIndexLow), nil
}
