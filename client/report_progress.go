package client

import (
	"context"

	"github.com/Khan/genqlient/graphql"
	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/client/internal/api"
)

// ReportProgressInput says how far the work is.
type ReportProgressInput struct {
	LeaseID uuid.UUID
	// Progress is whatever the owner or the next holder should know: any value but nil that encodes as JSON, at most 65,536 bytes
	// with its envelope.
	Progress any
	// Sequence is 1, 2, … of the lease: one that is not above the highest is taken for a repeat, which writes nothing. With 0 the
	// server takes the next; then a call whose answer is lost is not repeated.
	Sequence int
}

// ReportProgress tells how far the work is, and returns the task, running: the first report also starts it. Codes:
// LEASE_INVALID_OR_EXPIRED, PAYLOAD_TOO_LARGE, BAD_USER_INPUT.
func (c *Client) ReportProgress(ctx context.Context, in ReportProgressInput) (*Task, error) {
	return c.reportProgress(ctx, in, in.Sequence == 0)
}

// reportProgress reports; once says not to repeat what may be written twice.
func (c *Client) reportProgress(ctx context.Context, in ReportProgressInput, once bool) (*Task, error) {
	progress, err := required("Progress", in.Progress)
	if err != nil {
		return nil, err
	}
	input := api.ReportProgressInput{LeaseId: in.LeaseID, Progress: progress, Sequence: orNone(in.Sequence)}
	o := operation{name: "reportProgress", once: once}
	data, err := call(ctx, c, o, func(ctx context.Context, g graphql.Client) (*api.ReportProgressResponse, error) {
		return api.ReportProgress(ctx, g, input)
	})
	if err != nil {
		return nil, err
	}
	return taskOf(data.ReportProgress.Task), nil
}
