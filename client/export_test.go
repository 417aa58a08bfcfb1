package client

import "time"

// WholeSeconds is how a duration is sent.
func WholeSeconds(d time.Duration) int { return wholeSeconds(d) }

// Tenure lets tests follow a lease as a worker does, by a clock of their own.
type Tenure struct{ t *tenure }

// NewTenure begins with a lease that was asked for at a moment of that clock.
func NewTenure(lease *Lease, sent time.Time, limits Limits) Tenure {
	return Tenure{newTenure(lease, sent, claimed, 0, limits)}
}

// Due is when the lease is renewed next; false when it is not.
func (t Tenure) Due() (time.Time, bool) { return t.t.due(), t.t.renewable() }

// Until is when its handler is stopped.
func (t Tenure) Until() time.Time { return t.t.until }

// Extension is for how long it is renewed at a moment.
func (t Tenure) Extension(now time.Time) time.Duration { return t.t.extension(now) }

// Renewed notes the answer to that.
func (t Tenure) Renewed(lease *Lease, sent time.Time, extension time.Duration) {
	t.t.renewed(lease, sent, extension)
}
