package models_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
)

// FuzzCursor: whatever is sent as a cursor is refused, or is exactly what its list had returned to this tenant.
func FuzzCursor(f *testing.F) {
	tenant := uuid.MustParse("5b0c2bd4-6a28-4c79-9b1d-7a3f1f5e6a01")
	other := uuid.MustParse("5b0c2bd4-6a28-4c79-9b1d-7a3f1f5e6a02")
	task := &models.Task{TenantID: tenant, ID: other, CreatedAt: time.UnixMicro(1_700_000_000_000_001).UTC()}
	lease := &models.Lease{TenantID: tenant, ID: other, AcquiredAt: time.UnixMicro(0).UTC()}
	for _, cursor := range []string{
		"", models.LedgerStart, "00", models.LedgerCursor(tenant, 1), models.LedgerCursor(other, 1), models.LedgerCursor(tenant, 1<<62),
		models.LedgerCursor(tenant, -1), models.TaskCursor(task), models.LeaseCursor(lease), models.TaskCursor(task) + "=", "\n" + models.LedgerCursor(tenant, 7), "\x00", "é",
	} {
		f.Add(cursor)
	}
	f.Fuzz(func(t *testing.T, cursor string) {
		accepted := 0
		seq, err := models.ParseLedgerCursor(tenant, cursor)
		if checkCursor(t, cursor, err) {
			accepted++
			if seq < 0 || models.LedgerCursor(tenant, seq) != cursor {
				t.Fatalf("%q is position %d, whose cursor is %q", cursor, seq, models.LedgerCursor(tenant, seq))
			}
			if _, err := models.ParseLedgerCursor(other, cursor); seq > 0 && err == nil {
				t.Fatalf("%q is another tenant's too", cursor)
			}
		}
		place, err := models.ParseTaskCursor(tenant, cursor)
		if checkCursor(t, cursor, err) {
			accepted++
			again := models.TaskCursor(&models.Task{TenantID: tenant, ID: place.ID, CreatedAt: place.At})
			if _, err := models.ParseTaskCursor(other, cursor); again != cursor || err == nil {
				t.Fatalf("%q is place %v, whose cursor is %q; another tenant's: %v", cursor, place, again, err)
			}
		}
		place, err = models.ParseLeaseCursor(tenant, cursor)
		if checkCursor(t, cursor, err) {
			accepted++
			again := models.LeaseCursor(&models.Lease{TenantID: tenant, ID: place.ID, AcquiredAt: place.At})
			if _, err := models.ParseLeaseCursor(other, cursor); again != cursor || err == nil {
				t.Fatalf("%q is place %v, whose cursor is %q; another tenant's: %v", cursor, place, again, err)
			}
		}
		if accepted > 1 {
			t.Fatalf("%q is a cursor of %d lists", cursor, accepted)
		}
	})
}

// checkCursor tells whether a cursor is accepted; a refusal must not tell why.
func checkCursor(t *testing.T, cursor string, err error) bool {
	t.Helper()
	if err == nil {
		return true
	}
	if models.CodeOf(err) != models.CodeBadUserInput || err.Error() != refusedCursor {
		t.Fatalf("%q: %v", cursor, err)
	}
	return false
}

const refusedCursor = "BAD_USER_INPUT: not a cursor of this list; pass one that it returned, unchanged"
