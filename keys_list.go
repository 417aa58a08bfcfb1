package main

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
)

const keysListHelp = `keys list [--tenant UUID] [--database-url URL]

Shows all API keys that were ever made, oldest first, a line each: id, tenant, principal, scopes, when it was made, expires and was
last used, and whether it is active, revoked or expired. Neither the keys nor their hashes are shown. The database must exist.`

func (p process) keysList(ctx context.Context, args []string) error {
	f := newFlags("keys list")
	url := f.String("database-url", "", "the database (default: ASYNCGATE_DATABASE_URL)")
	var tenant *uuid.UUID
	f.Func("tenant", "only this tenant's", uuidInto(&tenant))
	if done, err := p.parse(f, keysListHelp, args); done || err != nil {
		return err
	}
	s, err := p.openKeys(ctx, *url)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	now, err := s.Time(ctx)
	if err != nil {
		return err
	}
	keys, err := s.Keys(ctx, tenant)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "ID\tTENANT\tPRINCIPAL\tSCOPES\tCREATED\tEXPIRES\tLAST USED\tSTATE")
	for _, k := range keys {
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", k.ID, k.TenantID, principalText(k.Principal), scopesText(k.Scopes),
			timeText(&k.CreatedAt, ""), timeText(k.ExpiresAt, "never"), timeText(k.LastUsedAt, "never"), keyState(k, now))
	}
	return table.Flush()
}

// keyState says whether a key counts, and why it doesn't.
func keyState(k models.APIKey, now time.Time) string {
	switch {
	case k.Valid(now):
		return "active"
	case k.RevokedAt != nil:
		return "revoked"
	default:
		return "expired"
	}
}
