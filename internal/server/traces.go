package server

import (
	"context"
	"os"
	"time"

	"github.com/asyncgate/asyncgate/internal/otlp"
)

// flushWithin bounds how long a stop waits for the collector to take the last spans. It is part of the 30 s that a stop takes.
const flushWithin = 1500 * time.Millisecond

// openTraces opens the way of traces out of the process. OpenTelemetry's variables never stop a start: what is wrong with one
// is said, and taken out of the environment, so that the SDK, which reads it, goes on with its default.
func (s *Server) openTraces(ctx context.Context) error {
	for _, fault := range otlp.Check(os.Getenv) {
		s.logger.WarnContext(ctx, fault.Message)
		if err := os.Setenv(fault.Name, fault.Instead); err != nil {
			s.logger.WarnContext(ctx, "the environment can't be changed", "error", err)
		}
	}
	var err error
	s.traces, err = otlp.Open(ctx, otlp.Options{
		Version: s.options.Version, InstanceID: s.config.InstanceID, Environment: s.config.Env, Logger: s.logger, Getenv: os.Getenv,
	})
	if err != nil {
		s.logger.WarnContext(ctx, "no traces are sent", "error", err)
	}
	return nil
}

// closeTraces sends the spans that are left, as far as the collector takes them now.
func (s *Server) closeTraces() {
	ctx, cancel := context.WithTimeout(context.Background(), flushWithin)
	defer cancel()
	if err := s.traces.Close(ctx); err != nil {
		s.logger.Warn("the last traces could not be sent", "error", err)
	}
}
