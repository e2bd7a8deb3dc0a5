package topic

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

// dirLock keeps a second process out of a directory: two brokers on the same
// files would destroy them.
type dirLock struct{ file *os.File }

// lockDir locks the file at path, which holds the process id of its owner for
// people to read. The file stays when the lock is released: removing it would
// let two processes lock two files of the same name.
func lockDir(path string) (*dirLock, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	if err := tryLock(f); err != nil {
		if errors.Is(err, ErrInUse) {
			owner, _ := os.ReadFile(path) // only to be helpful
			err = fmt.Errorf("%w by process %s (--data takes another)", ErrInUse, strings.TrimSpace(string(owner)))
		}
		return nil, errors.Join(err, f.Close())
	}
	l := &dirLock{f}
	if err := l.sign(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return l, nil
}

func (l *dirLock) sign() error {
	if err := l.file.Truncate(0); err != nil {
		return err
	}
	_, err := l.file.WriteAt(fmt.Appendf(nil, "%d\n", os.Getpid()), 0)
	return err
}

func (l *dirLock) release() error { return l.file.Close() }
