package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"

	"github.com/asyncgate/asyncgate/internal/trace"
	"github.com/asyncgate/asyncgate/models"
)

// batch on SQLite: an immediate transaction on the one writer connection. The transaction is the lock. One that finds more
// that has become due than it may move ends with that, and another follows.
func (d sqlite) batch(ctx context.Context, s *Store, tenant uuid.UUID, needs *Needs, decide Decide) error {
	kept, err := d.kept.all(ctx, s)
	for more := true; more && err == nil; {
		b := &sqliteBatch{s: s, kept: kept, tenant: tenant, rows: newRows()}
		err = b.run(ctx, needs, decide)
		more = b.more
	}
	return err
}

func (b *sqliteBatch) run(ctx context.Context, needs *Needs, decide Decide) error {
	var write trace.Span // ends behind the commit
	err := b.s.write.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		b.tx = tx
		reading, read := startRound(ctx, semconv.DBSystemNameSQLite, roundRead)
		err := b.read(reading, needs)
		endSpan(read, err)
		if err != nil || b.more {
			return err
		}
		w := decide(b.rows)
		if w.Empty() {
			return nil
		}
		ctx, write = startRound(ctx, semconv.DBSystemNameSQLite, roundWrite)
		if err := b.write(ctx, newPlan(b.s.forms, b.tenant, w, 0), w.Receipts); err != nil {
			return err
		}
		return b.statement(ctx) // the commit
	})
	if write != nil {
		endSpan(write, err)
	}
	return err
}

type sqliteBatch struct {
	s          *Store
	tx         bun.Tx
	kept       map[*form]*sql.Stmt
	tenant     uuid.UUID
	rows       *Rows
	statements int
	more       bool // whether there may be more to move into its lane than was moved
}

// statement counts a statement, and for tests lets the database refuse it.
func (b *sqliteBatch) statement(ctx context.Context) error {
	b.statements++
	if fail := b.s.options.FailStatement; fail != nil && fail(b.statements) {
		_, err := b.tx.Tx.ExecContext(ctx, "SELECT abs(-9223372036854775807 - 1)")
		return err
	}
	return nil
}

func (b *sqliteBatch) read(ctx context.Context, n *Needs) error {
	b.rows.Now = b.s.now()
	for _, step := range []func(context.Context, *Needs) error{
		b.readLeases, b.readTasks, b.readKeys, b.readReceipts, b.readAcknowledged, b.readTerminated, b.readClaims,
	} {
		if err := step(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

func selectRows[M any, R row[M]](ctx context.Context, b *sqliteBatch, rows *[]R, where func(*bun.SelectQuery) *bun.SelectQuery) ([]*M, error) {
	if err := b.statement(ctx); err != nil {
		return nil, err
	}
	if err := where(b.tx.NewSelect().Model(rows)).Scan(ctx); err != nil {
		return nil, err
	}
	count(ctx, 1)
	return modelsOf[M](*rows)
}

// readLeases reads the leases that are named, also those that are due, which in this process nobody else holds, and those that
// hold the tasks that are named. Each is a lookup by key of its own: as alternatives of one condition they would be looked for
// among all the tenant's leases.
func (b *sqliteBatch) readLeases(ctx context.Context, n *Needs) error {
	for _, named := range []struct {
		condition string
		ids       []uuid.UUID
	}{
		{"l.id IN (SELECT value FROM json_each(?))", slices.Concat(n.Leases, n.Due)},
		{"l.ended_at IS NULL AND l.task_id IN (SELECT value FROM json_each(?))", n.Tasks},
	} {
		if len(named.ids) == 0 {
			continue
		}
		var rows []*leaseRow
		leases, err := selectRows[models.Lease](ctx, b, &rows, func(q *bun.SelectQuery) *bun.SelectQuery {
			return q.Where("l.tenant_id = ?", b.tenant).Where(named.condition, idsText(named.ids))
		})
		if err != nil {
			return err
		}
		b.rows.addLeases(leases)
	}
	return nil
}

// readTasks reads the tasks that are named, and those of the leases that were read.
func (b *sqliteBatch) readTasks(ctx context.Context, n *Needs) error {
	ids := slices.Clone(n.Tasks)
	for _, l := range b.rows.Leases {
		ids = append(ids, l.TaskID)
	}
	if len(ids) == 0 {
		return nil
	}
	var rows []*taskRow
	tasks, err := selectRows[models.Task](ctx, b, &rows, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("t.tenant_id = ?", b.tenant).Where("t.id IN (SELECT value FROM json_each(?))", idsText(ids))
	})
	b.rows.addTasks(tasks)
	return err
}

func (b *sqliteBatch) readKeys(ctx context.Context, n *Needs) error {
	for _, key := range n.Keys {
		var rows []*taskRow
		tasks, err := selectRows[models.Task](ctx, b, &rows, func(q *bun.SelectQuery) *bun.SelectQuery {
			return q.Where("t.tenant_id = ?", b.tenant).Where("t.created_by_kind = ?", string(key.Creator.Kind)).
				Where("t.created_by_id = ?", key.Creator.ID).Where("t.idempotency_key = ?", key.Key)
		})
		if err != nil {
			return err
		}
		b.rows.addKeys(tasks)
	}
	return nil
}

func (b *sqliteBatch) readReceipts(ctx context.Context, n *Needs) error {
	if len(n.Receipts) == 0 {
		return nil
	}
	var rows []*receiptRow
	receipts, err := selectRows[models.Receipt](ctx, b, &rows, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("r.tenant_id = ?", b.tenant).Where("r.id IN (SELECT value FROM json_each(?))", idsText(n.Receipts))
	})
	b.rows.addReceipts(receipts)
	return err
}

func (b *sqliteBatch) readAcknowledged(ctx context.Context, n *Needs) error {
	if len(n.Acknowledged) == 0 {
		return nil
	}
	if err := b.statement(ctx); err != nil {
		return err
	}
	var rows []*acknowledgementRow
	err := b.tx.NewSelect().Model(&rows).Where("a.tenant_id = ?", b.tenant).
		Where("a.receipt_id IN (SELECT value FROM json_each(?))", idsText(n.Acknowledged)).Scan(ctx)
	for _, r := range rows {
		b.rows.Acknowledged[r.ReceiptID] = r.AcknowledgedBy.UUID
	}
	return err
}

func (b *sqliteBatch) readTerminated(ctx context.Context, n *Needs) error {
	if len(n.Terminated) == 0 {
		return nil
	}
	if err := b.statement(ctx); err != nil {
		return err
	}
	var rows []*obligationRow
	err := b.tx.NewSelect().Model(&rows).Where("o.tenant_id = ?", b.tenant).Where("o.closed_by IS NOT NULL").
		Where("o.receipt_id IN (SELECT t.obligation_id FROM tasks AS t WHERE t.tenant_id = ? AND t.id IN (SELECT value FROM json_each(?)))",
			b.tenant, idsText(n.Terminated)).Scan(ctx)
	for _, r := range rows {
		b.rows.Terminated[r.TaskID] = r.ClosedBy.UUID
	}
	return err
}

func (b *sqliteBatch) write(ctx context.Context, p *plan, receipts []*models.Receipt) error {
	if err := b.bulks(ctx, p.before, 0); err != nil {
		return err
	}
	var head int64
	if p.head > 0 {
		if err := b.statement(ctx); err != nil {
			return err
		}
		err := b.tx.Tx.QueryRowContext(ctx,
			`INSERT INTO ledger_heads (tenant_id, seq) VALUES (?, ?)
			ON CONFLICT (tenant_id) DO UPDATE SET seq = ledger_heads.seq + excluded.seq RETURNING seq`,
			b.tenant.String(), p.head).Scan(&head)
		if err != nil {
			return err
		}
		count(ctx, 1)
	}
	if err := b.bulks(ctx, slices.Concat(p.after, p.counts), head); err != nil {
		return err
	}
	for i, r := range receipts {
		r.Seq = head + int64(i+1-p.head)
	}
	return nil
}

// words writes a form as a statement for one row.
func (sqlite) words(f *form) (text, single string) {
	names := make([]string, len(f.columns))
	var sets, keys []string
	for i, c := range f.columns {
		names[i] = c.Name
		if c.IsPK {
			keys = append(keys, fmt.Sprintf("t.%s = ?%d", c.Name, i+1))
		} else {
			sets = append(sets, fmt.Sprintf("%s = ?%d", c.Name, i+1))
		}
	}
	if f.kind == update {
		if f.guard != "" {
			keys = append(keys, f.guard)
		}
		text = "UPDATE " + f.table + " AS t SET " + strings.Join(sets, ", ") + " WHERE " + strings.Join(keys, " AND ")
		return text, text
	}
	text = "INSERT INTO " + f.table + " (" + strings.Join(names, ", ") + ") VALUES (?" + strings.Repeat(", ?", len(names)-1) + ")"
	if f.kind == upsert {
		text += " ON CONFLICT DO UPDATE SET count = task_counts.count + excluded.count"
	}
	return text, text
}

// keptStatements are those of batches, prepared once: to parse one takes longer than to run it for a row or two.
type keptStatements struct {
	mu     sync.Mutex
	byForm map[*form]*sql.Stmt
}

// all returns the statements of all forms. It prepares them with the first batch, when the schema is there. Call it outside of
// transactions, which hold the only connection.
func (k *keptStatements) all(ctx context.Context, s *Store) (map[*form]*sql.Stmt, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.byForm != nil {
		return k.byForm, nil
	}
	prepared := map[*form]*sql.Stmt{}
	for _, f := range s.forms.all() {
		statement, err := s.write.DB.PrepareContext(ctx, f.text) //nolint:sqlclosecheck // kept as long as the database is open, which closes it
		if err != nil {
			for _, p := range prepared {
				err = errors.Join(err, p.Close())
			}
			return nil, err
		}
		prepared[f] = statement
	}
	k.byForm = prepared
	return prepared, nil
}

func (b *sqliteBatch) bulks(ctx context.Context, bulks []bulk, head int64) error {
	for i := range bulks {
		if err := b.bulk(ctx, &bulks[i], head); err != nil {
			return err
		}
	}
	return nil
}

// bulk runs a prepared statement for each row: in the process, that is as fast as one statement with many rows.
func (b *sqliteBatch) bulk(ctx context.Context, k *bulk, head int64) error {
	if err := b.statement(ctx); err != nil {
		return err
	}
	statement := b.tx.StmtContext(ctx, b.kept[k.form])
	defer func() { _ = statement.Close() }()
	for _, r := range k.rows {
		args := make([]any, len(k.columns))
		for i, f := range k.columns {
			args[i] = sqliteValue(f.Value(reflect.ValueOf(r).Elem()), relative(f), head)
		}
		result, err := statement.ExecContext(ctx, args...)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n != 1 {
			return fmt.Errorf("a write to %s hit %d rows instead of one: %w", k.table, n, errOrGuard(err))
		}
	}
	count(ctx, len(k.rows))
	return nil
}

var errGuard = fmt.Errorf("its guard did not hold")

func errOrGuard(err error) error {
	if err != nil {
		return err
	}
	return errGuard
}

// sqliteValue turns a field of a row struct into what the driver takes.
func sqliteValue(v reflect.Value, relative bool, head int64) any {
	switch x := v.Interface().(type) {
	case uuid.UUID:
		return x.String()
	case uuid.NullUUID:
		if !x.Valid {
			return nil
		}
		return x.UUID.String()
	case int64:
		return resolve(x, relative, head)
	case *int64:
		if x == nil {
			return nil
		}
		return resolve(*x, relative, head)
	case instant:
		return models.FormatTime(time.Time(x))
	case *instant:
		if x == nil {
			return nil
		}
		return models.FormatTime(time.Time(*x))
	case jsonText:
		return string(x)
	case *jsonText:
		if x == nil {
			return nil
		}
		return string(*x)
	case *string:
		if x == nil {
			return nil
		}
		return *x
	default:
		return x
	}
}

func resolve(seq int64, relative bool, head int64) int64 {
	if relative && seq <= 0 {
		return head + seq
	}
	return seq
}

func (sqlite) currentTime(s *Store) any { return instant(s.now()) }

// idsText is a list of ids as the JSON that json_each reads.
func idsText(ids []uuid.UUID) string {
	if len(ids) == 0 {
		return "[]"
	}
	text, _ := json.Marshal(ids) // ids always marshal
	return string(text)
}

func (sqlite) capable(capabilities string) string {
	return "NOT EXISTS (SELECT 1 FROM json_each(t.capabilities) AS c WHERE c.value NOT IN (SELECT value FROM json_each(" + capabilities + ")))"
}
