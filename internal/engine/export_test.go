package engine

// Waiting returns how many commands are queued and not yet taken into a batch.
func (e *Engine) Waiting() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.waiting
}
