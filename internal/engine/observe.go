package engine

import "github.com/asyncgate/asyncgate/models"

// Observer is told what the engine does, for figures. Its methods are called by many at once and must return at once.
type Observer interface {
	// Commit tells that a transaction of so many commands begins; the function it returns is called at the end, with whether
	// anything was written and the receipts that were, or why nothing could be.
	Commit(commands int) func(wrote bool, receipts []*models.Receipt, err error)
	// Expired tells of a lease that ran out, and whether its task can be claimed again or has failed.
	Expired(requeued bool)
	// Swept tells that a sweep has ended, and whether it failed.
	Swept(err error)
}

// unobserved is the Observer of who wants none.
type unobserved struct{}

func (unobserved) Commit(int) func(bool, []*models.Receipt, error) {
	return func(bool, []*models.Receipt, error) {}
}
func (unobserved) Expired(bool) {}
func (unobserved) Swept(error)  {}

// WaitingCommands returns how many commands are queued and not yet taken into a transaction.
func (e *Engine) WaitingCommands() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.waiting
}

// WaitingClaims returns how many claims wait for work.
func (e *Engine) WaitingClaims() int { return int(e.claims.Load()) }
