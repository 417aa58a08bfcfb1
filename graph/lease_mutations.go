package graph

import (
	"context"
	"fmt"

	"github.com/asyncgate/asyncgate/internal/engine"
	"github.com/asyncgate/asyncgate/models"
)

// ClaimTasks claims tasks.
func (m mutations) ClaimTasks(ctx context.Context, input ClaimTasksInput) (*ClaimTasksPayload, error) {
	leases, err := m.opt.Engine.ClaimTasks(ctx, viewer(ctx), engine.ClaimTasks{
		Types: input.Types, Capabilities: input.Capabilities, MaxTasks: or(input.MaxTasks, 1), TTLSeconds: input.TTLSeconds,
		WaitSeconds: or(input.WaitSeconds, 0),
	})
	if err != nil {
		return nil, err
	}
	return &ClaimTasksPayload{Leases: together(leases, leaseNode)}, nil
}

// RenewLease prolongs a lease.
func (m mutations) RenewLease(ctx context.Context, input RenewLeaseInput) (*RenewLeasePayload, error) {
	id, err := leaseID(input.LeaseID)
	if err != nil {
		return nil, err
	}
	command := engine.RenewLease{LeaseID: id, ExtendBySeconds: input.ExtendBySeconds}
	lease, err := m.opt.Engine.RenewLease(ctx, viewer(ctx), command)
	if err != nil {
		return nil, err
	}
	return &RenewLeasePayload{Lease: alone(lease, leaseNode)}, nil
}

// ReleaseLease gives a task back.
func (m mutations) ReleaseLease(ctx context.Context, input ReleaseLeaseInput) (*ReleaseLeasePayload, error) {
	id, err := leaseID(input.LeaseID)
	if err != nil {
		return nil, err
	}
	task, err := m.opt.Engine.ReleaseLease(ctx, viewer(ctx), engine.ReleaseLease{LeaseID: id, Reason: input.Reason})
	if err != nil {
		return nil, err
	}
	return &ReleaseLeasePayload{Task: alone(task, taskNode)}, nil
}

// StartTask tells that the work has started.
func (m mutations) StartTask(ctx context.Context, input StartTaskInput) (*StartTaskPayload, error) {
	id, err := leaseID(input.LeaseID)
	if err != nil {
		return nil, err
	}
	task, err := m.opt.Engine.StartTask(ctx, viewer(ctx), engine.StartTask{LeaseID: id})
	if err != nil {
		return nil, err
	}
	return &StartTaskPayload{Task: alone(task, taskNode)}, nil
}

// ReportProgress tells how far the work is.
func (m mutations) ReportProgress(ctx context.Context, input ReportProgressInput) (*ReportProgressPayload, error) {
	id, err := leaseID(input.LeaseID)
	if err != nil {
		return nil, err
	}
	command := engine.ReportProgress{LeaseID: id, Progress: input.Progress, Sequence: input.Sequence}
	task, err := m.opt.Engine.ReportProgress(ctx, viewer(ctx), command)
	if err != nil {
		return nil, err
	}
	return &ReportProgressPayload{Task: alone(task, taskNode)}, nil
}

// CompleteTask ends a task with success.
func (m mutations) CompleteTask(ctx context.Context, input CompleteTaskInput) (*CompleteTaskPayload, error) {
	command, err := input.command("input")
	if err != nil {
		return nil, err
	}
	done, err := m.opt.Engine.CompleteTask(ctx, viewer(ctx), command)
	if err != nil {
		return nil, err
	}
	return &CompleteTaskPayload{Task: alone(done.Task, taskNode), Receipt: alone(done.Receipt, receiptNode)}, nil
}

func (in *CompleteTaskInput) command(at string) (engine.CompleteTask, error) {
	id, err := parseID(at+".leaseId", in.LeaseID)
	return engine.CompleteTask{
		LeaseID: id, Summary: in.Summary, Result: or(in.Result, ""), Artifacts: in.Artifacts,
		DeliveryProof: or(in.DeliveryProof, ""),
	}, err
}

// CompleteTasks ends tasks with success, each on its own.
func (m mutations) CompleteTasks(ctx context.Context, inputs []*CompleteTaskInput) ([]*CompleteTaskResult, error) {
	if err := checkBatch(len(inputs)); err != nil {
		return nil, err
	}
	results := make([]*CompleteTaskResult, len(inputs))
	var commands []engine.CompleteTask
	var places []int
	for i, input := range inputs {
		command, err := input.command(fmt.Sprintf("inputs[%d]", i))
		if err != nil {
			results[i] = &CompleteTaskResult{Error: m.batchError(ctx, err)}
			continue
		}
		commands, places = append(commands, command), append(places, i)
	}
	if len(commands) == 0 {
		return results, nil
	}
	items, err := m.opt.Engine.CompleteTasks(ctx, viewer(ctx), commands)
	if err != nil {
		return nil, err
	}
	tasks, receipts := &peers[models.Task]{}, &peers[models.Receipt]{}
	for i, item := range items {
		result := &CompleteTaskResult{}
		if done := item.Completed; item.Err == nil && done != nil {
			tasks.all, receipts.all = append(tasks.all, done.Task), append(receipts.all, done.Receipt)
			result.Payload = &CompleteTaskPayload{Task: taskNode(done.Task, tasks), Receipt: receiptNode(done.Receipt, receipts)}
		} else {
			result.Error = m.batchError(ctx, item.Err)
		}
		results[places[i]] = result
	}
	return results, nil
}

// batchError is the error that a single call would have raised.
func (m mutations) batchError(ctx context.Context, err error) *BatchError {
	known := m.opt.known(ctx, err)
	return &BatchError{Code: string(known.Code), Message: known.Message, Retryable: known.Code.Retryable()}
}

// FailTask ends an attempt with failure.
func (m mutations) FailTask(ctx context.Context, input FailTaskInput) (*FailTaskPayload, error) {
	id, err := leaseID(input.LeaseID)
	if err != nil {
		return nil, err
	}
	done, err := m.opt.Engine.FailTask(ctx, viewer(ctx), engine.FailTask{
		LeaseID: id, Error: input.Error, Retryable: or(input.Retryable, false), RetryAfterSeconds: input.RetryAfterSeconds,
	})
	if err != nil {
		return nil, err
	}
	return &FailTaskPayload{
		Task: alone(done.Task, taskNode), Requeued: done.Requeued, NextEligibleAt: done.NextEligibleAt,
		Receipt: alone(done.Receipt, receiptNode),
	}, nil
}
