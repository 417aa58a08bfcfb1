package examples_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/internal/testkit"
)

// program is the command that serves the examples.
var program *testkit.Program

// atOnce is how many tests run at the same time: they wait for other processes, which wait for one another.
const atOnce = "8"

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	flag.Parse()
	if err := errors.Join(flag.Set("test.parallel", atOnce), buildGo()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(builtGo) }()
	return testkit.RunWithProgram(m, &program)
}

// within bounds every wait for something that must come, on a machine that has much else to do.
const within = 2 * time.Minute

// eventually polls for what another process does without a sign.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	for !done() {
		select {
		case <-poll.C:
		case <-ctx.Done():
			t.Fatalf("not within %s: %s", within, what)
		}
	}
}
