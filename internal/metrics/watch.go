package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/asyncgate/asyncgate/store"
)

// Sources are what is asked at each scrape. All must be set.
type Sources struct {
	// Totals reads the figures of the database; at most one such read runs at a time, and one in 15 s.
	Totals TotalsReader
	// Pools returns the pools of connections by name.
	Pools func() map[string]store.Pool
	// WaitingCommands and WaitingClaims are how many commands wait for a transaction, and claims for work.
	WaitingCommands, WaitingClaims func() int
	// FollowedTenants is how many tenants the feed follows.
	FollowedTenants func() int
	// LastSweep and LastPoll are when the loops in the background last succeeded; the zero time is never.
	LastSweep, LastPoll func() time.Time
	// Draining tells whether the server is shutting down.
	Draining func() bool
}

// Watch adds what is read at each scrape. Call it once.
func (m *Metrics) Watch(s Sources) {
	m.totals = newTotals(s.Totals)
	m.registry.MustRegister(m.totals, pools(s.Pools),
		gauge("asyncgate_commands_waiting", "Commands that wait for a transaction. At 20,000 further ones are refused with UNAVAILABLE.", count(s.WaitingCommands)),
		gauge("asyncgate_claims_waiting", "Calls of claimTasks that wait for work.", count(s.WaitingClaims)),
		gauge("asyncgate_feed_tenants", "Tenants that somebody follows on this server.", count(s.FollowedTenants)),
		gauge("asyncgate_sweep_last_success_timestamp_seconds", "When this server last searched for leases that ran out and ended them, in seconds since 1970; 0 is never.", at(s.LastSweep)),
		gauge("asyncgate_feed_poll_last_success_timestamp_seconds", "When this server last read the positions of the ledgers that are followed, in seconds since 1970; 0 is never.", at(s.LastPoll)),
		gauge("asyncgate_draining", "1 while the server is shutting down, else 0.", func() float64 { return flag(s.Draining()) }),
	)
}

func gauge(name, help string, value func() float64) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value)
}

func count(of func() int) func() float64 {
	return func() float64 { return float64(of()) }
}

func at(last func() time.Time) func() float64 {
	return func() float64 {
		t := last()
		if t.IsZero() {
			return 0
		}
		return float64(t.UnixMilli()) / 1000
	}
}

func flag(is bool) float64 {
	if is {
		return 1
	}
	return 0
}
