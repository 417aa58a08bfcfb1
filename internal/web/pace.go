package web

import (
	"context"
	"time"

	"golang.org/x/time/rate"

	"github.com/asyncgate/asyncgate/models"
)

const (
	// limitedPerSecond is how many callers who have asked too often hear so in a second, all of them together, and limitedAtOnce
	// how many without a wait when there were fewer before.
	limitedPerSecond = 500
	limitedAtOnce    = 10
	// limitedWait bounds what one of them waits, however many there are.
	limitedWait = 2 * time.Second
)

// pace is at which callers who have asked too often hear so.
type pace struct {
	turns   *rate.Limiter
	longest time.Duration
}

func newPace() *pace { return &pace{rate.NewLimiter(limitedPerSecond, limitedAtOnce), limitedWait} }

// pace holds up an answer that is RATE_LIMITED. Who waits for his answers, on however many connections, then asks no faster than
// he gets them, and leaves the processor to others; who asks once a second does not notice. It returns at once when the caller
// is gone, or the server drains.
func (s *Server) pace(ctx context.Context, err error) {
	if models.CodeOf(err) != models.CodeRateLimited {
		return
	}
	turn := s.limited.turns.Reserve()
	wait := time.NewTimer(min(turn.Delay(), s.limited.longest))
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-s.opt.Drain.Done():
	case <-ctx.Done():
		turn.Cancel() // another has it
	}
}
