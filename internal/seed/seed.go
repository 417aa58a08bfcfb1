// Package seed fills a tenant with a week's work of a small company that makes cargo bicycles: agents plan and review,
// people decide, workers work, crash and fail, and some of it is still to do. It is what `asyncgate demo --seed-data` plays, so
// that there is something to look at.
//
// The room owes whoever looks that every fact is real: it asks a server as any client would, over the public API alone, so the
// ledger says what happened and nothing else. What is asked is the same each time. Deciding and doing are apart: plan.go and the
// stories say what becomes of each task, play.go does it. It must never reach past the API, nor write to a tenant that has
// receipts.
package seed

import (
	"context"
	"errors"
	"fmt"
)

// Server is where a tenant is filled. Each call names the principal that makes it, kind:id.
type Server interface {
	// Do runs a query or mutation and decodes its data.
	Do(ctx context.Context, as, document string, variables map[string]any, into any) error
	// Follow opens a subscription. Each call of next waits for an event and decodes its data.
	Follow(ctx context.Context, as, document string, variables map[string]any) (next func(context.Context, any) error, stop func(), err error)
}

// ErrNotEmpty is returned by Fill for a tenant that has receipts; nothing was written then.
var ErrNotEmpty = errors.New("has receipts already")

// Summary is what a filled tenant holds, and what of it is worth a look.
type Summary struct {
	Tenant          string
	Tasks, Receipts int
	Statuses        map[string]int // tasks by status, as the API writes it
	Owners, Workers int
	// Root is the task of which most others came; Study is how many hang together with it.
	Root  string
	Study int
	// Failed is a failed task, Returned a running one that has been through several hands, Troubled the one that the server
	// has told an anomaly of; "" when the server's leases are too long for one to be lost often enough.
	Failed, Returned, Troubled string
}

// Fill fills the caller's tenant. say is told what is waited for. Errors: ErrNotEmpty, and whatever the server refuses.
func Fill(ctx context.Context, s Server, say func(string)) (Summary, error) {
	p := &player{server: s, byID: map[string]*task{}, made: map[string]int{}}
	limits, err := p.look(ctx)
	if err != nil {
		return Summary{}, err
	}
	plan := newPlan(limits.shortLease())
	if err := p.play(ctx, plan, limits, say); err != nil {
		return Summary{}, err
	}
	return p.sum(ctx, plan)
}

// limits are what the server allows, as far as the plan depends on it.
type limits struct {
	DefaultLeaseTTLSeconds int
}

// shortestLease is the shortest lease in seconds that every server grants.
const shortestLease = 10

// lostAfter is how long the leases are that run out: as short as the server is known to grant.
func (l limits) lostAfter() int { return min(shortestLease, l.DefaultLeaseTTLSeconds) }

// shortLease tells whether a lease may be lost several times while somebody waits for it.
func (l limits) shortLease() bool { return l.lostAfter() <= 2 }

// look asks whether the tenant is empty, and what the server allows.
func (p *player) look(ctx context.Context) (limits, error) {
	var got struct {
		Viewer     struct{ TenantID string }
		Service    struct{ Limits limits }
		Receipts   struct{ Nodes []struct{ ID string } }
		LedgerHead string
	}
	const document = `{ viewer { tenantId } service { limits { defaultLeaseTtlSeconds } } ledgerHead receipts(last: 1) { nodes { id } } }`
	if err := p.server.Do(ctx, planner, document, nil, &got); err != nil {
		return limits{}, err
	}
	p.tenant, p.head = got.Viewer.TenantID, got.LedgerHead
	if len(got.Receipts.Nodes) > 0 {
		return limits{}, fmt.Errorf("tenant %s %w", p.tenant, ErrNotEmpty)
	}
	return got.Service.Limits, nil
}

// sum counts what the server says that there is now.
func (p *player) sum(ctx context.Context, plan *plan) (Summary, error) {
	var got struct {
		QueueStats []struct {
			Status string
			Count  int
		}
		Receipts struct{ Nodes []struct{ Seq int } }
	}
	const document = `{ queueStats { status count } receipts(last: 1) { nodes { seq } } }`
	if err := p.server.Do(ctx, planner, document, nil, &got); err != nil {
		return Summary{}, err
	}
	s := Summary{Tenant: p.tenant, Receipts: got.Receipts.Nodes[0].Seq, Statuses: map[string]int{}}
	for _, q := range got.QueueStats {
		s.Statuses[q.Status] += q.Count
		s.Tasks += q.Count
	}
	plan.describe(&s)
	return s, nil
}
