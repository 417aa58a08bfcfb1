package main

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river"
)

const (
	batchSize = 1_000
	// backlog is how many jobs may wait: enough for every fetch to be full, and no more than a moment's work to end with.
	backlog = 10 * batchSize
)

// batched inserts batches as long as the time lasts and returns when all jobs are completed.
func batched(ctx context.Context, c *client, o *options) (int, time.Duration, error) {
	events, cancel := completions(c)
	defer cancel()
	// A slot is a batch that may be inserted; each thousand completions give one back.
	slots := make(chan struct{}, backlog/batchSize)
	for range cap(slots) {
		slots <- struct{}{}
	}
	start := time.Now()
	over := time.After(o.time)
	stop := make(chan struct{})
	go func() {
		<-over
		close(stop)
	}()
	var inserted atomic.Int64
	var failed error
	var once sync.Once
	var inserting sync.WaitGroup
	for range o.clients {
		inserting.Go(func() {
			for {
				select {
				case <-stop:
					return
				case <-slots:
				}
				params := make([]river.InsertManyParams, batchSize)
				for i := range params {
					params[i].Args = newArgs()
				}
				// The quicker of the two ways that River has: it copies, and returns a number instead of rows.
				n, err := c.InsertManyFast(ctx, params)
				if err != nil {
					once.Do(func() { failed = err })
					return
				}
				inserted.Add(int64(n))
			}
		})
	}
	ended := make(chan struct{})
	go func() {
		inserting.Wait()
		close(ended)
	}()
	for done := int64(0); ; {
		select {
		case <-events:
			if done++; done%batchSize == 0 {
				select {
				case slots <- struct{}{}:
				default:
				}
			}
		case <-ended:
			ended = nil
		}
		if ended == nil && (failed != nil || done == inserted.Load()) {
			return int(done), time.Since(start), failed
		}
	}
}
