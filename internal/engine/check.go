package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/asyncgate/asyncgate/models"
)

// check refuses, with BAD_USER_INPUT or PAYLOAD_TOO_LARGE, a creation that is out of the documented limits.
func (c CreateTask) check() error {
	if err := models.CheckName("type", c.Type, models.MaxTypeLength); err != nil {
		return err
	}
	if len(c.Payload) > models.MaxPayloadBytes {
		return models.Errorf(models.CodePayloadTooLarge, "payload has %d bytes; %d are allowed. Send a payloadPointer instead",
			len(c.Payload), models.MaxPayloadBytes)
	}
	if c.PayloadPointer != nil {
		if err := models.CheckText("payloadPointer", *c.PayloadPointer, models.MaxPointerLength); err != nil {
			return err
		}
	}
	if err := checkKey(c.IdempotencyKey); err != nil {
		return err
	}
	switch c.ExpectedOutcome {
	case "", models.OutcomeAny, models.OutcomeResult, models.OutcomeArtifact:
	default:
		return models.Errorf(models.CodeBadUserInput, "expectedOutcome %q is unknown", c.ExpectedOutcome)
	}
	if err := c.checkLabels(); err != nil {
		return err
	}
	if len(c.ParentIDs) > models.MaxParents {
		return models.Errorf(models.CodeBadUserInput, "%d parents; at most %d are allowed", len(c.ParentIDs), models.MaxParents)
	}
	if err := checkRange("priority", &c.Priority, -models.MaxPriority, models.MaxPriority); err != nil {
		return err
	}
	if err := checkRange("maxAttempts", c.MaxAttempts, 1, models.MaxMaxAttempts); err != nil {
		return err
	}
	if err := checkRange("retryBackoffSeconds", c.RetryBackoffSeconds, 1, models.MaxBackoffSeconds); err != nil {
		return err
	}
	return checkRange("delaySeconds", c.DelaySeconds, 0, models.MaxDelaySeconds)
}

func checkRange(what string, n *int, minimum, maximum int) error {
	if n != nil && (*n < minimum || *n > maximum) {
		return models.Errorf(models.CodeBadUserInput, "%s is %d; allowed are %d to %d", what, *n, minimum, maximum)
	}
	return nil
}

func checkKey(key *string) error {
	if key == nil {
		return nil
	}
	return models.CheckText("idempotencyKey", *key, models.MaxKeyLength)
}

func (c CreateTask) checkLabels() error {
	bytes := 0
	for what, labels := range map[string][]string{"capabilities": c.Capabilities, "tags": c.Tags} {
		if len(labels) > models.MaxLabels {
			return models.Errorf(models.CodeBadUserInput, "%d %s; at most %d are allowed", len(labels), what, models.MaxLabels)
		}
		for _, l := range labels {
			if err := models.CheckText("one of "+what, l, models.MaxLabelLength); err != nil {
				return err
			}
			bytes += len(l)
		}
	}
	if bytes > models.MaxLabelsBytes {
		return models.Errorf(models.CodeBadUserInput, "capabilities and tags have %d bytes together; %d are allowed", bytes, models.MaxLabelsBytes)
	}
	return nil
}

// leaseTime returns the time that a claim or renewal asks for: the default when not given, clamped above, refused below.
func leaseTime(what string, seconds *int, rules models.Rules) (time.Duration, error) {
	if seconds == nil {
		return rules.LeaseTTL, nil
	}
	if *seconds < 1 || *seconds < int(rules.MinLeaseTTL/time.Second) {
		return 0, models.Errorf(models.CodeBadUserInput, "%s is %d; at least %d are needed", what, *seconds, int(rules.MinLeaseTTL.Seconds()))
	}
	if *seconds > int(rules.MaxLeaseTTL/time.Second) {
		return rules.MaxLeaseTTL, nil
	}
	return time.Duration(*seconds) * time.Second, nil
}

func orDefault(n *int, fallback int) int {
	if n == nil {
		return fallback
	}
	return *n
}

func intOrNull(n *int) models.JSON {
	if n == nil {
		return models.Null
	}
	return models.Int(*n)
}

// digest names the content of an operation, so that a repeat of it can be told.
func digest(operation string, content map[string]models.JSON) string {
	sum := sha256.Sum256([]byte(operation + string(models.Object(content))))
	return hex.EncodeToString(sum[:])
}
