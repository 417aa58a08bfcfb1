package main

import (
	"context"
	"fmt"
	"io"
	"runtime"

	"github.com/asyncgate/asyncgate/internal/config"
	"github.com/asyncgate/asyncgate/store"
)

// open opens the database of the environment's settings, or of --database-url. Whoever only looks at a database must not
// make an empty file of a SQLite path that is mistyped: for them it must exist.
func (p process) open(ctx context.Context, url string, mustExist bool) (*store.Store, error) {
	url, err := p.databaseURL(url)
	if err != nil {
		return nil, err
	}
	return store.Open(ctx, url, store.Options{Existing: mustExist})
}

func (p process) databaseURL(flag string) (string, error) {
	c, _, err := config.Parse(nil, p.environ)
	if err != nil || flag != "" {
		return flag, err
	}
	return c.DatabaseURL, nil
}

const migrateHelp = `migrate up|status|sql [--database-url URL]

up applies what is missing, status lists what is applied, sql prints all migrations of the database's kind.`

func (p process) migrate(ctx context.Context, args []string) error {
	f := newFlags("migrate")
	url := f.String("database-url", "", "the database (default: ASYNCGATE_DATABASE_URL)")
	verb := ""
	if len(args) > 0 && args[0] != "" && args[0][0] != '-' {
		verb, args = args[0], args[1:]
	}
	if done, err := p.parse(f, migrateHelp, args); done || err != nil {
		return err
	}
	if verb != "up" && verb != "status" && verb != "sql" {
		return usageErrorf("migrate takes up, status or sql; see asyncgate migrate --help")
	}
	if verb == "sql" {
		return p.migrateSQL(*url)
	}
	s, err := p.open(ctx, *url, verb == "status")
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	if verb == "up" {
		return p.migrateUp(ctx, s)
	}
	return p.migrateStatus(ctx, s)
}

// migrateSQL needs no database: what it prints depends on the URL's kind alone.
func (p process) migrateSQL(url string) error {
	url, err := p.databaseURL(url)
	if err != nil {
		return err
	}
	text, err := store.MigrationSQL(url)
	if err != nil {
		return err
	}
	_, err = io.WriteString(p.stdout, text)
	return err
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

func (p process) version(args []string) error {
	help := "version\n\nPrints version, commit and Go version."
	if done, err := p.parse(newFlags("version"), help, args); done || err != nil {
		return err
	}
	_, err := fmt.Fprintf(p.stdout, "asyncgate %s, commit %s, %s\n", version, commit, runtime.Version())
	return err
}
