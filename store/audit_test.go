package store_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
	"github.com/asyncgate/asyncgate/store/storetest"
)

// Each corruption is a statement about the tenant ?0, or several between semicolons; ?1 is an id that nothing has.
var corruptions = []struct {
	name, sql string
	want      []store.ViolationKind
	// onSQLite are reported beside these where edges are kept.
	onSQLite []store.ViolationKind
}{
	{"ReceiptGone", `DELETE FROM receipts WHERE tenant_id = ?0 AND seq = (SELECT min(seq) FROM receipts WHERE tenant_id = ?0 AND type = 'task.progress')`,
		kinds(store.SeqGap), kinds(store.EdgeExtra)},
	{"HeadAhead", `UPDATE ledger_heads SET seq = seq + 1 WHERE tenant_id = ?0`, kinds(store.HeadWrong), nil},
	{"HeadGone", `DELETE FROM ledger_heads WHERE tenant_id = ?0`, kinds(store.HeadWrong), nil},
	{"HashChanged", `UPDATE receipts SET hash = 'x' WHERE tenant_id = ?0 AND seq = 1`, kinds(store.HashWrong), nil},
	{"AuthorChanged", `UPDATE receipts SET from_id = 'x' WHERE tenant_id = ?0 AND type = 'task.progress'`, kinds(store.HashWrong), nil},
	{"BodyChanged", `UPDATE receipts SET body = '{"a":1}' WHERE tenant_id = ?0 AND seq = 1`, kinds(store.BodyHashWrong), nil},
	{"BodySpaced", `UPDATE receipts SET body = '{"a": 1}' WHERE tenant_id = ?0 AND seq = 1`, kinds(store.BodyHashWrong, store.BodyNotCanonical), nil},
	{"ArchivedWithBody", `UPDATE receipts SET archived = TRUE WHERE tenant_id = ?0 AND seq = 1`, kinds(store.BodyHashWrong), nil},
	{"EmptiedNotArchived", `UPDATE receipts SET body = '{}' WHERE tenant_id = ?0 AND seq = 1`, kinds(store.BodyHashWrong), nil},
	{"Archived", `UPDATE receipts SET archived = TRUE, body = '{}' WHERE tenant_id = ?0 AND seq = 1`, nil, nil},
	{"ParentUnknown", `UPDATE receipts SET parents = '["?1"]' WHERE tenant_id = ?0 AND seq = (SELECT min(seq) FROM receipts WHERE tenant_id = ?0 AND type = 'task.progress')`,
		kinds(store.HashWrong, store.ParentMissing), kinds(store.EdgeExtra, store.EdgeMissing)},
	{"ParentsUnreadable", `UPDATE receipts SET parents = '"x"' WHERE tenant_id = ?0 AND seq = (SELECT min(seq) FROM receipts WHERE tenant_id = ?0 AND type = 'task.progress')`,
		kinds(store.Unreadable), kinds(store.EdgeExtra, store.EdgeMissing)},
	{"TaskGone", `DELETE FROM tasks WHERE tenant_id = ?0 AND status = 'canceled'`,
		kinds(store.ReceiptTaskMissing, store.LeaseTaskMissing, store.TaskCountWrong), nil},
	{"LeaseGone", `DELETE FROM leases WHERE tenant_id = ?0 AND state = 'canceled'`, kinds(store.ReceiptLeaseMissing, store.TaskLeasesWrong), nil},

	{"ObligationGone", `DELETE FROM obligations WHERE tenant_id = ?0 AND seq = 1`, kinds(store.ObligationMissing), nil},
	{"ObligationInvented", `INSERT INTO obligations (tenant_id, receipt_id, seq, to_kind, to_id, task_id) VALUES (?0, '?1', 1, 'agent', 'planner', '?1')`,
		kinds(store.ObligationExtra), nil},
	{"ObligationOfAnotherType", `INSERT INTO obligations (tenant_id, receipt_id, seq, to_kind, to_id, task_id)
		SELECT tenant_id, id, seq, to_kind, to_id, task_id FROM receipts WHERE tenant_id = ?0 AND type = 'task.started'`, kinds(store.ObligationExtra), nil},
	{"ObligationReopened", `UPDATE obligations SET closed_by = NULL, closed_seq = NULL WHERE tenant_id = ?0 AND closed_by IS NOT NULL`,
		kinds(store.ObligationWrong), nil},
	{"ObligationHidden", `UPDATE obligations SET closed_by = '?1', closed_seq = 2 WHERE tenant_id = ?0 AND seq = 1`, kinds(store.ObligationWrong), nil},
	{"ObligationMoved", `UPDATE obligations SET to_id = 'x' WHERE tenant_id = ?0 AND seq = 1`, kinds(store.ObligationWrong), nil},
	{"ObligationCloserWrong", `UPDATE obligations SET closed_by = (SELECT id FROM receipts WHERE tenant_id = ?0 AND seq = 1)
		WHERE tenant_id = ?0 AND closed_by IS NOT NULL`, kinds(store.ObligationWrong), nil},
	{"ObligationSeqWrong", `UPDATE obligations SET closed_seq = closed_seq + 1 WHERE tenant_id = ?0 AND closed_by IS NOT NULL`, kinds(store.ObligationWrong), nil},
	{"ObligationHalfClosed", `UPDATE obligations SET closed_seq = 2 WHERE tenant_id = ?0 AND seq = 1`, kinds(store.ObligationWrong), nil},

	{"ResultGone", `DELETE FROM acknowledgements WHERE tenant_id = ?0 AND acknowledged_by IS NULL`, kinds(store.AcknowledgementMissing), nil},
	{"AcknowledgementGone", `DELETE FROM acknowledgements WHERE tenant_id = ?0 AND acknowledged_by IS NOT NULL`, kinds(store.AcknowledgementMissing), nil},
	{"AcknowledgementInvented", `INSERT INTO acknowledgements (tenant_id, receipt_id, seq, to_kind, to_id) VALUES (?0, '?1', 1, 'agent', 'planner')`,
		kinds(store.AcknowledgementExtra), nil},
	{"AcknowledgementAwaited", `INSERT INTO acknowledgements (tenant_id, receipt_id, seq, to_kind, to_id)
		SELECT tenant_id, id, seq, to_kind, to_id FROM receipts WHERE tenant_id = ?0 AND seq = 1`, kinds(store.AcknowledgementExtra), nil},
	{"AcknowledgementForgotten", `UPDATE acknowledgements SET acknowledged_by = NULL, acknowledged_seq = NULL WHERE tenant_id = ?0 AND seq =
		(SELECT min(seq) FROM receipts WHERE tenant_id = ?0 AND type = 'task.result_ready')`, kinds(store.AcknowledgementWrong), nil},
	{"AcknowledgementFalse", `UPDATE acknowledgements SET acknowledged_by = (SELECT id FROM receipts WHERE tenant_id = ?0 AND seq = 1), acknowledged_seq = 1
		WHERE tenant_id = ?0 AND acknowledged_by IS NULL`, kinds(store.AcknowledgementWrong), nil},
	{"AcknowledgementSeqWrong", `UPDATE acknowledgements SET acknowledged_seq = 1 WHERE tenant_id = ?0 AND acknowledged_by IS NOT NULL`,
		kinds(store.AcknowledgementWrong), nil},
	{"AcknowledgementMoved", `UPDATE acknowledgements SET to_id = 'x' WHERE tenant_id = ?0`, kinds(store.AcknowledgementWrong), nil},

	{"StatusChanged", `UPDATE tasks SET status = 'running' WHERE tenant_id = ?0 AND status = 'leased'`,
		kinds(store.TaskStatusWrong, store.TaskStartWrong, store.TaskCountWrong), nil},
	{"StatusReopened", `UPDATE tasks SET status = 'queued' WHERE tenant_id = ?0 AND status = 'succeeded'`,
		kinds(store.TaskStatusWrong, store.TaskOutcomeWrong, store.TaskReceiptsWrong, store.TaskCountWrong), nil},
	{"AttemptChanged", `UPDATE tasks SET attempt = attempt + 1 WHERE tenant_id = ?0 AND status = 'queued'`, kinds(store.TaskAttemptWrong), nil},
	{"ExpiriesChanged", `UPDATE tasks SET expiry_count = 0 WHERE tenant_id = ?0 AND status = 'leased'`, kinds(store.TaskExpiriesWrong), nil},
	{"StartForgotten", `UPDATE tasks SET started_at = NULL WHERE tenant_id = ?0 AND status = 'running'`, kinds(store.TaskStartWrong), nil},
	{"OutcomeGone", `UPDATE tasks SET outcome = NULL WHERE tenant_id = ?0 AND status = 'succeeded'`, kinds(store.TaskOutcomeWrong), nil},
	{"OutcomeUnreadable", `UPDATE tasks SET outcome = '[1]' WHERE tenant_id = ?0 AND status = 'succeeded'`, kinds(store.Unreadable), nil},
	{"OutcomeOfAnother", `UPDATE tasks SET outcome = (SELECT outcome FROM tasks WHERE tenant_id = ?0 AND status = 'canceled') WHERE tenant_id = ?0 AND status = 'succeeded'`,
		kinds(store.TaskOutcomeWrong), nil},
	{"ObligationOfTaskWrong", `UPDATE tasks SET obligation_id = '?1' WHERE tenant_id = ?0 AND status = 'queued'`, kinds(store.TaskObligationWrong), nil},
	{"LeaseEndedInSilence", `UPDATE leases SET state = 'released', ended_at = acquired_at WHERE tenant_id = ?0 AND id =
		(SELECT l.id FROM leases l JOIN tasks t ON t.tenant_id = l.tenant_id AND t.id = l.task_id WHERE l.tenant_id = ?0 AND t.status = 'leased' AND l.state = 'active')`,
		kinds(store.TaskLeasesWrong, store.LeaseStateWrong), nil},
	{"LeaseReopened", `UPDATE leases SET state = 'active', ended_at = NULL WHERE tenant_id = ?0 AND state = 'completed'`,
		kinds(store.TaskLeasesWrong, store.LeaseStateWrong), nil},
	{"LeaseEndedOtherwise", `UPDATE leases SET state = 'released' WHERE tenant_id = ?0 AND state = 'expired'`, kinds(store.LeaseStateWrong), nil},
	{"LaneWrong", `UPDATE tasks SET lane = '?1' WHERE tenant_id = ?0 AND status = 'queued'`, kinds(store.TaskLaneWrong), nil},
	{"LaneGone", `UPDATE tasks SET lane = NULL WHERE tenant_id = ?0`, nil, nil},
	{"TaskArchivedAlone", `UPDATE tasks SET archived = TRUE, outcome = NULL WHERE tenant_id = ?0 AND status = 'succeeded'`, kinds(store.TaskArchiveWrong), nil},
	{"TaskArchivedOpen", `UPDATE tasks SET archived = TRUE WHERE tenant_id = ?0 AND status = 'queued'`, kinds(store.TaskArchiveWrong, store.TaskOutcomeWrong), nil},
	{"CountChanged", `UPDATE task_counts SET count = count + 1 WHERE tenant_id = ?0 AND status = 'queued'`, kinds(store.TaskCountWrong), nil},
	{"CountsGone", `DELETE FROM task_counts WHERE tenant_id = ?0`, kinds(store.TaskCountWrong), nil},
	{"CountInvented", `INSERT INTO task_counts (tenant_id, type, status, count) VALUES (?0, 'x', 'queued', 1)`, kinds(store.TaskCountWrong), nil},
}

func kinds(k ...store.ViolationKind) []store.ViolationKind { return k }

func TestVerifyNamesEachCorruption(t *testing.T) {
	t.Parallel()
	onBoth(t, store.Options{}, func(t *testing.T, s *store.Store) {
		mustLiftImmutability(t, s)
		w := storetest.NewWriter(t, s)
		w.Everything()
		wantViolations(t, s, w.ID)
		for _, c := range corruptions {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				tenant := uuid.New()
				if err := s.CopyTenant(t.Context(), w.ID, tenant); err != nil {
					t.Fatal(err)
				}
				mustExec(t, s, strings.ReplaceAll(c.sql, "?1", uuid.NewString()), tenant)
				want := slices.Clone(c.want)
				if s.Embedded() {
					want = append(want, c.onSQLite...)
				}
				wantViolations(t, s, tenant, want...)
			})
		}
	})
}

func TestVerifyFindsTwoTerminators(t *testing.T) {
	t.Parallel()
	onBoth(t, store.Options{}, func(t *testing.T, s *store.Store) {
		w := storetest.NewWriter(t, s)
		task := w.Create(storetest.Planner, "t")
		canceled := *w.Cancel(task.ID)[0]
		canceled.Body = `{"reason":"again"}`
		mustAppend(t, s, &canceled)
		wantViolations(t, s, w.ID, store.TerminatedTwice, store.TaskReceiptsWrong)
	})
}

func TestVerifyCountsTheFirstAcknowledgement(t *testing.T) {
	t.Parallel()
	onBoth(t, store.Options{}, func(t *testing.T, s *store.Store) {
		w := storetest.NewWriter(t, s)
		first := w.Acknowledge(w.Cancel(w.Create(storetest.Planner, "t").ID)[1])
		second := *first
		second.Body = `{"note":"again"}`
		mustAppend(t, s, &second)
		wantViolations(t, s, w.ID)
		mustExec(t, s, "UPDATE acknowledgements SET acknowledged_by = ?1, acknowledged_seq = ?2 WHERE tenant_id = ?0 AND acknowledged_by = ?3",
			w.ID, second.ID, second.Seq, first.ID)
		wantViolations(t, s, w.ID, store.AcknowledgementWrong)
	})
}

func TestVerifyComparesEdges(t *testing.T) {
	t.Parallel()
	onBoth(t, store.Options{}, func(t *testing.T, s *store.Store) {
		if !s.Embedded() {
			return // PostgreSQL reads children from an index, which can't differ
		}
		w := storetest.NewWriter(t, s)
		w.Everything()
		mustExec(t, s, "DELETE FROM receipt_parents WHERE tenant_id = ? AND seq = 4", w.ID)
		wantViolations(t, s, w.ID, store.EdgeMissing)
		mustExec(t, s, "INSERT INTO receipt_parents (tenant_id, parent_id, seq) VALUES (?, ?, 2)", w.ID, uuid.New())
		wantViolations(t, s, w.ID, store.EdgeMissing, store.EdgeExtra)
	})
}

func TestVerifyReadsAllTenantsInPages(t *testing.T) {
	t.Parallel()
	onBoth(t, store.Options{}, func(t *testing.T, s *store.Store) {
		many, few := storetest.NewWriter(t, s), storetest.NewWriter(t, s)
		few.Everything()
		task := many.Create(storetest.Planner, "t")
		many.Claim(task.ID, storetest.Worker)
		many.Start(task.ID)
		many.Progress(task.ID, 1200)
		counts, err := s.Verify(t.Context(), nil, func(v store.Violation) { t.Errorf("%+v", v) })
		if err != nil || counts.Tenants != 2 || counts.Tasks != 8 || counts.Receipts < 1230 {
			t.Errorf("verified are %+v, error %v", counts, err)
		}
	})
}

func wantViolations(t *testing.T, s *store.Store, tenant uuid.UUID, want ...store.ViolationKind) {
	t.Helper()
	found, details := map[store.ViolationKind]bool{}, []string{}
	_, err := s.Verify(t.Context(), &tenant, func(v store.Violation) {
		found[v.Kind] = true
		details = append(details, string(v.Kind)+" of "+v.ID.String()+": "+v.Detail)
		if v.Tenant != tenant {
			t.Errorf("the violation is of tenant %s", v.Tenant)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range want {
		if !found[kind] {
			t.Errorf("%s is not reported", kind)
		}
		delete(found, kind)
	}
	if len(found) > 0 {
		t.Errorf("reported are also %v", found)
	}
	if t.Failed() {
		t.Log("\n" + strings.Join(details, "\n"))
	}
}

func mustExec(t *testing.T, s *store.Store, query string, args ...any) {
	t.Helper()
	if err := s.Exec(t.Context(), query, args...); err != nil {
		t.Fatal(err)
	}
}

// mustLiftImmutability lets a test change and delete receipts.
func mustLiftImmutability(t *testing.T, s *store.Store) {
	t.Helper()
	if !s.Embedded() {
		mustExec(t, s, "ALTER TABLE receipts DISABLE TRIGGER USER")
		return
	}
	mustExec(t, s, "PRAGMA synchronous = OFF") // these tests write much, and none of it need outlive them
	mustExec(t, s, "DROP TRIGGER receipts_immutable")
	mustExec(t, s, "DROP TRIGGER receipts_undeletable")
}

// mustAppend writes a receipt behind the newest one, past the projections.
func mustAppend(t *testing.T, s *store.Store, r *models.Receipt) {
	t.Helper()
	head, err := s.Tenant(r.TenantID).Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r.ID, r.Seq, r.BodyHash = uuid.New(), head+1, models.BodyHash(r.Body)
	r.Hash = models.Hash(r.Envelope())
	var task *uuid.UUID
	if r.TaskID != uuid.Nil {
		task = &r.TaskID
	}
	mustExec(t, s, `INSERT INTO receipts (tenant_id, id, seq, type, from_kind, from_id, to_kind, to_id, task_id, parents, body, body_hash, hash, archived, trace_id, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, FALSE, '', ?)`, r.TenantID, r.ID, r.Seq, r.Type, r.From.Kind, r.From.ID, r.To.Kind, r.To.ID, task,
		string(models.Strings([]string{r.Parents[0].String()})), string(r.Body), r.BodyHash, r.Hash, models.FormatTime(r.CreatedAt))
	mustExec(t, s, "UPDATE ledger_heads SET seq = ? WHERE tenant_id = ?", r.Seq, r.TenantID)
}
