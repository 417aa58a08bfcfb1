package doctest

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// repository is where the tests run.
var repository = filepath.Join("..", "..")

// files lists what a clone of the repository would have if everything here were committed, sorted, below its root.
func files(t *testing.T) []string {
	t.Helper()
	list := exec.CommandContext(t.Context(), "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	list.Dir = repository
	out, err := list.Output()
	if err != nil {
		t.Fatalf("git lists no files: %v", err)
	}
	var all []string
	folders := map[string]bool{}
	for name := range strings.SplitSeq(strings.TrimRight(string(out), "\x00"), "\x00") {
		if _, err := os.Lstat(filepath.Join(repository, name)); err == nil { // else deleted, and not committed yet
			all = append(all, name)
			folders[filepath.Dir(name)] = true
		}
	}
	// So that go test runs again when a file is new: it repeats a result while what the tests have looked at is the same.
	for folder := range folders {
		if _, err := os.ReadDir(filepath.Join(repository, folder)); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// documents are the Markdown files among them.
func documents(all []string) []string {
	var found []string
	for _, name := range all {
		if filepath.Ext(name) == ".md" {
			found = append(found, name)
		}
	}
	return found
}

// clone makes a copy of the repository: its files, its history, and the console as it was built before. Times stay, so that
// make sees that it is.
func clone(t *testing.T, all []string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "asyncgate")
	mustRun(t, nil, "git", "clone", "--quiet", "--shared", "--no-checkout", repository, dir)
	var built []string
	if installed := filepath.Join("console", "node_modules", ".package-lock.json"); exists(filepath.Join(repository, installed)) {
		built = append(built, installed) // that it is there is all that make asks
	}
	err := filepath.WalkDir(filepath.Join(repository, "console", "dist"), func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			name, _ := filepath.Rel(repository, path) // both are below it
			built = append(built, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	list := strings.Join(append(built, all...), "\x00") + "\x00"
	mustRun(t, []byte(list), "sh", "-c", `tar -C "$1" --null -T - -cf - | tar -C "$2" -xf -`, "copy", repository, dir)
	mustRun(t, nil, "git", "-C", dir, "reset", "--quiet")
	// The copy's folders are new, and make would take them for changes of the console's.
	if console := filepath.Join(dir, "console", "dist", "site", "index.html"); exists(console) {
		mustRun(t, nil, "touch", console)
	}
	return dir
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func mustRun(t *testing.T, input []byte, name string, args ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), name, args...)
	command.Stdin = bytes.NewReader(input)
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}
