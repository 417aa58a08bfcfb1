package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/signal"
	"syscall"

	"github.com/asyncgate/asyncgate/internal/config"
	"github.com/asyncgate/asyncgate/internal/server"
)

// serve is the command: settings, the rooms, then until a signal.
func (p process) serve(ctx context.Context, args []string) error {
	c, warnings, err := config.Load(args, p.environ)
	if errors.Is(err, config.ErrHelp) {
		_, err = io.WriteString(p.stdout, config.Help())
		return err
	}
	if err != nil {
		return err
	}
	log := &held{to: p.stderr}
	defer log.letGo()
	logger := newLogger(c, log, terminal(p.stderr))
	for _, w := range warnings {
		logger.Warn(w)
	}
	// The second signal is not caught: it ends the process at once.
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	defer keepHeadroom()()
	s, err := server.Open(ctx, c, server.Options{Version: version, Commit: commit, Logger: logger})
	if err != nil {
		return err
	}
	defer s.Close()
	greet(p.stdout, c, s.URL())
	if c.Auth == config.AuthKeys {
		explainKeys(ctx, p.stdout, s, logger)
	}
	log.letGo()
	failed := s.Start()
	select {
	case <-ctx.Done():
		stop()
		logger.Info("stopping: no new work, running mutations finish, streams end resumably")
		s.Drain()
		logger.Info("stopped")
		return nil
	case err := <-failed:
		return err
	}
}

// greet names what to open, for whoever looks at the terminal.
func greet(w io.Writer, c config.Config, url string) {
	_, _ = fmt.Fprintf(w, "AsyncGate %s: open %s/, the playground is %s/playground, the API is %s/graphql\n", version, url, url, url)
	if c.Auth == config.AuthNone {
		_, _ = fmt.Fprintln(w, "Development: there is no authentication; whoever reaches this address acts as anyone.")
	}
}
