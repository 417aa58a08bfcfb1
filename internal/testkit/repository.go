package testkit

import (
	"errors"
	"os"
	"path/filepath"
)

// repository is the root of the repository, above the package whose tests run.
func repository() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, missing := os.Stat(filepath.Join(dir, "go.mod")); missing == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			err = errors.New("there is no go.mod above the tests")
		}
		dir = filepath.Dir(dir)
	}
	return "", err
}
