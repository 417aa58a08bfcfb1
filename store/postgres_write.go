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

// write sends the second message: all writes, an assertion that they hit what they were meant to hit, and the commit.
func (b *postgresBatch) write(ctx context.Context, p *plan, w *Writes) error {
	m := &pipeline{b: b}
	// Bulk inserts select from the head's row, so that each stays on the tenant's shard: it must exist.
	m.queue(nil, "INSERT INTO ledger_heads AS h (tenant_id, seq) VALUES ($1, 0) ON CONFLICT (tenant_id) DO NOTHING", pgID(p.tenant))
	for i := range p.before {
		b.bulk(m, &p.before[i])
	}
	var head int64
	if p.head > 0 {
		m.queue(func(results pgx.BatchResults) error { return results.QueryRow().Scan(&head) },
			"INSERT INTO ledger_heads AS h (tenant_id, seq) VALUES ($1, $2) ON CONFLICT (tenant_id) DO UPDATE SET seq = h.seq + excluded.seq RETURNING h.seq",
			pgID(p.tenant), p.head)
	}
	for i := range p.after {
		b.bulk(m, &p.after[i])
	}
	b.assert(m, p)
	m.queue(nil, "commit")
	if err := m.send(ctx, roundWrite); err != nil {
		return err
	}
	for i, r := range w.Receipts {
		r.Seq = head + int64(i+1-p.head)
	}
	return nil
}

func (b *postgresBatch) bulk(m *pipeline, k *bulk) {
	columns := k.columns()
	args := make([]any, 0, len(columns)+1)
	args = append(args, pgID(b.tenant))
	var names, params, values []string
	for _, f := range columns {
		if f.Name == "tenant_id" {
			continue
		}
		array, kind := pgArray(k.rows, f)
		args = append(args, array)
		names = append(names, f.Name)
		params = append(params, fmt.Sprintf("$%d::%s[]", len(args), kind))
		values = append(values, pgValue(f))
	}
	unnest := "unnest(" + strings.Join(params, ", ") + ") AS u(" + strings.Join(names, ", ") + ")"
	table := k.table.Name
	var text string
	switch k.kind {
	case insert, upsert:
		text = "INSERT INTO " + table + " AS t (tenant_id, " + strings.Join(names, ", ") + ") SELECT h.tenant_id, " +
			strings.Join(values, ", ") + " FROM ledger_heads AS h, " + unnest + " WHERE h.tenant_id = $1"
		if k.kind == upsert {
			text += " ON CONFLICT (tenant_id, type, status) DO UPDATE SET count = t.count + excluded.count"
		}
	case update:
		text = b.updateText(k, columns, unnest)
	}
	m.queue(nil, text, args...)
}

func (b *postgresBatch) updateText(k *bulk, columns []*schema.Field, unnest string) string {
	var sets, keys []string
	param := 1
	for _, f := range columns {
		if f.Name != "tenant_id" {
			param++
		}
		switch {
		case f.Name == "tenant_id":
		case f.IsPK:
			// The array too, so that the rows are found by primary key whatever the planner thinks of the join.
			keys = append(keys, fmt.Sprintf("t.%[1]s = u.%[1]s AND t.%[1]s = ANY($%[2]d)", f.Name, param))
		default:
			sets = append(sets, f.Name+" = "+pgValue(f))
		}
	}
	if k.guard != "" {
		keys = append(keys, k.guard)
	}
	return "UPDATE " + k.table.Name + " AS t SET " + strings.Join(sets, ", ") + " FROM ledger_heads AS h, " + unnest +
		" WHERE t.tenant_id = $1 AND h.tenant_id = $1 AND " + strings.Join(keys, " AND ")
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

// pgArray returns the column's values as an array that pgx sends as it is, and the type of its elements.
func pgArray(rows []any, f *schema.Field) (array any, kind string) {
	value := func(i int) any { return f.Value(reflect.ValueOf(rows[i]).Elem()).Interface() }
	switch value(0).(type) {
	case uuid.UUID:
		return pgColumn(rows, value, func(v uuid.UUID) pgtype.UUID { return pgID(v) }), "uuid"
	case uuid.NullUUID:
		return pgColumn(rows, value, func(v uuid.NullUUID) pgtype.UUID { return pgtype.UUID{Bytes: v.UUID, Valid: v.Valid} }), "uuid"
	case instant:
		return pgColumn(rows, value, func(v instant) time.Time { return time.Time(v) }), "timestamptz"
	case *instant:
		return pgColumn(rows, value, timePtr), "timestamptz"
	case jsonText:
		return pgColumn(rows, value, func(v jsonText) string { return string(v) }), "text"
	case *jsonText:
		return pgColumn(rows, value, func(v *jsonText) *string { return (*string)(v) }), "text"
	case string:
		return pgColumn(rows, value, same[string]), "text"
	case *string:
		return pgColumn(rows, value, same[*string]), "text"
	case bool:
		return pgColumn(rows, value, same[bool]), "boolean"
	case *int64:
		return pgColumn(rows, value, same[*int64]), "bigint"
	case int64:
		return pgColumn(rows, value, same[int64]), "bigint"
	default:
		return pgColumn(rows, value, func(v int) int64 { return int64(v) }), "bigint"
	}
}

func pgColumn[F, T any](rows []any, value func(int) any, convert func(F) T) []T {
	column := make([]T, len(rows))
	for i := range rows {
		v, _ := value(i).(F) // all values of a column have the type of the first
		column[i] = convert(v)
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
// are not.
func (b *postgresBatch) assert(m *pipeline, p *plan) {
	var conditions []string
	args := []any{pgID(p.tenant)}
	for _, k := range p.after {
		if k.kind != update {
			continue
		}
		var keys, values []pgtype.UUID
		for _, r := range k.rows {
			switch row := r.(type) {
			case *obligationRow:
				keys, values = append(keys, pgID(row.ReceiptID)), append(values, pgID(row.ClosedBy.UUID))
			case *acknowledgementRow:
				keys, values = append(keys, pgID(row.ReceiptID)), append(values, pgID(row.AcknowledgedBy.UUID))
			}
		}
		args = append(args, keys, values, len(keys))
		conditions = append(conditions, fmt.Sprintf("(SELECT count(*) FROM %s AS t WHERE t.tenant_id = $1 AND t.receipt_id = ANY($%d) AND t.%s = ANY($%d)) = $%d",
			k.table.Name, len(args)-2, k.set[0], len(args)-1, len(args)))
	}
	if len(args) > 1 {
		m.queue(nil, "SELECT 1 / CASE WHEN "+strings.Join(conditions, " AND ")+" THEN 1 ELSE 0 END", args...)
	}
}
