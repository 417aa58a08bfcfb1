package config_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/asyncgate/asyncgate/internal/config"
)

var rewrite = flag.Bool("config.rewrite", false, "write the table of docs/operations.md")

// docs/operations.md lists the settings, and the variables of callers, in their own words.
func TestDocumentation(t *testing.T) {
	t.Parallel()
	path := filepath.Join("..", "..", "docs", "operations.md")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var settings, variables strings.Builder
	settings.WriteString("\n| variable | default | meaning |\n| --- | --- | --- |\n")
	for _, s := range config.Settings() {
		settings.WriteString("| `" + s.Env() + "` | " + s.Default + " | " + s.Help + " |\n")
	}
	variables.WriteString("\n| variable | meaning |\n| --- | --- |\n")
	for _, v := range config.Variables() {
		variables.WriteString("| `" + v.Name + "` | " + v.Help + " |\n")
	}
	want := withTable(t, string(text), "settings", settings.String())
	want = withTable(t, want, "variables", variables.String())
	if want == string(text) {
		return
	}
	if !*rewrite {
		t.Fatalf("%s is not what there is; write it with: go test ./internal/config -run %s -config.rewrite", path, t.Name())
	}
	if err := os.WriteFile(path, []byte(want), 0o600); err != nil {
		t.Fatal(err)
	}
}

// withTable puts a table between the comments of its name.
func withTable(t *testing.T, text, name, table string) string {
	t.Helper()
	begin, end := "<!-- "+name+" -->\n", "<!-- /"+name+" -->"
	before, rest, begins := strings.Cut(text, begin)
	_, after, ends := strings.Cut(rest, end)
	if !begins || !ends {
		t.Fatalf("there is no place for the table of %s", name)
	}
	return before + begin + table + "\n" + end + after
}
