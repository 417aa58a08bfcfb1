package testkit

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"testing"
)

// Release builds the command as users get it, without the race detector: for benchmarks, whose figures the detector would
// change. It is removed when the test ends.
func Release(tb testing.TB) *Program {
	tb.Helper()
	p := &Program{path: filepath.Join(tb.TempDir(), "asyncgate")}
	build := exec.CommandContext(tb.Context(), "go", "build", "-trimpath", "-buildvcs=false", "-o", p.path, "github.com/asyncgate/asyncgate")
	if out, err := build.CombinedOutput(); err != nil {
		tb.Fatal(fmt.Errorf("building the command: %w\n%s", err, out))
	}
	return p
}
