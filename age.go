package main

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

const day = 24 * time.Hour

// parseAge reads whole days of 24 hours, as in 90d, or what Go calls a duration, as in 36h. It is never negative.
func parseAge(text string) (time.Duration, error) {
	if days, isDays := strings.CutSuffix(text, "d"); isDays {
		n, err := strconv.ParseUint(days, 10, 16) // 65,535 days are some 180 years, and a Duration holds 290
		return time.Duration(n) * day, err
	}
	age, err := time.ParseDuration(text)
	if err == nil && age < 0 {
		err = errors.New("negative")
	}
	return age, err
}
