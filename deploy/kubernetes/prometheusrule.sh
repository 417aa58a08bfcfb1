#!/bin/sh
# Prints the rules of deploy/prometheus as the Prometheus operator takes them. `go generate` of that folder writes prometheusrule.yaml.
cat <<END
# Code generated from deploy/prometheus/asyncgate.rules.yaml by prometheusrule.sh; DO NOT EDIT.
# For those who run the Prometheus operator: add it to your resources.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: asyncgate
  labels:
    app.kubernetes.io/name: asyncgate
spec:
END
sed -e '/^#/d' -e 's/^./  &/' ../prometheus/asyncgate.rules.yaml
