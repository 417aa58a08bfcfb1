package prometheus_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/asyncgate/asyncgate/internal/testkit"
)

const (
	rulesFile   = "asyncgate.rules.yaml"
	rulesTests  = "asyncgate_test.yaml"
	runbookPage = "https://github.com/asyncgate/asyncgate/blob/main/docs/operations.md#"
)

// rule is an alert.
type rule struct {
	Alert       string
	Expr        string
	Labels      map[string]string
	Annotations map[string]string
}

func mustReadRules(t *testing.T) []rule {
	t.Helper()
	var file struct {
		Groups []struct{ Rules []rule }
	}
	if err := yaml.Unmarshal(mustRead(t, rulesFile), &file); err != nil {
		t.Fatal(err)
	}
	var rules []rule
	for _, g := range file.Groups {
		rules = append(rules, g.Rules...)
	}
	if len(rules) == 0 {
		t.Fatalf("%s has no rules", rulesFile)
	}
	return rules
}

func mustRead(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestRules: each alert fires when it should, and no sooner.
func TestRules(t *testing.T) {
	t.Parallel()
	promtool := testkit.PrometheusProgram(t, "promtool")
	for _, args := range [][]string{{"check", "rules", rulesFile}, {"test", "rules", rulesTests}} {
		if out, err := exec.CommandContext(t.Context(), promtool, args...).CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	tests := string(mustRead(t, rulesTests))
	for _, r := range mustReadRules(t) {
		if !strings.Contains(tests, `alertname="`+r.Alert+`", severity="`+r.Labels["severity"]+`"`) && !strings.Contains(tests, "alertname: "+r.Alert) {
			t.Errorf("%s, %s, has no test in %s", r.Alert, r.Labels["severity"], rulesTests)
		}
	}
}

var runbookHeading = regexp.MustCompile(`(?m)^### (AsyncGate\w+)$`)

// TestRunbooks: whoever is woken finds what to do, and there is nothing for what wakes nobody.
func TestRunbooks(t *testing.T) {
	t.Parallel()
	var headings, alerts []string
	for _, h := range runbookHeading.FindAllStringSubmatch(string(mustRead(t, filepath.Join("..", "..", "docs", "operations.md"))), -1) {
		headings = append(headings, h[1])
	}
	for _, r := range mustReadRules(t) {
		if !slices.Contains(alerts, r.Alert) {
			alerts = append(alerts, r.Alert)
		}
		if s := r.Labels["severity"]; s != "critical" && s != "warning" {
			t.Errorf("%s has the severity %q", r.Alert, s)
		}
		if r.Annotations["summary"] == "" || r.Annotations["description"] == "" {
			t.Errorf("%s says too little: %v", r.Alert, r.Annotations)
		}
		if url := r.Annotations["runbook_url"]; url != runbookPage+strings.ToLower(r.Alert) {
			t.Errorf("%s leads to %s", r.Alert, url)
		}
	}
	if !slices.Equal(headings, alerts) {
		t.Errorf("docs/operations.md explains\n%v, the rules are\n%v", headings, alerts)
	}
}
