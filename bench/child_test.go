package bench_test

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"testing"
)

// startChild runs a test of this binary in another process, by way of the command in before, if any, and with a variable of the
// environment that tells it what to do. Its input is closed when the benchmark ends, and then it must end too.
func startChild(b *testing.B, test, variable, value string, before ...string) (tell io.Writer, said *bufio.Scanner) {
	b.Helper()
	words := append(before, os.Args[0], "-test.run=^"+test+"$")
	child := exec.CommandContext(context.Background(), words[0], words[1:]...)
	child.Env = append(os.Environ(), variable+"="+value)
	child.Stderr = os.Stderr
	input, err := child.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	output, err := child.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := child.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = input.Close()
		_, _ = io.Copy(io.Discard, output)
		if err := child.Wait(); err != nil {
			b.Errorf("%s: %v", test, err)
		}
	})
	return input, bufio.NewScanner(output)
}
