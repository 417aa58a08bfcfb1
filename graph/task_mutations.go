package graph

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/engine"
	"github.com/asyncgate/asyncgate/models"
)

// CreateTask creates a task.
func (m mutations) CreateTask(ctx context.Context, input CreateTaskInput) (*CreateTaskPayload, error) {
	command, err := input.command("input")
	if err != nil {
		return nil, err
	}
	created, err := m.opt.Engine.CreateTask(ctx, viewer(ctx), command)
	if err != nil {
		return nil, err
	}
	return &CreateTaskPayload{Task: alone(created.Task, taskNode), Created: created.Created}, nil
}

// CreateTasks creates all tasks or none.
func (m mutations) CreateTasks(ctx context.Context, inputs []*CreateTaskInput) ([]*CreateTaskPayload, error) {
	if err := checkBatch(len(inputs)); err != nil {
		return nil, err
	}
	commands := make([]engine.CreateTask, len(inputs))
	for i, input := range inputs {
		var err error
		if commands[i], err = input.command(fmt.Sprintf("inputs[%d]", i)); err != nil {
			return nil, err
		}
	}
	created, err := m.opt.Engine.CreateTasks(ctx, viewer(ctx), commands)
	if err != nil {
		return nil, err
	}
	tasks := make([]*models.Task, len(created))
	for i, c := range created {
		tasks[i] = c.Task
	}
	payloads := make([]*CreateTaskPayload, len(created))
	for i, task := range together(tasks, taskNode) {
		payloads[i] = &CreateTaskPayload{Task: task, Created: created[i].Created}
	}
	return payloads, nil
}

// checkBatch refuses a batch that is too long before its items are read.
func checkBatch(n int) error {
	if n > models.MaxBatchSize {
		return models.Errorf(models.CodeBadUserInput, "inputs: %d items; at most %d fit one call", n, models.MaxBatchSize)
	}
	return nil
}

func (in *CreateTaskInput) command(at string) (engine.CreateTask, error) {
	command := engine.CreateTask{
		Type: in.Type, Payload: or(in.Payload, ""), PayloadPointer: in.PayloadPointer, Priority: or(in.Priority, 0),
		ExpectedOutcome: or(in.ExpectedOutcome, models.OutcomeAny), IdempotencyKey: in.IdempotencyKey,
		MaxAttempts: in.MaxAttempts, RetryBackoffSeconds: in.RetryBackoffSeconds, DelaySeconds: in.DelaySeconds,
	}
	if in.Requirements != nil {
		command.Capabilities, command.Tags = in.Requirements.Capabilities, in.Requirements.Tags
	}
	for i, text := range in.ParentReceiptIds {
		id, err := parseID(fmt.Sprintf("%s.parentReceiptIds[%d]", at, i), text)
		if err != nil {
			return command, err
		}
		command.ParentIDs = append(command.ParentIDs, id)
	}
	return command, nil
}

// CancelTask cancels a task.
func (m mutations) CancelTask(ctx context.Context, input CancelTaskInput) (*CancelTaskPayload, error) {
	id, err := parseID("input.taskId", input.TaskID)
	if err != nil {
		return nil, err
	}
	canceled, err := m.opt.Engine.CancelTask(ctx, viewer(ctx), engine.CancelTask{TaskID: id, Reason: input.Reason})
	if err != nil {
		return nil, err
	}
	return &CancelTaskPayload{Task: alone(canceled.Task, taskNode), Canceled: canceled.Canceled}, nil
}

// RetryTask makes a new task of a failed or canceled one.
func (m mutations) RetryTask(ctx context.Context, input RetryTaskInput) (*CreateTaskPayload, error) {
	id, err := parseID("input.taskId", input.TaskID)
	if err != nil {
		return nil, err
	}
	command := engine.RetryTask{TaskID: id, Reason: input.Reason, IdempotencyKey: input.IdempotencyKey}
	created, err := m.opt.Engine.RetryTask(ctx, viewer(ctx), command)
	if err != nil {
		return nil, err
	}
	return &CreateTaskPayload{Task: alone(created.Task, taskNode), Created: created.Created}, nil
}

// AcknowledgeReceipt takes note of a receipt.
func (m mutations) AcknowledgeReceipt(ctx context.Context, input AcknowledgeReceiptInput) (*AcknowledgeReceiptPayload, error) {
	id, err := parseID("input.receiptId", input.ReceiptID)
	if err != nil {
		return nil, err
	}
	done, err := m.opt.Engine.AcknowledgeReceipt(ctx, viewer(ctx), engine.AcknowledgeReceipt{ReceiptID: id, Note: input.Note})
	if err != nil {
		return nil, err
	}
	return &AcknowledgeReceiptPayload{
		Receipt: alone(done.Receipt, receiptNode), Acknowledgement: alone(done.Acknowledgement, receiptNode),
	}, nil
}

// leaseID reads the id that every report of a worker carries.
func leaseID(text string) (uuid.UUID, error) { return parseID("input.leaseId", text) }
