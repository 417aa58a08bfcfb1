package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asyncgate/asyncgate/client"
	"github.com/asyncgate/asyncgate/client/asyncgatetest"
)

// run runs a worker until the test ends, or stop is called, which returns what Run returned.
func run(t *testing.T, w *client.Worker) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	stop = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	t.Cleanup(func() { _ = stop() })
	return stop
}

// awaited returns a task once it is terminal.
func awaited(ctx context.Context, t *testing.T, agent *client.Client, task *client.Task) *client.Task {
	t.Helper()
	for {
		if now := must(agent.AwaitTask(ctx, task.ID, 10*time.Second))(t); now.Status.Terminal() {
			return now
		}
	}
}

// TestWorkerReports: what a handler returns is what the task becomes.
func TestWorkerReports(t *testing.T) {
	t.Parallel()
	ctx := within(t)
	server := asyncgatetest.Start(t)
	agent := server.Client("agent:a")
	w := client.NewWorker(server.Client("worker:w"), client.WorkerOptions{Concurrency: 4})
	w.Handle("done", func(ctx context.Context, job *client.Job) (client.Completion, error) {
		var in struct{ Name string }
		if err := job.Decode(&in); err != nil {
			return client.Completion{}, err
		}
		for i := range 3 {
			if err := job.Progress(ctx, i); err != nil {
				return client.Completion{}, err
			}
		}
		return client.Completion{Summary: "greeted", Result: "hello " + in.Name}, nil
	})
	w.Handle("failed", func(context.Context, *client.Job) (client.Completion, error) {
		return client.Completion{}, errors.New("no such file")
	})
	w.Handle("panic", func(context.Context, *client.Job) (client.Completion, error) { panic("at the disco") })
	w.Handle("refused", func(context.Context, *client.Job) (client.Completion, error) {
		return client.Completion{Result: strings.Repeat("x", 100_000)}, nil
	})
	w.Handle("flaky", func(_ context.Context, job *client.Job) (client.Completion, error) {
		switch job.Task.Attempt {
		case 0:
			return client.Completion{}, client.RetryAfter(errors.New("busy"), 0)
		case 1:
			return client.Completion{}, fmt.Errorf("wrapped: %w", client.Retryable(errors.New("still busy")))
		default:
			return client.Completion{Result: job.Task.Attempt}, nil
		}
	})
	run(t, w)
	create := func(kind string) *client.Task {
		return must(agent.CreateTask(ctx, client.CreateTaskInput{Type: kind, Payload: map[string]string{"Name": "Ada"}, MaxAttempts: 3}))(t).Task
	}
	done, failed, panicked, refused, flaky := create("done"), create("failed"), create("panic"), create("refused"), create("flaky")
	if o := awaited(ctx, t, agent, done); string(o.Outcome.Result) != `"hello Ada"` || string(o.Progress.Data) != "2" {
		t.Errorf("done: %+v", o)
	}
	for task, want := range map[*client.Task]string{failed: "no such file", panicked: "panic: at the disco", refused: "PAYLOAD_TOO_LARGE"} {
		if o := awaited(ctx, t, agent, task).Outcome; o.Status != client.TaskFailed || !strings.Contains(string(o.Error), want) {
			t.Errorf("%s: %s %s", task.Type, o.Status, o.Error)
		}
	}
	// The second attempt follows at once, the third after the task's own backoff.
	for task := flaky; task.Attempt != 2; task = must(agent.Task(ctx, flaky.ID))(t) {
		if ctx.Err() != nil {
			t.Fatal(ctx.Err())
		}
	}
	server.Advance(time.Minute)
	if o := awaited(ctx, t, agent, flaky).Outcome; string(o.Result) != "2" {
		t.Errorf("flaky: %+v", o)
	}
}

// TestWorkerLosesLease: when the lease has ended, the handler's context ends, and what it returns is not reported.
func TestWorkerLosesLease(t *testing.T) {
	t.Parallel()

	t.Run("canceled", func(t *testing.T) {
		t.Parallel()
		ctx := within(t)
		server := asyncgatetest.Start(t)
		agent := server.Client("agent:a")
		entered, left := hold(t, server.Client("worker:w"), client.WorkerOptions{})
		task := must(agent.CreateTask(ctx, client.CreateTaskInput{Type: "x"}))(t).Task
		<-entered
		must(agent.CancelTask(ctx, client.CancelTaskInput{TaskID: task.ID}))(t)
		if cause := <-left; !errors.Is(cause, client.ErrLeaseEnded) {
			t.Errorf("the handler's context ended with %v", cause)
		}
	})

	t.Run("expired, and done by another", func(t *testing.T) {
		t.Parallel()
		ctx := within(t)
		server := asyncgatetest.Start(t)
		agent := server.Client("agent:a")
		r := newRelay(t, server.URL)
		entered, left := hold(t, newClient(t, r.URL, "worker:lost"), client.WorkerOptions{})
		task := must(agent.CreateTask(ctx, client.CreateTaskInput{Type: "x"}))(t).Task
		<-entered
		r.cut(true) // as if it were dead
		server.Advance(3 * time.Minute)
		w := client.NewWorker(server.Client("worker:next"), client.WorkerOptions{})
		w.Handle("x", func(context.Context, *client.Job) (client.Completion, error) {
			return client.Completion{Result: "by the next"}, nil
		})
		run(t, w)
		if o := awaited(ctx, t, agent, task); string(o.Outcome.Result) != `"by the next"` || o.ExpiryCount != 1 {
			t.Errorf("ended as %+v", o)
		}
		r.cut(false) // and it comes back to life
		if cause := <-left; !errors.Is(cause, client.ErrLeaseEnded) {
			t.Errorf("the handler's context ended with %v", cause)
		}
	})

	t.Run("by the machine's own clock", func(t *testing.T) {
		t.Parallel()
		onBoth(t, func(t *testing.T, databaseURL string) {
			ctx := within(t)
			server := serve(t, databaseURL, "ASYNCGATE_MIN_LEASE_TTL=1s")
			r := newRelay(t, server.URL)
			entered, left := hold(t, newClient(t, r.URL, "worker:w"), client.WorkerOptions{LeaseTTL: time.Second, GracePeriod: -1})
			must(newClient(t, server.URL, "agent:a").CreateTask(ctx, client.CreateTaskInput{Type: "x"}))(t)
			<-entered
			began := time.Now()
			r.cut(true)
			if cause := <-left; !errors.Is(cause, client.ErrLeaseEnded) || time.Since(began) > 10*time.Second {
				t.Errorf("the handler's context ended with %v after %s", cause, time.Since(began))
			}
			r.cut(false)
		})
	})
}

// hold runs a worker whose handler waits for the end of its context, and tells its cause.
func hold(t *testing.T, c *client.Client, o client.WorkerOptions) (entered <-chan struct{}, left <-chan error) {
	t.Helper()
	in, out := make(chan struct{}, 10), make(chan error, 10)
	w := client.NewWorker(c, o)
	w.Handle("x", func(ctx context.Context, _ *client.Job) (client.Completion, error) {
		in <- struct{}{}
		<-ctx.Done()
		out <- context.Cause(ctx)
		return client.Completion{}, context.Cause(ctx)
	})
	run(t, w)
	return in, out
}

// TestWorkerRenews: work that takes longer than its lease keeps it, also when there are few renewals.
func TestWorkerRenews(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, databaseURL string) {
		ctx := within(t)
		server := serve(t, databaseURL, "ASYNCGATE_MIN_LEASE_TTL=1s", "ASYNCGATE_MAX_LEASE_RENEWALS=3", "ASYNCGATE_MAX_LEASE_LIFETIME=10s")
		agent := newClient(t, server.URL, "agent:a")
		w := client.NewWorker(newClient(t, server.URL, "worker:w"), client.WorkerOptions{LeaseTTL: 2 * time.Second})
		w.Handle("x", func(ctx context.Context, _ *client.Job) (client.Completion, error) {
			select {
			case <-time.After(5 * time.Second): // three renewals for 2 s, each at a third, would end it after 4 s
				return client.Completion{}, nil
			case <-ctx.Done():
				return client.Completion{}, context.Cause(ctx)
			}
		})
		run(t, w)
		task := must(agent.CreateTask(ctx, client.CreateTaskInput{Type: "x"}))(t).Task
		if o := awaited(ctx, t, agent, task); o.Status != client.TaskSucceeded || o.ExpiryCount != 0 {
			t.Errorf("ended as %s after %d lost leases", o.Status, o.ExpiryCount)
		}
	})
}

// TestWorkerWaitsLongerThanItsLease: a claim that has waited for a task longer than its lease lasts still has all of it.
func TestWorkerWaitsLongerThanItsLease(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, databaseURL string) {
		ctx := within(t)
		server := serve(t, databaseURL, "ASYNCGATE_MIN_LEASE_TTL=1s")
		agent := newClient(t, server.URL, "agent:a")
		task := must(agent.CreateTask(ctx, client.CreateTaskInput{Type: "x", Delay: 3 * time.Second}))(t).Task
		w := client.NewWorker(newClient(t, server.URL, "worker:w"), client.WorkerOptions{LeaseTTL: 2 * time.Second})
		w.Handle("x", func(context.Context, *client.Job) (client.Completion, error) { return client.Completion{}, nil })
		run(t, w)
		if o := awaited(ctx, t, agent, task); o.Status != client.TaskSucceeded || o.ExpiryCount != 0 {
			t.Errorf("ended as %s after %d lost leases", o.Status, o.ExpiryCount)
		}
	})
}

// TestWorkerLostAnswers: every second answer is lost, and each task is done once.
func TestWorkerLostAnswers(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, databaseURL string) {
		ctx := within(t)
		server := serve(t, databaseURL)
		agent := newClient(t, server.URL, "agent:a")
		r := newRelay(t, server.URL)
		var answers atomic.Int64
		r.losing(func(body []byte) bool {
			return strings.Contains(string(body), "mutation") && answers.Add(1)%2 == 0
		})
		w := client.NewWorker(newClient(t, r.URL, "worker:w"), client.WorkerOptions{Concurrency: 5, AdoptLeases: true})
		var handled atomic.Int64
		w.Handle("x", func(ctx context.Context, job *client.Job) (client.Completion, error) {
			return client.Completion{Result: handled.Add(1)}, job.Progress(ctx, "half")
		})
		run(t, w)
		const total = 20
		inputs := make([]client.CreateTaskInput, total)
		for i := range inputs {
			inputs[i].Type = "x"
		}
		for _, created := range must(agent.CreateTasks(ctx, inputs))(t) {
			if o := awaited(ctx, t, agent, created.Task); o.Status != client.TaskSucceeded || o.ExpiryCount != 0 {
				t.Errorf("ended as %s after %d lost leases: %s", o.Status, o.ExpiryCount, o.Outcome.Error)
			}
		}
		if n := handled.Load(); n != total {
			t.Errorf("%d tasks were handled %d times", total, n)
		}
		for _, kind := range []client.ReceiptType{client.TaskAcceptedReceipt, client.TaskProgressReceipt, client.TaskCompletedReceipt} {
			if got := must(agent.Receipts(ctx, client.ReceiptFilter{Types: []client.ReceiptType{kind}}, client.PageInput{First: 200}))(t); len(got.Nodes) > total {
				t.Errorf("%d receipts %s", len(got.Nodes), kind)
			}
		}
	})
}

// TestWorkerStops: what has ended within the grace period is reported, the rest is given back, and is nobody's fault.
func TestWorkerStops(t *testing.T) {
	t.Parallel()
	ctx := within(t)
	server := asyncgatetest.Start(t)
	agent := server.Client("agent:a")
	entered, finish := make(chan string, 2), make(chan struct{})
	w := client.NewWorker(server.Client("worker:w"), client.WorkerOptions{Concurrency: 2, GracePeriod: 200 * time.Millisecond})
	w.Handle("quick", func(context.Context, *client.Job) (client.Completion, error) {
		entered <- "quick"
		<-finish
		return client.Completion{}, nil
	})
	w.Handle("slow", func(ctx context.Context, _ *client.Job) (client.Completion, error) {
		entered <- "slow"
		<-ctx.Done()
		return client.Completion{}, context.Cause(ctx)
	})
	stop := run(t, w)
	quick := must(agent.CreateTask(ctx, client.CreateTaskInput{Type: "quick"}))(t).Task
	slow := must(agent.CreateTask(ctx, client.CreateTaskInput{Type: "slow"}))(t).Task
	<-entered
	<-entered
	ended := make(chan error)
	go func() { ended <- stop() }()
	close(finish)
	if err := <-ended; err != nil {
		t.Errorf("Run returned %v", err)
	}
	if now := must(agent.Task(ctx, quick.ID))(t); now.Status != client.TaskSucceeded {
		t.Errorf("what ended in time is %s", now.Status)
	}
	if now := must(agent.Task(ctx, slow.ID))(t); now.Status != client.TaskQueued || now.Attempt != 0 || now.ExpiryCount != 0 {
		t.Errorf("what did not is %s, after %d attempts", now.Status, now.Attempt)
	}
}

// TestWorkerConcurrency: as many tasks as allowed are done at a time, and no more.
func TestWorkerConcurrency(t *testing.T) {
	t.Parallel()
	ctx := within(t)
	server := asyncgatetest.Start(t)
	agent := server.Client("agent:a")
	const allowed = 3
	var now, most atomic.Int64
	full := make(chan struct{})
	w := client.NewWorker(server.Client("worker:w"), client.WorkerOptions{Concurrency: allowed})
	w.Handle("x", func(ctx context.Context, _ *client.Job) (client.Completion, error) {
		n := now.Add(1)
		defer now.Add(-1)
		if n > most.Load() {
			most.Store(n)
		}
		if n == allowed {
			select {
			case full <- struct{}{}:
			default:
			}
		}
		select {
		case <-full:
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
		}
		return client.Completion{}, nil
	})
	run(t, w)
	for range 15 {
		must(agent.CreateTask(ctx, client.CreateTaskInput{Type: "x"}))(t)
	}
	for _, task := range must(agent.Tasks(ctx, client.TaskFilter{}, client.PageInput{}))(t).Nodes {
		awaited(ctx, t, agent, task)
	}
	if most.Load() > allowed {
		t.Errorf("%d at a time, want %d", most.Load(), allowed)
	}
}

// TestWorkerIdlesWhileDown: a server that can't be reached is asked every few seconds, not all the time.
func TestWorkerIdlesWhileDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int64
		c := must(client.New("http://127.0.0.1:1", client.Options{HTTPClient: &http.Client{Transport: roundTripper(
			func(*http.Request) (*http.Response, error) {
				asked.Add(1)
				return nil, errors.New("nobody there")
			})}}))(t)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		w := client.NewWorker(c, client.WorkerOptions{})
		w.Handle("x", func(context.Context, *client.Job) (client.Completion, error) { return client.Completion{}, nil })
		if err := w.Run(ctx); err != nil {
			t.Errorf("Run returned %v", err)
		}
		// Two loops, claims and ended leases, of which each pauses 2.5 to 5 s in the end.
		if n := asked.Load(); n < 200 || n > 500 {
			t.Errorf("asked %d times in ten minutes", n)
		}
	})
}

// TestWorkerRefused: Run ends when the server refuses for good.
func TestWorkerRefused(t *testing.T) {
	t.Parallel()
	server := asyncgatetest.Start(t)
	w := client.NewWorker(server.Client("nobody"), client.WorkerOptions{})
	w.Handle("x", func(context.Context, *client.Job) (client.Completion, error) { return client.Completion{}, nil })
	if err := w.Run(within(t)); client.CodeOf(err) != client.CodeUnauthenticated {
		t.Errorf("Run returned %v", err)
	}
	if err := client.NewWorker(server.Client("worker:w"), client.WorkerOptions{}).Run(within(t)); err == nil {
		t.Error("it ran without a handler")
	}
}
