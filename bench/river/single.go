package main

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// single lets each client insert a job, wait until it is completed, and insert the next.
func single(ctx context.Context, c *client, o *options, w *waiting) (int, time.Duration, error) {
	if !o.inTx { // else the workers tell it
		events, cancel := completions(c)
		defer cancel()
		go func() {
			for e := range events {
				w.completed(e.Job.ID)
			}
		}()
	}
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

func newWaiting() *waiting {
	return &waiting{early: map[int64]bool{}, waiters: map[int64]chan struct{}{}}
}

func (w *waiting) completed(job int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if waiter, ok := w.waiters[job]; ok {
		delete(w.waiters, job)
		close(waiter)
		return
	}
	w.early[job] = true
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
