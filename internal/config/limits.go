package config

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/redis/go-redis/v9"
	"github.com/ulule/limiter/v3"
)

// maxRate is more than a server can answer in a second.
const maxRate = 1_000_000_000

// setRateLimit reads a rate with the parser of those who count, which takes any number.
func setRateLimit(c *Config, value string) error {
	rate, err := limiter.NewRateFromFormatted(value)
	if err != nil || rate.Limit < 1 || rate.Limit > maxRate {
		return fmt.Errorf("allowed is a number of requests from 1 to %d per S, M, H or D, for example 6000-M", maxRate)
	}
	c.RateLimit = rate
	return nil
}

// setTrustedProxies reads networks, and addresses as networks of one. Those of IPv4 that are written as IPv6 become IPv4, as
// addresses of requests do.
func setTrustedProxies(c *Config, value string) error {
	c.TrustedProxies = nil
	for _, part := range split(value) {
		network, ok := parseNetwork(part)
		if !ok {
			return errors.New("allowed are networks and addresses such as 10.0.0.0/8,192.0.2.7, comma-separated")
		}
		c.TrustedProxies = append(c.TrustedProxies, network)
	}
	return nil
}

func parseNetwork(text string) (netip.Prefix, bool) {
	network, err := netip.ParsePrefix(text)
	if err != nil {
		addr, err := netip.ParseAddr(text)
		if err != nil {
			return netip.Prefix{}, false
		}
		addr = addr.WithZone("")
		network = netip.PrefixFrom(addr, addr.BitLen())
	}
	if addr := network.Addr(); addr.Is4In6() && network.Bits() >= 96 {
		network = netip.PrefixFrom(addr.Unmap(), network.Bits()-96)
	}
	return network.Masked(), true
}

// setRedisURL takes what the client of Redis takes, whose errors may repeat a password.
func setRedisURL(c *Config, value string) error {
	if _, err := redis.ParseURL(value); err != nil {
		return errors.New("allowed are redis://user:password@host:port/number, rediss:// for TLS, and unix://PATH; " +
			"percent-encode special characters of the password")
	}
	c.RedisURL = value
	return nil
}

// forceRateLimit keeps the rate limit on everywhere but in development.
func (c *Config) forceRateLimit() (warnings []string) {
	if c.RateLimitEnabled || c.Development() {
		return nil
	}
	c.RateLimitEnabled = true
	return []string{fmt.Sprintf("ASYNCGATE_RATE_LIMIT_ENABLED is false and is ignored: only ASYNCGATE_ENV=%s may do without a rate limit", Development)}
}
