package client_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asyncgate/asyncgate/client"
)

// TestWorkerStopsBeforeItsLeaseEnds: whenever a server falls silent, however slow it was and wrong its clock, a handler is stopped
// before its lease is over, and not much earlier.
func TestWorkerStopsBeforeItsLeaseEnds(t *testing.T) {
	t.Parallel()
	for _, s := range []*scripted{
		{}, {waits: 19 * time.Second}, {way: 3 * time.Second}, {ahead: time.Hour}, {ahead: -time.Hour},
		{waits: 19 * time.Second, way: 3 * time.Second, ahead: time.Minute},
	} {
		for _, silent := range []time.Duration{0, time.Minute, 10 * time.Minute, 65 * time.Minute} {
			t.Run(fmt.Sprintf("waited %s, way %s, ahead %s, silent after %s", s.waits, s.way, s.ahead, silent), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					s := &scripted{waits: s.waits, way: s.way, ahead: s.ahead}
					ctx, cancel := context.WithCancel(t.Context())
					w := client.NewWorker(s.client(t), client.WorkerOptions{GracePeriod: -1})
					var stopped time.Time
					w.Handle("x", func(ctx context.Context, _ *client.Job) (client.Completion, error) {
						<-time.After(silent)
						s.mu.Lock()
						s.away = true
						s.mu.Unlock()
						<-ctx.Done()
						mustHave(t, context.Cause(ctx), client.ErrLeaseEnded)
						stopped = time.Now()
						cancel()
						return client.Completion{}, nil
					})
					mustHave(t, w.Run(ctx), nil)
					early := s.expires.Add(-s.ahead).Sub(stopped)
					if early < 0 || early > 2*s.way+s.waits+time.Second {
						t.Errorf("it stopped %s before its lease ended, after %d renewals", early, s.renewals)
					}
				})
			})
		}
	}
}

// TestWorkerStopsWhileClaiming: what a claim brings that was under way when the worker was told to stop is given back at once.
func TestWorkerStopsWhileClaiming(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &scripted{way: 200 * time.Millisecond}
		ctx, cancel := context.WithTimeout(t.Context(), 3*s.way+s.way/2) // two for the limits, one for the claim
		defer cancel()
		w := client.NewWorker(s.client(t), client.WorkerOptions{})
		w.Handle("x", func(context.Context, *client.Job) (client.Completion, error) {
			t.Error("it was started")
			return client.Completion{}, nil
		})
		mustHave(t, w.Run(ctx), nil)
		if s.called["ClaimTasks"] != 1 || !s.released {
			t.Errorf("claimed %d times, given back: %v", s.called["ClaimTasks"], s.released)
		}
	})
}

// TestWorkerStopsInTime: neither a handler that does not return nor a server that does not answer holds up the stop for long.
func TestWorkerStopsInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &scripted{}
		ctx, cancel := context.WithCancel(t.Context())
		w := client.NewWorker(s.client(t), client.WorkerOptions{GracePeriod: time.Second})
		returns := make(chan struct{})
		w.Handle("x", func(context.Context, *client.Job) (client.Completion, error) {
			s.mu.Lock()
			s.away = true
			s.mu.Unlock()
			cancel()
			<-returns
			return client.Completion{}, nil
		})
		began := time.Now()
		mustHave(t, w.Run(ctx), nil)
		if took := time.Since(began); took > 12*time.Second {
			t.Errorf("it stopped after %s", took)
		}
		close(returns)
	})
}

// TestWorkerServerFault: a fault of the server neither ends a worker nor makes a failure of what a handler has done.
func TestWorkerServerFault(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &scripted{waits: time.Second}
		var faults atomic.Int64
		s.refuse = func(operation string) client.Code {
			if operation == "ClaimTasks" && faults.Add(1) < 3 || operation == "CompleteTask" {
				return client.CodeInternal
			}
			return ""
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		defer cancel()
		w := client.NewWorker(s.client(t), client.WorkerOptions{})
		handled := 0
		w.Handle("x", func(context.Context, *client.Job) (client.Completion, error) {
			handled++
			return client.Completion{}, nil
		})
		mustHave(t, w.Run(ctx), nil)
		if handled != 1 || s.called["CompleteTask"] != 1 || s.called["FailTask"] != 0 {
			t.Errorf("handled %d, completed %d, failed %d", handled, s.called["CompleteTask"], s.called["FailTask"])
		}
	})
}

// TestWorkerAdopts: a lease of an earlier life is worked on once its time is known, and not at all when it can't be.
func TestWorkerAdopts(t *testing.T) {
	t.Parallel()
	for _, renewals := range []int{0, 9, 10} {
		t.Run(fmt.Sprintf("after %d renewals", renewals), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &scripted{ahead: time.Hour, renewals: renewals}
				s.acquired = time.Now().Add(s.ahead - time.Minute)
				s.expires = s.acquired.Add(ttl)
				ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
				defer cancel()
				w := client.NewWorker(s.client(t), client.WorkerOptions{AdoptLeases: true})
				w.Handle("x", func(context.Context, *client.Job) (client.Completion, error) {
					if s.called["RenewLease"] != 1 {
						t.Errorf("renewed %d times before it was worked on", s.called["RenewLease"])
					}
					return client.Completion{}, nil
				})
				mustHave(t, w.Run(ctx), nil)
				if done := s.called["CompleteTask"] == 1; done != (renewals < 10) {
					t.Errorf("done: %v", done)
				}
			})
		})
	}
}

// unspeakable is an error that can't be told.
type unspeakable struct{ name *string }

func (u *unspeakable) Error() string { return *u.name }

// TestWorkerReportsPanics: whatever a handler returns, the worker goes on.
func TestWorkerReportsPanics(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]client.Handler{
		"an error that panics": func(context.Context, *client.Job) (client.Completion, error) {
			return client.Completion{}, &unspeakable{}
		},
		"a result that can't be encoded": func(context.Context, *client.Job) (client.Completion, error) {
			return client.Completion{Result: func() {}}, nil
		},
		"a result that panics": func(context.Context, *client.Job) (client.Completion, error) {
			return client.Completion{Result: panics{}}, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &scripted{}
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				w := client.NewWorker(s.client(t), client.WorkerOptions{})
				w.Handle("x", h)
				mustHave(t, w.Run(ctx), nil)
				if s.called["FailTask"] != 1 || s.called["CompleteTask"] != 0 {
					t.Errorf("called: %v", s.called)
				}
			})
		})
	}
}

type panics struct{}

func (panics) MarshalJSON() ([]byte, error) { panic(errors.New("at the disco")) }
