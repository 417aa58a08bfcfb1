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
	err := s.store.CheckSchema(ctx)
	if err == nil {
		err = s.late(time.Now())
		s.readiness.Note(err)
		return err
	}
	s.readiness.Note(err)
	if _, err := s.store.Migrations(ctx); err != nil {
		return errors.New("the database doesn't answer")
	}
	return errors.New("the database's migrations are not those of this version; `asyncgate migrate status` lists them")
}

// late says which of the loops in the background has not succeeded lately.
func (s *Server) late(now time.Time) error {
	sweepWithin := 3*s.engine.SweepInterval() + 10*time.Second
	if now.Sub(s.engine.LastSweep()) > sweepWithin {
		return fmt.Errorf("no sweep for expired leases has succeeded for %s", sweepWithin)
	}
	if now.Sub(s.hub.LastPoll()) > pollWithin {
		return fmt.Errorf("the feed has not read the ledger for %s", pollWithin)
	}
	return nil
}
