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
	return release(tb)
}

func release(tb testing.TB, flags ...string) *Program {
	tb.Helper()
	p := &Program{path: filepath.Join(tb.TempDir(), "asyncgate")}
	args := append([]string{"build", "-trimpath", "-buildvcs=false", "-o", p.path}, flags...)
	out, err := exec.CommandContext(tb.Context(), "go", append(args, "github.com/asyncgate/asyncgate")...).CombinedOutput()
	if err != nil {
		tb.Fatal(fmt.Errorf("building the command: %w\n%s", err, out))
	}
	return p
}
