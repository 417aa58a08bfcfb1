package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/asyncgate/asyncgate/internal/outage"
)

// pollWithin is how long the feed may be without a successful poll, which it tries every second.
const pollWithin = 10 * time.Second

func newReadiness(logger *slog.Logger) *outage.Watch {
	return outage.New(outage.Options{Logger: logger, Fails: "not ready", Works: "ready again"})
}

// ready says why the server can't do its work now.
func (s *Server) ready(ctx context.Context) error {
	if err := s.store.CheckSchema(ctx); err != nil {
		s.readiness.Note(err)
		if _, err := s.store.Migrations(ctx); err != nil {
			return errors.New("the database doesn't answer")
		}
		return errors.New("the database's migrations are not those of this version; `asyncgate migrate status` lists them")
	}
	err := s.late(time.Now())
	if !errors.Is(err, errStarting) {
		s.readiness.Note(err)
	}
	return err
}

// errStarting is how every server begins, for milliseconds. If it stays, the loops say why in the log.
var errStarting = errors.New("starting: sweeper and feed have not been through once")

// late says which of the loops in the background has not succeeded lately.
func (s *Server) late(now time.Time) error {
	sweep, poll := s.engine.LastSweep(), s.hub.LastPoll()
	if sweep.IsZero() || poll.IsZero() {
		return errStarting
	}
	sweepWithin := 3*s.engine.SweepInterval() + 10*time.Second
	if now.Sub(sweep) > sweepWithin {
		return fmt.Errorf("no sweep for expired leases has succeeded for %s", sweepWithin)
	}
	if now.Sub(poll) > pollWithin {
		return fmt.Errorf("the feed has not read the ledger for %s", pollWithin)
	}
	return nil
}
