// Package metrics is the dashboard: what an operator's Prometheus reads of a server, each figure defined once, with what it
// means and its unit.
//
// The rooms that are watched know nothing of it: each tells an observer of its own, which a part of Metrics is, and main
// brings them together. It owes them observers that return at once, and whoever reads a scrape that never fails and costs the
// database next to nothing, however often it comes. It must never have a label that a user can fill: no tenant, no principal,
// no type of a task. docs/metrics.md lists all figures; a test keeps it equal.
package metrics

import (
	"net/http"
	"runtime"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// maxScrapes bounds how many scrapes are answered at the same time; more are told to come again, with 503.
const maxScrapes = 4

// Options name what there is to count: each list becomes the values of a label, so that a figure is there, as zero, before
// anything has happened.
type Options struct {
	// Version and Commit are the server's.
	Version, Commit string
	// Operations are the names of the root fields of queries and mutations, Subscriptions those of subscriptions.
	Operations, Subscriptions []string
	// Refusals are the reasons to turn a request away at the door.
	Refusals []string
}

// Metrics are the figures of one server.
type Metrics struct {
	// Operations, Requests, Engine and Feed are the observers that graph, web, engine and feed ask for.
	Operations *Operations
	Requests   *Requests
	Engine     *Engine
	Feed       *Feed

	registry *prometheus.Registry
	totals   *totals
}

// New returns metrics with a registry of their own. What is read at each scrape is missing until Watch.
func New(o Options) *Metrics {
	m := &Metrics{
		Operations: newOperations(o.Operations, o.Subscriptions), Requests: newRequests(o.Refusals),
		Engine: newEngine(), Feed: newFeed(), registry: prometheus.NewRegistry(),
	}
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), buildInfo(o))
	m.registry.MustRegister(m.Operations.collectors()...)
	m.registry.MustRegister(m.Requests.collectors()...)
	m.registry.MustRegister(m.Engine.collectors()...)
	m.registry.MustRegister(m.Feed.collectors()...)
	return m
}

// Handler answers scrapes. Whom it answers is the caller's matter: the figures are those of all tenants.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: maxScrapes,
	})
}

func buildInfo(o Options) prometheus.Collector {
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Name:        "asyncgate_build_info",
		Help:        "Always 1; the labels say what is running.",
		ConstLabels: prometheus.Labels{"version": o.Version, "commit": o.Commit, "go_version": runtime.Version()},
	})
	info.Set(1)
	return info
}
