// Package config reads the settings: once, together, before any room is opened.
//
// The room owes the others values that need no second look: parsed, bounded and consistent with each other. There is one
// table of settings (settings.go); environment variables, flags, help and error messages all come from it. It must never
// import another room, open anything, or keep state.
package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"time"

	"github.com/ulule/limiter/v3"
)

// Environments, the values of ASYNCGATE_ENV.
const (
	Development = "development"
	Staging     = "staging"
	Production  = "production"
)

// Ways to authenticate, the values of ASYNCGATE_AUTH.
const (
	// AuthNone believes what requests say about their caller: development on loopback addresses only.
	AuthNone = "none"
	// AuthKeys demands API keys.
	AuthKeys = "keys"
)

// Who may introspect the schema, the values of ASYNCGATE_INTROSPECTION.
const (
	IntrospectionAlways        = "always"
	IntrospectionAuthenticated = "authenticated"
	IntrospectionNever         = "never"
)

// Config is the settings of a server. The table of settings documents each field's meaning and default.
type Config struct {
	Addr        string
	DatabaseURL string
	// ListenDatabaseURL is where notifications between servers go; empty is DatabaseURL.
	ListenDatabaseURL string
	Env               string
	Auth              string
	InstanceID        string
	// AllowedOrigins are normalized: scheme://host[:port], lower case, no default port. Empty allows none.
	AllowedOrigins []string
	// TLSCert and TLSKey are files; with both of them TLS is served, with neither it is not.
	TLSCert, TLSKey string

	// RateLimitEnabled is false in development only.
	RateLimitEnabled bool
	RateLimit        limiter.Rate
	// TrustedProxies are without bits beyond the network's, and those of IPv4 as such.
	TrustedProxies []netip.Prefix
	// RedisURL is well-formed; empty lets each server count for itself.
	RedisURL string

	LeaseTTL, MinLeaseTTL, MaxLeaseTTL time.Duration
	MaxLeaseRenewals                   int
	MaxLeaseLifetime                   time.Duration
	MaxLeaseExpiries                   int
	SweepInterval, ExpiryJitter        time.Duration

	MaxAttempts                   int
	RetryBackoff, MaxRetryBackoff time.Duration

	MaxComplexity, MaxDepth int
	MaxBody                 int64
	Introspection           string

	// MetricsAddr is where /metrics is served: Addr for where the API is, empty for nowhere.
	// MetricsChosen tells that somebody has chosen it, so that a start without is none.
	MetricsAddr   string
	MetricsChosen bool

	LogLevel slog.Level
	// LogFormat is text or json; empty leaves the choice to whoever sees the output: text on a terminal, else json.
	LogFormat string

	// NoMigrate is the flag --no-migrate of serve: check the migrations, apply none.
	NoMigrate bool
}

// Development tells whether the server runs in the development environment.
func (c Config) Development() bool { return c.Env == Development }

// Scheme is how the URLs of a server with these settings begin.
func (c Config) Scheme() string {
	if c.TLSCert != "" {
		return "https://"
	}
	return "http://"
}

// ErrHelp is returned when the arguments ask for help; print Help and exit 0.
var ErrHelp = errors.New("help was asked for")

// UsageError is a command line that cannot be read: an unknown flag, a flag without a value or with a bad one, an argument
// too many. Exit with 2; every other error of this package is a setting's and exits with 1.
type UsageError struct{ message string }

// Error returns one line that says what to do.
func (e *UsageError) Error() string { return e.message }

func usageErrorf(format string, args ...any) error {
	return &UsageError{message: fmt.Sprintf(format, args...)}
}

// Load reads the settings from the arguments of serve and an environment in the form of os.Environ (flags win), and
// checks that they may be served together. Warnings are lines for the log: names that are no setting, settings without
// effect in this version. An error is one line that names the variable, its value and what is allowed.
func Load(args, environ []string) (Config, []string, error) {
	c, warnings, err := Parse(args, environ)
	if err != nil {
		return Config{}, warnings, err
	}
	if err := c.checkTLS(); err != nil {
		return c, warnings, err
	}
	return c, warnings, c.checkServe()
}

// Parse is Load for the commands that do not serve (migrate, verify, demo): every setting is read and bounded, but
// whether a server may run with them is not asked.
func Parse(args, environ []string) (Config, []string, error) {
	in, warnings, err := collect(args, environ)
	if err != nil {
		return Config{}, warnings, err
	}
	c := Config{NoMigrate: in.noMigrate}
	for _, s := range settings() {
		value, given := in.value(s)
		if err := s.set(&c, value); err != nil {
			err = s.refuse(value, err)
			if _, flag := in.flags[s.Name]; flag {
				err = &UsageError{message: err.Error()}
			}
			return Config{}, warnings, err
		}
		if given && s.later != "" {
			warnings = append(warnings, fmt.Sprintf("%s has no effect in this version: %s", s.Env(), s.later))
		}
	}
	c.derive()
	warnings = append(warnings, c.wholeSeconds()...)
	warnings = append(warnings, c.forceRateLimit()...)
	more, err := c.checkLeases(in)
	return c, append(warnings, more...), err
}
