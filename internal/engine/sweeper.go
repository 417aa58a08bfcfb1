package engine

import (
	"context"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

type sweepState struct{ last atomic.Int64 }

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

// Run sweeps until ctx ends. Every replica runs it, without a leader: the rows' locks let only one end a given lease.
func (e *Engine) Run(ctx context.Context) error {
	for {
		_, err := e.Sweep(ctx)
		if ctx.Err() != nil {
			return nil
		}
		e.options.Observer.Swept(err)
		if err != nil {
			e.options.Logger.WarnContext(ctx, "sweep failed; trying again", "error", err)
		}
		// Replicas that were started together sweep apart.
		if sleep(ctx, e.options.SweepInterval*9/10+evenly(e.options.SweepInterval/5)) != nil {
			return nil
		}
	}
}

// Sweep ends the leases that are past their expiry, oldest first, and returns how many. One that can't be ended is logged
// and stops no other.
func (e *Engine) Sweep(ctx context.Context) (int, error) {
	ended, failed := 0, false
	var last *store.DueLease
	for {
		due, err := e.store.DueLeases(ctx, last, e.options.SweepBatch)
		if err != nil {
			return ended, err
		}
		sweep, end := e.startSweep(ctx, due)
		n, wrong := e.expire(sweep, due)
		end()
		ended, failed = ended+n, failed || wrong
		if len(due) < e.options.SweepBatch || ctx.Err() != nil {
			break
		}
		last = &due[len(due)-1]
	}
	if !failed || ended > 0 {
		e.sweeps.last.Store(time.Now().UnixNano()) //nolint:forbidigo // readiness is about this process, no lease is decided by it
	}
	return ended, ctx.Err()
}

// expire ends the leases, those of all tenants at the same time, and returns how many, and whether any failed to end.
func (e *Engine) expire(ctx context.Context, due []store.DueLease) (ended int, failed bool) {
	tenants := map[uuid.UUID][]command{}
	for _, d := range due {
		tenants[d.Tenant] = append(tenants[d.Tenant], &expireLease{lease: d.Lease})
	}
	var calls []*call
	for tenant, commands := range tenants {
		submitted, err := e.submit(ctx, models.Viewer{TenantID: tenant, Principal: models.ServerPrincipal}, commands...)
		if err != nil {
			e.options.Logger.WarnContext(ctx, "leases can't be ended now", "tenant", tenant, "error", err)
			failed = true
		}
		calls = append(calls, submitted...)
	}
	for _, call := range calls {
		expired, err := await[expiry](call)
		if err != nil {
			e.options.Logger.ErrorContext(ctx, "a lease can't be ended", "tenant", call.viewer.TenantID, "error", err)
			failed = true
		}
		if expired != notExpired {
			ended++
			e.options.Observer.Expired(expired == expiredRequeued)
		}
	}
	return ended, failed
}

func evenly(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	return rand.N(d)
}
