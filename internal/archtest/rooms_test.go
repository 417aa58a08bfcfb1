// Package archtest keeps imports going only down the table of rooms in CONTRIBUTING.md. That table is the rule: the check
// reads it, so there is no second list to keep equal.
package archtest

import (
	"bytes"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/asyncgate/asyncgate"

// forTests are the rooms that any test file may import, whatever its room may.
var forTests = []string{"internal/testkit", "store/storetest"}

// vagueNames say nothing of what lives there, so that everything ends up there.
var vagueNames = []string{"util", "utils", "common", "helper", "helpers", "types"}

// file is what the check needs to know of a Go file.
type file struct {
	path    string // below the module's root, with slashes
	pkg     string
	imports []string // packages of this module, below its root
	foreign []string // packages of other modules and of Go
}

func (f file) isTest() bool { return strings.HasSuffix(f.path, "_test.go") }

// rooms maps a room to the rooms that it may import; nil is everything.
type rooms map[string][]string

// of returns the room that a directory belongs to: the longest one that is a part of its path. The root is a room of itself.
func (r rooms) of(dir string) (string, bool) {
	for ; dir != "."; dir = path.Dir(dir) {
		if _, ok := r[dir]; ok {
			return dir, true
		}
	}
	return ".", false
}

// violations returns what is wrong with a file, in words that say what to do.
func (r rooms) violations(f file) []string {
	var found []string
	dir := path.Dir(f.path)
	if slices.Contains(vagueNames, path.Base(dir)) || slices.Contains(vagueNames, strings.TrimSuffix(f.pkg, "_test")) {
		found = append(found, fmt.Sprintf("%s: no package is named %s: name it after what it does", f.path, f.pkg))
	}
	room, ok := r.of(dir)
	if !ok && dir != "." {
		return append(found, fmt.Sprintf("%s: the folder is no room of the table: put the file into one, or add a row", f.path))
	}
	for _, imported := range f.imports {
		if target, _ := r.of(imported); !r.allows(room, target, f.isTest()) {
			found = append(found, fmt.Sprintf("%s imports %s, but %s may import only: %s",
				f.path, imported, room, strings.Join(append(r[room], "itself"), ", ")))
		}
	}
	return found
}

func (r rooms) allows(room, target string, test bool) bool {
	allowed := r[room]
	return allowed == nil || room == target || slices.Contains(allowed, target) ||
		test && slices.Contains(forTests, target)
}

func TestImportsGoDownTheTable(t *testing.T) {
	t.Parallel()
	table := mustReadTable(t)
	for _, f := range mustReadFiles(t, filepath.Join("..", "..")) {
		for _, violation := range table.violations(f) {
			t.Errorf("%s (see the table of rooms in CONTRIBUTING.md)", violation)
		}
	}
}

// speaksSQL are the beginnings of the packages that make statements.
var speaksSQL = []string{"database/sql", "github.com/jackc/pgx/", "github.com/uptrace/bun", "modernc.org/sqlite"}

// TestOnlyTheStoreSpeaksSQL: what can't be imported can't build a statement of a caller's text.
func TestOnlyTheStoreSpeaksSQL(t *testing.T) {
	t.Parallel()
	for _, f := range mustReadFiles(t, filepath.Join("..", "..")) {
		if f.isTest() || strings.HasPrefix(f.path, "store/") || strings.HasPrefix(f.path, "internal/testkit/") {
			continue
		}
		for _, imported := range f.foreign {
			if slices.ContainsFunc(speaksSQL, func(s string) bool { return strings.HasPrefix(imported, s) }) {
				t.Errorf("%s imports %s: only store speaks SQL", f.path, imported)
			}
		}
	}
}

func TestViolations(t *testing.T) {
	t.Parallel()
	table := rooms{".": nil, "models": {}, "store": {"models"}, "store/storetest": {"models", "store"}, "internal/testkit": nil}
	tests := []struct {
		name string
		file file
		want string // part of the violation; none when empty
	}{
		{"Down", file{path: "store/tasks.go", imports: []string{"models"}}, ""},
		{"DownFromSubfolder", file{path: "store/rows/rows.go", imports: []string{"models", "store"}}, ""},
		{"Up", file{path: "models/task.go", imports: []string{"store"}}, "models may import only: itself"},
		{"UpToSubfolder", file{path: "models/task.go", imports: []string{"store/rows"}}, "imports store/rows"},
		{"RoomForTests", file{path: "store/tasks.go", imports: []string{"store/storetest"}}, "store may import only: models, itself"},
		{"RoomForTestsInTest", file{path: "store/tasks_test.go", imports: []string{"store/storetest", "internal/testkit"}}, ""},
		{"UpInTest", file{path: "models/task_test.go", imports: []string{"store"}}, "models may import only"},
		{"Root", file{path: "server.go", imports: []string{"store", "models"}}, ""},
		{"RootAsTarget", file{path: "store/tasks.go", imports: []string{"."}}, "imports ."},
		{"FreeRoom", file{path: "internal/testkit/server.go", imports: []string{"store"}}, ""},
		{"NoRoom", file{path: "magic/magic.go"}, "no room of the table"},
		{"VagueFolder", file{path: "store/util/x.go", pkg: "x"}, "no package is named"},
		{"VaguePackage", file{path: "store/x/x_test.go", pkg: "helpers_test"}, "no package is named"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := strings.Join(table.violations(test.file), "\n")
			if (test.want == "") != (got == "") || !strings.Contains(got, test.want) {
				t.Errorf("violations: %q, want %q", got, test.want)
			}
		})
	}
}

// tableRow is a row of the table in CONTRIBUTING.md: room, what lives there, what it may import.
var tableRow = regexp.MustCompile("(?m)^\\| `([^|]+)` \\|[^|]*\\| ([^|]+) \\|$")

func mustReadTable(t *testing.T) rooms {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "CONTRIBUTING.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ = bytes.Cut(text, []byte("<!-- rooms -->"))
	text, _, _ = bytes.Cut(text, []byte("<!-- /rooms -->"))
	table := rooms{}
	for _, row := range tableRow.FindAllSubmatch(text, -1) {
		table[path.Clean(string(row[1]))] = mustParseImports(t, string(row[2]))
	}
	if len(table) < 2 {
		t.Fatal("CONTRIBUTING.md has no table of rooms between <!-- rooms --> and <!-- /rooms -->")
	}
	return table
}

// mustParseImports reads the last cell of a row: "everything", "nothing", or rooms between commas.
func mustParseImports(t *testing.T, cell string) []string {
	t.Helper()
	switch cell {
	case "everything":
		return nil
	case "nothing":
		return []string{}
	}
	var allowed []string
	for name := range strings.SplitSeq(cell, ", ") {
		if !strings.HasPrefix(name, "`") || !strings.HasSuffix(name, "`") {
			t.Fatalf("CONTRIBUTING.md: %q is no list of rooms", cell)
		}
		allowed = append(allowed, path.Clean(strings.Trim(name, "`")))
	}
	return allowed
}

// mustReadFiles reads the imports of every Go file of the module, whatever its build constraints.
func mustReadFiles(t *testing.T, root string) []file {
	t.Helper()
	var files []file
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != root && isForeign(name):
			return filepath.SkipDir
		case entry.IsDir() || filepath.Ext(name) != ".go":
			return nil
		}
		f, err := readFile(root, name)
		files = append(files, f)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// isForeign tells the folders that the go command leaves out, and those that hold another module or other people's code.
func isForeign(dir string) bool {
	base := filepath.Base(dir)
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") ||
		base == "testdata" || base == "node_modules"
}

func readFile(root, name string) (file, error) {
	below, err := filepath.Rel(root, name)
	if err != nil {
		return file{}, err
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
	if err != nil {
		return file{}, err
	}
	f := file{path: filepath.ToSlash(below), pkg: parsed.Name.Name}
	var errs []error
	for _, spec := range parsed.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		errs = append(errs, err)
		if imported == module {
			f.imports = append(f.imports, ".")
		} else if below, ok := strings.CutPrefix(imported, module+"/"); ok {
			f.imports = append(f.imports, below)
		} else {
			f.foreign = append(f.foreign, imported)
		}
	}
	return f, errors.Join(errs...)
}
