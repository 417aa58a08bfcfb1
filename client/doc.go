// Package client is the Go client of AsyncGate: for agents, which create tasks and collect results, and for workers, which do
// the work.
//
// An agent creates a task and follows the results that are addressed to it:
//
//	c, err := client.New("http://127.0.0.1:8080", client.Options{APIKey: key})
//	created, err := c.CreateTask(ctx, client.CreateTaskInput{Type: "thumbnail", Payload: map[string]any{"url": url}})
//	for result, err := range c.SubscribeResultReady(ctx, client.ResultReadyInput{Unacknowledged: true}) { … }
//
// A worker says what it can do, and runs:
//
//	w := client.NewWorker(c, client.WorkerOptions{Concurrency: 10})
//	w.Handle("thumbnail", func(ctx context.Context, job *client.Job) (client.Completion, error) { … })
//	err := w.Run(ctx)
//
// Each method is named after the field of the API that it calls, and takes and returns what that field does. What the fields
// mean, their limits and their codes are in the API's schema; here stands what this client adds.
//
// # Errors
//
// What the server refuses is an [*Error] with the code of the schema, and so is an answer that did not come ([CodeUnavailable]).
// Use [errors.As], or [CodeOf].
//
// # Lost answers
//
// A call whose answer is lost, or that is answered with UNAVAILABLE or RATE_LIMITED, is repeated by itself with growing pauses,
// a few times; see [Options]. That never does anything twice: creations carry an idempotency key (one is made when none is
// given), reports are repeated as they were and then get their first answer again. Two calls can't be repeated, and say so:
// [Client.ClaimTasks], and [Client.ReportProgress] without a sequence.
//
// # Contexts
//
// Every call ends with its context, and returns an error that wraps its cause then ([context.Cause]). What the server does meanwhile
// it may still do.
package client
