package main

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
)

// args are as much as a task of AsyncGate's benchmark carries.
type args struct {
	Language string   `json:"language"`
	Sections []string `json:"sections"`
	Title    string   `json:"title"`
}

// Kind names the jobs.
func (args) Kind() string { return "bench" }

func newArgs() args {
	return args{Language: "en", Sections: []string{"summary", "outlook"}, Title: "Quarterly report of the northern region"}
}

// idle does nothing: what is measured is all around it. River completes its jobs some at a time.
type idle struct{ river.WorkerDefaults[args] }

// Work returns.
func (*idle) Work(context.Context, *river.Job[args]) error { return nil }

// prompt completes its job in a transaction of its own, which is River's quickest way for a single job.
type prompt struct {
	river.WorkerDefaults[args]
	pool    *pgxpool.Pool
	waiting *waiting
}

// Work commits the completion and tells of it.
func (w *prompt) Work(ctx context.Context, job *river.Job[args]) error {
	tx, err := w.pool.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(ctx) }() // nothing to do behind the commit
	if _, err := river.JobCompleteTx[*riverpgxv5.Driver](ctx, tx, job); err != nil {
		return err
	}
	if err := tx.Commit(ctx); err != nil {
		return err
	}
	w.waiting.completed(job.ID)
	return nil
}

func (o *options) worker(pool *pgxpool.Pool, waiting *waiting) river.Worker[args] {
	if o.inTx {
		return &prompt{pool: pool, waiting: waiting}
	}
	return &idle{}
}
