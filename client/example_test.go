package client_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/asyncgate/asyncgate/client"
	"github.com/asyncgate/asyncgate/client/asyncgatetest"
)

// An agent delegates a greeting, a worker writes it, and the result finds its way back.
func Example() {
	server, err := asyncgatetest.New() // in place of `asyncgate serve`
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()

	// The worker, a program of its own as a rule.
	w := client.NewWorker(server.Client("worker:greeter"), client.WorkerOptions{})
	w.Handle("greet", func(_ context.Context, job *client.Job) (client.Completion, error) {
		var name string
		if err := job.Decode(&name); err != nil {
			return client.Completion{}, err
		}
		return client.Completion{Result: "Hello, " + name}, nil
	})
	working, stop := context.WithCancel(ctx)
	stopped := make(chan error)
	go func() { stopped <- w.Run(working) }()

	// The agent.
	agent := server.Client("agent:planner")
	if _, err := agent.CreateTask(ctx, client.CreateTaskInput{Type: "greet", Payload: "Ada"}); err != nil {
		log.Fatal(err)
	}
	for result, err := range agent.SubscribeResultReady(ctx, client.ResultReadyInput{Unacknowledged: true}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(result.Task.Outcome.Status, string(result.Task.Outcome.Result))
		break
	}
	stop()
	fmt.Println("the worker ended with", <-stopped)
	// Output:
	// SUCCEEDED "Hello, Ada"
	// the worker ended with <nil>
}

// A handler says what went wrong, and whether another attempt may help.
func ExampleWorker() {
	server, err := asyncgatetest.New()
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()

	w := client.NewWorker(server.Client("worker:mailer"), client.WorkerOptions{Concurrency: 10, GracePeriod: time.Second})
	w.Handle("mail", func(ctx context.Context, job *client.Job) (client.Completion, error) {
		if err := job.Progress(ctx, "looking up the address"); err != nil {
			return client.Completion{}, err
		}
		switch job.Task.Attempt {
		case 0:
			return client.Completion{}, client.RetryAfter(errors.New("the mail server asks to come back"), 10*time.Minute)
		default:
			return client.Completion{}, errors.New("no such address")
		}
	})
	go func() {
		if err := w.Run(ctx); err != nil {
			log.Print(err)
		}
	}()

	agent := server.Client("agent:planner")
	created, err := agent.CreateTask(ctx, client.CreateTaskInput{Type: "mail", MaxAttempts: 5})
	if err != nil {
		log.Fatal(err)
	}
	for task := created.Task; !task.Status.Terminal(); {
		server.Advance(10 * time.Minute)
		if task, err = agent.AwaitTask(ctx, task.ID, time.Second); err != nil {
			log.Fatal(err)
		}
		if task.Status == client.TaskFailed {
			fmt.Println("attempt", task.Attempt, "failed:", string(task.Outcome.Error))
		}
	}
	// Output:
	// attempt 1 failed: {"message":"no such address"}
}

// Results are followed from the last place that was dealt with. Whoever keeps the cursor, in a file or beside what the results
// are written to, goes on there after a restart.
func ExampleClient_SubscribeResultReady() {
	server, err := asyncgatetest.New()
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()

	agent := server.Client("agent:planner")
	cursor, err := agent.LedgerHead(ctx) // before anything is delegated: all results come behind it
	if err != nil {
		log.Fatal(err)
	}
	for _, reason := range []string{"too late", "too expensive"} {
		created, err := agent.CreateTask(ctx, client.CreateTaskInput{Type: "report"})
		if err != nil {
			log.Fatal(err)
		}
		if _, err := agent.CancelTask(ctx, client.CancelTaskInput{TaskID: created.Task.ID, Reason: reason}); err != nil {
			log.Fatal(err)
		}
	}
	for range 2 { // two lives of the agent, each of which deals with one result
		for result, err := range agent.SubscribeResultReady(ctx, client.ResultReadyInput{After: cursor}) {
			if err != nil {
				log.Fatal(err)
			}
			fmt.Println(result.Task.Outcome.Status, result.Task.Outcome.Reason)
			cursor = result.Cursor
			break
		}
	}
	// Output:
	// CANCELED too late
	// CANCELED too expensive
}

// A list is asked for page by page, as far as the loop goes.
func ExamplePage_All() {
	server, err := asyncgatetest.New()
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	ctx := context.Background()
	agent := server.Client("agent:planner")
	if _, err := agent.CreateTasks(ctx, []client.CreateTaskInput{{Type: "a"}, {Type: "b"}, {Type: "c"}}); err != nil {
		log.Fatal(err)
	}
	owed, err := agent.OpenObligations(ctx, client.Principal{}, client.PageInput{First: 2})
	if err != nil {
		log.Fatal(err)
	}
	n := 0
	for receipt, err := range owed.All(ctx) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(receipt.Seq, receipt.Type, receipt.Open)
		n++
	}
	fmt.Println("owed:", n)
	// Output:
	// 1 TASK_ASSIGNED true
	// 2 TASK_ASSIGNED true
	// 3 TASK_ASSIGNED true
	// owed: 3
}

// Errors have codes.
func ExampleCodeOf() {
	server, err := asyncgatetest.New()
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	agent := server.Client("agent:planner")
	_, err = agent.CreateTask(context.Background(), client.CreateTaskInput{})
	fmt.Println(client.CodeOf(err))
	var e *client.Error
	if errors.As(err, &e) {
		fmt.Println(e.Operation, "retryable:", e.Retryable)
	}
	// Output:
	// BAD_USER_INPUT
	// createTask retryable: false
}
