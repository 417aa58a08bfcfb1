package main

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river"
)

// single lets each client insert a job, wait until it is completed, and insert the next.
func single(ctx context.Context, c *client, o *options) (int, time.Duration, error) {
	events, cancel := completions(c)
	defer cancel()
	w := &waiting{early: map[int64]bool{}, waiters: map[int64]chan struct{}{}}
	go func() {
		for e := range events {
			w.completed(e)
		}
	}()
	var jobs atomic.Int64
	var running sync.WaitGroup
	failures := make([]error, o.clients)
	start := time.Now()
	for i := range o.clients {
		running.Go(func() {
			for failures[i] == nil && time.Since(start) < o.time {
				inserted, err := c.Insert(ctx, newArgs(), nil)
				if err != nil {
					failures[i] = err
					return
				}
				<-w.of(inserted.Job.ID)
				jobs.Add(1)
			}
		})
	}
	running.Wait()
	return int(jobs.Load()), time.Since(start), errors.Join(failures...)
}

// waiting brings completions to those who wait for them: a job may be completed before its insert has returned.
type waiting struct {
	mu      sync.Mutex
	early   map[int64]bool
	waiters map[int64]chan struct{}
}

func (w *waiting) completed(e *river.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if waiter, ok := w.waiters[e.Job.ID]; ok {
		delete(w.waiters, e.Job.ID)
		close(waiter)
		return
	}
	w.early[e.Job.ID] = true
}

// of returns what is closed when the job is completed.
func (w *waiting) of(job int64) <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	waiter := make(chan struct{})
	if w.early[job] {
		delete(w.early, job)
		close(waiter)
		return waiter
	}
	w.waiters[job] = waiter
	return waiter
}
