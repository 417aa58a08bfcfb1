package mcp

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/client"
)

const (
	// lookTime is how long is looked for the first result at least, quietTime for each further one. The API gives results as a
	// stream that does not say when it has given all; who is too slow for these times comes with the next call.
	lookTime  = 2 * time.Second
	quietTime = 500 * time.Millisecond
	// pageBytes is how much is collected in one call, but for the last result, which may bring 64 KiB more.
	pageBytes = 128 << 10
)

type collectResultsInput struct {
	First       int      `json:"first,omitempty" jsonschema:"how many at most, 1 to 50; 10 by default"`
	After       string   `json:"after,omitempty" jsonschema:"the cursor of the answer before, to go on behind it; without it all that is unacknowledged comes"`
	WaitSeconds *seconds `json:"waitSeconds,omitempty" jsonschema:"how long to wait for a result when there is none, 0 to 20; 20 by default; less than 2 is taken as 2"`
}

func (in collectResultsInput) wait() time.Duration { return max(waitOf(in.WaitSeconds), lookTime) }

func (in collectResultsInput) withoutWait() collectResultsInput {
	in.WaitSeconds = new(seconds(0))
	return in
}

type collectResultsOutput struct {
	Results []result `json:"results" jsonschema:"in the order in which they came"`
	Cursor  string   `json:"cursor,omitempty" jsonschema:"the place behind them, for after"`
	Next    string   `json:"next" jsonschema:"what to do now"`

	bytes int
}

// result is a task that has ended.
type result struct {
	ReceiptID uuid.UUID `json:"receiptId" jsonschema:"acknowledge_receipt takes it"`
	Task      task      `json:"task" jsonschema:"without its payload, which await_task shows"`
}

func collectResults(t *toolbox) {
	add(t, tool{
		name: "collect_results", title: "Collect results", reads: true,
		description: "Returns the results of your tasks that nobody has acknowledged, oldest first, also those that came while you were away or that you have forgotten; when there is none, it waits for one. Deal with each, then acknowledge_receipt it: else it comes again.",
	}, func(ctx context.Context, c *client.Client, in collectResultsInput) (collectResultsOutput, error) {
		if in.First == 0 {
			in.First = 10
		}
		if in.First < 1 || in.First > 50 {
			return collectResultsOutput{}, badArguments("first is out of range; allowed are 1 to 50")
		}
		return in.collect(ctx, c)
	})
}

var errOver = errors.New("the wait is over")

// collect takes results off the stream until there are enough, or none has come for a while.
func (in collectResultsInput) collect(ctx context.Context, c *client.Client) (collectResultsOutput, error) {
	out := collectResultsOutput{Results: []result{}, Cursor: in.After, Next: "None has come. Call again at any time; open_obligations lists what is still owed."}
	from, first, err := in.place(ctx, c)
	if err != nil {
		return out, err
	}
	ctx, over := context.WithCancelCause(ctx)
	defer over(nil)
	begun := time.Now()
	timer := time.AfterFunc(in.wait(), func() { over(errOver) })
	defer timer.Stop()
	for event, err := range c.SubscribeResultReady(ctx, from) {
		switch {
		case errors.Is(err, errOver):
			return out, nil
		case err != nil:
			return out, err
		case event.Receipt.Seq < first: // one of the pages before
			timer.Reset(max(in.wait()-time.Since(begun), quietTime))
			continue
		}
		timer.Reset(quietTime)
		if out.add(event); len(out.Results) == in.First || out.bytes >= pageBytes {
			break
		}
	}
	return out, nil
}

// place is what to subscribe to, and the seq of the first receipt that counts. Behind a cursor too, unacknowledged results are asked
// for from the beginning: behind it lie acknowledged ones as well, which are not to come again.
func (in collectResultsInput) place(ctx context.Context, c *client.Client) (from client.ResultReadyInput, first int64, err error) {
	// Asked for here, and not by the subscription, which would try for as long as the wait lasts: a server that is away is told.
	head, err := c.LedgerHead(ctx)
	if err != nil {
		return from, 0, err
	}
	from = client.ResultReadyInput{After: head, Unacknowledged: true}
	if in.After == "" {
		return from, 0, nil
	}
	next, err := c.Receipts(ctx, client.ReceiptFilter{}, client.PageInput{First: 1, After: in.After})
	if err != nil {
		return from, 0, err
	}
	if len(next.Nodes) == 0 { // the cursor is the ledger's end
		return client.ResultReadyInput{After: in.After}, 0, nil
	}
	return from, next.Nodes[0].Seq, nil
}

func (out *collectResultsOutput) add(event client.ResultReadyEvent) {
	r := result{ReceiptID: event.Receipt.ID, Task: resultOf(event.Task)}
	r.Task.Archived = event.Receipt.Archived
	out.Results = append(out.Results, r)
	out.Cursor = event.Cursor
	out.Next = "Deal with each result and acknowledge its receiptId. For more, call again, with cursor as after while these are unacknowledged."
	if o := r.Task.Outcome; o != nil {
		out.bytes += len(o.Result) + len(o.Error)
		for _, a := range o.Artifacts {
			out.bytes += len(a)
		}
	}
}
