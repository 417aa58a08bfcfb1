package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/outage"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

type sweepState struct {
	last  atomic.Int64
	watch *outage.Watch
}

// LastSweep returns when a sweep last succeeded; the zero time when none has.
func (e *Engine) LastSweep() time.Time {
	nanos := e.sweeps.last.Load()
	if nanos == 0 {
		return time.Time{}
	}
	return time.Unix(0, nanos)
}

// SweepInterval returns how often Run sweeps.
func (e *Engine) SweepInterval() time.Duration { return e.options.SweepInterval }

// Run sweeps until ctx ends, or the engine is closed. Every replica runs it, without a leader: the rows' locks let only one end a given lease.
func (e *Engine) Run(ctx context.Context) error {
	for {
		_, err := e.Sweep(ctx)
		if ctx.Err() != nil || errors.Is(err, errDraining) {
			return nil
		}
		e.options.Observer.Swept(err)
		e.sweeps.watch.Note(err)
		// Replicas that were started together sweep apart.
		if sleep(ctx, e.options.SweepInterval*9/10+evenly(e.options.SweepInterval/5)) != nil {
			return nil
		}
	}
}

// Sweep ends the leases that are past their expiry, oldest first, and returns how many. One that can't be ended stops no other;
// the error says how many can't, and why the first. UNAVAILABLE when the database is out of reach or can't write.
func (e *Engine) Sweep(ctx context.Context) (int, error) {
	ended, refused := 0, refusals{}
	var last *store.DueLease
	for {
		due, err := e.store.DueLeases(ctx, last, e.options.SweepBatch)
		if err != nil {
			return ended, err
		}
		sweep, end := e.startSweep(ctx, due)
		ended += e.expire(sweep, due, &refused)
		end()
		if len(due) < e.options.SweepBatch || ctx.Err() != nil {
			break
		}
		last = &due[len(due)-1]
	}
	if refused.count == 0 || ended > 0 {
		e.sweeps.last.Store(time.Now().UnixNano()) //nolint:forbidigo // readiness is about this process, no lease is decided by it
	}
	return ended, cmp.Or(ctx.Err(), refused.err())
}

// refusals are the leases that can't be ended, and why the first of them can't.
type refusals struct {
	count  int
	tenant uuid.UUID
	first  error
}

func (r *refusals) add(tenant uuid.UUID, leases int, err error) {
	if r.count == 0 {
		r.tenant, r.first = tenant, err
	}
	r.count += leases
}

func (r *refusals) err() error {
	if r.count == 0 {
		return nil
	}
	return fmt.Errorf("a lease of tenant %s can't be ended, one of %d: %w", r.tenant, r.count, r.first)
}

// expire ends the leases, those of all tenants at the same time, and returns how many.
func (e *Engine) expire(ctx context.Context, due []store.DueLease, refused *refusals) (ended int) {
	tenants := map[uuid.UUID][]command{}
	for _, d := range due {
		tenants[d.Tenant] = append(tenants[d.Tenant], &expireLease{lease: d.Lease})
	}
	var calls []*call
	for tenant, commands := range tenants {
		submitted, err := e.submit(ctx, models.Viewer{TenantID: tenant, Principal: models.ServerPrincipal}, commands...)
		if err != nil {
			refused.add(tenant, len(commands), err)
		}
		calls = append(calls, submitted...)
	}
	for _, call := range calls {
		expired, err := await[expiry](call)
		if err != nil {
			refused.add(call.viewer.TenantID, 1, err)
		}
		if expired != notExpired {
			ended++
			e.options.Observer.Expired(expired == expiredRequeued)
		}
	}
	return ended
}

func evenly(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	return rand.N(d)
}
