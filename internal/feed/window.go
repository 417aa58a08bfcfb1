package feed

import "github.com/asyncgate/asyncgate/models"

// window is a part of the ledger in memory: receipts of consecutive positions, bounded in number and bytes. It gives up
// the oldest for the newest.
type window struct {
	maxCount, maxBytes int

	receipts []*models.Receipt // oldest first
	bytes    int
}

// push appends a receipt. One that doesn't continue the window begins it anew, so that it never has a gap.
func (w *window) push(r *models.Receipt) {
	if n := len(w.receipts); n > 0 && r.Seq != w.receipts[n-1].Seq+1 {
		w.clear()
	}
	w.receipts = append(w.receipts, r)
	w.bytes += sizeOf(r)
	for len(w.receipts) > w.maxCount || w.bytes > w.maxBytes {
		w.shift()
	}
}

// from returns the receipts from position seq on, and whether the window reaches back to it.
func (w *window) from(seq int64) ([]*models.Receipt, bool) {
	if len(w.receipts) == 0 || seq < w.receipts[0].Seq {
		return nil, false
	}
	skip := min(seq-w.receipts[0].Seq, int64(len(w.receipts)))
	return w.receipts[skip:], true
}

// forget drops the receipts before position seq.
func (w *window) forget(seq int64) {
	for len(w.receipts) > 0 && w.receipts[0].Seq < seq {
		w.shift()
	}
	if len(w.receipts) == 0 {
		w.clear()
	}
}

func (w *window) clear() { w.receipts, w.bytes = nil, 0 }

func (w *window) shift() {
	w.bytes -= sizeOf(w.receipts[0])
	w.receipts[0] = nil // the array outlives the slice's begin
	w.receipts = w.receipts[1:]
}

// sizeOf estimates what a receipt takes in memory: its texts and, roughly, the rest.
func sizeOf(r *models.Receipt) int {
	const rest = 512
	return rest + len(r.Body) + 16*len(r.Parents)
}
