package main

import (
	"context"
	"fmt"
	"io"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/config"
)

// explainKeys says, where API keys are needed and there is none, how to make one: on the terminal and in the log, as either may
// be all that somebody sees.
func (s *server) explainKeys(ctx context.Context, w io.Writer) {
	if s.config.Auth != config.AuthKeys {
		return
	}
	any, err := s.store.AnyKey(ctx)
	if err != nil {
		s.logger.WarnContext(ctx, "whether there is an API key can't be found out now", "error", err)
	}
	if any || err != nil {
		return
	}
	command := fmt.Sprintf("asyncgate keys create --tenant %s --principal human:admin --scope admin", uuid.New())
	_, _ = fmt.Fprintf(w, "Every request needs an API key, and there is none that is valid. With the same database URL "+
		"(ASYNCGATE_DATABASE_URL or --database-url), this makes one for a new tenant, without a restart:\n  %s\n", command)
	s.logger.WarnContext(ctx, "every request needs an API key, and there is none that is valid; make one", "command", command)
}
