package main

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/archive"
)

const archiveHelp = `archive --before TIME --to DIR [--tenant UUID] [--database-url URL]

Moves the bodies of old closed chains to files, beside running servers too: of every task that has ended, and of whose receipts and
acknowledgements the last is older than TIME, all bodies, payload, progress and outcome. Receipts, hashes and cursors stay.
An interrupted run loses nothing; the same command again completes it. asyncgate verify --archive DIR checks the files.`

func (p process) archive(ctx context.Context, args []string) error {
	f := newFlags("archive")
	url := f.String("database-url", "", "the database (default: ASYNCGATE_DATABASE_URL)")
	var before cutoff
	f.Func("before", "a day or an instant, for example 2026-01-01 (UTC) or 2026-01-01T00:00:00+01:00, or an age, for example 90d or 36h", before.set)
	dir := f.String("to", "", "the folder of the archive, always the same for a database; made if it is not there")
	var tenant *uuid.UUID
	f.Func("tenant", "only this tenant", uuidInto(&tenant))
	if done, err := p.parse(f, archiveHelp, args); done || err != nil {
		return err
	}
	switch {
	case before == nil:
		return usageErrorf("archive needs --before, a day, an instant or an age; see asyncgate archive --help")
	case *dir == "":
		return usageErrorf("archive needs --to, a folder; see asyncgate archive --help")
	}
	s, err := p.open(ctx, *url, true)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	if err := s.CheckSchema(ctx); err != nil {
		return err
	}
	now, err := s.Time(ctx)
	if err != nil {
		return err
	}
	limit := before(now)
	if limit.After(now) {
		_, _ = fmt.Fprintf(p.stderr, "%s is in the future: everything that has ended goes\n", limit.UTC().Format(time.RFC3339))
	}
	sum, err := archive.Run(ctx, s, archive.Options{
		Before: limit, Dir: *dir, Tenant: tenant,
		Told: func(path string, file archive.File) {
			_, _ = fmt.Fprintf(p.stdout, "%s: %s and %s, %d bytes\n", path, number(file.Tasks, "task"), number(file.Receipts, "receipt"), file.Bytes)
		},
	})
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(p.stdout, "archived %s and %s in %s; what is left is open or not older than %s\n", number(sum.Tasks, "task"),
		number(sum.Receipts, "receipt"), number(sum.Files, "file"), limit.UTC().Format(time.RFC3339))
	return nil
}
