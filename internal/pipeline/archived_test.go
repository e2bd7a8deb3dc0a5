package pipeline

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/tradewire/tradewire/internal/archive"
	"github.com/tradewire/tradewire/internal/event"
)

// archiveIn opens the archive of a folder as a process does.
func archiveIn(t *testing.T, dir string) *process {
	t.Helper()
	p := &process{Options: Options{Config: &Config{Prefix: "test."}, Stages: []string{StageServe}, DataDir: dir, Log: slog.New(slog.DiscardHandler)}}
	if err := p.openArchive(); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *process) holds(t *testing.T, article string) bool {
	t.Helper()
	_, _, _, err := p.archive.Article(t.Context(), article)
	if err != nil && !errors.Is(err, archive.ErrNotFound) {
		t.Fatal(err)
	}
	return err == nil
}

// An archive that was copied while a process had it is made anew, under a
// group of its own. One that was killed, closed or moved stays, and so does
// the copy of one that was closed.
func TestArchiveAndItsCopies(t *testing.T) {
	for _, tc := range []struct {
		name string
		move func(from, to string) error
		open bool // while a process has it
		kept bool
	}{
		{"killed", func(from, to string) error { return os.Rename(from, to) }, true, true},
		{"closed", func(from, to string) error { return os.Rename(from, to) }, false, true},
		{"copied when closed", func(from, to string) error { return os.CopyFS(to, os.DirFS(from)) }, false, true},
		{"copied when open", func(from, to string) error { return os.CopyFS(to, os.DirFS(from)) }, true, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			from, to := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
			if err := os.Mkdir(from, 0o755); err != nil {
				t.Fatal(err)
			}
			p := archiveIn(t, from)
			if err := p.archive.Apply(t.Context(), archive.Batch{Articles: []event.Article{{ID: "one"}}}); err != nil {
				t.Fatal(err)
			}
			end := func() {
				if err := p.close(); err != nil && !errors.Is(err, fs.ErrNotExist) { // it may have been moved
					t.Error(err)
				}
			}
			if tc.open {
				defer end()
			} else {
				end()
			}
			if err := tc.move(from, to); err != nil {
				t.Fatal(err)
			}
			next := archiveIn(t, to)
			defer func() {
				if err := next.close(); err != nil {
					t.Error(err)
				}
			}()
			if next.holds(t, "one") != tc.kept || (next.group == p.group) != tc.kept {
				t.Errorf("kept: %v, group %s after %s, want kept: %v", next.holds(t, "one"), next.group, p.group, tc.kept)
			}
			if _, err := os.Stat(filepath.Join(to, "archive.db.copied")); (err != nil) != tc.kept {
				t.Errorf("the copy: %v", err)
			}
		})
	}
}
