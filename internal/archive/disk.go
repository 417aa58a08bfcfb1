package archive

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// partial ends the names of files that are being written. What has such a name counts for nothing.
const partial = ".partial"

// wholeFile ends the names of files that are written to their end.
const wholeFile = ".jsonl"

// makeFolder makes a folder for its owner alone, as the database is, unless it is there.
func makeFolder(path string) error {
	switch err := os.Mkdir(path, 0o700); {
	case errors.Is(err, fs.ErrExist):
		return nil
	case err != nil:
		return fmt.Errorf("the archive's folder can't be made: %w", err)
	}
	return syncFolder(filepath.Dir(path))
}

func syncAndClose(f *os.File) error {
	return errors.Join(f.Sync(), f.Close())
}

// renameSynced gives a synced file its name, and returns when the name has reached the disk too.
func renameSynced(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(to))
}

func syncFolder(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return syncAndClose(dir)
}
