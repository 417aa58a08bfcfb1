package bench_test

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// A life is what a task's three steps write, as it was read from the tables behind a server: the floors write the same, so
// they follow the schema by themselves. The ledger's head and the counts of tasks are not in it: they are the price of order,
// which a floor does not pay.
type life struct{ create, claim, complete []write }

// written are the tables that a floor writes, in our order.
var written = []string{"tasks", "leases", "receipts", "obligations", "acknowledgements"}

// write is a row that a step inserts, or the columns of one that it changes. Of two columns the first is the tenant, the
// second tells the rows of a tenant apart.
type write struct {
	table   string
	insert  bool
	columns []column
	key     string // the second column of a changed row
	id      string // its value
}

// column is a column with the text of its value, nil for NULL.
type column struct {
	name, kind string
	value      *string
}

// class is what a floor makes of a column: most values it writes as they were, with ids of its own for those in them.
type class int

const (
	text class = iota
	null
	tenant
	position // in the ledger
	moment
	hash
)

var hashed = regexp.MustCompile(`^[0-9a-f]{64}$`)

func (c column) class() class {
	switch {
	case c.value == nil:
		return null
	case c.name == "tenant_id":
		return tenant
	case c.name == "seq", strings.HasSuffix(c.name, "_seq"):
		return position
	case strings.HasSuffix(c.name, "_at"):
		return moment
	case hashed.MatchString(*c.value):
		return hash
	default:
		return text
	}
}

// ids numbers the ids of all rows.
func (l *life) ids() map[string]int {
	ids := map[string]int{}
	for _, step := range [][]write{l.create, l.claim, l.complete} {
		for _, w := range step {
			if _, known := ids[w.id]; !known {
				ids[w.id] = len(ids)
			}
		}
	}
	return ids
}

// recordLife lets a task be created, claimed and completed and reads after each step what has been written.
func recordLife(b *testing.B, url string, db *sql.DB) *life {
	b.Helper()
	c := newCaller(b, url, uuid.NewString())
	var leased []held
	before := snapshot(b, db, c.tenant)
	step := func(do func(ctx context.Context) error) []write {
		if err := do(b.Context()); err != nil {
			b.Fatal(err)
		}
		after := snapshot(b, db, c.tenant)
		defer func() { before = after }()
		return changes(before, after)
	}
	l := &life{
		create: step(func(ctx context.Context) error { return c.create(ctx, "agent:bench") }),
		claim: step(func(ctx context.Context) (err error) {
			leased, err = c.claim(ctx, 1, 0)
			return err
		}),
		complete: step(func(ctx context.Context) error { return c.complete(ctx, leased...) }),
	}
	if len(l.create) != 3 || len(l.claim) != 3 || len(l.complete) != 6 {
		b.Fatalf("a life has written %v", l)
	}
	return l
}

// snapshot reads the rows of a tenant, by table and the second column.
func snapshot(b *testing.B, db *sql.DB, tenant string) map[string]map[string][]column {
	b.Helper()
	tables := map[string]map[string][]column{}
	for _, table := range written {
		tables[table] = map[string][]column{}
		for _, row := range readRows(b, db, table, tenant) {
			tables[table][*row[1].value] = row
		}
	}
	return tables
}

func readRows(b *testing.B, db *sql.DB, table, tenant string) [][]column {
	b.Helper()
	rows, err := db.QueryContext(b.Context(), fmt.Sprintf("SELECT * FROM %s WHERE tenant_id = '%s'", table, tenant))
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil {
		b.Fatal(err)
	}
	var found [][]column
	for rows.Next() {
		row, into := make([]column, len(types)), make([]any, len(types))
		for i, t := range types {
			row[i] = column{name: t.Name(), kind: strings.ToLower(t.DatabaseTypeName())}
			into[i] = &row[i].value
		}
		if err := rows.Scan(into...); err != nil {
			b.Fatal(err)
		}
		found = append(found, row)
	}
	if err := rows.Err(); err != nil {
		b.Fatal(err)
	}
	return found
}

// changes are what makes the one the other.
func changes(before, after map[string]map[string][]column) (all []write) {
	for _, table := range written {
		for _, key := range slices.Sorted(maps.Keys(after[table])) { // ids are in the order of time
			row, old := after[table][key], before[table][key]
			w := write{table: table, insert: old == nil, columns: row, key: row[1].name, id: key}
			if old != nil {
				w.columns = nil
				for i, c := range row {
					if (c.value == nil) != (old[i].value == nil) || c.value != nil && *c.value != *old[i].value {
						w.columns = append(w.columns, c)
					}
				}
			}
			if w.insert || len(w.columns) > 0 {
				all = append(all, w)
			}
		}
	}
	return all
}
