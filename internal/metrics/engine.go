package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/asyncgate/asyncgate/models"
)

// Engine counts what is committed and what expires.
type Engine struct {
	commits  *prometheus.CounterVec
	commands prometheus.Histogram
	duration prometheus.Histogram
	receipts *prometheus.CounterVec
	expiries *prometheus.CounterVec
	sweeps   *prometheus.CounterVec
}

const (
	succeeded = "ok"
	failed    = "failed"
	empty     = "empty"
	requeued  = "requeued"
)

func newEngine() *Engine {
	e := &Engine{
		commits: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "asyncgate_commits_total",
			Help: "Transactions of the group committer, by outcome: ok, failed, or empty, which had nothing to write, as a claim that finds nothing. A failed one of several commands is run again, a command at a time, and those are counted too.",
		}, []string{"outcome"}),
		commands: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "asyncgate_commit_commands", Buckets: []float64{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000},
			Help: "Commands that one transaction executes: what arrived while the tenant's previous one was committing.",
		}),
		duration: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "asyncgate_commit_duration_seconds", Buckets: durations,
			Help: "Seconds that a transaction took, with waiting for a connection and for locks.",
		}),
		receipts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "asyncgate_receipts_total",
			Help: "Receipts that this server has committed, by type: task.assigned are the tasks created, task.completed those done.",
		}, []string{"type"}),
		expiries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "asyncgate_lease_expiries_total",
			Help: "Leases that ran out and that this server has ended, by what became of the task: requeued, or failed at the limit of expiries.",
		}, []string{"outcome"}),
		sweeps: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "asyncgate_sweeps_total",
			Help: "Searches for leases that ran out, by outcome: ok or failed.",
		}, []string{"outcome"}),
	}
	for _, outcome := range []string{succeeded, failed} {
		e.commits.WithLabelValues(outcome)
		e.sweeps.WithLabelValues(outcome)
	}
	for _, outcome := range []string{requeued, failed} {
		e.expiries.WithLabelValues(outcome)
	}
	for _, kind := range models.ReceiptTypes() {
		e.receipts.WithLabelValues(string(kind))
	}
	return e
}

func (e *Engine) collectors() []prometheus.Collector {
	return []prometheus.Collector{e.commits, e.commands, e.duration, e.receipts, e.expiries, e.sweeps}
}

// Commit counts a transaction, at its end.
func (e *Engine) Commit(commands int) func(wrote bool, receipts []*models.Receipt, err error) {
	start := time.Now()
	return func(wrote bool, receipts []*models.Receipt, err error) {
		outcome := outcomeOf(err)
		if err == nil && !wrote {
			outcome = empty
		}
		e.commits.WithLabelValues(outcome).Inc()
		e.commands.Observe(float64(commands))
		e.duration.Observe(time.Since(start).Seconds())
		for _, r := range receipts {
			e.receipts.WithLabelValues(string(r.Type)).Inc()
		}
	}
}

// Expired counts a lease that ran out.
func (e *Engine) Expired(again bool) {
	if again {
		e.expiries.WithLabelValues(requeued).Inc()
	} else {
		e.expiries.WithLabelValues(failed).Inc()
	}
}

// Swept counts a sweep.
func (e *Engine) Swept(err error) { e.sweeps.WithLabelValues(outcomeOf(err)).Inc() }

func outcomeOf(err error) string {
	if err != nil {
		return failed
	}
	return succeeded
}
