package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Operations counts what is asked for over GraphQL.
type Operations struct {
	total     *prometheus.CounterVec
	duration  *prometheus.HistogramVec
	open      *prometheus.GaugeVec
	ended     *prometheus.CounterVec
	delivered *prometheus.CounterVec
	// known are the figures of operations that end well, found once.
	known map[string]answers
}

type answers struct {
	ok       prometheus.Counter
	duration prometheus.Observer
}

const (
	// none is the operation of a request of which nothing was executed.
	none = "none"
	ok   = "OK"
)

// durations are the bounds of what takes from a read to a wait of 30 s, in seconds.
var durations = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}

func newOperations(operations, subscriptions []string) *Operations {
	o := &Operations{
		known: map[string]answers{},
		total: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "asyncgate_operations_total",
			Help: "Root fields of queries and mutations that were answered, by the field's name and by OK, CANCELED (the caller had gone) or the error's code. " +
				"Operation none: requests of which nothing was executed.",
		}, []string{"operation", "code"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "asyncgate_operation_duration_seconds", Buckets: durations,
			Help: "Seconds that a root field of a query or mutation took, nested fields included. For claim_tasks and await_task it includes the wait that the caller asked for, up to 30.",
		}, []string{"operation"}),
		open: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "asyncgate_subscriptions_open",
			Help: "Subscriptions that are open on this server.",
		}, []string{"subscription"}),
		ended: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "asyncgate_subscriptions_ended_total",
			Help: "Subscriptions that have ended, by OK (at the subscriber's end) or the error's code: UNAVAILABLE is a drain or a database out of reach.",
		}, []string{"subscription", "code"}),
		delivered: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "asyncgate_subscription_events_total",
			Help: "Events of subscriptions that were handed to their transport.",
		}, []string{"subscription"}),
	}
	for _, name := range operations {
		o.known[name] = answers{o.total.WithLabelValues(name, ok), o.duration.WithLabelValues(name)}
	}
	for _, name := range subscriptions {
		o.open.WithLabelValues(name)
		o.ended.WithLabelValues(name, ok)
		o.delivered.WithLabelValues(name)
	}
	return o
}

func (o *Operations) collectors() []prometheus.Collector {
	return []prometheus.Collector{o.total, o.duration, o.open, o.ended, o.delivered}
}

// Answered counts a root field of a query or mutation.
func (o *Operations) Answered(operation, code string, took time.Duration) {
	if known, is := o.known[operation]; is && code == ok {
		known.ok.Inc()
		known.duration.Observe(took.Seconds())
		return
	}
	o.total.WithLabelValues(operation, code).Inc()
	o.duration.WithLabelValues(operation).Observe(took.Seconds())
}

// Refused counts a request of which nothing was executed.
func (o *Operations) Refused(code string) { o.total.WithLabelValues(none, code).Inc() }

// Subscribed counts a stream that begins.
func (o *Operations) Subscribed(subscription string) { o.open.WithLabelValues(subscription).Inc() }

// Delivered counts an event of a stream.
func (o *Operations) Delivered(subscription string) { o.delivered.WithLabelValues(subscription).Inc() }

// Unsubscribed counts a stream that ends.
func (o *Operations) Unsubscribed(subscription, code string) {
	o.open.WithLabelValues(subscription).Dec()
	o.ended.WithLabelValues(subscription, code).Inc()
}
