package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
)

// Head returns the seq of the tenant's newest receipt, 0 when it has none.
func (t *Tenant) Head(ctx context.Context) (int64, error) {
	var seq int64
	err := t.s.read.NewSelect().Table("ledger_heads").Column("seq").Where("tenant_id = ?", t.id).Scan(ctx, &seq)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return seq, t.s.fault(err)
}

// Heads returns the heads of several tenants in one statement; a tenant without receipts is absent. It is one of the two
// reads over tenants (DueLeases is the other): what a server polls must not cost a statement for each.
func (s *Store) Heads(ctx context.Context, tenants []uuid.UUID) (map[uuid.UUID]int64, error) {
	if len(tenants) == 0 {
		return nil, nil //nolint:nilnil // no tenants have no heads
	}
	var rows []struct {
		TenantID uuid.UUID
		Seq      int64
	}
	err := s.read.NewSelect().Table("ledger_heads").Column("tenant_id", "seq").
		Where("tenant_id IN (?)", bun.List(tenants)).Scan(ctx, &rows)
	if err = s.fault(err); err != nil {
		return nil, err
	}
	heads := make(map[uuid.UUID]int64, len(rows))
	for _, r := range rows {
		heads[r.TenantID] = r.Seq
	}
	return heads, nil
}
