package client

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/asyncgate/asyncgate/client/internal/api"
)

// report is what a handler has returned, as it is reported: one of the two is not nil. It is encoded before it is sent, so that
// each repeat is the same.
type report struct {
	completion *api.CompleteTaskInput
	failure    *FailTaskInput
}

// handle calls the handler of a task. A panic is an error, and so is what can't be encoded.
func (w *Worker) handle(ctx context.Context, job *Job) (r report) {
	defer func() {
		if value := recover(); value != nil {
			w.logger.ErrorContext(ctx, "asyncgate: a handler panicked", "task", job.Task.ID, "panic", value, "stack", string(debug.Stack()))
			r = failed(job.Lease.ID, fmt.Errorf("panic: %v", value))
		}
	}()
	if ctx.Err() != nil {
		return failed(job.Lease.ID, context.Cause(ctx))
	}
	completion, err := w.handlers[job.Task.Type](ctx, job)
	if err != nil {
		return failed(job.Lease.ID, err)
	}
	input, err := CompleteTaskInput{LeaseID: job.Lease.ID, Completion: completion}.encode()
	if err != nil {
		return failed(job.Lease.ID, err)
	}
	return report{completion: &input}
}

func failed(id leaseID, err error) report {
	input := failureOf(id, err)
	return report{failure: &input}
}

// report reports what a handler has returned. It is repeated until it is answered, or the lease has ended.
func (w *Worker) report(life context.Context, job *Job, r report) {
	patient := w.c.patient()
	var err error
	if r.completion != nil {
		_, err = patient.completeTask(life, *r.completion)
		switch CodeOf(err) {
		case CodeOutcomeRequired, CodePayloadTooLarge, CodeBadUserInput, CodeValidationFailed:
			// It would be refused again, and the lease would only expire: what the server does not take is the handler's failure.
			w.logger.ErrorContext(life, "asyncgate: a completion was refused", "task", job.Task.ID, "error", err)
			r = failed(job.Lease.ID, err)
		default:
		}
	}
	if r.failure != nil {
		w.logger.WarnContext(life, "asyncgate: a task failed", "task", job.Task.ID, "error", r.failure.Error)
		_, err = patient.FailTask(life, *r.failure)
	}
	if err != nil && !errors.Is(err, ErrLeaseEnded) {
		w.logger.WarnContext(life, "asyncgate: a report was refused", "task", job.Task.ID, "error", err)
	}
}
