package client

import (
	"cmp"
	"time"
)

// tenure is how long a lease lasts by this machine's clock, which may show another time than the server's, but runs as fast.
// What is not known exactly counts as the earliest that it may be: a handler stops before the server gives its task to another.
type tenure struct {
	id     leaseID
	limits Limits
	// ttl is for how long it was claimed, and is renewed while renewals are plenty.
	ttl time.Duration
	// acquired is a moment here, not after its acquisition; zero while nothing is known of that.
	acquired time.Time
	// lasts is its time from its acquisition, by the server's clock; until is the end of that here.
	lasts time.Duration
	until time.Time
	// renewals is how often it can still be renewed.
	renewals int
}

// newTenure begins when a lease is heard of. It was granted at any time since it was asked for, sent: the claim may have waited for
// a task. Of one that was not claimed just now nothing is known; its first renewal tells.
func newTenure(lease *Lease, sent time.Time, from origin, wanted time.Duration, limits Limits) *tenure {
	t := &tenure{id: lease.ID, limits: limits, lasts: lease.ExpiresAt.Sub(lease.AcquiredAt), renewals: lease.RenewalsRemaining}
	if from != claimed {
		t.ttl = min(cmp.Or(wanted, limits.DefaultLeaseTTL), limits.MaxLeaseTTL)
		return t
	}
	t.ttl = t.lasts
	t.acquired = sent
	t.until = sent.Add(t.lasts)
	return t
}

// reserve is what is left of a lease when it is renewed: the time in which a server that is away may come back.
func (t *tenure) reserve() time.Duration { return t.ttl * 2 / 3 }

// due is when it is renewed: at a third of the time that it was claimed for, and later when it was prolonged for longer.
func (t *tenure) due() time.Time { return t.until.Add(-t.reserve()) }

// renewable tells whether a renewal may bring anything.
func (t *tenure) renewable() bool { return t.renewals > 0 && t.lasts < t.limits.MaxLeaseLifetime }

// extension is for how long it is renewed at a moment here: whole seconds, as the server counts.
func (t *tenure) extension(now time.Time) time.Duration {
	extension := t.ttl
	if !t.acquired.IsZero() {
		extension = t.reserve() + pace(now.Sub(t.acquired), t.ttl, t.renewals, t.limits)
	}
	return time.Duration(wholeSeconds(min(extension, t.limits.MaxLeaseTTL))) * time.Second
}

// renewed notes a renewal that was asked for at a moment here.
func (t *tenure) renewed(lease *Lease, sent time.Time, extension time.Duration) {
	t.lasts, t.renewals = lease.ExpiresAt.Sub(lease.AcquiredAt), lease.RenewalsRemaining
	if t.lasts < t.limits.MaxLeaseLifetime { // it was granted in full, from a moment after sent on
		if acquired := sent.Add(extension - t.lasts); acquired.After(t.acquired) {
			t.acquired = acquired
		}
	}
	t.until = t.acquired.Add(t.lasts)
}

// The growth of a lease's pauses, as a part of its age.
const (
	growthStep = 0.05
	maxGrowth  = 2
)

// pace is the pause between the renewal of a lease of an age and the next one. A server allows few renewals, so that with pauses
// of a third of the TTL a lease would end long before its lifetime. Pauses therefore grow with the age: by the least growth with
// which the renewals that are left, this one included, carry it to its lifetime's end. Short work keeps short leases, whose loss
// is noticed soon; what has taken long is missed for longer.
func pace(age, ttl time.Duration, renewals int, limits Limits) time.Duration {
	reserve := ttl * 2 / 3
	pause := func(age time.Duration, growth float64) time.Duration {
		return min(max(ttl-reserve, time.Duration(growth*float64(age))), limits.MaxLeaseTTL-reserve)
	}
	growth := 0.0
	for ; growth < maxGrowth; growth += growthStep {
		end := age
		for n := 0; n < renewals && end+reserve < limits.MaxLeaseLifetime; n++ {
			end += pause(end, growth)
		}
		if end+reserve >= limits.MaxLeaseLifetime {
			break
		}
	}
	return pause(age, growth)
}
