package metrics_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/asyncgate/asyncgate/internal/metrics"
)

var rewrite = flag.Bool("metrics.rewrite", false, "write the table of docs/metrics.md")

const (
	tableBegins = "<!-- metrics -->\n"
	tableEnds   = "<!-- /metrics -->"
)

// docs/metrics.md lists what there is, in the words of the metrics themselves.
func TestDocumentation(t *testing.T) {
	t.Parallel()
	path := filepath.Join("..", "..", "docs", "metrics.md")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begins := strings.Cut(string(text), tableBegins)
	_, after, ends := strings.Cut(rest, tableEnds)
	if !begins || !ends {
		t.Fatalf("%s has no place for the table", path)
	}
	want := before + tableBegins + "\n" + table(t, newWatched(&figures{})) + "\n" + tableEnds + after
	if want == string(text) {
		return
	}
	if !*rewrite {
		t.Fatalf("%s is not what there is; write it with: go test ./internal/metrics -run %s -metrics.rewrite", path, t.Name())
	}
	if err := os.WriteFile(path, []byte(want), 0o600); err != nil {
		t.Fatal(err)
	}
}

// table has a row for each metric that is asyncgate's own.
func table(t *testing.T, m *metrics.Metrics) string {
	t.Helper()
	families, err := m.Registry().Gather()
	if err != nil {
		t.Fatal(err)
	}
	var rows strings.Builder
	rows.WriteString("| metric | kind | labels | what it is |\n| --- | --- | --- | --- |\n")
	for _, f := range families {
		if !strings.HasPrefix(f.GetName(), "asyncgate_") {
			continue
		}
		var labels []string
		for _, pair := range f.GetMetric()[0].GetLabel() {
			labels = append(labels, pair.GetName())
		}
		slices.Sort(labels)
		row := []string{"`" + f.GetName() + "`", strings.ToLower(f.GetType().String()), strings.Join(labels, ", "), f.GetHelp()}
		rows.WriteString("| " + strings.Join(row, " | ") + " |\n")
	}
	return rows.String()
}
