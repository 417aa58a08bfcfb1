package graph

import (
	"context"
	"fmt"

	"github.com/99designs/gqlgen/graphql"

	"github.com/asyncgate/asyncgate/models"
)

// Eligibility tells whether the task could be claimed now.
func (f taskFields) Eligibility(ctx context.Context, t *Task) (*models.Eligibility, error) {
	lease, err := f.Lease(ctx, t)
	if err != nil {
		return nil, err
	}
	var held *models.Lease
	if lease != nil {
		held = lease.Lease
	}
	e := t.Eligibility(f.opt.Now(), held)
	return &e, nil
}

// Lease returns the lease that holds the task.
func (f taskFields) Lease(ctx context.Context, t *Task) (*Lease, error) {
	if !t.Status.Held() {
		return nil, nil //nolint:nilnil // nothing holds it
	}
	found, err := loadersOf(ctx).activeLeases.load(ctx, t.peers)
	return found[t.ID], err
}

// Leases returns a page of the task's leases.
func (f taskFields) Leases(ctx context.Context, t *Task, first *int, after *string) (*LeaseConnection, error) {
	found, err := loadersOf(ctx).taskLeases.load(ctx, pageKeyOf(t.peers, nil, first, after))
	return &LeaseConnection{found[t.ID]}, err
}

// Obligation returns the task.assigned receipt.
func (f taskFields) Obligation(ctx context.Context, t *Task) (*Receipt, error) {
	found, err := loadersOf(ctx).obligations.load(ctx, t.peers)
	return mustFind(found[t.ObligationID], err, "the obligation of task %s", t.ID)
}

// Receipts returns a page of the task's receipts.
func (f taskFields) Receipts(
	ctx context.Context, t *Task, types []models.ReceiptType, first *int, after *string,
) (*ReceiptConnection, error) {
	found, err := loadersOf(ctx).taskReceipts.load(ctx, pageKeyOf(t.peers, types, first, after))
	return &ReceiptConnection{found[t.ID]}, err
}

// Task returns the task of the lease.
func (f leaseFields) Task(ctx context.Context, l *Lease) (*Task, error) {
	found, err := loadersOf(ctx).leaseTasks.load(ctx, l.peers)
	return mustFind(found[l.TaskID], err, "the task of lease %s", l.ID)
}

// RenewalsRemaining returns how often the lease can be renewed.
func (f leaseFields) RenewalsRemaining(_ context.Context, l *Lease) (int, error) {
	return l.RenewalsRemaining(f.opt.Engine.Rules().MaxRenewals), nil
}

// Task returns the task that the receipt is about.
func (f receiptFields) Task(ctx context.Context, r *Receipt) (*Task, error) {
	found, err := loadersOf(ctx).receiptTasks.load(ctx, r.peers)
	return found[r.TaskID], err
}

// Lease returns the lease that the receipt speaks of.
func (f receiptFields) Lease(ctx context.Context, r *Receipt) (*Lease, error) {
	found, err := loadersOf(ctx).receiptLeases.load(ctx, r.peers)
	return found[r.LeaseID], err
}

// Parents returns the receipts that this one answers.
func (f receiptFields) Parents(ctx context.Context, r *Receipt) ([]*Receipt, error) {
	found, err := loadersOf(ctx).parents.load(ctx, r.peers)
	if err != nil {
		return nil, err
	}
	parents := make([]*Receipt, len(r.Parents))
	for i, id := range r.Parents {
		if parents[i], err = mustFind(found[id], nil, "the parent %s of receipt %s", id, r.ID); err != nil {
			return nil, err
		}
	}
	return parents, nil
}

// Children returns a page of the receipts that answer this one.
func (f receiptFields) Children(
	ctx context.Context, r *Receipt, types []models.ReceiptType, first *int, after *string,
) (*ReceiptConnection, error) {
	found, err := loadersOf(ctx).children.load(ctx, pageKeyOf(r.peers, types, first, after))
	return &ReceiptConnection{found[r.ID]}, err
}

// IsOpen tells whether nothing terminates the obligation; nil when it is none. When the terminator is selected too, both
// take the same statement; when not, its receipt is not read.
func (f receiptFields) IsOpen(ctx context.Context, r *Receipt) (*bool, error) {
	if !r.IsObligation() {
		return nil, nil //nolint:nilnil // the question does not arise
	}
	var open bool
	if selectedBeside(ctx, "Receipt", "terminator") {
		found, err := loadersOf(ctx).terminators.load(ctx, r.peers)
		if err != nil {
			return nil, err
		}
		open = found[r.ID] == nil
	} else {
		found, err := loadersOf(ctx).closers.load(ctx, r.peers)
		if err != nil {
			return nil, err
		}
		closer, known := found[r.ID]
		open = !known || closer == [16]byte{}
	}
	return &open, nil
}

// Terminator returns the receipt that terminated the obligation.
func (f receiptFields) Terminator(ctx context.Context, r *Receipt) (*Receipt, error) {
	found, err := loadersOf(ctx).terminators.load(ctx, r.peers)
	return found[r.ID], err
}

// Acknowledgement returns the receipt that acknowledges this one.
func (f receiptFields) Acknowledgement(ctx context.Context, r *Receipt) (*Receipt, error) {
	found, err := loadersOf(ctx).acknowledgements.load(ctx, r.peers)
	return found[r.ID], err
}

// selectedBeside tells whether a field is selected of the object whose field is being resolved.
func selectedBeside(ctx context.Context, object, name string) bool {
	parent := graphql.GetFieldContext(ctx).Parent
	for parent != nil && parent.Field.Field == nil { // an element of a list
		parent = parent.Parent
	}
	if parent == nil {
		return false
	}
	for _, field := range graphql.CollectFields(graphql.GetOperationContext(ctx), parent.Field.Selections, []string{object}) {
		if field.Name == name {
			return true
		}
	}
	return false
}

// mustFind makes an error of a row that others refer to and that is not there, which the ledger rules out.
func mustFind[N any](node *N, err error, what string, args ...any) (*N, error) {
	if node == nil && err == nil {
		err = fmt.Errorf(what+" is missing", args...)
	}
	return node, err
}
