package archive

import (
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// RowError is a row that the archive can never take, however often it is
// tried, while it may take others.
type RowError struct {
	// Row names it: "event c135…".
	Row string
	Err error
}

func (e *RowError) Error() string { return e.Row + ": " + e.Err.Error() }

// Unwrap gives the cause.
func (e *RowError) Unwrap() error { return e.Err }

// errNotJSON is the cause when a noun cannot be written as JSON.
var errNotJSON = errors.New("it cannot be written as JSON")

// rowError names the row of an error, and says so when the row itself is to
// blame: its size, its type, or a value that the tables do not allow. A full
// disk, a lock or a broken file are not.
func rowError(row string, err error) error {
	var answer *sqlite.Error
	blamed := errors.Is(err, errNotJSON)
	if errors.As(err, &answer) {
		switch answer.Code() & 0xff { // the rest of the code is detail
		case sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_RANGE:
			blamed = true
		}
	}
	if blamed {
		return &RowError{row, err}
	}
	return fmt.Errorf("%s: %w", row, err)
}
