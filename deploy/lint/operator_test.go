package lint_test

import (
	"os"
	"reflect"
	"testing"

	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
)

// TestPrometheusRule: the operator is told what Prometheus is.
func TestPrometheusRule(t *testing.T) {
	t.Parallel()
	var rule monitoringv1.PrometheusRule
	var rules monitoringv1.PrometheusRuleSpec
	for path, into := range map[string]any{"../kubernetes/prometheusrule.yaml": &rule, "../prometheus/asyncgate.rules.yaml": &rules} {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		decode(t, text, into)
	}
	if len(rules.Groups) == 0 || !reflect.DeepEqual(rule.Spec, rules) {
		t.Error("prometheusrule.yaml has other rules than deploy/prometheus; go generate ./deploy/prometheus writes it")
	}
}
