package bench_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// The seeds write rows straight into the tables, a statement a table, since going through the engine would take an hour.
// They have what the measured statements read; their hashes are no hashes, so `asyncgate verify` would refuse them.

// seedFinished adds n tasks that succeeded.
func seedFinished(tb testing.TB, s *stage, tenant uuid.UUID, n int) {
	tb.Helper()
	s.seed(tb, `INSERT INTO tasks (tenant_id, id, type, status, payload, priority, capabilities, tags, expected_outcome, created_by_kind,
			created_by_id, fingerprint, attempt, expiry_count, max_attempts, retry_backoff_seconds, created_at, updated_at, obligation_id, outcome)
		SELECT {tenant}, {id task n}, 'bench', 'succeeded', '{"title":"Quarterly report of the northern region"}'::json, 0,
			'["writing"]'::jsonb, '[]'::jsonb, 'any', 'agent', 'bench-agent', '', 0, 0, 2, 15, {then}, {then}, {id assigned n}, '{}'::json
		FROM {series}`, tenant, n)
	s.seed(tb, `INSERT INTO task_counts (tenant_id, type, status, count) SELECT {tenant}, 'bench', 'succeeded', {n}`, tenant, n)
	s.analyze(tb)
}

// seedLedger gives the tenant a ledger of so many receipts: first the chains that are closed, of three receipts each
// (assigned, completed, result ready), and at its end the obligations that are open.
func seedLedger(tb testing.TB, s *stage, tenant uuid.UUID, receipts, open int) {
	tb.Helper()
	closed := (receipts - open) / 3
	const server, worker = "'service', 'svc:asyncgate'", "'worker', 'bench-worker'"
	const none, assigned, both = `'[]'`, `'["' || {text assigned n} || '"]'`, `'["' || {text assigned n} || '","' || {text completed n} || '"]'`
	receipt := func(id, task, kind, from, parents, seq string) string {
		return `INSERT INTO receipts (tenant_id, id, seq, type, from_kind, from_id, to_kind, to_id, task_id, parents, body, hash, archived, trace_id, created_at)
			SELECT {tenant}, {id ` + id + ` n}, ` + seq + `, '` + kind + `', ` + from + `, 'agent', 'bench-agent', {id ` + task + ` n}, (` + parents + `)::jsonb,
				'{"summary":null}'::json, '` + id + `-' || n, {false}, '', {then} FROM {series}`
	}
	s.seed(tb, receipt("assigned", "task", "task.assigned", server, none, "n * 3 - 2"), tenant, closed)
	s.seed(tb, receipt("completed", "task", "task.completed", worker, assigned, "n * 3 - 1"), tenant, closed)
	s.seed(tb, receipt("ready", "task", "task.result_ready", server, both, "n * 3"), tenant, closed)
	s.seed(tb, receipt("late", "late", "task.assigned", server, none, "{before} + n"), tenant, open, closed*3)
	s.seed(tb, `INSERT INTO obligations (tenant_id, receipt_id, seq, to_kind, to_id, task_id, closed_by, closed_seq)
		SELECT {tenant}, {id assigned n}, n * 3 - 2, 'agent', 'bench-agent', {id task n}, {id completed n}, n * 3 - 1 FROM {series}`, tenant, closed)
	s.seed(tb, `INSERT INTO obligations (tenant_id, receipt_id, seq, to_kind, to_id, task_id)
		SELECT {tenant}, {id late n}, {before} + n, 'agent', 'bench-agent', {id late n} FROM {series}`, tenant, open, closed*3)
	s.seed(tb, `INSERT INTO ledger_heads (tenant_id, seq) SELECT {tenant}, {n}`, tenant, receipts)
	s.analyze(tb)
}

// kinds are the first digits of the ids of what a seed writes.
var kinds = map[string]int{"task": 1, "assigned": 2, "completed": 3, "ready": 4, "late": 5}

// seed runs a statement written for both databases: {series} is a table with the column n from 1 to count, {id kind n} an id
// made of n and {text kind n} its text.
func (s *stage) seed(tb testing.TB, text string, tenant uuid.UUID, count int, before ...int) {
	tb.Helper()
	series := fmt.Sprintf("generate_series(1, %d) AS series(n)", count)
	words := []string{"{tenant}", "'" + tenant.String() + "'::uuid", "{n}", fmt.Sprint(count), "{then}", "'2026-01-02T03:04:05.000000Z'::timestamptz"}
	if len(before) > 0 {
		words = append(words, "{before}", fmt.Sprint(before[0]))
	}
	for kind, digit := range kinds {
		// Any twelve digits end an id: 100000000001, 100000000002, …
		id := fmt.Sprintf("'%08d-0000-7000-8000-' || (100000000000 + n)", digit)
		words = append(words, "{id "+kind+" n}", "("+id+")::uuid", "{text "+kind+" n}", id)
	}
	if s.sqlite {
		series = fmt.Sprintf("(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < %d) SELECT n FROM s) AS series", count)
		words = append(words, "{false}", "0")
	} else {
		words = append(words, "{false}", "false")
	}
	text = strings.NewReplacer(append(words, "{series}", series)...).Replace(text)
	if s.sqlite {
		text = strings.NewReplacer("::uuid", "", "::jsonb", "", "::json", "", "::timestamptz", "").Replace(text)
	}
	if _, err := s.db.ExecContext(tb.Context(), text); err != nil {
		tb.Fatalf("%v in %s", err, text)
	}
}

// analyze tells PostgreSQL what the tables hold, as its autovacuum does after a while. SQLite plans without.
func (s *stage) analyze(tb testing.TB) {
	tb.Helper()
	if s.sqlite {
		return
	}
	if _, err := s.db.ExecContext(tb.Context(), "ANALYZE"); err != nil {
		tb.Fatal(err)
	}
}
