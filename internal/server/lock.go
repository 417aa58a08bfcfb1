package server

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// lock takes the database for this server, if only one may serve it.
func (s *Server) lock(context.Context) (err error) {
	s.unlock, err = lockFile(s.config.DatabaseURL)
	return err
}

// lockFile keeps a second server off a SQLite file: it would not hear of the first one's commits. The lock ends with the
// process, however that ends. Commands that only look, or migrate, need none.
func lockFile(databaseURL string) (unlock func(), err error) {
	path, embedded := strings.CutPrefix(databaseURL, "sqlite://")
	if !embedded {
		return func() {}, nil
	}
	f, err := os.OpenFile(target(path)+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the database %s can't be locked: %w", path, err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("another server serves %s; stop it, or use PostgreSQL for several servers", path)
	}
	return func() { _ = f.Close() }, nil
}

// target is the path of the file behind links, so that one database has one lock.
func target(path string) string {
	if file, err := filepath.EvalSymlinks(path); err == nil {
		return file
	}
	return path // not there yet
}
