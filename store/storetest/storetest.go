// Package storetest is the suite that every database must pass: what store promises of reads, whatever lies below.
//
// It owes each database the same questions and the same answers, and it must never ask which one it speaks to. Its Writer is
// for any test that needs tasks and a ledger without the engine.
package storetest

import (
	"context"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// Run runs the suite on the migrated, empty database that open opens. All tests share it, each in a tenant of its own.
func Run(t *testing.T, open func(t *testing.T) *store.Store) {
	s := open(t)
	t.Run("AnyKey", func(t *testing.T) { testAnyKey(t, s) })
	for name, test := range map[string]func(*testing.T, *store.Store){
		"PageArgs":         testPageArgs,
		"Cursors":          testCursors,
		"Tasks":            testTasks,
		"TaskFilter":       testTaskFilter,
		"Leases":           testLeases,
		"Receipts":         testReceipts,
		"ReceiptFilter":    testReceiptFilter,
		"OpenObligations":  testOpenObligations,
		"Unacknowledged":   testUnacknowledged,
		"Answers":          testAnswers,
		"ByID":             testByID,
		"ActiveLeases":     testActiveLeases,
		"LeasesOfTasks":    testLeasesOfTasks,
		"ReceiptsOfTasks":  testReceiptsOfTasks,
		"Children":         testChildren,
		"Head":             testHead,
		"Follow":           testFollow,
		"LeaseReceipt":     testLeaseReceipt,
		"QueueStats":       testQueueStats,
		"Queued":           testQueued,
		"Delayed":          testDelayed,
		"Claimable":        testClaimable,
		"Candidates":       testCandidates,
		"BecomingDue":      testBecomingDue,
		"Heads":            testHeads,
		"DueLeases":        testDueLeases,
		"CreateKey":        testCreateKey,
		"Keys":             testKeys,
		"KeysByHash":       testKeysByHash,
		"KeysByID":         testKeysByID,
		"RevokeKey":        testRevokeKey,
		"KeysUsed":         testKeysUsed,
		"KeysUsedAtOnce":   testKeysUsedAtOnce,
		"KeysOutOfTime":    testKeysOutOfTime,
		"Chains":           testChains,
		"Archive":          testArchive,
		"TenantsAreApart":  testTenantsAreApart,
		"WriterIsVerified": testWriterIsVerified,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, s)
		})
	}
}

// must returns what a read returned, and ends the test if it failed: must(read())(t).
func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func wantCode(t *testing.T, what string, err error, code models.Code) {
	t.Helper()
	if got := models.CodeOf(err); got != code {
		t.Errorf("%s: the error is %v, want %s", what, err, code)
	}
}

// wantStatements fails unless read takes n statements.
func wantStatements(t *testing.T, what string, n int64, read func(ctx context.Context) error) {
	t.Helper()
	var counter store.Counter
	if err := read(store.WithCounter(t.Context(), &counter)); err != nil {
		t.Errorf("%s: %v", what, err)
	}
	if got := counter.Load(); got != n {
		t.Errorf("%s takes %d statements, want %d", what, got, n)
	}
}

func wantEqual[T comparable](t *testing.T, what string, got, want []T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func taskIDs(tasks []*models.Task) []uuid.UUID {
	return ids(tasks, func(t *models.Task) uuid.UUID { return t.ID })
}

func leaseIDs(leases []*models.Lease) []uuid.UUID {
	return ids(leases, func(l *models.Lease) uuid.UUID { return l.ID })
}

func receiptIDs(receipts []*models.Receipt) []uuid.UUID {
	return ids(receipts, func(r *models.Receipt) uuid.UUID { return r.ID })
}

func seqs(receipts []*models.Receipt) []int64 {
	return ids(receipts, func(r *models.Receipt) int64 { return r.Seq })
}

func obligationIDs(tasks []*models.Task) []uuid.UUID {
	return ids(tasks, func(t *models.Task) uuid.UUID { return t.ObligationID })
}

func ids[M, ID any](nouns []*M, id func(*M) ID) []ID {
	list := make([]ID, len(nouns))
	for i, n := range nouns {
		list[i] = id(n)
	}
	return list
}

func reversed[T any](list []T) []T {
	r := slices.Clone(list)
	slices.Reverse(r)
	return r
}
