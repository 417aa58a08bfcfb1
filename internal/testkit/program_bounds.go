package testkit

import (
	"context"
	"fmt"
	"os/exec"
	"testing"
	"time"
)

// RunAtMost is Run for a command that is killed when it has run this long, if it still runs.
func (p *Program) RunAtMost(tb testing.TB, limit time.Duration, settings []string, args ...string) Result {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	return p.run(tb, p.command(ctx, tb, settings, args))
}

// RunWithSmallFiles is Run for a command that can't write further into a file than some KiB, as if the disk were full there.
func (p *Program) RunWithSmallFiles(tb testing.TB, kib int, settings []string, args ...string) Result {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), programTime)
	defer cancel()
	shell := append([]string{"-c", `ulimit -f "$0" && exec "$@"`, fmt.Sprint(kib * 2), p.path}, args...)
	return p.run(tb, placed(tb, exec.CommandContext(ctx, "sh", shell...), settings))
}
