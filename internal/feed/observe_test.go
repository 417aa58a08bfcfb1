package feed_test

import (
	"slices"
	"sync"
	"testing"

	"github.com/asyncgate/asyncgate/internal/feed"
	"github.com/asyncgate/asyncgate/models"
)

// observed notes what the feed tells.
type observed struct {
	mu      sync.Mutex
	arrived []int64 // seqs
	reads   int
}

func (o *observed) Arrived(receipts []*models.Receipt) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, r := range receipts {
		o.arrived = append(o.arrived, r.Seq)
	}
}

func (o *observed) ReadLedger() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.reads++
}

func (o *observed) told() ([]int64, int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.arrived), o.reads
}

// What commits while somebody follows is told once, whichever way it comes; what was there before is not news.
func TestObserver(t *testing.T) {
	t.Parallel()
	onBoth(t, feed.Options{}, func(t *testing.T, b *bundle) {
		o := &observed{}
		b.hub = b.newHub(t, feed.Options{Observer: o})
		old := b.commit(t, b.result(agent))
		if n := b.hub.Tenants(); n != 0 {
			t.Errorf("%d tenants are followed by nobody", n)
		}
		s := b.results(t, feed.ResultReady{After: b.cursor(0)})
		want(t, s, old...)
		if n := b.hub.Tenants(); n != 1 {
			t.Errorf("%d tenants are followed, want 1", n)
		}
		_, before := o.told()
		local := b.commit(t, b.result(agent), b.result(other))
		want(t, s, local[0])
		remote := b.commitElsewhere(t, b.result(agent))
		b.hub.Reached(b.tenant, remote[0].Seq)
		want(t, s, remote...)
		eventually(t, "the news to be told", func() bool {
			seqs, _ := o.told()
			return len(seqs) >= 3
		})
		seqs, reads := o.told()
		if !slices.Equal(seqs, []int64{2, 3, 4}) || before == 0 || reads <= before {
			t.Errorf("told of %v, of %d reads for history and %d in all", seqs, before, reads)
		}
	})
}
