package web

import (
	"context"
	"time"

	"golang.org/x/time/rate"

	"github.com/asyncgate/asyncgate/models"
)

// limitedPerSecond is how many callers who have asked too often hear so in a second, all of them together, and limitedAtOnce how
// many without a wait when there were fewer before.
const (
	limitedPerSecond = 500
	limitedAtOnce    = 10
)

func newPace() *rate.Limiter { return rate.NewLimiter(limitedPerSecond, limitedAtOnce) }

// pace holds up an answer that is RATE_LIMITED. Who waits for his answers, on however many connections, then asks no faster than
// he gets them, and leaves the processor to others; who asks once a second does not notice. It returns at once when the caller
// is gone, or the server drains.
func (s *Server) pace(ctx context.Context, err error) {
	if models.CodeOf(err) != models.CodeRateLimited {
		return
	}
	turn := s.limited.Reserve()
	wait := time.NewTimer(turn.Delay())
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-s.opt.Drain:
	case <-ctx.Done():
		turn.Cancel() // another has it
	}
}
