// Package prometheus has what operators load into Prometheus and Grafana: rules here, the dashboard in deploy/grafana. In Go just
// the tests of both, against a Prometheus that scrapes servers under load.
package prometheus

//go:generate sh -c "cd ../kubernetes && sh prometheusrule.sh >prometheusrule.yaml"
