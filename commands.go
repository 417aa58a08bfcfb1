package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/config"
	"github.com/asyncgate/asyncgate/store"
)

// flags makes the flag set of a command: its errors are one line on stderr, its help goes to stdout.
func (p process) flags(name, help string) *flag.FlagSet {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.Usage = func() {
		_, _ = fmt.Fprintf(p.stdout, "Usage: asyncgate %s\n", help)
		f.SetOutput(p.stdout)
		f.PrintDefaults()
		f.SetOutput(io.Discard)
	}
	return f
}

// parse reads the flags; done is true when help was asked for and given.
func parse(f *flag.FlagSet, args []string) (done bool, err error) {
	switch err := f.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return true, nil
	case err != nil:
		return false, usageErrorf("%v; see asyncgate %s --help", err, f.Name())
	default:
		return false, nil
	}
}

// open opens the database of the environment's settings, or of --database-url.
func (p process) open(ctx context.Context, url string) (*store.Store, error) {
	c, _, err := config.Parse(nil, p.environ)
	if err != nil {
		return nil, err
	}
	if url == "" {
		url = c.DatabaseURL
	}
	return store.Open(ctx, url, store.Options{})
}

func (p process) migrate(ctx context.Context, args []string) error {
	f := p.flags("migrate", "migrate up|status|sql [--database-url URL]\n\n"+
		"up applies what is missing, status lists what is applied, sql prints all migrations of the database's kind.")
	url := f.String("database-url", "", "the database (default: ASYNCGATE_DATABASE_URL)")
	verb := ""
	if len(args) > 0 && args[0] != "" && args[0][0] != '-' {
		verb, args = args[0], args[1:]
	}
	if done, err := parse(f, args); done || err != nil {
		return err
	}
	if f.NArg() > 0 || (verb != "up" && verb != "status" && verb != "sql") {
		return usageErrorf("migrate takes up, status or sql; see asyncgate migrate --help")
	}
	s, err := p.open(ctx, *url)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	switch verb {
	case "up":
		return p.migrateUp(ctx, s)
	case "status":
		return p.migrateStatus(ctx, s)
	default:
		text, err := s.MigrationSQL()
		if err != nil {
			return err
		}
		_, err = io.WriteString(p.stdout, text)
		return err
	}
}

func (p process) migrateUp(ctx context.Context, s *store.Store) error {
	applied, err := s.Migrate(ctx)
	if err != nil {
		return err
	}
	for _, name := range applied {
		_, _ = fmt.Fprintln(p.stdout, "applied", name)
	}
	if len(applied) == 0 {
		_, _ = fmt.Fprintln(p.stdout, "nothing to do: all migrations are applied")
	}
	return nil
}

func (p process) migrateStatus(ctx context.Context, s *store.Store) error {
	steps, err := s.Migrations(ctx)
	if err != nil {
		return err
	}
	for _, step := range steps {
		state := "pending"
		switch {
		case step.Unknown:
			state = "applied by a newer version"
		case step.AppliedAt != nil:
			state = "applied " + step.AppliedAt.UTC().Format("2006-01-02T15:04:05Z")
		}
		_, _ = fmt.Fprintf(p.stdout, "%s  %s\n", step.Name, state)
	}
	return nil
}

func (p process) verify(ctx context.Context, args []string) error {
	f := p.flags("verify", "verify [--tenant UUID] [--database-url URL]\n\n"+
		"Audits the ledger, beside a running server too: prints what it counted and every violation; exit 1 if there is any.")
	url := f.String("database-url", "", "the database (default: ASYNCGATE_DATABASE_URL)")
	tenantText := f.String("tenant", "", "only this tenant")
	if done, err := parse(f, args); done || err != nil {
		return err
	}
	var tenant *uuid.UUID
	if *tenantText != "" {
		id, err := uuid.Parse(*tenantText)
		if err != nil {
			return usageErrorf("--tenant takes a UUID")
		}
		tenant = &id
	}
	s, err := p.open(ctx, *url)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	if err := s.CheckSchema(ctx); err != nil {
		return err
	}
	violations := 0
	counts, err := s.Verify(ctx, tenant, func(v store.Violation) {
		violations++
		_, _ = fmt.Fprintln(p.stdout, "violation:", v)
	})
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintln(p.stdout, counts)
	if violations > 0 {
		_, _ = fmt.Fprintf(p.stdout, "%d violations\n", violations)
		return errReported
	}
	_, _ = fmt.Fprintln(p.stdout, "no violations")
	return nil
}

func (p process) version(args []string) error {
	if done, err := parse(p.flags("version", "version"), args); done || err != nil {
		return err
	}
	at := commit
	if info, ok := debug.ReadBuildInfo(); ok && at == "" {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				at = s.Value
			}
		}
	}
	if at == "" {
		at = "unknown"
	}
	_, err := fmt.Fprintf(p.stdout, "asyncgate %s, commit %s, %s\n", version, at, runtime.Version())
	return err
}
