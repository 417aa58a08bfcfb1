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

const (
	tableBegins = "<!-- settings -->\n"
	tableEnds   = "<!-- /settings -->"
)

// docs/operations.md lists the settings in their own words.
func TestDocumentation(t *testing.T) {
	t.Parallel()
	path := filepath.Join("..", "..", "docs", "operations.md")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begins := strings.Cut(string(text), tableBegins)
	_, after, ends := strings.Cut(rest, tableEnds)
	if !begins || !ends {
		t.Fatalf("%s has no place for the table", path)
	}
	var table strings.Builder
	table.WriteString("\n| variable | default | meaning |\n| --- | --- | --- |\n")
	for _, s := range config.Settings() {
		table.WriteString("| `" + s.Env() + "` | " + s.Default + " | " + s.Help + " |\n")
	}
	want := before + tableBegins + table.String() + "\n" + tableEnds + after
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
