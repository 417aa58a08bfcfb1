package main

import (
	"testing"
	"time"
)

func TestCutoff(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 31, 12, 0, 0, 0, time.FixedZone("", 2*60*60))
	for text, want := range map[string]string{
		"2026-01-01":                     "2026-01-01T00:00:00Z",
		"2026-01-01T00:00:00Z":           "2026-01-01T00:00:00Z",
		"2026-01-01T00:00:00.5+01:00":    "2025-12-31T23:00:00.5Z",
		"0001-01-01T00:00:00Z":           "0001-01-01T00:00:00Z", // Go's zero time is an instant like others
		"0001-01-01":                     "0001-01-01T00:00:00Z",
		"9999-12-31T23:59:59.999999999Z": "9999-12-31T23:59:59.999999999Z",
		"90d":                            "2025-12-31T10:00:00Z",
		"0d":                             "2026-03-31T10:00:00Z",
		"2160h":                          "2025-12-31T10:00:00Z",
		"1h30m":                          "2026-03-31T08:30:00Z",
		"0":                              "2026-03-31T10:00:00Z",
	} {
		var c cutoff
		if err := c.set(text); err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := c(now).UTC().Format(time.RFC3339Nano); got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
	for _, text := range []string{
		"", "90", "-90d", "-1h", "1.5d", "d", "90 d", "99999d", "9999999h", "1d12h", "3 months ago", "yesterday",
		"2026-01-01T00:00:00", "2026-01-01 00:00:00Z", "2026-01-01t00:00:00z", "2026-1-1", "2026-02-30", "01.02.2026", "1767225600",
	} {
		var c cutoff
		if err := c.set(text); err == nil {
			t.Errorf("%q is taken for %s", text, c(now))
		}
	}
}
