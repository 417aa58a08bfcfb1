package store_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

func TestMain(m *testing.M) { os.Exit(testkit.Run(m)) }

// onBoth runs a test on both databases, migrated and empty.
func onBoth(t *testing.T, options store.Options, test func(t *testing.T, s *store.Store)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, open(t, "sqlite://"+filepath.Join(t.TempDir(), "test.db"), options))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, open(t, testkit.Postgres(t), options))
	})
}

func open(t *testing.T, url string, options store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), url, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestBatchWritesWhatItDecidedAndReadsItBack(t *testing.T) {
	t.Parallel()
	test := func(t *testing.T, s *store.Store) {
		tenant := uuid.New()
		owner := models.Principal{Kind: models.KindAgent, ID: "a"}
		key := "key"
		task := &models.Task{
			Spec: models.Spec{Type: "t", Payload: `{"a":1}`, ExpectedOutcome: models.OutcomeAny, MaxAttempts: 2, RetryBackoffSeconds: 15,
				Requirements: models.Requirements{Capabilities: []string{"x"}}},
			ID: uuid.New(), TenantID: tenant, Status: models.StatusQueued, CreatedBy: owner, IdempotencyKey: &key, Fingerprint: "f",
		}
		receipt := func(kind models.ReceiptType, parents ...uuid.UUID) *models.Receipt {
			r := &models.Receipt{ID: uuid.New(), TenantID: tenant, Type: kind, From: owner, To: owner, TaskID: task.ID, Parents: parents, Body: `{"x":1.0}`, CreatedAt: time.Now()}
			r.BodyHash = models.BodyHash(r.Body)
			r.Hash = models.Hash(r.Envelope())
			return r
		}
		assigned := receipt(models.TaskAssigned)
		task.ObligationID = assigned.ID
		create := func(rows *store.Rows) *store.Writes {
			task.CreatedAt, task.UpdatedAt = rows.Now, rows.Now
			return &store.Writes{
				NewTasks: []*models.Task{task}, Receipts: []*models.Receipt{assigned},
				Counts: map[store.Count]int{{Type: "t", Status: models.StatusQueued}: 1},
			}
		}
		if err := s.Batch(t.Context(), tenant, &store.Needs{}, create); err != nil {
			t.Fatal(err)
		}
		if assigned.Seq != 1 {
			t.Fatalf("the first receipt has seq %d", assigned.Seq)
		}
		lease := &models.Lease{ID: uuid.New(), TenantID: tenant, TaskID: task.ID, Worker: owner, State: models.LeaseActive}
		needs := &store.Needs{
			Claims: []store.Claim{
				{Capabilities: []string{"x", "y"}, AtMost: 1}, {AtMost: 1}, {Types: []string{"t"}, Capabilities: []string{"x"}, AtMost: 1},
			},
			Keys: []store.Key{{Creator: owner, Key: key}}, Receipts: []uuid.UUID{assigned.ID}, Acknowledged: []uuid.UUID{assigned.ID},
		}
		err := s.Batch(t.Context(), tenant, needs, func(rows *store.Rows) *store.Writes {
			if len(rows.Candidates) != 3 || len(rows.Candidates[0]) != 1 || len(rows.Candidates[1]) != 0 || len(rows.Candidates[2]) != 1 {
				t.Errorf("candidates are %v", rows.Candidates)
			}
			if rows.Keys[needs.Keys[0]] == nil || rows.Receipts[assigned.ID] == nil {
				t.Error("key or receipt not found")
			}
			found := rows.Tasks[task.ID]
			found.Status, found.UpdatedAt = models.StatusLeased, rows.Now
			lease.AcquiredAt, lease.ExpiresAt = rows.Now, rows.Now.Add(time.Minute)
			return &store.Writes{ChangedTasks: []*models.Task{found}, NewLeases: []*models.Lease{lease}}
		})
		if err != nil {
			t.Fatal(err)
		}
		completed := receipt(models.TaskCompleted, assigned.ID)
		ready := receipt(models.TaskResultReady, assigned.ID, completed.ID)
		ack := receipt(models.ReceiptAcknowledged, ready.ID)
		err = s.Batch(t.Context(), tenant, &store.Needs{Leases: []uuid.UUID{lease.ID}, Terminated: []uuid.UUID{task.ID}}, func(rows *store.Rows) *store.Writes {
			if rows.Held[task.ID] == nil || rows.Tasks[task.ID] == nil {
				t.Error("the lease's task was not locked with it")
			}
			return &store.Writes{Receipts: []*models.Receipt{completed, ready}}
		})
		if err != nil {
			t.Fatal(err)
		}
		err = s.Batch(t.Context(), tenant, &store.Needs{Acknowledged: []uuid.UUID{ready.ID, assigned.ID}, Terminated: []uuid.UUID{task.ID}}, func(rows *store.Rows) *store.Writes {
			if by, ok := rows.Acknowledged[ready.ID]; !ok || by != uuid.Nil {
				t.Error("the result does not await its acknowledgement")
			}
			if rows.Terminated[task.ID] != completed.ID {
				t.Errorf("the terminator is %s", rows.Terminated[task.ID])
			}
			return &store.Writes{Receipts: []*models.Receipt{ack}, Acknowledged: map[uuid.UUID]*models.Receipt{ack.ID: ready}}
		})
		if err != nil {
			t.Fatal(err)
		}
		if completed.Seq != 2 || ready.Seq != 3 || ack.Seq != 4 {
			t.Errorf("seqs are %d, %d, %d", completed.Seq, ready.Seq, ack.Seq)
		}
	}
	onBoth(t, store.Options{}, test)
	t.Run("pgbouncer", func(t *testing.T) {
		t.Parallel()
		test(t, open(t, testkit.PgBouncer(t, testkit.Postgres(t))+exec, store.Options{}))
	})
}

func TestMigrateIsSafeWhenManyStartAtOnce(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]string{"sqlite": "sqlite://" + filepath.Join(t.TempDir(), "m.db"), "postgres": testkit.Postgres(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const starts = 16
			errs := make(chan error)
			for range starts {
				go func() { errs <- migrateOnce(t.Context(), url) }()
			}
			for range starts {
				if err := <-errs; err != nil {
					t.Error(err)
				}
			}
		})
	}
}

func migrateOnce(ctx context.Context, url string) error {
	s, err := store.Open(ctx, url, store.Options{})
	if err != nil {
		return err
	}
	if _, err := s.Migrate(ctx); err != nil {
		return errors.Join(err, s.Close())
	}
	return errors.Join(s.CheckSchema(ctx), s.Close())
}
