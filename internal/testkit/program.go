package testkit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// ProgramVersion and ProgramCommit are what the built program says of itself.
const (
	ProgramVersion = "0.0.0-test"
	ProgramCommit  = "0123456789abcdef0123456789abcdef01234567"
)

// programTime bounds a command, and the start and the stop of a server, on a machine that has much else to do.
const programTime = 2 * time.Minute

// Program is the built command, as users run it.
type Program struct{ path string }

// BuildProgram builds the command with the race detector into a folder, which the caller removes when its tests have ended.
func BuildProgram(dir string) (*Program, error) {
	p := &Program{path: filepath.Join(dir, "asyncgate")}
	build := exec.CommandContext(context.Background(), "go", "build", "-race", "-gcflags=modernc.org/...=-d=checkptr=0", "-buildvcs=false", "-o", p.path,
		"-ldflags", "-X main.version="+ProgramVersion+" -X main.commit="+ProgramCommit, "github.com/asyncgate/asyncgate")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("building the command: %w\n%s", err, out)
	}
	return p, nil
}

// RunWithProgram is Run for a package whose tests run the built command: it builds it first, and removes it in the end.
func RunWithProgram(m *testing.M, program **Program) int {
	dir, err := os.MkdirTemp("", "asyncgate-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if *program, err = BuildProgram(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return Run(m)
}

// Result is how a command ended. Code is -1 for one that a signal ended.
type Result struct {
	Code           int
	Signal         syscall.Signal
	Stdout, Stderr string
}

// Run runs a command to its end, in a folder of its own and with these settings (ASYNCGATE_ADDR=…) for its whole environment.
func (p *Program) Run(tb testing.TB, settings []string, args ...string) Result {
	tb.Helper()
	// Not the test's context, which has ended when its cleanups run.
	ctx, cancel := context.WithTimeout(context.Background(), programTime)
	defer cancel()
	r := p.run(tb, p.command(ctx, tb, settings, args))
	if ctx.Err() != nil {
		tb.Fatalf("asyncgate %s has not ended within %s\n%s", strings.Join(args, " "), programTime, r.Stderr)
	}
	return r
}

func (p *Program) run(tb testing.TB, command *exec.Cmd) Result {
	tb.Helper()
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	err := command.Run()
	return resultOf(tb, err, stdout.String(), stderr.String())
}

// Command is the command, not started yet, for whoever talks with it while it runs.
func (p *Program) Command(tb testing.TB, settings []string, args ...string) *exec.Cmd {
	return p.command(context.Background(), tb, settings, args)
}

func (p *Program) command(ctx context.Context, tb testing.TB, settings, args []string) *exec.Cmd {
	return placed(tb, exec.CommandContext(ctx, p.path, args...), settings)
}

// placed gives a command a folder of its own and these settings for its whole environment.
func placed(tb testing.TB, command *exec.Cmd, settings []string) *exec.Cmd {
	command.Dir = tb.TempDir()
	command.Env = environment(settings)
	return command
}

// environment is never empty: an empty one would be the caller's.
func environment(settings []string) []string {
	return append([]string{"PATH=" + os.Getenv("PATH")}, settings...)
}

func resultOf(tb testing.TB, err error, stdout, stderr string) Result {
	tb.Helper()
	r := Result{Stdout: stdout, Stderr: stderr}
	if strings.Contains(stderr, "WARNING: DATA RACE") {
		tb.Errorf("the race detector found something:\n%s", stderr)
	}
	var exit *exec.ExitError
	switch {
	case err == nil:
	case errors.As(err, &exit):
		r.Code = exit.ExitCode()
		if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
			r.Signal = status.Signal()
		}
	default:
		tb.Fatal(err)
	}
	return r
}
