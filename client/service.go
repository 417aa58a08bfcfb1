package client

import (
	"context"
	"time"

	"github.com/asyncgate/asyncgate/client/internal/api"
)

// Service is the server that answers.
type Service struct {
	Name    string
	Version string
	// InstanceID says which replica answered; for telemetry only.
	InstanceID  string
	Environment string
	StartedAt   time.Time
	Limits      Limits
}

// Limits are those in force.
type Limits struct {
	MaxPageSize int
	// DefaultLeaseTTL is how long a lease lasts when the claim does not say, MaxLeaseTTL the most of a claim or renewal,
	// MaxLeaseLifetime the most of a lease with all its renewals.
	DefaultLeaseTTL     time.Duration
	MaxLeaseTTL         time.Duration
	MaxLeaseRenewals    int
	MaxLeaseLifetime    time.Duration
	MaxReceiptBodyBytes int
	MaxParents          int
	MaxArtifacts        int
	MaxBatchSize        int
}

// Service returns what is served, and the limits in force. It needs a credential and no scope.
func (c *Client) Service(ctx context.Context) (*Service, error) {
	data, err := call(ctx, c, operation{name: "service"}, api.Service)
	if err != nil {
		return nil, err
	}
	s, l := data.Service, data.Service.Limits
	return &Service{
		Name: s.Name, Version: s.Version, InstanceID: s.InstanceId, Environment: s.Environment, StartedAt: s.StartedAt,
		Limits: Limits{
			MaxPageSize:      l.MaxPageSize,
			DefaultLeaseTTL:  time.Duration(l.DefaultLeaseTtlSeconds) * time.Second,
			MaxLeaseTTL:      time.Duration(l.MaxLeaseTtlSeconds) * time.Second,
			MaxLeaseRenewals: l.MaxLeaseRenewals,
			MaxLeaseLifetime: time.Duration(l.MaxLeaseLifetimeSeconds) * time.Second,

			MaxReceiptBodyBytes: l.MaxReceiptBodyBytes, MaxParents: l.MaxParents, MaxArtifacts: l.MaxArtifacts, MaxBatchSize: l.MaxBatchSize,
		},
	}, nil
}

// Viewer returns who the caller is. It needs a credential and no scope.
func (c *Client) Viewer(ctx context.Context) (*Viewer, error) {
	data, err := call(ctx, c, operation{name: "viewer"}, api.Viewer)
	if err != nil {
		return nil, err
	}
	v := data.Viewer
	return &Viewer{TenantID: v.TenantId, Principal: principalOf(v.Principal), Scopes: named[Scope](v.Scopes)}, nil
}
