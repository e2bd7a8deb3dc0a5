package pipeline

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/tradewire/tradewire/internal/archive"
	"github.com/tradewire/tradewire/internal/topic"
)

// An archive and the consumer group that fills it belong together: the group
// says up to where the archive is filled. A file beside the archive names the
// group in its first line, and in its second the state of the archive:
//
//	open N     a process has it, or died with it; N is its topic.FileID
//	closed N   it was closed, and is whole
//
// A copy that was made while a process had the archive is open, and has
// another id. Nobody knows what is in such a copy: its pages are of different
// moments, and the group may be ahead of it. The archive is then put aside
// and made anew from the topics.
type archiveMark struct {
	path  string // of the file
	group string
	state string
	id    string
}

const (
	archiveFile   = "archive.db"
	markFile      = "archive.group"
	archiveOpen   = "open"
	archiveClosed = "closed"
)

func (p *process) openArchive() error {
	if !p.runs(StageServe) {
		return nil
	}
	path := filepath.Join(p.DataDir, archiveFile)
	mark, err := readMark(filepath.Join(p.DataDir, markFile))
	if err != nil {
		return err
	}
	if err := mark.check(path, p.Log); err != nil {
		return err
	}
	if _, missing := os.Stat(path); mark.group == "" || missing != nil {
		// Each archive has a group of its own, because each has to hear
		// everything; a new one begins with the earliest records.
		mark.group = p.Config.Prefix + StageServe + "." + strings.ToLower(rand.Text()[:10])
	}
	if err := mark.write(archiveOpen, path); err != nil {
		return err
	}
	if p.archive, err = archive.Open(path); err != nil {
		return err
	}
	p.group = mark.group
	p.onClose(func() error {
		if err := p.archive.Close(); err != nil {
			return err
		}
		return mark.write(archiveClosed, path)
	})
	return mark.write(archiveOpen, path)
}

func readMark(path string) (archiveMark, error) {
	m := archiveMark{path: path}
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return m, fmt.Errorf("read the archive's consumer group: %w", err)
	}
	group, state, _ := strings.Cut(string(text), "\n")
	m.group = strings.TrimSpace(group)
	m.state, m.id, _ = strings.Cut(strings.TrimSpace(state), " ")
	return m, nil
}

// check puts an archive aside that was copied while it was in use.
func (m *archiveMark) check(path string, log *slog.Logger) error {
	id, err := topic.FileID(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	_, noLog := os.Stat(path + "-wal") // it goes when the archive is closed
	copied := fmt.Sprint(id) != m.id && (m.state == archiveOpen || m.state == archiveClosed && noLog == nil)
	if !copied {
		return nil
	}
	aside := path + ".copied"
	for _, suffix := range []string{"", "-wal", "-shm"} {
		err := os.Rename(path+suffix, aside+suffix)
		if errors.Is(err, fs.ErrNotExist) { // nothing of an older one may stay beside it
			err = os.Remove(aside + suffix)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("put a copied archive aside: %w", err)
		}
	}
	log.Warn("the archive is a copy that was made while it was in use; it is made anew from the topics", "archive", path, "copy", aside)
	return nil
}

// write replaces the file as a whole, unless it says so already.
func (m *archiveMark) write(state, path string) error {
	id, err := topic.FileID(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	text := fmt.Appendf(nil, "%s\n%s %d\n", m.group, state, id)
	if have, err := os.ReadFile(m.path); err == nil && bytes.Equal(have, text) {
		return nil
	}
	next := m.path + ".next"
	err = os.WriteFile(next, text, 0o644)
	if err == nil {
		err = os.Rename(next, m.path)
	}
	if err != nil {
		return fmt.Errorf("name the archive's consumer group: %w", err)
	}
	return nil
}
