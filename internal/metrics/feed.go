package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/asyncgate/asyncgate/models"
)

// Feed measures how receipts get from the ledger to subscribers.
type Feed struct {
	lag   prometheus.Histogram
	reads prometheus.Counter
	now   func() time.Time
}

func newFeed() *Feed {
	return &Feed{
		lag: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "asyncgate_feed_lag_seconds", Buckets: durations,
			Help: "Seconds from a receipt's createdAt, the database's time just before its commit, until this server wakes those who wait for it, by its own clock; " +
				"of tenants that somebody follows. Clocks that differ add to it or hide it.",
		}),
		reads: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "asyncgate_feed_ledger_reads_total",
			Help: "Pages of receipts that were read from the ledger for subscribers: other servers' commits, streams that begin in the past, slow readers.",
		}),
		now: time.Now,
	}
}

func (f *Feed) collectors() []prometheus.Collector { return []prometheus.Collector{f.lag, f.reads} }

// Arrived measures receipts that have arrived.
func (f *Feed) Arrived(receipts []*models.Receipt) {
	now := f.now()
	for _, r := range receipts {
		f.lag.Observe(max(0, now.Sub(r.CreatedAt).Seconds()))
	}
}

// ReadLedger counts a page that was read.
func (f *Feed) ReadLedger() { f.reads.Inc() }
