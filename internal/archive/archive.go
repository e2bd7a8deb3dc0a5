// Package archive is the analysts' store: what the topics have said, kept in
// one SQLite file so that it can be filtered, paged and searched. It is a
// projection: delete the file, read the topics from their start, and it is
// as it was.
package archive

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

const (
	sqliteMagic = "SQLite format 3\x00"
	busyTimeout = 10 * time.Second
	readers     = 4
)

// Archive is an open store. It is safe for concurrent use: one writer at a
// time, and readers that never wait for it.
type Archive struct {
	write *sql.DB
	read  *sql.DB
}

// Open opens the archive at path, and makes it when there is no file; its
// folder must exist. A file that is not an archive, or that a newer tradewire
// made, is left as it is and an error says so.
func Open(path string) (*Archive, error) {
	a, err := open(path)
	if err != nil {
		return nil, fmt.Errorf("open archive %s: %w", path, err)
	}
	return a, nil
}

func open(path string) (*Archive, error) {
	if err := checkFile(path); err != nil {
		return nil, err
	}
	write, err := connect(path, 1, "_txlock=immediate", "_pragma=synchronous(FULL)")
	if err != nil {
		return nil, err
	}
	if err := prepare(context.Background(), write); err != nil {
		return nil, errors.Join(err, write.Close())
	}
	read, err := connect(path, readers, "_pragma=query_only(1)")
	if err != nil {
		return nil, errors.Join(err, write.Close())
	}
	return &Archive{write: write, read: read}, nil
}

// prepare makes sure the file is ours before it changes anything in it.
func prepare(ctx context.Context, db *sql.DB) error {
	if err := migrate(ctx, db); err != nil {
		return err
	}
	var mode string
	if err := db.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode); err != nil {
		return err
	}
	if mode != "wal" {
		return fmt.Errorf("the file system allows no write-ahead log (journal mode %s)", mode)
	}
	return nil
}

// connect opens a pool of at most that many connections.
func connect(path string, connections int, options ...string) (*sql.DB, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	dsn := "file://" + (&url.URL{Path: filepath.ToSlash(absolute)}).EscapedPath() +
		fmt.Sprintf("?_pragma=busy_timeout(%d)", busyTimeout.Milliseconds())
	for _, o := range options {
		dsn += "&" + o
	}
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	if err := db.Ping(); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// checkFile refuses what SQLite would refuse later and less clearly, or would
// overwrite.
func checkFile(path string) error {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return errors.New("it is a folder, expected a file or none")
	}
	head := make([]byte, len(sqliteMagic))
	n, err := io.ReadFull(file, head)
	if n == 0 && errors.Is(err, io.EOF) {
		return nil
	}
	if string(head[:n]) != sqliteMagic {
		return errors.New("it is not a SQLite database; name another file, or move this one away")
	}
	return nil
}

// Check reports whether the archive can be read.
func (a *Archive) Check(ctx context.Context) error {
	var one int
	if err := a.read.QueryRowContext(ctx, "SELECT count(*) FROM (SELECT 1 FROM events LIMIT 1)").Scan(&one); err != nil {
		return fmt.Errorf("read archive: %w", err)
	}
	return nil
}

// Close waits for what is under way and closes the file.
func (a *Archive) Close() error {
	if err := errors.Join(a.read.Close(), a.write.Close()); err != nil {
		return fmt.Errorf("close archive: %w", err)
	}
	return nil
}
