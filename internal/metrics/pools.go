package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/asyncgate/asyncgate/store"
)

// pools collects the state of pools of connections.
type pools func() map[string]store.Pool

var (
	connections = prometheus.NewDesc("asyncgate_database_connections",
		"Connections of the pool, by state: in_use or idle. The two that carry notifications between servers are apart.", []string{"pool", "state"}, nil)
	maxConnections = prometheus.NewDesc("asyncgate_database_connections_max",
		"Connections that the pool may have.", []string{"pool"}, nil)
	connectionWaits = prometheus.NewDesc("asyncgate_database_connection_waits_total",
		"How often somebody had to wait for a connection of the pool.", []string{"pool"}, nil)
	connectionWaitSeconds = prometheus.NewDesc("asyncgate_database_connection_wait_seconds_total",
		"Seconds that were spent waiting for a connection of the pool.", []string{"pool"}, nil)
)

// Describe implements prometheus.Collector.
func (p pools) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{connections, maxConnections, connectionWaits, connectionWaitSeconds} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (p pools) Collect(ch chan<- prometheus.Metric) {
	for name, s := range p() {
		ch <- prometheus.MustNewConstMetric(connections, prometheus.GaugeValue, float64(s.InUse), name, "in_use")
		ch <- prometheus.MustNewConstMetric(connections, prometheus.GaugeValue, float64(s.Idle), name, "idle")
		ch <- prometheus.MustNewConstMetric(maxConnections, prometheus.GaugeValue, float64(s.Max), name)
		ch <- prometheus.MustNewConstMetric(connectionWaits, prometheus.CounterValue, float64(s.Waits), name)
		ch <- prometheus.MustNewConstMetric(connectionWaitSeconds, prometheus.CounterValue, s.Waited.Seconds(), name)
	}
}
