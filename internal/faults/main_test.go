package faults_test

import (
	"context"
	"flag"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/internal/testkit"
)

// The defaults are the short version.
var (
	duration   = flag.Duration("faults.duration", 8*time.Second, "how long servers are killed")
	cuts       = flag.Int("faults.cuts", 125, "how often each of the eight streams is cut")
	boundaries = flag.Int("faults.boundaries", 2, "at how many places the answers to each mutation's statements are cut, chosen at random; 0 is everywhere")
	seed       = flag.Uint64("faults.seed", 0, "repeats what was random in an earlier run; 0 is a new seed")
)

// program is what users run; the tests of this package see nothing else.
var program *testkit.Program

func TestMain(m *testing.M) { os.Exit(testkit.RunWithProgram(m, &program)) }

// chance is what is random in a test. Each actor takes a part of its own, so that one that runs faster changes nothing for
// the others.
type chance struct{ seed uint64 }

// newChance says the seed in the test's log, which a failure prints.
func newChance(t *testing.T) chance {
	t.Helper()
	c := chance{seed: *seed}
	if c.seed == 0 {
		c.seed = rand.Uint64()>>1 + 1
	}
	t.Logf("seed %d: -faults.seed=%d repeats what is random", c.seed, c.seed)
	return c
}

func (c chance) part(n uint64) *rand.Rand { return rand.New(rand.NewPCG(c.seed, n)) }

// within bounds every wait for something that must come, on a machine that has much else to do.
const within = 2 * time.Minute

// pause waits; false when ctx has ended.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// eventually polls for what another process does without a sign.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	for !done() {
		if !pause(ctx, 5*time.Millisecond) {
			t.Fatalf("not within %s: %s", within, what)
		}
	}
}
