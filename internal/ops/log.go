package ops

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/lmittmann/tint"
	"github.com/mattn/go-isatty"
)

// Formats of the log.
const (
	LogAuto = "auto" // coloured on a terminal, else text
	LogText = "text"
	LogJSON = "json"
)

// NewLogger makes the log of the process. An unknown format is an error.
func NewLogger(w io.Writer, format string, level slog.Level) (*slog.Logger, error) {
	options := &slog.HandlerOptions{Level: level}
	switch format {
	case LogJSON:
		return slog.New(slog.NewJSONHandler(w, options)), nil
	case LogText:
		return slog.New(slog.NewTextHandler(w, options)), nil
	case LogAuto, "":
		if IsTerminal(w) {
			return slog.New(tint.NewTextHandler(w, &tint.Options{Level: level, TimeFormat: time.TimeOnly})), nil
		}
		return slog.New(slog.NewTextHandler(w, options)), nil
	}
	return nil, fmt.Errorf("log format %q: expected %s, %s or %s", format, LogAuto, LogText, LogJSON)
}

// IsTerminal reports whether w is a terminal that a person reads.
func IsTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && (isatty.IsTerminal(f.Fd()) || isatty.IsCygwinTerminal(f.Fd()))
}
