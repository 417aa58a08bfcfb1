package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/archive"
	"github.com/asyncgate/asyncgate/store"
)

const verifyHelp = `verify [--tenant UUID] [--archive DIR]… [--database-url URL]

Audits the ledger, beside a running server too: prints what it counted and every violation; exit 1 if there is any. With
--archive it also compares the files that asyncgate archive has written with the hashes in the ledger.`

func (p process) verify(ctx context.Context, args []string) error {
	f := newFlags("verify")
	url := f.String("database-url", "", "the database (default: ASYNCGATE_DATABASE_URL)")
	var tenant *uuid.UUID
	f.Func("tenant", "only this tenant", uuidInto(&tenant))
	var archives []string
	f.Func("archive", "the folder of an archive of this database; repeat the flag if there are several", func(dir string) error {
		archives = append(archives, dir)
		return nil
	})
	if done, err := p.parse(f, verifyHelp, args); done || err != nil {
		return err
	}
	for _, dir := range archives {
		if _, err := os.Stat(dir); err != nil {
			return fmt.Errorf("there is no archive %s; --archive names a folder that asyncgate archive has written to", dir)
		}
	}
	s, err := p.open(ctx, *url, true)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	if err := s.CheckSchema(ctx); err != nil {
		return err
	}
	violations := map[store.ViolationKind]int{}
	report := func(v store.Violation) {
		violations[v.Kind]++
		_, _ = fmt.Fprintln(p.stdout, told(v))
	}
	counts, err := s.Verify(ctx, tenant, report)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintln(p.stdout, counted(counts))
	if len(archives) > 0 {
		archived, err := archive.Check(ctx, s, archives, tenant, report)
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintln(p.stdout, countedInArchive(archived))
	}
	_, _ = fmt.Fprintln(p.stdout, summed(violations))
	if len(violations) > 0 {
		return errReported
	}
	return nil
}

// summed says in one line how many violations there are of each kind.
func summed(violations map[store.ViolationKind]int) string {
	if len(violations) == 0 {
		return "no violations"
	}
	sum := 0
	var kinds []string
	for _, kind := range slices.Sorted(maps.Keys(violations)) {
		sum += violations[kind]
		kinds = append(kinds, fmt.Sprintf("%d %s", violations[kind], kind))
	}
	return number(sum, "violation") + ": " + strings.Join(kinds, ", ")
}

// told says in one line what a violation is.
func told(v store.Violation) string {
	of := "tenant " + v.Tenant.String()
	if v.ID != uuid.Nil {
		of = v.ID.String() + " of " + of
	}
	return fmt.Sprintf("violation: %s: %s: %s", v.Kind, of, v.Detail)
}

// counted says in one line what verify has looked at.
func counted(c store.Counts) string {
	return fmt.Sprintf("%s: %s (%d archived), %s open and %d closed, %s acknowledged and %s not, %s, %s",
		number(c.Tenants, "tenant"), number(c.Receipts, "receipt"), c.Archived,
		number(c.OpenObligations, "obligation"), c.ClosedObligations,
		number(c.Acknowledged, "receipt"), number(c.Unacknowledged, "result"),
		number(c.Tasks, "task"), number(c.Leases, "lease"))
}

// countedInArchive says in one line what verify has looked at in files.
func countedInArchive(c archive.Counts) string {
	text := fmt.Sprintf("archive: %s with %s and %s", number(c.Files, "file"), number(c.Tasks, "task"), number(c.Receipts, "receipt"))
	if c.Full > 0 {
		text += fmt.Sprintf(", %d of which the database still has", c.Full)
	}
	if c.Unlisted > 0 {
		text += fmt.Sprintf("; %s not in the manifest", number(c.Unlisted, "file"))
	}
	if c.Full+c.Unlisted > 0 {
		text += ": run asyncgate archive again"
	}
	return text
}

func number[N int | int64](n N, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}
