package bench_test

import (
	"context"
	"flag"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/asyncgate/asyncgate/internal/testkit"
)

var (
	quick = flag.Bool("bench.quick", false, "BenchmarkScenarios plays short, in small databases: for a look, not for figures")
	save  = flag.String("bench.save", "", "the document into which BenchmarkScenarios writes its table")
)

// BenchmarkScenarios plays the scenarios of docs/benchmarks.md and prints one table of them all. What is compared takes turns
// within the run. Run it with -benchtime 1x; a part of it with -bench Scenarios/creates.
func BenchmarkScenarios(b *testing.B) {
	r := startRun(b)
	for _, s := range []struct {
		name string
		play func(*testing.B, *run)
	}{
		{"creates", creates},
		{"lives", lives},
		{"singles", singles},
		{"pages", pages},
		{"claims", claims},
		{"delivery", delivery},
		{"sqlite", sqlite},
		{"memory", memory},
		{"costs", costs},
		{"neighbours", neighbours},
	} {
		b.Run(s.name, func(b *testing.B) { s.play(b, r) })
	}
	if len(r.table.rows) == 0 {
		return
	}
	fmt.Printf("\n%s\n%s\n", r.machine(b), &r.table)
	if *save != "" && !b.Failed() {
		if err := saveRun(*save, r.machine(b)+"\n"+r.table.String()); err != nil {
			b.Fatal(err)
		}
	}
}

// run is what the scenarios share: the built server, a PostgreSQL and the table.
type run struct {
	quick    bool
	program  *testkit.Program
	postgres *testkit.Server
	table    table

	river        string // the program of bench/river
	riverVersion string // once it has played
}

func startRun(b *testing.B) *run {
	b.Helper()
	r := &run{
		quick: *quick, program: testkit.Release(b), river: filepath.Join(b.TempDir(), "river"),
		postgres: testkit.StartPostgres(b, testkit.Durable(), testkit.Setting("shared_buffers", "1GB")),
	}
	build := exec.CommandContext(b.Context(), "go", "build", "-C", "river", "-o", r.river, ".")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("building bench/river: %v\n%s", err, out)
	}
	return r
}

// pick returns one of two sizes.
func pick[T any](r *run, full, quick T) T {
	if r.quick {
		return quick
	}
	return full
}

// database makes an empty database of this name, which is dropped when the benchmark ends, and returns its URL.
func (r *run) database(b *testing.B, name string) string {
	b.Helper()
	r.admin(b, "CREATE DATABASE "+name)
	b.Cleanup(func() { r.admin(b, "DROP DATABASE "+name+" WITH (FORCE)") })
	return r.postgres.URL(name)
}

// admin runs a statement of the server's own.
func (r *run) admin(b *testing.B, statement string) {
	b.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute) // cleanups need it too
	defer cancel()
	conn, err := pgx.Connect(ctx, r.postgres.URL("postgres"))
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, statement); err != nil {
		b.Fatalf("%s: %v", statement, err)
	}
}

// serve starts a server on a database.
func (r *run) serve(b *testing.B, database string) *testkit.RunningServer {
	b.Helper()
	return serve(b, r.program, database)[0]
}

// nameOf is the name of a database in its URL.
func nameOf(b *testing.B, database string) string {
	b.Helper()
	u, err := url.Parse(database)
	if err != nil {
		b.Fatal(err)
	}
	return filepath.Base(u.Path)
}

// saveRun writes a run between the marks of a document.
func saveRun(path, text string) error {
	document, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	changed, err := between(string(document), text)
	if err != nil {
		return err
	}
	return os.WriteFile(path, []byte(changed), 0o644)
}
