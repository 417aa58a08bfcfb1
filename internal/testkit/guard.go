package testkit

import (
	"os"
	"testing"
)

// Guard ends a started process when the test process ends without having released it, however that ends. Release it once the
// process has ended.
func Guard(tb testing.TB, process *os.Process) (release func()) {
	tb.Helper()
	k, err := newKiller(process.Pid)
	if err != nil {
		tb.Fatal(err)
	}
	return func() {
		tb.Helper()
		if err := k.release(); err != nil {
			tb.Error(err)
		}
	}
}
