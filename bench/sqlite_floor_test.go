package bench_test

import (
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// sqliteFloor is what SQLite itself makes of our writes: the same rows, by prepared statements of the same driver, from one
// writer that waits for the disk at each commit.
type sqliteFloor struct {
	db         *sql.DB
	life       *life
	numbers    map[string]int
	statements map[string]*sql.Stmt
	seq        int64
}

func prepareSQLiteFloor(b *testing.B, l *life) *sqliteFloor {
	b.Helper()
	s := openStage(b, sqliteURL(b), store.Options{})
	f := &sqliteFloor{db: s.db, life: l, numbers: l.ids(), statements: map[string]*sql.Stmt{}}
	b.Cleanup(func() {
		for _, statement := range f.statements {
			if err := statement.Close(); err != nil {
				b.Error(err)
			}
		}
	})
	return f
}

// play runs steps of so many lives, each step in a transaction, again and again for a time.
func (f *sqliteFloor) play(b *testing.B, d time.Duration, lives int, steps ...[]write) done {
	b.Helper()
	start := time.Now()
	count := 0
	for time.Since(start) < d {
		ids := make([][]string, lives)
		for i := range ids {
			for range f.numbers {
				ids[i] = append(ids[i], uuid.Must(uuid.NewV7()).String())
			}
		}
		for _, step := range steps {
			if err := f.write(b, step, ids); err != nil {
				b.Fatal(err)
			}
		}
		count += lives
	}
	return done{float64(count), time.Since(start)}
}

// write writes a step of lives with these ids.
func (f *sqliteFloor) write(b *testing.B, step []write, ids [][]string) error {
	for _, w := range step { // before the transaction, which has the one connection
		if err := f.prepare(b, w); err != nil {
			return err
		}
	}
	tx, err := f.db.BeginTx(b.Context(), nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // nothing to do behind the commit
	now := models.FormatTime(time.Now())
	for _, w := range step {
		statement := tx.StmtContext(b.Context(), f.statements[w.text()])
		for _, own := range ids {
			var args []any
			for _, c := range w.columns {
				args = append(args, f.value(c, own, now))
			}
			if !w.insert {
				args = append(args, floorTenant, own[f.numbers[w.id]])
			}
			if _, err := statement.ExecContext(b.Context(), args...); err != nil {
				return err
			}
		}
	}
	return tx.Commit()
}

func (f *sqliteFloor) prepare(b *testing.B, w write) error {
	text := w.text()
	if f.statements[text] != nil {
		return nil
	}
	statement, err := f.db.PrepareContext(b.Context(), text)
	if err != nil {
		return err
	}
	f.statements[text] = statement
	return nil
}

// text is the statement of a write.
func (w write) text() string {
	if w.insert {
		return "INSERT INTO " + w.table + " (" + names(w.columns) + ") VALUES (?" + strings.Repeat(", ?", len(w.columns)-1) + ")"
	}
	return "UPDATE " + w.table + " SET " + strings.ReplaceAll(names(w.columns), ",", " = ?,") + " = ? WHERE tenant_id = ? AND " + w.key + " = ?"
}

func (f *sqliteFloor) value(c column, own []string, now string) any {
	switch c.class() {
	case null:
		return nil
	case tenant:
		return floorTenant
	case position:
		f.seq++
		return f.seq
	case moment:
		return now
	case hash:
		var random [32]byte
		_, _ = rand.Read(random[:]) // never fails
		return hex.EncodeToString(random[:])
	}
	value := *c.value
	for id, n := range f.numbers {
		value = strings.ReplaceAll(value, id, own[n])
	}
	return value
}

// page returns the call that reads a page of what a principal of a tenant is owed, all columns of its receipts.
func (f *sqliteFloor) page(b *testing.B, url, tenant string) call {
	b.Helper()
	statement, err := openDB(b, url).PrepareContext(b.Context(), `SELECT r.* FROM obligations AS o JOIN receipts AS r ON r.tenant_id = o.tenant_id AND r.id = o.receipt_id
		WHERE o.tenant_id = ? AND o.to_kind = 'agent' AND o.to_id = 'bench-agent' AND o.closed_by IS NULL ORDER BY o.seq LIMIT 200`)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := statement.Close(); err != nil {
			b.Error(err)
		}
	})
	return func(b *testing.B) time.Duration {
		b.Helper()
		start := time.Now()
		n, err := readAll(b, statement, tenant)
		if err != nil || n != 200 {
			b.Fatalf("the page has %d rows: %v", n, err)
		}
		return time.Since(start)
	}
}

// readAll reads all columns of all rows and returns how many rows there are.
func readAll(b *testing.B, statement *sql.Stmt, args ...any) (n int, err error) {
	b.Helper()
	rows, err := statement.QueryContext(b.Context(), args...)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return 0, err
	}
	values, into := make([]sql.RawBytes, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for ; rows.Next(); n++ {
		if err := rows.Scan(into...); err != nil {
			return n, err
		}
	}
	return n, rows.Err()
}
