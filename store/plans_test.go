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
			{"Addressed", func(ctx context.Context, _ *store.Store, t *store.Tenant) error {
				_, err := t.Receipts(ctx, store.ReceiptFilter{To: &planner}, store.LedgerPageArgs{First: &one})
				return err
			}, "idx_receipts_addressee", "SEARCH r USING COVERING INDEX idx_receipts_addressee (tenant_id=? AND to_kind=? AND to_id=? AND type=?"},
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
			}, "idx_tasks_status", "idx_tasks_status"},
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
			{"Envelopes", func(ctx context.Context, _ *store.Store, t *store.Tenant) error {
				_, err := t.Envelopes(ctx, 1, 1000)
				return err
			}, "idx_receipts_seq", "idx_receipts_seq (tenant_id=? AND seq>?"},
			{"ChainsReceipts", func(ctx context.Context, _ *store.Store, t *store.Tenant) error {
				_, err := t.Chains(ctx, []uuid.UUID{uuid.New()}) // ends with its first statement
				return err
			}, "idx_receipts_task", "idx_receipts_task (tenant_id=? AND task_id=?"},
			{"ChainsAcknowledgements", func(ctx context.Context, _ *store.Store, t *store.Tenant) error {
				_, err := t.Chains(ctx, tasks[:1]) // nobody has acknowledged anything
				return err
			}, "acknowledgements_pkey", "sqlite_autoindex_acknowledgements_1 (tenant_id=? AND receipt_id=?)"},
			{"TaskBodies", func(ctx context.Context, _ *store.Store, t *store.Tenant) error {
				_, err := t.TaskBodies(ctx, tasks[:1])
				return err
			}, "tasks_pkey", "sqlite_autoindex_tasks_1 (tenant_id=? AND id=?)"},
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

// What a claim costs must grow neither with what is finished nor with what it may not take, whatever the planner knows.
func TestAClaimPassesOverWhatItMayNotTake(t *testing.T) {
	t.Parallel()
	onBoth(t, store.Options{MaxConnections: 1}, func(t *testing.T, s *store.Store) {
		w := storetest.NewWriter(t, s)
		claim := func(name string, c store.Claim) {
			t.Helper()
			plan, pages, err := s.PlanOfClaim(t.Context(), w.ID, c)
			if err != nil {
				t.Fatal(err)
			}
			if s.Embedded() {
				for _, want := range []string{"idx_tasks_claim (tenant_id=? AND lane>? AND lane<?)", "idx_tasks_claim (tenant_id=? AND lane=?)", "SEARCH t USING INTEGER PRIMARY KEY (rowid=?)"} {
					if !strings.Contains(plan, want) {
						t.Errorf("%s: the plan lacks %s:\n%s", name, want, plan)
					}
				}
				return
			}
			if pages == 0 || pages > 60 {
				t.Errorf("%s: %d pages are read:\n%s", name, pages, plan)
			}
		}
		claims := func(when string) {
			t.Helper()
			claim(when, store.Claim{Capabilities: []string{"able"}, AtMost: 2})
			claim(when+", one type", store.Claim{Types: []string{"t"}, Capabilities: []string{"able"}, AtMost: 2})
			claim(when+", nothing to take", store.Claim{AtMost: 2})
		}
		w.Lives(storetest.Planner, "t", 1)
		for _, capability := range []string{"able", "unable"} {
			for range 3 {
				w.Create(storetest.Planner, "t", func(task *models.Task) {
					task.Requirements.Capabilities = []string{capability}
					if capability == "unable" {
						task.Priority = 1
					}
				})
			}
		}
		w.Create(storetest.Planner, "t", func(task *models.Task) {
			at := time.Now().Add(time.Hour)
			task.NextEligibleAt = &at
		})
		if s.Embedded() {
			claims("at first")
			return
		}
		mustExec(t, s, "ALTER TABLE tasks SET (autovacuum_enabled = off)")
		grow := func(condition string, n int) {
			t.Helper()
			var names []string
			for _, column := range store.TaskColumns(s) {
				if column != "id" {
					names = append(names, column)
				}
			}
			columns := strings.Join(names, ", ")
			mustExec(t, s, "INSERT INTO tasks (id, "+columns+") SELECT gen_random_uuid(), "+columns+
				" FROM (SELECT * FROM tasks WHERE "+condition+" LIMIT 1) AS t, generate_series(1, ?)", n)
		}
		mustExec(t, s, "ANALYZE")
		grow("status = 'succeeded'", 30_000)
		grow("priority = 1", 3_000)
		grow("next_eligible_at IS NOT NULL", 3_000)
		claims("when the planner knows of a small table")
		mustExec(t, s, "DELETE FROM pg_statistic")
		mustExec(t, s, "UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE relname LIKE '%tasks%'")
		claims("when the planner knows nothing")
		mustExec(t, s, "ANALYZE")
		claims("when the planner knows all")
	})
}
