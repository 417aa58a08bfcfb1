package config

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"
)

// derive fills in what depends on other settings or on the process.
func (c *Config) derive() {
	if c.Auth == "" {
		c.Auth = AuthKeys
		if c.Development() {
			c.Auth = AuthNone
		}
	}
	c.MetricsChosen = c.MetricsAddr != ""
	switch {
	case c.MetricsAddr == off:
		c.MetricsAddr = ""
	case c.MetricsAddr != "":
	case c.Development():
		c.MetricsAddr = c.Addr
	default:
		c.MetricsAddr = "127.0.0.1:9090"
	}
	if c.InstanceID == "" {
		host, err := os.Hostname()
		if err != nil {
			host = "asyncgate"
		}
		c.InstanceID = fmt.Sprintf("%s-%d", host, os.Getpid())
	}
}

// wholeSeconds brings the delay of retries to what a task can say.
func (c *Config) wholeSeconds() (warnings []string) {
	if whole := (c.RetryBackoff + time.Second - 1).Truncate(time.Second); whole != c.RetryBackoff {
		warnings = []string{fmt.Sprintf("ASYNCGATE_RETRY_BACKOFF is %s, but tasks count it in whole seconds; it is %s",
			short(c.RetryBackoff), short(whole))}
		c.RetryBackoff = whole
	}
	return warnings
}

// checkLeases sees that the three durations of a lease agree. A default that nobody asked for moves to where the bounds
// that somebody asked for allow it.
func (c *Config) checkLeases(in input) (warnings []string, err error) {
	if c.MinLeaseTTL > c.MaxLeaseTTL {
		return nil, fmt.Errorf("ASYNCGATE_MIN_LEASE_TTL is %s: allowed is at most ASYNCGATE_MAX_LEASE_TTL, %s",
			short(c.MinLeaseTTL), short(c.MaxLeaseTTL))
	}
	within := min(max(c.LeaseTTL, c.MinLeaseTTL), c.MaxLeaseTTL)
	if within == c.LeaseTTL {
		return nil, nil
	}
	if in.given("LEASE_TTL") {
		return nil, fmt.Errorf("ASYNCGATE_LEASE_TTL is %s: allowed is from ASYNCGATE_MIN_LEASE_TTL, %s, to ASYNCGATE_MAX_LEASE_TTL, %s",
			short(c.LeaseTTL), short(c.MinLeaseTTL), short(c.MaxLeaseTTL))
	}
	warning := fmt.Sprintf("ASYNCGATE_LEASE_TTL is not set and its default %s is out of bounds; it is %s",
		short(c.LeaseTTL), short(within))
	c.LeaseTTL = within
	return []string{warning}, nil
}

// checkServe refuses combinations that must not serve: above all, no authentication anywhere but on this machine.
func (c Config) checkServe() error {
	if c.Auth == AuthKeys {
		return nil
	}
	if !c.Development() {
		return fmt.Errorf("ASYNCGATE_AUTH is none and ASYNCGATE_ENV is %s: without authentication only ASYNCGATE_ENV=%s is "+
			"allowed; set ASYNCGATE_AUTH=keys, the default here", c.Env, Development)
	}
	if !loopback(c.Addr) {
		return fmt.Errorf("ASYNCGATE_ADDR is %q: without authentication (ASYNCGATE_AUTH=none) only loopback addresses are "+
			"allowed; set one, for example 127.0.0.1:8080, or ASYNCGATE_AUTH=keys", c.Addr)
	}
	return nil
}

// checkTLS refuses half a pair: who set it wants TLS, and would get none.
func (c Config) checkTLS() error {
	switch {
	case c.TLSCert != "" && c.TLSKey == "":
		return fmt.Errorf("ASYNCGATE_TLS_CERT is %.80q and ASYNCGATE_TLS_KEY is not set: allowed are both, or neither", c.TLSCert)
	case c.TLSCert == "" && c.TLSKey != "":
		return fmt.Errorf("ASYNCGATE_TLS_KEY is %.80q and ASYNCGATE_TLS_CERT is not set: allowed are both, or neither", c.TLSKey)
	default:
		return nil
	}
}

// loopback tells whether a server on addr can be reached from this machine only. An empty host is every address.
func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}
