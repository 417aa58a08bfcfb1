package testkit

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// unpackedProgram returns the path of a program: the machine's, else that of the package of Debian's that the Makefile has unpacked
// below .tools.
func unpackedProgram(tb testing.TB, debian, name string) string {
	tb.Helper()
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	dir, err := os.Getwd()
	if err != nil {
		tb.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		path := filepath.Join(dir, ".tools", debian, "usr", "bin", name)
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	tb.Fatalf("there is no %s on this machine for the tests: `make test` gets Debian's; elsewhere install %s", name, debian)
	return ""
}
