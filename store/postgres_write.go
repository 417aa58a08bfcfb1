package store

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/uptrace/bun/schema"
)

// succeed takes its turn in the succession and writes; what it has planned it returns.
func (b *postgresBatch) succeed(ctx context.Context, w *Writes, earlier *turn) (*plan, error) {
	t := b.succession.enter(b.tenant, standing{at: b.seen, known: b.begun && b.others.none()}, earlier, len(w.Receipts))
	committed := false
	defer func() { b.succession.leave(t, committed) }()
	var end int64
	if t.follows() {
		end = t.end
	}
	p := newPlan(b.s.forms, b.tenant, w, end)
	err := b.write(ctx, p, w, t)
	if state := sqlState(err); t.known && (state == divisionByZero || state == deadlockDetected) {
		b.others.heard() // the head was not where it should be, or is locked
	}
	committed = err == nil
	return p, err
}

// write sends all writes, an assertion that they hit what they were meant to hit, and the commit.
func (b *postgresBatch) write(ctx context.Context, p *plan, w *Writes, t *turn) error {
	m := &pipeline{b: b}
	// Bulk inserts select from the head's row, so that each stays on the tenant's shard: it must exist.
	if !b.begun {
		m.queue(nil, "INSERT INTO ledger_heads AS h (tenant_id, seq) VALUES ($1, 0) ON CONFLICT (tenant_id) DO NOTHING", pgID(p.tenant))
	}
	if p.updates() {
		// Of rows that are in the array and the arrays themselves PostgreSQL expects ten each, and would compare every row with
		// every element: for a thousand, that takes longer than all the rest.
		m.queue(nil, "SET LOCAL enable_nestloop = off")
	}
	b.bulks(m, p.before)
	var head int64
	if t.follows() {
		b.bulks(m, p.after)
		if err := m.send(ctx, roundWrite); err != nil {
			return err
		}
		m = &pipeline{b: b}
	}
	if err := t.await(ctx); err != nil {
		return err
	}
	b.moveHead(m, p, t, &head)
	if !t.follows() {
		b.bulks(m, p.after)
	}
	b.bulks(m, p.counts)
	b.assert(m, p)
	m.queue(nil, "commit")
	b.wrote = true
	if err := m.send(ctx, roundWrite); err != nil {
		return err
	}
	for i, r := range w.Receipts {
		r.Seq = head + int64(i+1-p.head)
	}
	return nil
}

// moveHead queues the head's move, which fails where it does not stand where it should.
func (b *postgresBatch) moveHead(m *pipeline, p *plan, t *turn, head *int64) {
	if p.head == 0 {
		return
	}
	var start *int64
	if t.known {
		start = &t.start
	}
	m.queue(func(results pgx.BatchResults) error { return results.QueryRow().Scan(head) },
		"INSERT INTO ledger_heads AS h (tenant_id, seq) VALUES ($1, $2) ON CONFLICT (tenant_id) DO UPDATE "+
			"SET seq = h.seq + excluded.seq / CASE WHEN h.seq = coalesce($3, h.seq) THEN 1 ELSE 0 END RETURNING h.seq",
		pgID(p.tenant), p.head, start)
}

func (b *postgresBatch) bulks(m *pipeline, bulks []bulk) {
	for i := range bulks {
		b.bulk(m, &bulks[i])
	}
}

func (b *postgresBatch) bulk(m *pipeline, k *bulk) {
	args := make([]any, 0, len(k.columns))
	args = append(args, pgID(b.tenant))
	for _, f := range k.columns {
		if f.Name != "tenant_id" {
			values, _ := pgValues(k.rows, f)
			args = append(args, values)
		}
	}
	text := k.text
	if len(k.rows) == 1 {
		text = k.single
	}
	m.queue(nil, text, args...)
}

// words writes a form as a statement whose arguments are the tenant and an array for each other column, or the values of a single
// row: to take one out of two dozen arrays costs PostgreSQL more than to write it.
func (d postgres) words(f *form) (text, single string) {
	return d.wordsFrom(f, "[]", "unnest(%s)"), d.wordsFrom(f, "", "(VALUES (%s))")
}

func (postgres) wordsFrom(f *form, many, rows string) string {
	var names, params, values, sets, keys []string
	for _, c := range f.columns {
		if c.Name == "tenant_id" {
			continue
		}
		place := len(names) + 2
		_, kind := pgValues(nil, c)
		names = append(names, c.Name)
		params = append(params, fmt.Sprintf("$%d::%s%s", place, kind, many))
		values = append(values, pgValue(c))
		if !c.IsPK {
			sets = append(sets, c.Name+" = "+pgValue(c))
			continue
		}
		keys = append(keys, fmt.Sprintf("t.%[1]s = u.%[1]s", c.Name))
		if many != "" { // the array too, so that the rows are found by primary key whatever the planner thinks of the join
			keys = append(keys, fmt.Sprintf("t.%s = ANY($%d)", c.Name, place))
		}
	}
	from := " FROM ledger_heads AS h, " + fmt.Sprintf(rows, strings.Join(params, ", ")) + " AS u(" + strings.Join(names, ", ") + ")"
	if f.kind == update {
		if f.guard != "" {
			keys = append(keys, f.guard)
		}
		return "UPDATE " + f.table + " AS t SET " + strings.Join(sets, ", ") + from +
			" WHERE t.tenant_id = $1 AND h.tenant_id = $1 AND " + strings.Join(keys, " AND ")
	}
	text := "INSERT INTO " + f.table + " AS t (tenant_id, " + strings.Join(names, ", ") + ") SELECT h.tenant_id, " +
		strings.Join(values, ", ") + from + " WHERE h.tenant_id = $1"
	if f.kind == upsert {
		text += " ON CONFLICT (tenant_id, type, status) DO UPDATE SET count = t.count + excluded.count"
	}
	return text
}

// pgValue is how a column is taken from the arrays: JSON travels as text, and a seq may count back from the new head.
func pgValue(f *schema.Field) string {
	switch {
	case relative(f):
		return fmt.Sprintf("CASE WHEN u.%[1]s <= 0 THEN h.seq + u.%[1]s ELSE u.%[1]s END", f.Name)
	case f.UserSQLType == "json", f.UserSQLType == "jsonb":
		return "u." + f.Name + "::" + f.UserSQLType
	default:
		return "u." + f.Name
	}
}

// pgValues returns the column's values as an array that pgx sends as it is, or the value of a single row, and its type.
func pgValues(rows []any, f *schema.Field) (values any, kind string) {
	switch reflect.Zero(f.StructField.Type).Interface().(type) {
	case uuid.UUID:
		return pgColumn(rows, f, func(v uuid.UUID) pgtype.UUID { return pgID(v) }), "uuid"
	case uuid.NullUUID:
		return pgColumn(rows, f, func(v uuid.NullUUID) pgtype.UUID { return pgtype.UUID{Bytes: v.UUID, Valid: v.Valid} }), "uuid"
	case instant:
		return pgColumn(rows, f, func(v instant) time.Time { return time.Time(v) }), "timestamptz"
	case *instant:
		return pgColumn(rows, f, timePtr), "timestamptz"
	case jsonText:
		return pgColumn(rows, f, func(v jsonText) string { return string(v) }), "text"
	case *jsonText:
		return pgColumn(rows, f, func(v *jsonText) *string { return (*string)(v) }), "text"
	case string:
		return pgColumn(rows, f, same[string]), "text"
	case *string:
		return pgColumn(rows, f, same[*string]), "text"
	case bool:
		return pgColumn(rows, f, same[bool]), "boolean"
	case *int64:
		return pgColumn(rows, f, same[*int64]), "bigint"
	case int64:
		return pgColumn(rows, f, same[int64]), "bigint"
	default:
		return pgColumn(rows, f, func(v int) int64 { return int64(v) }), "bigint"
	}
}

// pgColumn takes the values through pointers, which cost nothing to box.
func pgColumn[F, T any](rows []any, f *schema.Field, convert func(F) T) any {
	column := make([]T, len(rows))
	for i, r := range rows {
		v, _ := f.Value(reflect.ValueOf(r).Elem()).Addr().Interface().(*F) // the column's type is F
		column[i] = convert(*v)
	}
	if len(column) == 1 {
		return column[0]
	}
	return column
}

func same[T any](v T) T { return v }

func pgID(id uuid.UUID) pgtype.UUID { return pgtype.UUID{Bytes: id, Valid: true} }

func pgIDs(ids []uuid.UUID) []pgtype.UUID {
	array := make([]pgtype.UUID, len(ids))
	for i, id := range ids {
		array[i] = pgID(id)
	}
	return array
}

// assert queues a statement that fails unless every compare-and-set hit all its rows: zero rows are no error to PostgreSQL,
// and the commit travels right behind. Inserts hit all their rows or fail, and tasks and leases are locked; the projections
// are not. What this batch has set is known by its seq, which no other batch has.
func (b *postgresBatch) assert(m *pipeline, p *plan) {
	var conditions []string
	args := []any{pgID(p.tenant), p.head}
	for _, k := range p.after {
		if k.kind != update {
			continue
		}
		ids, _ := pgValues(k.rows, k.columns[1]) // the receipt, behind the tenant
		args = append(args, ids, len(k.rows))
		among := "ANY($%[2]d)"
		if len(k.rows) == 1 {
			among = "$%[2]d"
		}
		conditions = append(conditions, fmt.Sprintf(
			"(SELECT count(*) FROM %[1]s AS t WHERE t.tenant_id = $1 AND t.receipt_id = "+among+" AND t.%[3]s > h.seq - $2) = $%[4]d",
			k.table, len(args)-1, k.set[1], len(args)))
	}
	if len(conditions) > 0 {
		m.queue(nil, "SELECT 1 / CASE WHEN "+strings.Join(conditions, " AND ")+" THEN 1 ELSE 0 END FROM ledger_heads AS h WHERE h.tenant_id = $1", args...)
	}
}
