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

// ledger is what a seed's ledger holds, in this order: closed obligations, whose chains have three receipts each (assigned,
// completed, result ready), receipts to somebody else, and obligations that are open.
type ledger struct{ closed, others, open int }

func (l ledger) receipts() int { return 3*l.closed + l.others + l.open }

// seedLedger gives the tenant a ledger.
func seedLedger(tb testing.TB, s *stage, tenant uuid.UUID, l ledger) {
	tb.Helper()
	const server, worker = "'service', 'svc:asyncgate'", "'worker', 'bench-worker'"
	const none, assigned, both = `'[]'`, `'["' || {text assigned n} || '"]'`, `'["' || {text assigned n} || '","' || {text completed n} || '"]'`
	receipt := func(id, task, kind, from, to, parents, seq string) string {
		return `INSERT INTO receipts (tenant_id, id, seq, type, from_kind, from_id, to_kind, to_id, task_id, parents, body, hash, archived, trace_id, created_at)
			SELECT {tenant}, {id ` + id + ` n}, ` + seq + `, '` + kind + `', ` + from + `, 'agent', '` + to + `', {id ` + task + ` n}, (` + parents + `)::jsonb,
				'{"summary":null}'::json, '` + id + `-' || n, {false}, '', {then} FROM {series}`
	}
	s.seed(tb, receipt("assigned", "task", "task.assigned", server, "bench-agent", none, "n * 3 - 2"), tenant, l.closed)
	s.seed(tb, receipt("completed", "task", "task.completed", worker, "bench-agent", assigned, "n * 3 - 1"), tenant, l.closed)
	s.seed(tb, receipt("ready", "task", "task.result_ready", server, "bench-agent", both, "n * 3"), tenant, l.closed)
	s.seed(tb, receipt("other", "other", "task.progressed", worker, "another-agent", none, "{before} + n"), tenant, l.others, 3*l.closed)
	s.seed(tb, receipt("late", "late", "task.assigned", server, "bench-agent", none, "{before} + n"), tenant, l.open, 3*l.closed+l.others)
	s.seed(tb, `INSERT INTO obligations (tenant_id, receipt_id, seq, to_kind, to_id, task_id, closed_by, closed_seq)
		SELECT {tenant}, {id assigned n}, n * 3 - 2, 'agent', 'bench-agent', {id task n}, {id completed n}, n * 3 - 1 FROM {series}`, tenant, l.closed)
	s.seed(tb, `INSERT INTO obligations (tenant_id, receipt_id, seq, to_kind, to_id, task_id)
		SELECT {tenant}, {id late n}, {before} + n, 'agent', 'bench-agent', {id late n} FROM {series}`, tenant, l.open, 3*l.closed+l.others)
	s.seed(tb, `INSERT INTO ledger_heads (tenant_id, seq) SELECT {tenant}, {n}`, tenant, l.receipts())
	s.analyze(tb)
}

// withoutIndexes seeds a table much faster: its indexes are made when its rows are there. It is vacuumed, so that PostgreSQL
// doesn't begin with that by itself in the midst of a measurement. SQLite keeps its indexes.
func (s *stage) withoutIndexes(tb testing.TB, table string, seed func()) {
	tb.Helper()
	if s.sqlite {
		seed()
		return
	}
	var drops, makes string
	err := s.db.QueryRowContext(tb.Context(), `SELECT coalesce(string_agg('DROP INDEX ' || indexname, '; '), ''), coalesce(string_agg(indexdef, '; '), '')
		FROM pg_indexes WHERE tablename = $1 AND indexname NOT IN (SELECT conname FROM pg_constraint)`, table).Scan(&drops, &makes)
	if err != nil {
		tb.Fatal(err)
	}
	s.exec(tb, drops)
	seed()
	s.exec(tb, "VACUUM "+table)
	s.exec(tb, "SET maintenance_work_mem = '512MB'")
	s.exec(tb, makes)
}

func (s *stage) exec(tb testing.TB, text string) {
	tb.Helper()
	if _, err := s.db.ExecContext(tb.Context(), text); err != nil {
		tb.Fatalf("%v in %s", err, text)
	}
}

// kinds are the first digits of the ids of what a seed writes.
var kinds = map[string]int{"task": 1, "assigned": 2, "completed": 3, "ready": 4, "late": 5, "other": 6}

// seed runs a statement written for both databases: {series} is a table with the column n from 1 to count, {id kind n} an id
// made of n and {text kind n} its text.
func (s *stage) seed(tb testing.TB, text string, tenant uuid.UUID, count int, before ...int) {
	tb.Helper()
	if count == 0 { // SQLite's series has a first row
		return
	}
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
	s.exec(tb, text)
}

// analyze tells PostgreSQL what the tables hold, as its autovacuum does after a while. SQLite plans without.
func (s *stage) analyze(tb testing.TB) {
	tb.Helper()
	if s.sqlite {
		return
	}
	s.exec(tb, "ANALYZE")
}
