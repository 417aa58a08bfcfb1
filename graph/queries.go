package graph

import (
	"context"
	"math"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// Viewer returns the caller.
func (q queries) Viewer(ctx context.Context) (*models.Viewer, error) {
	v := viewer(ctx)
	return &v, nil
}

// Service returns what is served here.
func (q queries) Service(context.Context) (*Service, error) {
	s, rules := q.opt.Service, q.opt.Engine.Rules()
	return &Service{
		Name: "asyncgate", Version: s.Version, InstanceID: s.InstanceID, Environment: s.Environment, StartedAt: s.StartedAt,
		Limits: &Limits{
			MaxPageSize:             models.MaxPageSize,
			DefaultLeaseTTLSeconds:  seconds(rules.LeaseTTL),
			MaxLeaseTTLSeconds:      seconds(rules.MaxLeaseTTL),
			MaxLeaseRenewals:        rules.MaxRenewals,
			MaxLeaseLifetimeSeconds: seconds(rules.MaxLeaseLifetime),
			MaxReceiptBodyBytes:     models.MaxBodyBytes,
			MaxParents:              models.MaxParents,
			MaxArtifacts:            models.MaxArtifacts,
			MaxBatchSize:            models.MaxBatchSize,
		},
	}, nil
}

// seconds rounds up: a limit of tests, who set some below a second, is no less than what is told.
func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

// Task returns a task, or nil.
func (q queries) Task(ctx context.Context, id string) (*Task, error) {
	return byID(ctx, id, loadersOf(ctx).tasksAsked)
}

// Lease returns a lease, or nil.
func (q queries) Lease(ctx context.Context, id string) (*Lease, error) {
	return byID(ctx, id, loadersOf(ctx).leasesAsked)
}

// Receipt returns a receipt, or nil.
func (q queries) Receipt(ctx context.Context, id string) (*Receipt, error) {
	return byID(ctx, id, loadersOf(ctx).receiptsAsked)
}

// byID returns one noun by its id.
func byID[N any](ctx context.Context, text string, asked *loader[string, map[uuid.UUID]*N]) (*N, error) {
	id, err := parseID("id", text)
	if err != nil {
		return nil, err
	}
	found, err := asked.load(ctx, graphql.GetFieldContext(ctx).Field.Name)
	return found[id], err
}

// AwaitTask returns a task once it is terminal, or as it is when the time is up.
func (q queries) AwaitTask(ctx context.Context, id string, timeoutSeconds *int) (*Task, error) {
	taskID, err := parseID("id", id)
	if err != nil {
		return nil, err
	}
	timeout := time.Duration(or(timeoutSeconds, 20)) * time.Second
	task, err := q.opt.Engine.AwaitTask(ctx, viewer(ctx), taskID, timeout)
	return alone(task, taskNode), err
}

// Tasks returns a page of tasks.
func (q queries) Tasks(ctx context.Context, filter *TaskFilter, first *int, after *string) (*TaskConnection, error) {
	s, err := q.tenant(ctx).Tasks(ctx, filter.toStore(), store.PageArgs{First: first, After: after})
	if err != nil {
		return nil, err
	}
	return &TaskConnection{pageOf(s, taskNode)}, nil
}

// Leases returns a page of a worker's leases.
func (q queries) Leases(
	ctx context.Context, worker *models.Principal, states []models.LeaseState, first *int, after *string,
) (*LeaseConnection, error) {
	filter := store.LeaseFilter{Worker: orViewer(ctx, worker), States: states}
	s, err := q.tenant(ctx).Leases(ctx, filter, store.PageArgs{First: first, After: after})
	if err != nil {
		return nil, err
	}
	return &LeaseConnection{pageOf(s, leaseNode)}, nil
}

// Receipts returns a page of the ledger.
func (q queries) Receipts(
	ctx context.Context, filter *ReceiptFilter, first *int, after *string, last *int, before *string,
) (*ReceiptConnection, error) {
	f, err := filter.toStore()
	if err != nil {
		return nil, err
	}
	s, err := q.tenant(ctx).Receipts(ctx, f, store.LedgerPageArgs{First: first, After: after, Last: last, Before: before})
	if err != nil {
		return nil, err
	}
	return &ReceiptConnection{pageOf(s, receiptNode)}, nil
}

// LedgerHead returns the cursor behind the newest receipt.
func (q queries) LedgerHead(ctx context.Context) (string, error) {
	seq, err := q.tenant(ctx).Head(ctx)
	return models.LedgerCursor(viewer(ctx).TenantID, seq), err
}

// OpenObligations returns a page of what a principal is owed.
func (q queries) OpenObligations(
	ctx context.Context, principal *models.Principal, first *int, after *string,
) (*ReceiptConnection, error) {
	s, err := q.tenant(ctx).OpenObligations(ctx, orViewer(ctx, principal), store.PageArgs{First: first, After: after})
	if err != nil {
		return nil, err
	}
	return &ReceiptConnection{pageOf(s, receiptNode)}, nil
}

// QueueStats returns how many tasks there are of each type and status.
func (q queries) QueueStats(ctx context.Context) ([]*QueueStat, error) {
	stats, err := q.tenant(ctx).QueueStats(ctx)
	if err != nil {
		return nil, err
	}
	shown := make([]*QueueStat, len(stats))
	for i, s := range stats {
		shown[i] = &QueueStat{
			Type: s.Type, Status: s.Status, Count: int(min(s.Count, math.MaxInt32)), OldestEligibleAt: s.OldestEligibleAt,
		}
	}
	return shown, nil
}
