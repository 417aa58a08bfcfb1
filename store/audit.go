package store

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
)

// ViolationKind names a rule that a database breaks.
type ViolationKind string

// The kinds of violations. Of a projection's rows, Missing is one that the ledger demands, Extra one that it doesn't know,
// and Wrong one that says something else.
const (
	Unreadable ViolationKind = "unreadable"

	SeqGap              ViolationKind = "seq_gap"
	HeadWrong           ViolationKind = "head_wrong"
	HashWrong           ViolationKind = "hash_wrong"
	BodyHashWrong       ViolationKind = "body_hash_wrong"
	BodyNotCanonical    ViolationKind = "body_not_canonical"
	ParentMissing       ViolationKind = "parent_missing"
	ReceiptTaskMissing  ViolationKind = "receipt_task_missing"
	ReceiptLeaseMissing ViolationKind = "receipt_lease_missing"
	EdgeMissing         ViolationKind = "edge_missing"
	EdgeExtra           ViolationKind = "edge_extra"

	TerminatedTwice        ViolationKind = "terminated_twice"
	ObligationMissing      ViolationKind = "obligation_missing"
	ObligationExtra        ViolationKind = "obligation_extra"
	ObligationWrong        ViolationKind = "obligation_wrong"
	AcknowledgementMissing ViolationKind = "acknowledgement_missing"
	AcknowledgementExtra   ViolationKind = "acknowledgement_extra"
	AcknowledgementWrong   ViolationKind = "acknowledgement_wrong"

	TaskStatusWrong     ViolationKind = "task_status_wrong"
	TaskAttemptWrong    ViolationKind = "task_attempt_wrong"
	TaskExpiriesWrong   ViolationKind = "task_expiries_wrong"
	TaskStartWrong      ViolationKind = "task_start_wrong"
	TaskOutcomeWrong    ViolationKind = "task_outcome_wrong"
	TaskObligationWrong ViolationKind = "task_obligation_wrong"
	TaskReceiptsWrong   ViolationKind = "task_receipts_wrong"
	TaskLeasesWrong     ViolationKind = "task_leases_wrong"
	TaskCountWrong      ViolationKind = "task_count_wrong"
	TaskLaneWrong       ViolationKind = "task_lane_wrong"
	TaskArchiveWrong    ViolationKind = "task_archive_wrong"
	LeaseTaskMissing    ViolationKind = "lease_task_missing"
	LeaseStateWrong     ViolationKind = "lease_state_wrong"
)

// Violation is a place where the database breaks a rule.
type Violation struct {
	Tenant uuid.UUID
	Kind   ViolationKind
	// ID is that of the receipt, task or lease; uuid.Nil when the violation is the tenant's.
	ID     uuid.UUID
	Detail string
}

// Counts are what Verify has looked at.
type Counts struct {
	Tenants  int64
	Receipts int64
	// Archived are those of Receipts whose bodies have moved to files.
	Archived          int64
	OpenObligations   int64
	ClosedObligations int64
	// Acknowledged and Unacknowledged are receipts; of the latter only results count.
	Acknowledged   int64
	Unacknowledged int64
	Tasks          int64
	Leases         int64
}

// Verify proves one tenant's database, or that of all when tenant is nil: the ledger has no gap and every hash recomputes;
// projections, tasks, leases and counts are what the ledger says. It calls report for each violation, in no particular order.
// It reads each tenant in one snapshot, a page at a time, and blocks nobody. UNAVAILABLE as reads.
func (s *Store) Verify(ctx context.Context, tenant *uuid.UUID, report func(Violation)) (Counts, error) {
	var counts Counts
	tenants, err := s.auditedTenants(ctx, tenant)
	for i := 0; err == nil && i < len(tenants); i++ {
		counts.Tenants++
		err = s.verifyTenant(ctx, tenants[i], &counts, report)
	}
	return counts, s.fault(err)
}

func (s *Store) auditedTenants(ctx context.Context, one *uuid.UUID) ([]uuid.UUID, error) {
	if one != nil {
		return []uuid.UUID{*one}, nil
	}
	var all []uuid.UUID
	err := s.read.NewRaw(`SELECT tenant_id FROM ledger_heads UNION SELECT tenant_id FROM receipts UNION
		SELECT tenant_id FROM tasks UNION SELECT tenant_id FROM leases UNION SELECT tenant_id FROM task_counts UNION
		SELECT tenant_id FROM obligations UNION SELECT tenant_id FROM acknowledgements ORDER BY 1`).Scan(ctx, &all)
	return all, err
}

func (s *Store) verifyTenant(ctx context.Context, tenant uuid.UUID, counts *Counts, report func(Violation)) error {
	tx, err := s.dialect.snapshot(ctx, s)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	a := &auditor{tx: tx, tenant: tenant, counts: counts, report: report}
	for _, step := range []func(context.Context) error{
		a.ledger, a.obligations, a.acknowledgements, a.tasks, a.leases, a.taskCounts,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return a.edges(ctx, s.dialect)
}

// An auditor looks at one tenant in one snapshot.
type auditor struct {
	tx     bun.Tx
	tenant uuid.UUID
	counts *Counts
	report func(Violation)
}

func (a *auditor) violation(kind ViolationKind, id uuid.UUID, format string, args ...any) {
	a.report(Violation{Tenant: a.tenant, Kind: kind, ID: id, Detail: fmt.Sprintf(format, args...)})
}

// auditPage bounds what is in memory: receipts have bodies of 64 KiB at most.
const auditPage = 500

// rowsOf reads the tenant's rows of a table.
func rowsOf[R any](ctx context.Context, a *auditor, build func(*bun.SelectQuery) *bun.SelectQuery) ([]*R, error) {
	var rows []*R
	err := build(a.tx.NewSelect().Model(&rows).Where("?TableAlias.tenant_id = ?", a.tenant)).Scan(ctx)
	return rows, err
}

// rowsIn reads the tenant's rows whose column is one of ids, by that column.
func rowsIn[R any](ctx context.Context, a *auditor, column bun.Ident, ids []uuid.UUID, of func(*R) uuid.UUID, columns ...string) (map[uuid.UUID]*R, error) {
	found := make(map[uuid.UUID]*R, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	rows, err := rowsOf[R](ctx, a, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Column(columns...).Where("?TableAlias.? IN (?)", column, bun.List(distinct(ids)))
	})
	for _, r := range rows {
		found[of(r)] = r
	}
	return found, err
}

// walk reads all of the tenant's rows of a table in the order of a unique key and hands them on a page at a time.
func walk[R, K any](ctx context.Context, a *auditor, key bun.Ident, of func(*R) K, check func([]*R) error, without ...string) error {
	var last *K
	for {
		rows, err := rowsOf[R](ctx, a, func(q *bun.SelectQuery) *bun.SelectQuery {
			if last != nil {
				q = q.Where("?TableAlias.? > ?", key, *last)
			}
			return q.ExcludeColumn(without...).OrderExpr("?TableAlias.?", key).Limit(auditPage)
		})
		if err != nil || len(rows) == 0 {
			return err
		}
		if err := check(rows); err != nil {
			return err
		}
		k := of(rows[len(rows)-1])
		last = &k
	}
}

// envelopeColumns are those of a receipt but its body.
var envelopeColumns = []string{"id", "seq", "type", "to_kind", "to_id", "task_id", "parents", "archived"}

// receiptsIn reads receipts by id, without their bodies.
func (a *auditor) receiptsIn(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*receiptRow, error) {
	return rowsIn(ctx, a, "id", ids, func(r *receiptRow) uuid.UUID { return r.ID }, envelopeColumns...)
}
