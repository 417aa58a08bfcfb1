package engine

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/trace"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// ClaimTasks asks for work.
type ClaimTasks struct {
	// Types are the types of tasks wanted; all if empty.
	Types []string
	// Capabilities are what the worker can do.
	Capabilities []string
	// MaxTasks is 1 to 100.
	MaxTasks int
	// TTLSeconds is the lease's time; nil is the default.
	TTLSeconds *int
	// WaitSeconds is how long to wait for work when there is none, 0 to 30.
	WaitSeconds int
}

// ClaimTasks leases claimable tasks to the caller: highest priority first, then oldest. It returns none when there are none
// by the end of the wait, BAD_USER_INPUT for arguments out of range. A caller that lost the answer finds its leases by the
// query leases; a retry claims more.
func (e *Engine) ClaimTasks(ctx context.Context, v models.Viewer, c ClaimTasks) ([]*models.Lease, error) {
	cmd, err := c.command(e.options.Rules)
	if err != nil {
		return nil, err
	}
	if c.WaitSeconds == 0 || e.options.Bell == nil {
		return do[[]*models.Lease](ctx, e, v, cmd)
	}
	return e.claimWaiting(ctx, v, cmd, time.Duration(c.WaitSeconds)*time.Second)
}

// claimWaiting claims whenever a task may have become claimable.
func (e *Engine) claimWaiting(ctx context.Context, v models.Viewer, cmd *claimTasks, wait time.Duration) (leases []*models.Lease, err error) {
	e.claims.Add(1)
	defer e.claims.Add(-1)
	awoken, stop := e.options.Bell.Work(v.TenantID, cmd.claim.Types, cmd.claim.Capabilities)
	defer func() { stop(tasksOf(leases)) }()
	patience, cancel := e.patience(ctx, wait)
	defer cancel()
	pause := lockedPause
	for {
		leases, err = do[[]*models.Lease](ctx, e, v, cmd)
		if err != nil || len(leases) > 0 {
			return leases, err
		}
		// What there is but was not got is locked by another server. No bell tells when that lets it go.
		locked, err := e.store.Tenant(v.TenantID).Claimable(ctx, cmd.claim)
		if err != nil {
			return nil, err
		}
		_, span := trace.Start(ctx, "await work")
		if locked {
			err = sleep(patience, pause)
			pause = min(2*pause, 10*lockedPause)
		} else {
			err = awoken(patience)
			pause = lockedPause
		}
		span.End()
		switch {
		case err == nil:
		case errors.Is(err, errWaitedEnough):
			return leases, nil
		default:
			return nil, err
		}
	}
}

// lockedPause is after which time, at first, a task that another server has locked is looked for again.
const lockedPause = 100 * time.Millisecond

var (
	errWaitedEnough = errors.New("the wait is over")
	errDraining     = models.Errorf(models.CodeUnavailable, "this server is shutting down; try again, on another one")
)

// patience returns a context for a wait: it ends with ctx, with errWaitedEnough after d, and with errDraining when waits are
// to end.
func (e *Engine) patience(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	ctx, drain := context.WithCancelCause(ctx)
	stop := context.AfterFunc(e.waits, func() { drain(errDraining) })
	ctx, cancel := context.WithTimeoutCause(ctx, d, errWaitedEnough)
	return ctx, func() {
		cancel()
		stop()
		drain(nil)
	}
}

func tasksOf(leases []*models.Lease) []uuid.UUID {
	tasks := make([]uuid.UUID, len(leases))
	for i, l := range leases {
		tasks[i] = l.TaskID
	}
	return tasks
}

func (c ClaimTasks) command(rules models.Rules) (*claimTasks, error) {
	if err := checkRange("maxTasks", &c.MaxTasks, 1, models.MaxClaim); err != nil {
		return nil, err
	}
	if err := checkRange("waitSeconds", &c.WaitSeconds, 0, models.MaxWaitSeconds); err != nil {
		return nil, err
	}
	if err := models.CheckSkills(c.Types, c.Capabilities); err != nil {
		return nil, err
	}
	ttl, err := leaseTime("ttlSeconds", c.TTLSeconds, rules)
	if err != nil {
		return nil, err
	}
	types := slices.Clone(c.Types)
	slices.Sort(types)
	cmd := &claimTasks{
		claim: store.Claim{Types: slices.Compact(types), Capabilities: c.Capabilities, AtMost: c.MaxTasks},
		ttl:   min(ttl, rules.MaxLeaseLifetime),
	}
	return cmd, check(cmd.body(time.Time{}))
}

type claimTasks struct {
	claim store.Claim
	ttl   time.Duration
}

// body is what task.accepted says; it has the same length whenever the lease expires.
func (c *claimTasks) body(expiresAt time.Time) models.JSON {
	return models.Object(map[string]models.JSON{
		"worker_capabilities": models.Strings(c.claim.Capabilities), "expires_at": models.Time(expiresAt),
	})
}

func (c *claimTasks) needs(n *store.Needs) { n.Claim(c.claim) }

func (c *claimTasks) weight() int { return c.claim.AtMost }

func (c *claimTasks) decide(s *state) (any, error) {
	leases := []*models.Lease{}
	for _, t := range s.Candidates[slices.IndexFunc(s.claims, c.claim.Same)] {
		if len(leases) == c.claim.AtMost {
			break
		}
		if t.Status != models.StatusQueued || s.Held[t.ID] != nil {
			continue // an earlier command of the batch took it
		}
		l := &models.Lease{
			ID: newID(), TenantID: s.tenant, TaskID: t.ID, Worker: s.viewer.Principal, State: models.LeaseActive,
			AcquiredAt: s.Now, ExpiresAt: s.Now.Add(c.ttl),
		}
		s.newLeases = append(s.newLeases, l)
		s.Leases[l.ID], s.Held[t.ID] = l, l
		_, err := s.apply(t, move{
			event: models.EventClaim, by: s.viewer.Principal, receipt: models.TaskAccepted, body: c.body(l.ExpiresAt),
		})
		if err != nil {
			return nil, err
		}
		leases = append(leases, copyLease(l))
	}
	return leases, nil
}
