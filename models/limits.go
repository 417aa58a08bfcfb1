package models

import "time"

// Limits that are part of the contract and not configurable.
const (
	// MaxBodyBytes bounds a receipt's canonical body.
	MaxBodyBytes = 65_536
	// MaxPayloadBytes bounds a task's canonical payload.
	MaxPayloadBytes = 1 << 20
	// MaxParents bounds the parents of a receipt.
	MaxParents = 10
	// MaxArtifacts bounds the artifacts of a completion.
	MaxArtifacts = 100
	// MaxLabels bounds the capabilities, and the tags, of a task; MaxLabelLength the characters of each, of a worker's too.
	MaxLabels      = 64
	MaxLabelLength = 128
	// MaxSkills bounds the types, and the capabilities, of a claim.
	MaxSkills = 1000
	// MaxLabelsBytes bounds the text of a task's capabilities and tags together.
	MaxLabelsBytes = 16 << 10
	// MaxBatchSize bounds createTasks and completeTasks.
	MaxBatchSize = 500
	// MaxClaim bounds the tasks of one claim.
	MaxClaim = 100
	// MaxPageSize bounds a page; more is clamped. DefaultPageSize is used when first is not given.
	MaxPageSize     = 200
	DefaultPageSize = 50
	// MaxWaitSeconds bounds claimTasks(waitSeconds) and awaitTask(timeoutSeconds).
	MaxWaitSeconds = 30
	// MaxPrincipalIDLength, MaxTypeLength and MaxKeyLength are in characters.
	MaxPrincipalIDLength = 255
	MaxTypeLength        = 255
	MaxKeyLength         = 255
	// MaxPointerLength bounds payloadPointer, in characters. Signed URLs are long.
	MaxPointerLength = 16_384
	// MaxPriority is the highest priority, its negative the lowest.
	MaxPriority = 1_000_000
	// MaxMaxAttempts, MaxBackoffSeconds and MaxDelaySeconds bound createTask's arguments (and retryAfterSeconds).
	MaxMaxAttempts    = 1000
	MaxBackoffSeconds = 86_400
	MaxDelaySeconds   = 31_536_000
	// MaxJSONDepth bounds the nesting of any JSON value.
	MaxJSONDepth = 1000
	// AnomalyExpiries: a task that lost more leases than this gets one system.anomaly.
	AnomalyExpiries = 3
	// ErrorPreviewBytes is what is kept of an error that is too large for its receipt.
	ErrorPreviewBytes = 8 << 10
)

// Rules are the configurable limits; see DefaultRules.
type Rules struct {
	// MinLeaseTTL, LeaseTTL and MaxLeaseTTL: below the first is refused, the second is the default, above the third is
	// clamped.
	MinLeaseTTL, LeaseTTL, MaxLeaseTTL time.Duration
	// MaxRenewals of one lease.
	MaxRenewals int
	// MaxLeaseLifetime from acquisition, whatever the renewals.
	MaxLeaseLifetime time.Duration
	// MaxExpiries of a task before it fails; 0 is never.
	MaxExpiries int
	// ExpiryJitter spreads the requeueing of expired tasks: eligible after a random part of it.
	ExpiryJitter time.Duration
	// MaxAttempts and RetryBackoff are the defaults of a task; MaxRetryBackoff caps the exponential delay.
	MaxAttempts     int
	RetryBackoff    time.Duration
	MaxRetryBackoff time.Duration
}

// DefaultRules returns the documented defaults.
func DefaultRules() Rules {
	return Rules{
		MinLeaseTTL:      10 * time.Second,
		LeaseTTL:         120 * time.Second,
		MaxLeaseTTL:      30 * time.Minute,
		MaxRenewals:      10,
		MaxLeaseLifetime: 2 * time.Hour,
		MaxExpiries:      20,
		ExpiryJitter:     5 * time.Second,
		MaxAttempts:      2,
		RetryBackoff:     15 * time.Second,
		MaxRetryBackoff:  15 * time.Minute,
	}
}
