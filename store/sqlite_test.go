package store_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/asyncgate/asyncgate/store"
)

func TestSQLiteFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	_, err := store.Open(t.Context(), "sqlite://"+path, store.Options{Existing: true})
	if err == nil || !strings.Contains(err.Error(), "there is no database") {
		t.Errorf("the error is %v", err)
	}
	if files, err := filepath.Glob(path + "*"); err != nil || len(files) != 0 {
		t.Errorf("a look made %v, %v", files, err)
	}
	open(t, "sqlite://"+path, store.Options{})
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v", info, err)
	}
	open(t, "sqlite://"+path, store.Options{Existing: true})
}
