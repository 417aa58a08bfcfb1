package main

import (
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/asyncgate/asyncgate/internal/auth"
	"github.com/asyncgate/asyncgate/internal/config"
)

// newLogger makes the log of the whole process: every room writes to it, and each record of a request says whose it is.
func newLogger(c config.Config, w io.Writer, terminal bool) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.LogLevel, ReplaceAttr: inMilliseconds}
	if c.LogFormat == "text" || (c.LogFormat == "" && terminal) {
		return slog.New(auth.LogHandler(slog.NewTextHandler(w, options)))
	}
	return slog.New(auth.LogHandler(slog.NewJSONHandler(w, options)))
}

// inMilliseconds gives durations their unit: "duration" is written as duration_ms, a number with three decimals at most.
func inMilliseconds(_ []string, a slog.Attr) slog.Attr {
	if a.Value.Kind() != slog.KindDuration {
		return a
	}
	return slog.Float64(a.Key+"_ms", float64(a.Value.Duration().Round(time.Microsecond).Microseconds())/1000)
}

func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
