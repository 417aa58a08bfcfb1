package feed

import (
	"fmt"
	"testing"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

func TestWindow(t *testing.T) {
	t.Parallel()
	push := func(w *window, seqs ...int64) {
		for _, seq := range seqs {
			w.push(&models.Receipt{Seq: seq})
		}
	}
	contents := func(w *window) string {
		var seqs []int64
		for _, r := range w.receipts {
			seqs = append(seqs, r.Seq)
		}
		return fmt.Sprint(seqs)
	}
	size := sizeOf(&models.Receipt{})
	tests := []struct {
		name string
		w    window
		do   func(*window)
		want string
	}{
		{"Grows", window{maxCount: 9, maxBytes: 9 * size}, func(w *window) { push(w, 4, 5, 6) }, "[4 5 6]"},
		{"BoundedInNumber", window{maxCount: 2, maxBytes: 9 * size}, func(w *window) { push(w, 4, 5, 6) }, "[5 6]"},
		{"BoundedInBytes", window{maxCount: 9, maxBytes: 2 * size}, func(w *window) { push(w, 4, 5, 6) }, "[5 6]"},
		{"NeverHasAGap", window{maxCount: 9, maxBytes: 9 * size}, func(w *window) { push(w, 4, 5, 7) }, "[7]"},
		{"Forgets", window{maxCount: 9, maxBytes: 9 * size}, func(w *window) { push(w, 4, 5, 6); w.forget(6) }, "[6]"},
		{"ForgetsAll", window{maxCount: 9, maxBytes: size}, func(w *window) { push(w, 4, 5); w.forget(9); push(w, 6) }, "[6]"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if test.do(&test.w); contents(&test.w) != test.want {
				t.Errorf("the window holds %s, want %s", contents(&test.w), test.want)
			}
		})
	}
	w := window{maxCount: 9, maxBytes: 9 * size}
	push(&w, 4, 5, 6)
	for seq, want := range map[int64]string{3: "0 false", 4: "3 true", 6: "1 true", 7: "0 true", 99: "0 true"} {
		found, ok := w.from(seq)
		if got := fmt.Sprint(len(found), " ", ok); got != want {
			t.Errorf("from %d: %s, want %s", seq, got, want)
		}
	}
}

func TestUnreadAvailableStreamIsBounded(t *testing.T) {
	t.Parallel()
	s := &available{f: &follower{}, ring: func() {}}
	offer := func(n int) { s.offer(&store.QueuedTask{Type: fmt.Sprint("type-", n)}) }
	for n := range maxPending {
		offer(n)
		offer(n)
	}
	if taken, err := s.take(t.Context()); len(taken) != 1 || err != nil {
		t.Fatalf("taken: %v, %v", taken, err)
	}
	offer(maxPending)
	offer(maxPending + 1)
	if _, err := s.take(t.Context()); models.CodeOf(err) != models.CodeSubscriberTooSlow {
		t.Errorf("a flooded stream went on: %v", err)
	}
}
