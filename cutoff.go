package main

import (
	"fmt"
	"time"
)

// cutoff is the instant that old things are older than, told by the present one; nil until it is set.
type cutoff func(now time.Time) time.Time

// set takes an instant with its zone, a day, which begins at midnight UTC, or an age.
func (c *cutoff) set(text string) error {
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			*c = func(time.Time) time.Time { return at }
			return nil
		}
	}
	if age, err := parseAge(text); err == nil {
		*c = func(now time.Time) time.Time { return now.Add(-age) }
		return nil
	}
	return fmt.Errorf("%.80q is no day, such as 2026-01-01, no instant with its zone, such as 2026-01-01T00:00:00Z, and no age, such as 90d", text)
}
