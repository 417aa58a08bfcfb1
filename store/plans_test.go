package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
	"github.com/asyncgate/asyncgate/store/storetest"
)

// What these reads cost must not grow with what is finished. A planner that has other ideas reads the whole ledger, and on a
// small one nobody notices.
func TestReadsTakeTheirIndex(t *testing.T) {
	t.Parallel()
	onBoth(t, store.Options{MaxConnections: 1}, func(t *testing.T, s *store.Store) {
		w := storetest.NewWriter(t, s)
		var tasks, obligations []uuid.UUID
		for _, task := range w.Lives(storetest.Planner, "t", 20) {
			tasks, obligations = append(tasks, task.ID), append(obligations, task.ObligationID)
		}
		task := w.Create(storetest.Planner, "t")
		w.Claim(task.ID, storetest.Worker)
		w.Start(task.ID)
		w.Progress(task.ID, 5000)
		for range 60 {
			w.Claim(w.Create(storetest.Planner, "t").ID, storetest.Worker)
		}
		due := w.Create(storetest.Planner, "t", func(t *models.Task) {
			at := task.CreatedAt.Add(time.Hour)
			t.NextEligibleAt = &at
		})
		for i := range 60 {
			key := models.APIKey{ID: uuid.New(), TenantID: uuid.New(), Principal: storetest.Planner, Scopes: []models.Scope{models.ScopeRead}}
			if err := s.CreateKey(t.Context(), key, [32]byte{byte(i)}); err != nil {
				t.Fatal(err)
			}
		}
		if !s.Embedded() {
			mustExec(t, s, "ANALYZE")
			// A table of this size is read as a whole; a larger one isn't.
			mustExec(t, s, "SET enable_seqscan = off")
		}
		// The larger the page, the sooner SQLite goes through the ledger to spare itself the sort.
		many := models.MaxPageSize
		large := store.PageArgs{First: &many}
		// The smaller the page, the sooner PostgreSQL hopes to find it on its way through the ledger.
		one := 1
		planner, page := storetest.Planner, store.PageArgs{First: &one}
		for _, test := range []struct {
			name string
			read func(context.Context, *store.Store, *store.Tenant) error
			// what the plan of each database must say.
			postgres, sqlite string
		}{
			{"OpenObligations", func(ctx context.Context, _ *store.Store, t *store.Tenant) error {
				_, err := t.OpenObligations(ctx, planner, large)
				return err
			}, "idx_obligations_open", "SEARCH r USING INDEX idx_receipts_seq (tenant_id=? AND seq=?)"},
			{"Unacknowledged", func(ctx context.Context, _ *store.Store, t *store.Tenant) error {
				_, err := t.Unacknowledged(ctx, planner, 0, 1<<40, many)
				return err
			}, "idx_acknowledgements_open", "SEARCH r USING INDEX idx_receipts_seq (tenant_id=? AND seq=?)"},
			{"Results", func(ctx context.Context, _ *store.Store, t *store.Tenant) error {
				_, err := t.Receipts(ctx, store.ReceiptFilter{To: &planner, Types: []models.ReceiptType{models.TaskResultReady}}, store.LedgerPageArgs{})
				return err
			}, "idx_receipts_addressee", "SEARCH r USING INDEX idx_receipts_addressee (tenant_id=? AND to_kind=? AND to_id=? AND type=?"},
			{"FollowResults", func(ctx context.Context, _ *store.Store, t *store.Tenant) error {
				_, err := t.Follow(ctx, store.ReceiptFilter{To: &planner, Types: []models.ReceiptType{models.TaskResultReady}}, 1, 1<<40, 64)
				return err
			}, "idx_receipts_addressee", "idx_receipts_addressee (tenant_id=? AND to_kind=? AND to_id=? AND type=? AND seq>?"},
			{"Follow", func(ctx context.Context, _ *store.Store, t *store.Tenant) error {
				_, err := t.Follow(ctx, store.ReceiptFilter{}, 1, 1<<40, 64)
				return err
			}, "idx_receipts_seq", "idx_receipts_seq (tenant_id=? AND seq>?"},
			{"Lease", func(ctx context.Context, _ *store.Store, t *store.Tenant) error {
				_, err := t.Receipts(ctx, store.ReceiptFilter{LeaseID: &tasks[0]}, store.LedgerPageArgs{})
				return err
			}, "idx_receipts_task", "idx_receipts_task (tenant_id=? AND task_id=?"},
			{"Children", func(ctx context.Context, _ *store.Store, t *store.Tenant) error {
				_, err := t.Children(ctx, obligations, nil, page)
				return err
			}, "idx_receipts_parents_gin", "SEARCH x USING PRIMARY KEY (tenant_id=? AND parent_id=?)"},
			{"ReceiptsOfTasks", func(ctx context.Context, _ *store.Store, t *store.Tenant) error {
				_, err := t.ReceiptsOfTasks(ctx, tasks, nil, page)
				return err
			}, "idx_receipts_task", "idx_receipts_task (tenant_id=? AND task_id=?"},
			{"LeasesOfTasks", func(ctx context.Context, _ *store.Store, t *store.Tenant) error {
				_, err := t.LeasesOfTasks(ctx, tasks, page)
				return err
			}, "idx_leases_task", "idx_leases_task (tenant_id=? AND task_id=?"},
			{"FailedTasks", func(ctx context.Context, _ *store.Store, t *store.Tenant) error {
				_, err := t.Tasks(ctx, store.TaskFilter{Statuses: []models.TaskStatus{models.StatusFailed}}, page)
				return err
			}, "idx_tasks_status", "idx_tasks_status (tenant_id=? AND status=?)"},
			{"QueueStats", func(ctx context.Context, _ *store.Store, t *store.Tenant) error {
				_, err := t.QueueStats(ctx)
				return err
			}, "idx_tasks_claim", "idx_tasks_claim"},
			{"Claimable", func(ctx context.Context, _ *store.Store, t *store.Tenant) error {
				_, err := t.Claimable(ctx, store.Claim{})
				return err
			}, "idx_tasks_claim", "idx_tasks_claim (tenant_id=?"},
			{"Delayed", func(ctx context.Context, _ *store.Store, t *store.Tenant) error {
				_, _, err := t.Delayed(ctx, models.Place{}, 1)
				return err
			}, "idx_tasks_delayed", "idx_tasks_delayed (tenant_id=? AND next_eligible_at>?"},
			{"DelayedBehind", func(ctx context.Context, _ *store.Store, t *store.Tenant) error {
				_, _, err := t.Delayed(ctx, models.Place{At: task.CreatedAt}, 1)
				return err
			}, "Index Cond: ((tenant_id", "idx_tasks_delayed (tenant_id=? AND (next_eligible_at,id)>(?,?)"},
			{"DueLeases", func(ctx context.Context, s *store.Store, _ *store.Tenant) error {
				_, err := s.DueLeases(ctx, nil, 1)
				return err
			}, "Index Cond: (expires_at <= statement_timestamp())", "idx_leases_expiry (expires_at<?)"},
			{"DueLeasesBehind", func(ctx context.Context, s *store.Store, _ *store.Tenant) error {
				_, err := s.DueLeases(ctx, &store.DueLease{ExpiresAt: due.CreatedAt}, 1)
				return err
			}, "Index Cond: ((expires_at <= statement_timestamp()) AND (expires_at >=", "idx_leases_expiry (expires_at>? AND expires_at<?)"},
			{"Heads", func(ctx context.Context, s *store.Store, t *store.Tenant) error {
				_, err := s.Heads(ctx, []uuid.UUID{t.ID(), uuid.New()})
				return err
			}, "ledger_heads_pkey", "PRIMARY KEY (tenant_id=?)"},
			{"Keys", func(ctx context.Context, s *store.Store, t *store.Tenant) error {
				tenant := t.ID()
				_, err := s.Keys(ctx, &tenant)
				return err
			}, "idx_api_keys_created", "idx_api_keys_created (tenant_id=?)"},
			{"KeysByHash", func(ctx context.Context, s *store.Store, _ *store.Tenant) error {
				_, err := s.KeysByHash(ctx, [][32]byte{{1}, {2}})
				return err
			}, "idx_api_keys_hash", "idx_api_keys_hash (hash=?)"},
			{"KeysByID", func(ctx context.Context, s *store.Store, _ *store.Tenant) error {
				_, err := s.KeysByID(ctx, tasks[:1])
				return err
			}, "api_keys_pkey", "sqlite_autoindex_api_keys_1 (id=?)"},
		} {
			plan, err := s.PlanOf(t.Context(), func(ctx context.Context, s *store.Store) error { return test.read(ctx, s, s.Tenant(w.ID)) })
			if err != nil {
				t.Fatal(err)
			}
			want := test.postgres
			if s.Embedded() {
				want = test.sqlite
			}
			if !strings.Contains(plan, want) {
				t.Errorf("%s: the plan lacks %s:\n%s", test.name, want, plan)
			}
		}
	})
}
