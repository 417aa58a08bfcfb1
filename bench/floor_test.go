package bench_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/asyncgate/asyncgate/store"
)

// A floor is what PostgreSQL itself makes of our writes: the same rows of the same tables with the same indexes, as our
// migrations make them, written by pgbench. Their ids are in the order of time as ours are, which is quicker than ids without
// order would be; their seq comes from a sequence, which nobody waits for and which promises no order.
type floor struct {
	database string
	ids      map[string]int // the ids of a life
	life     *life
}

// perLife is how many ids are kept for a life.
const perLife = 16

// prepareFloor makes a database of its own for the floor of what was recorded.
func (r *run) prepareFloor(b *testing.B, name string, l *life) *floor {
	b.Helper()
	f := &floor{database: r.database(b, name), ids: l.ids(), life: l}
	s := openStage(b, f.database, store.Options{})
	if _, err := s.db.ExecContext(b.Context(), "CREATE SEQUENCE floor_seq"); err != nil {
		b.Fatal(err)
	}
	if len(f.ids) > perLife {
		b.Fatalf("a life has %d ids", len(f.ids))
	}
	return f
}

// random is the end of a script's first id, and now the beginning of all of them: the milliseconds of its time, and a version.
const (
	random = "\\set n random(1, 9000000000000000000)\n"
	now    = "'0' || to_hex((extract(epoch FROM now()) * 1000)::bigint) || '7000'"
)

// creates is the script that creates so many tasks in one transaction, with a statement for each row.
func (f *floor) creates(tasks int) string {
	text, first := random, now
	if tasks > 1 {
		text, first = text+"SELECT "+now+" AS now \\gset\n", ":now::text"
	}
	text += "begin;\n"
	for i := range tasks {
		at := place{first: first, n: ":n::bigint", life: i}
		for _, w := range f.life.create {
			text += "INSERT INTO " + w.table + " (" + names(w.columns) + ") VALUES (" + f.values(w, at) + ");\n"
		}
	}
	return text + "commit;\n"
}

// lives is the script of so many lives in three transactions, with a statement for each table.
func (f *floor) lives(tasks int) string {
	text := random + "SELECT " + now + " AS now \\gset\n"
	at := place{first: ":now::text", n: fmt.Sprintf(":n::bigint + i * %d", perLife)}
	series := fmt.Sprintf(" FROM generate_series(1, %d) AS i", tasks)
	for _, step := range [][]write{f.life.create, f.life.claim, f.life.complete} {
		text += "begin;\n"
		for _, table := range written {
			var inserts []string
			into := ""
			for _, w := range step {
				if w.table != table {
					continue
				}
				if w.insert {
					into = "INSERT INTO " + table + " (" + names(w.columns) + ") "
					inserts = append(inserts, "SELECT "+f.values(w, at)+series)
					continue
				}
				// The array finds the rows by primary key whatever the planner thinks of the join; ours do so too.
				id := f.id(w.id, at)
				text += "UPDATE " + table + " AS t SET " + sets(w.columns) + " FROM (SELECT " + id + " AS id, " + f.aliased(w, at) + series +
					") AS u WHERE t.tenant_id = '" + floorTenant + "' AND t." + w.key + " = u.id AND t." + w.key + " = ANY(ARRAY(SELECT " + id + series + "));\n"
			}
			if len(inserts) > 0 {
				text += into + strings.Join(inserts, " UNION ALL ") + ";\n"
			}
		}
		text += "commit;\n"
	}
	return text
}

const floorTenant = "00000000-0000-7000-8000-000000000001"

// place says where an id is: the expressions of how it begins, and of the first number of its life.
type place struct {
	first, n string
	life     int
}

// number is that of an id.
func (p place) number(id int) string { return fmt.Sprintf("%s + %d", p.n, p.life*perLife+id) }

func (f *floor) id(id string, at place) string {
	return fmt.Sprintf("(%s || lpad(to_hex(%s), 16, '0'))::uuid", at.first, at.number(f.ids[id]))
}

func (f *floor) values(w write, at place) string {
	var values []string
	for _, c := range w.columns {
		values = append(values, f.value(w, c, at))
	}
	return strings.Join(values, ", ")
}

func (f *floor) aliased(w write, at place) string {
	var values []string
	for _, c := range w.columns {
		values = append(values, f.value(w, c, at)+" AS "+c.name)
	}
	return strings.Join(values, ", ")
}

// value is the expression of a value like the one that was recorded: as long, and as different in each row.
func (f *floor) value(w write, c column, at place) string {
	switch c.class() {
	case null:
		return "NULL::" + c.kind
	case tenant:
		return "'" + floorTenant + "'::uuid"
	case position:
		return "nextval('floor_seq')"
	case moment:
		return "now()"
	case hash:
		text := "(" + at.number(f.ids[w.id]) + ")::text"
		return "(md5(" + text + ") || md5(" + text + "))"
	}
	if _, ok := f.ids[*c.value]; ok {
		return f.id(*c.value, at)
	}
	text := literal(*c.value)
	for id := range f.ids {
		text = strings.ReplaceAll(text, id, "' || "+f.id(id, at)+"::text || E'")
	}
	return "(" + text + ")::" + c.kind
}

// literal is a text as PostgreSQL reads it, in which pgbench finds no variable of its own.
func literal(text string) string {
	return "E'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, `:`, `\x3a`, "\n", `\n`).Replace(text) + "'"
}

func names(columns []column) string {
	var names []string
	for _, c := range columns {
		names = append(names, c.name)
	}
	return strings.Join(names, ", ")
}

func sets(columns []column) string {
	var sets []string
	for _, c := range columns {
		sets = append(sets, c.name+" = u."+c.name)
	}
	return strings.Join(sets, ", ")
}

func TestFloorScript(t *testing.T) {
	t.Parallel()
	const task = "01a214c9-fc9d-7a6e-985f-a77f27dad8a5"
	value := func(s string) *string { return &s }
	create := write{table: "tasks", insert: true, id: task, columns: []column{
		{"tenant_id", "uuid", value("00000000-0000-0000-0000-0000000000aa")}, {"id", "uuid", value(task)},
		{"payload", "json", value(`{"of":"` + task + `","it's":null}`)}, {"outcome", "json", nil}, {"created_at", "timestamptz", value("today")},
	}}
	l := &life{create: []write{create}}
	f := &floor{ids: l.ids(), life: l}
	// pgbench takes :null for a variable.
	const want = random + "begin;\nINSERT INTO tasks (tenant_id, id, payload, outcome, created_at) VALUES ('" + floorTenant + "'::uuid, " +
		"(" + now + " || lpad(to_hex(:n::bigint + 0), 16, '0'))::uuid, " +
		`(E'{"of"\x3a"' || (` + now + ` || lpad(to_hex(:n::bigint + 0), 16, '0'))::uuid::text || E'","it\'s"\x3anull}')::json, ` +
		"NULL::json, now());\ncommit;\n"
	if got := f.creates(1); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
