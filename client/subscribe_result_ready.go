package client

import (
	"context"
	"encoding/json"
	"iter"

	"github.com/asyncgate/asyncgate/client/internal/api"
)

// ResultReadyInput says which results, and from where.
type ResultReadyInput struct {
	// Principal is to whom they are addressed; the caller when zero.
	Principal Principal
	// After is the cursor to begin behind; when it is empty, the newest receipt as the loop begins.
	After string
	// Unacknowledged asks first for all results up to there that nobody has acknowledged: with it, an agent needs no memory of
	// its own.
	Unacknowledged bool
}

// ResultReadyEvent is a result.
type ResultReadyEvent struct {
	// Cursor is the place behind it, for After, here or in a later process.
	Cursor string
	// Receipt is the task.result_ready: acknowledge it when the result is dealt with.
	Receipt *Receipt
	// Task is the task as it is now, with its outcome.
	Task *Task
}

// SubscribeResultReady gives the results that are addressed to a principal, as they come, in the order of the ledger, each once:
//
//	for result, err := range c.SubscribeResultReady(ctx, client.ResultReadyInput{Unacknowledged: true}) {
//		if err != nil {
//			return err // ctx has ended, or the server refuses
//		}
//		…
//	}
//
// A connection that breaks, falls silent, or is ended because the loop was too slow is made again and goes on where it stopped,
// at whichever server answers, for as long as ctx lasts: none is missed, and none comes twice. The loop's body holds up nobody
// else. Its last element is an error, unless the loop is left before: the cause of ctx, or an [*Error] that is not retryable, as
// UNAUTHENTICATED once the key is revoked, or BAD_USER_INPUT for a cursor from elsewhere.
func (c *Client) SubscribeResultReady(ctx context.Context, in ResultReadyInput) iter.Seq2[ResultReadyEvent, error] {
	return func(yield func(ResultReadyEvent, error) bool) {
		p := &place{c: c, start: in.After, unacknowledged: in.Unacknowledged}
		s := subscription[ResultReadyEvent]{
			name: "resultReady", document: api.ResultReady_Operation,
			variables: func(ctx context.Context) (map[string]any, error) {
				after, unacknowledged, err := p.resume(ctx)
				return map[string]any{"principal": in.Principal.orCaller(), "after": after, "unacknowledged": unacknowledged}, err
			},
			read: func(data json.RawMessage) (ResultReadyEvent, bool, error) {
				var d api.ResultReadyResponse
				if err := json.Unmarshal(data, &d); err != nil {
					return ResultReadyEvent{}, false, err
				}
				r := d.ResultReady
				event := ResultReadyEvent{Cursor: r.Cursor, Receipt: receiptOf(r.Receipt.ReceiptFields)}
				if r.Receipt.Task != nil {
					event.Task = taskOf(*r.Receipt.Task)
				}
				return event, p.pass(r.Cursor, r.Receipt.Seq), nil
			},
		}
		s.events(ctx, c)(yield)
	}
}
