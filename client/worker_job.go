package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Job is a task that a handler does.
type Job struct {
	// Task is the task as it was when it was claimed; its Progress may be an earlier holder's.
	Task *Task
	// Lease is the worker's claim on it. Its times are the claim's: the worker renews it.
	Lease *Lease

	c *Client

	mu sync.Mutex
	// sequence is that of the last report. An inherited lease has none: nobody knows what was reported on it before.
	sequence  int
	inherited bool
}

// Decode reads the task's payload into v, as [json.Unmarshal] does. A task without a payload is an error.
func (j *Job) Decode(v any) error {
	if j.Task.Payload == nil {
		return fmt.Errorf("task %s has no payload", j.Task.ID)
	}
	if err := json.Unmarshal(j.Task.Payload, v); err != nil {
		return fmt.Errorf("the payload of task %s: %w", j.Task.ID, err)
	}
	return nil
}

// Progress tells the owner, and the next holder if this one is lost, how far the work is: any value but nil that encodes as JSON, at
// most 65,536 bytes with its envelope. Reports arrive in order. Each is repeated until it is answered or ctx ends, which should be the
// handler's, and is written once (on a lease that was held when the worker started, perhaps twice).
func (j *Job) Progress(ctx context.Context, progress any) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	in := ReportProgressInput{LeaseID: j.Lease.ID, Progress: progress}
	if !j.inherited {
		j.sequence++
		in.Sequence = j.sequence
	}
	_, err := j.c.patient().reportProgress(ctx, in, false)
	return err
}

// origin is how a worker came by a lease.
type origin int

const (
	claimed   origin = iota
	recovered        // by a claim whose answer was lost
	inherited        // from whoever worked as this principal before
)

// start does a task in a goroutine of its own, for which a slot is taken. sent is when the lease was asked for. What comes when the
// worker is told to stop is given back.
func (w *Worker) start(ctx context.Context, lease *Lease, sent time.Time, from origin) {
	life, end := context.WithCancelCause(context.WithoutCancel(ctx))
	w.held.add(lease.ID, end)
	w.jobs.Go(func() {
		defer w.giveSlots(1)
		defer w.held.remove(lease.ID)
		defer end(nil)
		if ctx.Err() != nil {
			w.release(life, lease.ID)
			return
		}
		job := &Job{Task: lease.Task, Lease: lease, c: w.c, inherited: from == inherited}
		w.do(life, end, job, newTenure(lease, sent, from, w.options.LeaseTTL, w.limits))
	})
}

// do has a task done for as long as its lease lives, and reports what came of it.
func (w *Worker) do(life context.Context, end context.CancelCauseFunc, job *Job, t *tenure) {
	work, cancel := context.WithCancelCause(life)
	defer cancel(nil)
	defer context.AfterFunc(w.stopping, func() { cancel(ErrStopping) })()

	// It may be over already, or so soon that nothing comes of it. Nobody works without knowing for how long.
	if t.renewable() && time.Now().After(t.due()) {
		err := w.renew(work, t)
		switch {
		case work.Err() != nil:
			w.release(life, job.Lease.ID)
			return
		case err != nil:
			w.logger.WarnContext(life, "asyncgate: a task can't be started", "task", job.Task.ID, "error", err)
			return
		}
	}
	if !time.Now().Before(t.until) {
		w.logger.WarnContext(life, "asyncgate: a lease is left to expire: it can't be renewed", "task", job.Task.ID, "lease", job.Lease.ID)
		return
	}
	keeping, stopKeeping := context.WithCancel(life)
	var keeper sync.WaitGroup
	keeper.Go(func() { w.keep(keeping, end, t) })
	defer keeper.Wait()
	defer stopKeeping()

	if _, err := w.c.patient().StartTask(work, job.Lease.ID); err != nil && work.Err() == nil {
		w.logger.WarnContext(life, "asyncgate: a task can't be started", "task", job.Task.ID, "error", err)
		return
	}
	r := w.handle(work, job)
	switch {
	case life.Err() != nil: // nothing is reported on a lease that has ended
	case r.failure != nil && work.Err() != nil:
		w.release(life, job.Lease.ID)
	default:
		w.report(life, job, r)
	}
	if errors.Is(context.Cause(life), ErrLeaseEnded) {
		w.logger.WarnContext(life, "asyncgate: a lease has ended before its work", "task", job.Task.ID, "lease", job.Lease.ID)
	}
}

// release gives a task back that is not done. It does not wait long for the server: the lease ends by itself too.
func (w *Worker) release(ctx context.Context, id leaseID) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleWithin)
	defer cancel()
	if _, err := w.c.patient().ReleaseLease(ctx, ReleaseLeaseInput{LeaseID: id, Reason: "the worker is stopping"}); err != nil {
		w.logger.WarnContext(ctx, "asyncgate: a task can't be given back", "lease", id, "error", err)
	}
}
