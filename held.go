package main

import (
	"io"
	"sync"
)

// held is a writer that keeps what is written until it is let go: what there is to log before the server can say where it is
// to be found comes after that.
type held struct {
	to io.Writer

	mu   sync.Mutex
	kept []byte
	free bool
}

// Write keeps p, or once let go writes it.
func (h *held) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.free {
		return h.to.Write(p)
	}
	h.kept = append(h.kept, p...)
	return len(p), nil
}

// letGo writes what was kept; what follows is written at once.
func (h *held) letGo() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.free = true
	_, _ = h.to.Write(h.kept) // a log that can't be written has nobody to tell
	h.kept = nil
}
