package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/server"
)

// explainKeys says, where there is no API key, how to make one: on the terminal and in the log, as either may
// be all that somebody sees.
func explainKeys(ctx context.Context, w io.Writer, s *server.Server, logger *slog.Logger) {
	any, err := s.AnyKey(ctx)
	if err != nil {
		logger.WarnContext(ctx, "whether there is an API key can't be found out now", "error", err)
	}
	if any || err != nil {
		return
	}
	command := fmt.Sprintf("asyncgate keys create --tenant %s --principal human:admin --scope admin", uuid.New())
	_, _ = fmt.Fprintf(w, "Every request needs an API key, and there is none that is valid. With the same database URL "+
		"(ASYNCGATE_DATABASE_URL or --database-url), this makes one for a new tenant, without a restart:\n  %s\n", command)
	logger.WarnContext(ctx, "every request needs an API key, and there is none that is valid; make one", "command", command)
}
