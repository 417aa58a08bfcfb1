package testkit

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

// RunningServer is a process of `asyncgate serve` or another command that serves. It ends with its test, or with the test process, however that ends.
type RunningServer struct {
	// URL is its address, http://127.0.0.1:PORT, https when it serves TLS.
	URL string

	tb             testing.TB
	process        *exec.Cmd
	stdout, stderr *Output
	ended          chan struct{}
	err            error // of the process, once ended is closed
	guard          *killer
	released       sync.Once
}

// Serve starts `asyncgate serve` on an unused port of the loopback address, with these settings and no others, and returns
// when it listens. A server that has not been stopped is killed when the test ends.
func (p *Program) Serve(tb testing.TB, settings []string, flags ...string) *RunningServer {
	tb.Helper()
	return p.start(tb, greeting, append([]string{"ASYNCGATE_ADDR=127.0.0.1:0"}, settings...), append([]string{"serve"}, flags...))
}

// ServeMCP starts `asyncgate mcp --http` in the same way, for the server at url.
func (p *Program) ServeMCP(tb testing.TB, url string) *RunningServer {
	tb.Helper()
	return p.start(tb, mcpGreeting, nil, []string{"mcp", "--url", url, "--http", "127.0.0.1:0"})
}

// start starts a command that serves, and returns when it prints what the pattern says, whose first group is its URL.
func (p *Program) start(tb testing.TB, greeting *regexp.Regexp, settings, args []string) *RunningServer {
	tb.Helper()
	s := &RunningServer{tb: tb, stdout: NewOutput(), stderr: NewOutput(), ended: make(chan struct{})}
	// Not the test's context, which has ended when its cleanups run.
	s.process = p.command(context.Background(), tb, settings, args)
	s.process.Stdout, s.process.Stderr = s.stdout, s.stderr
	s.process.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // an interrupt on the terminal is for the test
	if err := s.process.Start(); err != nil {
		tb.Fatal(err)
	}
	go func() {
		defer close(s.ended)
		s.err = s.process.Wait()
	}()
	tb.Cleanup(s.end)
	var err error
	if s.guard, err = newKiller(s.process.Process.Pid); err != nil {
		tb.Fatal(err)
	}
	s.URL = s.await(s.stdout, greeting)
	return s
}

var (
	greeting    = regexp.MustCompile(`open (https?://127\.0\.0\.1:[0-9]+)/`)
	mcpGreeting = regexp.MustCompile(`the tools are at (http://127\.0\.0\.1:[0-9]+/mcp)`)
)

// AwaitPrinted waits until the server has printed to standard output what the pattern says, and returns its first group.
func (s *RunningServer) AwaitPrinted(pattern *regexp.Regexp) string {
	s.tb.Helper()
	return s.await(s.stdout, pattern)
}

// AwaitLogged is AwaitPrinted for the log.
func (s *RunningServer) AwaitLogged(pattern *regexp.Regexp) string {
	s.tb.Helper()
	return s.await(s.stderr, pattern)
}

// AwaitLog waits until the server has logged the text.
func (s *RunningServer) AwaitLog(text string) {
	s.tb.Helper()
	s.await(s.stderr, regexp.MustCompile("("+regexp.QuoteMeta(text)+")"))
}

// await waits for the first match of a pattern in what the server prints, and returns its first group.
func (s *RunningServer) await(o *Output, pattern *regexp.Regexp) string {
	s.tb.Helper()
	found, err := o.Await(pattern, s.ended, programTime)
	if err != nil {
		s.tb.Fatalf("the server: %v (%v)\n%s%s", err, s.err, s.stdout, s.stderr)
	}
	return found[1]
}

// Signal sends a signal; none to a server that has ended.
func (s *RunningServer) Signal(signal syscall.Signal) {
	s.tb.Helper()
	if err := s.process.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		s.tb.Fatal(err)
	}
}

// Ended is closed when the process has ended.
func (s *RunningServer) Ended() <-chan struct{} { return s.ended }

// Wait waits for the end of the process and returns how it ended.
func (s *RunningServer) Wait() Result {
	s.tb.Helper()
	select {
	case <-s.ended:
	case <-time.After(programTime):
		s.tb.Fatalf("the server has not ended within %s\n%s", programTime, s.stderr)
	}
	s.unguard()
	return resultOf(s.tb, s.err, s.stdout.String(), s.stderr.String())
}

// Stop stops the server as an operator does, and fails the test unless it ends with code 0.
func (s *RunningServer) Stop() {
	s.tb.Helper()
	s.Signal(syscall.SIGTERM)
	if r := s.Wait(); r.Code != 0 {
		s.tb.Errorf("the server ended with %d\n%s", r.Code, r.Stderr)
	}
}

// Kill ends the server as a crash would.
func (s *RunningServer) Kill() {
	s.tb.Helper()
	s.Signal(syscall.SIGKILL)
	s.Wait()
}

// unguard lets the killer go once the process has ended: its number may soon be another's.
func (s *RunningServer) unguard() {
	s.released.Do(func() {
		if s.guard == nil {
			return
		}
		if err := s.guard.release(); err != nil {
			s.tb.Error(err)
		}
	})
}

// end is the cleanup.
func (s *RunningServer) end() {
	s.Kill()
	if s.tb.Failed() {
		s.tb.Logf("the server said:\n%s%s", s.stdout, s.stderr)
	}
}

// A killer is a shell that ends a process when the test process closes a pipe without a word, which the operating system
// does for a test that panics or is killed.
type killer struct {
	shell *exec.Cmd
	pipe  *os.File
}

func newKiller(pid int) (*killer, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer read.Close()
	shell := exec.CommandContext(context.Background(), "sh", "-c", `read -r _ || kill -9 "$1"`, "killer", strconv.Itoa(pid))
	shell.Stdin = read
	shell.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := shell.Start(); err != nil {
		write.Close()
		return nil, err
	}
	return &killer{shell: shell, pipe: write}, nil
}

// release lets the shell go: the process has ended.
func (k *killer) release() error {
	_, err := k.pipe.WriteString("\n")
	return errors.Join(err, k.pipe.Close(), k.shell.Wait())
}
