package bench_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/engine"
	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// BenchmarkNotify measures how long the news of a receipt takes from its commit on one server to another server, while the
// first lives tasks as fast as its callers ask it to: the median and the worst of all receipts.
func BenchmarkNotify(b *testing.B) {
	url := testkit.StartPostgres(b, testkit.Durable()).URL("postgres")
	s := openStage(b, url, store.Options{})
	for _, callers := range []int{1, 32} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			mail := &mail{sent: map[int64]time.Time{}}
			mail.out = notifications(b, s.store, func(uuid.UUID, int64) {})
			notifications(b, s.store, mail.heard)
			teller := *s
			teller.engine = engine.New(s.store, engine.Options{Rules: models.DefaultRules(), Bell: mail})
			tenant := uuid.New()
			concurrently(b, callers, "lives/s", func(ctx context.Context) error { return live(ctx, &teller, tenant) })
			if err := teller.engine.Close(context.Background()); err != nil {
				b.Error(err)
			}
			took := mail.all()
			slices.Sort(took)
			b.ReportMetric(took[len(took)/2].Seconds()*1000, "median-ms")
			b.ReportMetric(took[len(took)-1].Seconds()*1000, "worst-ms")
		})
	}
}

// notifications runs a server's end of the notifications until the benchmark ends, and returns when they arrive.
func notifications(b *testing.B, s *store.Store, heard func(uuid.UUID, int64)) *store.Notifications {
	b.Helper()
	n, err := s.Notifications(store.NotificationOptions{})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := n.Run(ctx, heard, func() {}); err != nil {
			b.Error(err)
		}
	})
	b.Cleanup(func() {
		cancel()
		running.Wait()
	})
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !n.Active() {
		select {
		case <-tick.C:
		case <-time.After(time.Minute):
			b.Fatal("notifications do not arrive")
		}
	}
	return n
}

// mail is an engine's bell that announces what is committed, and times each receipt until it is heard of.
type mail struct {
	engine.Bell // nobody waits for anything here
	out         *store.Notifications

	mu   sync.Mutex
	sent map[int64]time.Time
	took []time.Duration
}

func (m *mail) Committed(tenant uuid.UUID, receipts []*models.Receipt) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range receipts {
		m.sent[r.Seq] = time.Now()
	}
	m.out.Announce(tenant, receipts[len(receipts)-1].Seq)
}

func (m *mail) heard(_ uuid.UUID, head int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for seq, at := range m.sent {
		if seq <= head {
			m.took = append(m.took, time.Since(at))
			delete(m.sent, seq)
		}
	}
}

// all returns what each took, when nothing is under way any more.
func (m *mail) all() []time.Duration {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		m.mu.Lock()
		took := m.took
		done := len(m.sent) == 0
		m.mu.Unlock()
		if done {
			return took
		}
		<-tick.C
	}
}
