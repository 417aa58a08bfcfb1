package main

import (
	"fmt"
	"log/slog"
	"strings"

	"github.com/asyncgate/asyncgate/internal/config"
	"github.com/asyncgate/asyncgate/internal/limit"
)

// openLimits returns the counters of the rate limit, nil when it is turned off.
func openLimits(c config.Config, logger *slog.Logger) (*limit.Limits, error) {
	if !c.RateLimitEnabled {
		return nil, nil
	}
	if c.RedisURL == "" && !strings.HasPrefix(c.DatabaseURL, "sqlite://") {
		logger.Info("requests are counted by each server for itself; set ASYNCGATE_REDIS_URL for one rate limit across servers")
	}
	limits, err := limit.New(limit.Options{Rate: c.RateLimit, RedisURL: c.RedisURL, Logger: logger})
	if err != nil {
		return nil, fmt.Errorf("ASYNCGATE_REDIS_URL: %w", err)
	}
	return limits, nil
}
