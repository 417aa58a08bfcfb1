package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Registry is what is gathered.
func (m *Metrics) Registry() *prometheus.Registry { return m.registry }

// TotalsAt replaces the clock by which figures of the database grow old.
func (m *Metrics) TotalsAt(now func() time.Time) { m.totals.now = now }
