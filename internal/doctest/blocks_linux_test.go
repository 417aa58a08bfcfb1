package doctest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/asyncgate/asyncgate/internal/testkit"
)

// TestBlocks executes what the documents say. One after the other: they use the same ports.
//
//nolint:paralleltest // so says the comment
func TestBlocks(t *testing.T) {
	all := files(t)
	executed := 0
	for _, document := range documents(all) {
		blocks, err := readDocument(filepath.Join(repository, document))
		if err != nil {
			t.Fatal(err)
		}
		if len(blocks) == 0 {
			continue
		}
		executed += len(blocks)
		t.Run(document, func(t *testing.T) { execute(t, document, blocks, clone(t, all)) })
	}
	if executed < 10 {
		t.Errorf("%d blocks in all documents: are they found?", executed)
	}
}

// execute types a document's blocks, until one fails.
func execute(t *testing.T, document string, blocks []block, dir string) {
	t.Helper()
	environment := machine(t)
	main := openTerminal(t, dir, environment)
	for _, b := range blocks {
		where := main
		if b.terminal {
			where = openTerminal(t, dir, environment)
		}
		before := len(where.output.String())
		until := where.enter(t, b)
		if b.terminal {
			until = b.until
		}
		err := where.await(until)
		output := where.output.String()[before:]
		t.Logf("%s:%d\n%s", document, b.line, output)
		switch {
		case err != nil:
			t.Fatalf("%s:%d: %v", document, b.line, err)
		case strings.Contains(output, `"errors":[`):
			t.Fatalf("%s:%d: there are errors in an answer", document, b.line)
		case missing(b.shows, output) != "":
			t.Fatalf("%s:%d: the output, which the document shows as text, has no such line as\n%s", document, b.line, missing(b.shows, output))
		}
	}
}

// machine starts what a reader is expected to have at their usual ports, PostgreSQL and a PgBouncer before it, and returns the
// environment of a login.
func machine(t *testing.T) []string {
	t.Helper()
	server := testkit.StartPostgres(t, testkit.WithClients(), testkit.Port(5432))
	testkit.PgBouncerAt(t, server.URL("postgres"), 6432)
	createdb := server.Client(t.Context(), "postgres", "createdb")
	return append(createdb.Env,
		"HOME="+t.TempDir(), "LANG=C.UTF-8", "TERM=dumb",
		"PATH="+strings.Join([]string{filepath.Dir(createdb.Path), filepath.Join(mustRun(t, nil, "go", "env", "GOROOT"), "bin"), os.Getenv("PATH")}, ":"),
		// What was compiled and downloaded before is used again, wherever the copy lies: there is no way to a registry.
		"GOFLAGS=-trimpath", "GOCACHE="+mustRun(t, nil, "go", "env", "GOCACHE"), "GOMODCACHE="+mustRun(t, nil, "go", "env", "GOMODCACHE"),
		"npm_config_offline=true", "npm_config_cache="+mustRun(t, nil, "npm", "config", "get", "cache"),
	)
}
