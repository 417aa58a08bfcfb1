package store_test

import (
	"strings"
	"testing"

	"github.com/asyncgate/asyncgate/store"
	"github.com/asyncgate/asyncgate/store/storetest"
)

func TestTheDatabaseRefusesToChangeReceipts(t *testing.T) {
	t.Parallel()
	onBoth(t, store.Options{}, func(t *testing.T, s *store.Store) {
		w := storetest.NewWriter(t, s)
		w.Lives(storetest.Planner, "t", 1)
		of := " WHERE tenant_id = ? AND seq = 2"
		refused := map[string]string{
			"Delete":                "DELETE FROM receipts" + of,
			"Seq":                   "UPDATE receipts SET seq = 99" + of,
			"Type":                  "UPDATE receipts SET type = 'task.failed'" + of,
			"Addressee":             "UPDATE receipts SET to_id = 'x'" + of,
			"Task":                  "UPDATE receipts SET task_id = NULL" + of,
			"Parents":               "UPDATE receipts SET parents = '[]'" + of,
			"Body":                  `UPDATE receipts SET body = '{"a":1}'` + of,
			"Hash":                  "UPDATE receipts SET hash = 'x'" + of,
			"Same":                  "UPDATE receipts SET hash = hash" + of,
			"BodyEmptied":           "UPDATE receipts SET body = '{}'" + of,
			"ArchivedWithBody":      "UPDATE receipts SET archived = TRUE" + of,
			"ArchivedWithOtherHash": "UPDATE receipts SET archived = TRUE, body = '{}', body_hash = 'x'" + of,
			"ArchivedWithoutHash":   "UPDATE receipts SET archived = TRUE, body = '{}', body_hash = NULL" + of,
		}
		for name, statement := range refused {
			if err := s.Exec(t.Context(), statement, w.ID); err == nil || !strings.Contains(err.Error(), "receipts are immutable") {
				t.Errorf("%s: the error is %v", name, err)
			}
		}
		if !s.Embedded() {
			if err := s.Exec(t.Context(), "TRUNCATE receipts"); err == nil || !strings.Contains(err.Error(), "receipts are immutable") {
				t.Errorf("Truncate: the error is %v", err)
			}
		}
		if s.Embedded() {
			columns := "id, seq, type, from_kind, from_id, to_kind, to_id, parents, hash, trace_id, created_at"
			for name, in := range map[string]string{
				"ReplaceByID":   strings.ReplaceAll(strings.ReplaceAll(columns, "seq,", "99,"), "hash", "'x'"),
				"ReplaceBySeq":  strings.ReplaceAll(strings.Replace(columns, "id,", "'x',", 1), "hash", "'x'"),
				"ReplaceByHash": strings.ReplaceAll(strings.Replace(columns, "id,", "'x',", 1), "seq,", "99,"),
			} {
				replace := "INSERT OR REPLACE INTO receipts (tenant_id, body, " + columns + ") SELECT tenant_id, '{}', " + in + " FROM receipts" + of
				if err := s.Exec(t.Context(), replace, w.ID); err == nil || !strings.Contains(err.Error(), "receipts are immutable") {
					t.Errorf("%s: the error is %v", name, err)
				}
			}
		}
		wantViolations(t, s, w.ID)

		archive := "UPDATE receipts SET archived = TRUE, body = '{}'" + of
		mustExec(t, s, archive, w.ID)
		wantViolations(t, s, w.ID)
		counts, err := s.Verify(t.Context(), &w.ID, func(store.Violation) {})
		if err != nil || counts.Archived != 1 {
			t.Errorf("archived are %d, error %v", counts.Archived, err)
		}
		for name, statement := range map[string]string{"Again": archive, "Back": "UPDATE receipts SET archived = FALSE" + of} {
			if err := s.Exec(t.Context(), statement, w.ID); err == nil {
				t.Errorf("%s: an archived receipt was changed", name)
			}
		}
	})
}
