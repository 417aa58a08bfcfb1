package metrics

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// TotalsReader reads the figures of the whole database.
type TotalsReader interface {
	// Totals returns them, or an error when the database is out of reach or ctx is over.
	Totals(ctx context.Context) (store.Totals, error)
}

const (
	// totalsFor is how long figures are shown again before they are read anew.
	totalsFor = 15 * time.Second
	// totalsWithin bounds the reading, so that a scrape ends well within the 10 s that Prometheus gives it.
	totalsWithin = 2 * time.Second
)

var (
	databaseUp = prometheus.NewDesc("asyncgate_database_up",
		"1 when the figures of the database could be read within 2 s, else 0, and they are missing. Read at most every 15 s.", nil, nil)
	tasks = prometheus.NewDesc("asyncgate_tasks",
		"Tasks of the whole database, by status. The same on every server: take max, not sum.", []string{"status"}, nil)
	openObligations = prometheus.NewDesc("asyncgate_obligations_open",
		"Obligations of the whole database that no receipt terminates: of the tasks that have not ended. The same on every server: take max, not sum.", nil, nil)
)

// totals collects the figures of the whole database.
type totals struct {
	reader TotalsReader
	now    func() time.Time

	// mu is held while the figures are read: scrapes that come meanwhile wait, and share them.
	mu   sync.Mutex
	last store.Totals
	err  error
	read time.Time
}

func newTotals(r TotalsReader) *totals { return &totals{reader: r, now: time.Now} }

// Describe implements prometheus.Collector.
func (t *totals) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{databaseUp, tasks, openObligations} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (t *totals) Collect(ch chan<- prometheus.Metric) {
	figures, err := t.get()
	ch <- prometheus.MustNewConstMetric(databaseUp, prometheus.GaugeValue, flag(err == nil))
	if err != nil {
		return
	}
	for _, status := range models.TaskStatuses() {
		ch <- prometheus.MustNewConstMetric(tasks, prometheus.GaugeValue, float64(figures.Tasks[status]), string(status))
	}
	ch <- prometheus.MustNewConstMetric(openObligations, prometheus.GaugeValue, float64(figures.OpenObligations))
}

func (t *totals) get() (store.Totals, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.read.IsZero() || t.now().Sub(t.read) >= totalsFor {
		ctx, cancel := context.WithTimeout(context.Background(), totalsWithin)
		defer cancel()
		t.last, t.err = t.reader.Totals(ctx)
		t.read = t.now()
	}
	return t.last, t.err
}
