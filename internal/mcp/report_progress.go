package mcp

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/client"
)

type reportProgressInput struct {
	LeaseID      uuid.UUID       `json:"leaseId"`
	Progress     json.RawMessage `json:"progress" jsonschema:"how far the work is, any JSON value of less than 64 KiB, for the owner and for whoever must go on if you stop"`
	LeaseSeconds seconds         `json:"leaseSeconds,omitempty" jsonschema:"how long you have from now until the next report, 10 to 1800; 600 by default"`
}

type reportProgressOutput struct {
	Task              task      `json:"task"`
	ExpiresAt         time.Time `json:"expiresAt" jsonschema:"the lease lasts until then"`
	RenewalsRemaining int       `json:"renewalsRemaining" jsonschema:"how often it can still be extended"`
	Warning           string    `json:"warning,omitempty"`
}

func reportProgress(t *toolbox) {
	add(t, tool{
		name: "report_progress", title: "Report progress",
		description: "Tells how far the work is, and extends the lease when half of it is over. Call it before the lease's expiresAt, and whenever there is something to tell.",
	}, func(ctx context.Context, c *client.Client, in reportProgressInput) (reportProgressOutput, error) {
		reported, err := c.ReportProgress(ctx, client.ReportProgressInput{LeaseID: in.LeaseID, Progress: in.Progress})
		if err != nil {
			return reportProgressOutput{}, err
		}
		held, err := lookAt(ctx, c, in.LeaseID)
		if err != nil {
			return reportProgressOutput{}, err
		}
		out := reportProgressOutput{Task: stateOf(reported), ExpiresAt: held.ExpiresAt, RenewalsRemaining: held.RenewalsRemaining}
		// Both times are the server's. A lease can be renewed a few times only: not with each report.
		if by := leaseFor(in.LeaseSeconds); held.ExpiresAt.Sub(reported.UpdatedAt) < by/2 {
			return out.extended(ctx, c, in.LeaseID, by)
		}
		return out, nil
	})
}

// lookAt finds a lease among those that the caller holds, which needs no other scope than the report. One that has ended since is
// an error, as if it had ended before.
func lookAt(ctx context.Context, c *client.Client, id uuid.UUID) (*client.Lease, error) {
	held, err := c.Leases(ctx, active, client.PageInput{})
	if err != nil {
		return nil, err
	}
	for l, err := range held.All(ctx) {
		if err != nil {
			return nil, err
		}
		if l.ID == id {
			return l, nil
		}
	}
	return nil, &client.Error{Code: client.CodeLeaseInvalid, Message: "the lease has ended. Stop this work; claim again for more"}
}

// extended extends the lease. That it can be extended no further is no failure of the report.
func (out reportProgressOutput) extended(ctx context.Context, c *client.Client, id uuid.UUID, by time.Duration) (reportProgressOutput, error) {
	renewed, err := c.RenewLease(ctx, client.RenewLeaseInput{LeaseID: id, ExtendBy: by})
	if err == nil {
		out.ExpiresAt, out.RenewalsRemaining = renewed.ExpiresAt, renewed.RenewalsRemaining
		return out, nil
	}
	switch client.CodeOf(err) {
	case client.CodeRenewalLimit, client.CodeLeaseLifetime:
		out.Warning = "The lease can't be extended any more. Complete or fail the task before expiresAt, or it goes to another worker."
		return out, nil
	default:
		return out, err
	}
}
