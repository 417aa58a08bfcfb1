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
	var before age
	f.Func("before", "an instant with its zone, for example 2026-01-01T00:00:00Z, or an age, for example 2160h", before.set)
	dir := f.String("to", "", "the folder of the archive, always the same for a database; made if it is not there")
	var tenant *uuid.UUID
	f.Func("tenant", "only this tenant", uuidInto(&tenant))
	if done, err := p.parse(f, archiveHelp, args); done || err != nil {
		return err
	}
	switch {
	case before == age{}:
		return usageErrorf("archive needs --before, an instant or an age; see asyncgate archive --help")
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
	sum, err := archive.Run(ctx, s, archive.Options{
		Before: before.instant(now), Dir: *dir, Tenant: tenant,
		Told: func(path string, file archive.File) {
			_, _ = fmt.Fprintf(p.stdout, "%s: %s and %s, %d bytes\n", path, number(file.Tasks, "task"), number(file.Receipts, "receipt"), file.Bytes)
		},
	})
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(p.stdout, "archived %s and %s in %s; what is left is open or not older than %s\n", number(sum.Tasks, "task"),
		number(sum.Receipts, "receipt"), number(sum.Files, "file"), before.instant(now).UTC().Format(time.RFC3339))
	return nil
}

// age is an instant, or how long before now it lies.
type age struct {
	at    time.Time
	since time.Duration
	given bool
}

func (a *age) set(text string) error {
	at, err := time.Parse(time.RFC3339, text)
	if err == nil {
		*a = age{at: at, given: true}
		return nil
	}
	since, err := time.ParseDuration(text)
	if err != nil || since < 0 {
		return fmt.Errorf("%.80q is no instant with its zone, such as 2026-01-01T00:00:00Z, and no age, such as 2160h", text)
	}
	*a = age{since: since, given: true}
	return nil
}

func (a *age) instant(now time.Time) time.Time {
	if a.at.IsZero() {
		return now.Add(-a.since)
	}
	return a.at
}
