package server

import (
	"context"
	"fmt"
	"strings"

	"github.com/asyncgate/asyncgate/internal/limit"
)

// openLimits opens the counters of the rate limit; none when it is turned off.
func (s *Server) openLimits(ctx context.Context) (err error) {
	c := s.config
	if !c.RateLimitEnabled {
		return nil
	}
	if c.RedisURL == "" && !strings.HasPrefix(c.DatabaseURL, "sqlite://") {
		s.logger.InfoContext(ctx, "requests are counted by each server for itself; set ASYNCGATE_REDIS_URL for one rate limit across servers")
	}
	if s.limits, err = limit.New(limit.Options{Rate: c.RateLimit, RedisURL: c.RedisURL, Logger: s.logger}); err != nil {
		return fmt.Errorf("ASYNCGATE_REDIS_URL: %w", err)
	}
	return nil
}
