package feed

import (
	"sync"

	"github.com/asyncgate/asyncgate/models"
)

// door is where news of a tenant's ledger arrives: commits of this process with their receipts, positions read by the
// poll. It has a lock of its own, held for moments, so that a commit never waits for what is done with the news.
type door struct {
	bell chan struct{} // of one slot

	mu    sync.Mutex
	inbox window
	news  news
}

// news is what has arrived at the door since it was last opened.
type news struct {
	// receipts are consecutive, the last of them perhaps not the newest that is known of.
	receipts []*models.Receipt
	// position is the highest that is known to be committed.
	position int64
	// unknown tells that the ledger has grown to a position that the bell didn't tell.
	unknown bool
}

func newDoor(o Options) door {
	return door{
		bell:  make(chan struct{}, 1),
		inbox: window{maxCount: o.Buffer, maxBytes: o.BufferBytes},
	}
}

// knock hands over the receipts of a commit; with none, only that there are some.
func (d *door) knock(receipts []*models.Receipt) {
	d.mu.Lock()
	for _, r := range receipts {
		d.inbox.push(r)
		d.news.position = max(d.news.position, r.Seq)
	}
	d.news.unknown = d.news.unknown || len(receipts) == 0
	d.mu.Unlock()
	ring(d.bell)
}

// reached tells that the ledger has a receipt at this position.
func (d *door) reached(position int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if position > d.news.position {
		d.news.position = position
		ring(d.bell)
	}
}

// open takes the news in.
func (d *door) open() news {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := d.news
	n.receipts = d.inbox.receipts
	d.inbox.clear()
	d.news.unknown = false
	return n
}
