package testkit

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// Newer builds the command as a later version will be: with one more migration for each database. name is that of its files
// without .up.sql, statements is what the file in the folder of that name holds. It is removed when the test ends.
func Newer(tb testing.TB, name string, statements map[string]string) *Program {
	tb.Helper()
	root, err := repository()
	if err != nil {
		tb.Fatal(err)
	}
	dir := tb.TempDir()
	replace := map[string]string{} // files as go build is to see them, and where they are
	for folder, text := range statements {
		file := filepath.Join(dir, folder+".sql")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			tb.Fatal(err)
		}
		replace[filepath.Join(root, "migrations", folder, name+".up.sql")] = file
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		tb.Fatal(err)
	}
	file := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(file, overlay, 0o600); err != nil {
		tb.Fatal(err)
	}
	return release(tb, "-overlay="+file)
}
