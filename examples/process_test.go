package examples_test

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/internal/testkit"
)

// process is an example that runs.
type process struct {
	t       *testing.T
	command *exec.Cmd
	lines   chan string // of its standard output; closed at the end of it
	stderr  *testkit.Output
	err     error         // how it ended, once ended is closed
	ended   chan struct{} // after lines
}

// start starts an example in a folder, which is where an agent keeps what it remembers. The settings are all that it knows. One
// that still runs when the test ends is killed.
func start(t *testing.T, argv []string, folder string, settings ...string) *process {
	t.Helper()
	p := &process{t: t, lines: make(chan string, 100), stderr: testkit.NewOutput(), ended: make(chan struct{})}
	path, err := executable(argv[0])
	if err != nil {
		t.Fatalf("the examples need it: %v", err)
	}
	// Not the test's context, which has ended when its cleanups run.
	p.command = exec.CommandContext(context.Background(), path)
	for _, argument := range argv[1:] {
		p.command.Args = append(p.command.Args, absolute(t, argument))
	}
	p.command.Dir = folder
	p.command.Env = append([]string{"PATH=" + os.Getenv("PATH"), "PYTHONDONTWRITEBYTECODE=1"}, settings...)
	p.command.Stderr = p.stderr
	stdout, err := p.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	release := testkit.Guard(t, p.command.Process)
	go func() {
		defer close(p.ended)
		for scanner := bufio.NewScanner(stdout); scanner.Scan(); {
			p.lines <- scanner.Text()
		}
		close(p.lines)
		p.err = p.command.Wait()
	}()
	t.Cleanup(func() {
		p.kill()
		release()
		if t.Failed() {
			t.Logf("%s said on standard error:\n%s", strings.Join(argv, " "), p.stderr.String())
		}
	})
	return p
}

// absolute finds what is meant by a path in this folder from any other.
func absolute(t *testing.T, argument string) string {
	t.Helper()
	if strings.HasPrefix(argument, "-") {
		return argument
	}
	if _, err := os.ReadFile(argument); err != nil {
		t.Fatalf("`make test` installs what the examples need: %v", err)
	}
	path, err := filepath.Abs(argument)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// mustPrint returns the next line that the process prints.
func (p *process) mustPrint() string {
	p.t.Helper()
	select {
	case line, more := <-p.lines:
		if !more {
			<-p.ended
			p.t.Fatalf("it has ended (%v) instead of printing a line\n%s", p.err, p.stderr.String())
		}
		return line
	case <-time.After(within):
		p.t.Fatalf("it has not printed another line within %s", within)
		return ""
	}
}

// mustEnd waits for the end of the process, which must be a success, and returns what it had still printed.
func (p *process) mustEnd() (rest []string) {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(within):
		p.t.Fatalf("it has not ended within %s", within)
	}
	if p.err != nil {
		p.t.Errorf("it ended with %v\n%s", p.err, p.stderr.String())
	}
	for line := range p.lines {
		rest = append(rest, line)
	}
	return rest
}

// mustSay waits until the process says on standard error what the pattern describes.
func (p *process) mustSay(pattern string) {
	p.t.Helper()
	if _, err := p.stderr.Await(regexp.MustCompile(pattern), p.ended, within); err != nil {
		p.t.Fatalf("%v\n%s", err, p.stderr)
	}
}

// mustBeRefused waits for the end of the process, with code 1, and one line on standard error that says why
// (a worker in Go logs its start as well).
func (p *process) mustBeRefused(why string) {
	p.t.Helper()
	p.mustSay(why + ".*\n")
	select {
	case <-p.ended:
	case <-time.After(within):
		p.t.Fatalf("it has not ended within %s", within)
	}
	lines := slices.Collect(strings.Lines(p.stderr.String()))
	lines = slices.DeleteFunc(lines, func(line string) bool { return strings.Contains(line, " INFO ") })
	if p.command.ProcessState.ExitCode() != 1 || len(lines) != 1 {
		p.t.Errorf("it ended with %v and said\n%s", p.err, p.stderr)
	}
}

// mustStop tells the process to stop, as an operator does. It must end with success.
func (p *process) mustStop() {
	p.t.Helper()
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	p.mustEnd()
}

// kill ends the process as a crash would; nothing when it has ended.
func (p *process) kill() {
	_ = p.command.Process.Kill() // the only failure is that it has ended
	<-p.ended
}
