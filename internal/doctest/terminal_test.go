package doctest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/internal/testkit"
)

// blockTime bounds a block, the first of which may have to build everything, and stopTime the end of what it started.
const (
	blockTime = 5 * time.Minute
	stopTime  = time.Minute
)

// strict ends the shell at the first command that fails, where a reader would stop. A curl that has been told how long to wait
// ends with 28 then, which is no failure.
const strict = `set -o pipefail -o errtrace
trap 'code=$?; case "$code $BASH_COMMAND" in "28 curl "*--max-time*) ;; *) echo "ended with $code: $BASH_COMMAND" >&2; exit $code ;; esac' ERR
`

// typed runs a file of commands in the shell itself, as if they were typed, and says that they have ended. They get no input:
// it is the shell's.
const typed = ". %s </dev/null; printf '\\n%s\\n'\n"

// terminal is a shell with what it prints, to both of its outputs.
type terminal struct {
	shell  *exec.Cmd
	input  io.WriteCloser
	output *testkit.Output
	ended  chan struct{}
	blocks int
}

// openTerminal starts a shell in a directory, with this environment and no other.
func openTerminal(t *testing.T, dir string, environment []string) *terminal {
	t.Helper()
	o := &terminal{shell: exec.CommandContext(context.Background(), "bash", "--noprofile", "--norc"), output: testkit.NewOutput(), ended: make(chan struct{})}
	o.shell.Dir, o.shell.Env = dir, environment
	o.shell.Stdout, o.shell.Stderr = o.output, o.output
	o.shell.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // so that Ctrl-C reaches all of it
	var err error
	if o.input, err = o.shell.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := o.shell.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(o.ended)
		_ = o.shell.Wait() // how it ends shows in what it prints
	}()
	t.Cleanup(func() { o.close(t) })
	_, _ = io.WriteString(o.input, strict)
	return o
}

// enter types a block. It returns what the terminal prints when the block has ended.
func (o *terminal) enter(t *testing.T, b block) (mark string) {
	t.Helper()
	o.blocks++
	mark = fmt.Sprintf("-- block %d has ended --", o.blocks)
	file := filepath.Join(t.TempDir(), "block.sh")
	if err := os.WriteFile(file, []byte(b.commands+"\n:\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintf(o.input, typed, file, mark); err != nil {
		t.Fatal(err)
	}
	return mark
}

// await waits until the terminal has printed what a pattern says.
func (o *terminal) await(pattern string) error {
	_, err := o.output.Await(regexp.MustCompile(pattern), o.ended, blockTime)
	return err
}

// failure is what make prints of a command that has failed. To be stopped is no failure.
var failure = regexp.MustCompile(`(?m)^make: \*\*\* .*`)

// close interrupts what runs in the foreground, as Ctrl-C does, and closes the shell.
func (o *terminal) close(t *testing.T) {
	t.Helper()
	_ = o.input.Close()
	group := -o.shell.Process.Pid
	_ = syscall.Kill(group, syscall.SIGINT)
	select {
	case <-o.ended:
	case <-time.After(stopTime):
		t.Errorf("not stopped within %s by Ctrl-C:\n%s", stopTime, o.output)
	}
	if err := syscall.Kill(group, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		t.Error(err)
	}
	<-o.ended
	if line := failure.FindString(o.output.String()); line != "" {
		t.Errorf("after Ctrl-C: %s", line)
	}
}
