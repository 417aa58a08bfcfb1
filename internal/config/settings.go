package config

import (
	"fmt"
	"strings"
	"time"
)

const prefix = "ASYNCGATE_"

// Setting describes one setting: a variable, and a flag of serve.
type Setting struct {
	// Name is the variable without its prefix: LEASE_TTL.
	Name string
	// Default is the value when none is given, as one would write it, or words for a default that is derived.
	Default string
	// Help says what it is for.
	Help string

	set func(*Config, string) error
	// derived: Default is words, and set takes "" for it.
	derived bool
	// emptyCounts: a variable set to nothing means nothing, instead of the default.
	emptyCounts bool
	// secret values are not repeated in messages: they may hold a password.
	secret bool
	// later says what is missing while the setting has no effect in this version.
	later string
}

// Env returns the name of the variable: ASYNCGATE_LEASE_TTL.
func (s Setting) Env() string { return prefix + s.Name }

// Flag returns the name of the flag: --lease-ttl.
func (s Setting) Flag() string { return "--" + strings.ToLower(strings.ReplaceAll(s.Name, "_", "-")) }

// refuse says in one line which setting has a bad value and what is allowed.
func (s Setting) refuse(value string, err error) error {
	if s.secret {
		scheme, _, ok := strings.Cut(value, "://")
		if !ok || len(scheme) > 16 {
			return fmt.Errorf("%s (%s) has a value that is not allowed: %w", s.Env(), s.Flag(), err)
		}
		value = scheme + "://…"
	}
	return fmt.Errorf("%s (%s) is %.80q: %w", s.Env(), s.Flag(), value, err)
}

// Settings returns the table of settings, in the order of the documentation.
func Settings() []Setting { return settings() }

func settings() []Setting {
	return []Setting{
		{Name: "ADDR", Default: "127.0.0.1:8080", Help: "address to serve",
			set: address(func(c *Config) *string { return &c.Addr })},
		{Name: "DATABASE_URL", Default: "sqlite://asyncgate.db", secret: true,
			Help: "sqlite://PATH (embedded, one machine) or postgres://… (any number of replicas)",
			set:  databaseURL(func(c *Config) *string { return &c.DatabaseURL }, "sqlite", "postgres", "postgresql")},
		{Name: "ENV", Default: Development, Help: "development, staging or production",
			set: choice(func(c *Config) *string { return &c.Env }, Development, Staging, Production)},
		{Name: "AUTH", Default: "none in development, keys elsewhere", derived: true,
			Help: "none serves loopback addresses only, in development only; keys demands API keys",
			set:  choice(func(c *Config) *string { return &c.Auth }, AuthNone, AuthKeys)},
		{Name: "INSTANCE_ID", Default: "host name and process", derived: true, Help: "names this process in telemetry",
			set: text(func(c *Config) *string { return &c.InstanceID })},
		{Name: "CORS_ALLOWED_ORIGINS", Default: "http://localhost:3000,http://localhost:8080", emptyCounts: true,
			Help: "other origins whose pages may call the API, comma-separated; empty allows none", set: setOrigins},

		{Name: "RATE_LIMIT_ENABLED", Default: "true", Help: "may be false in development only",
			set: boolean(func(c *Config) *bool { return &c.RateLimitEnabled })},
		{Name: "RATE_LIMIT", Default: "6000-M", Help: "requests per period (S, M, H or D), for each credential",
			set: setRateLimit},
		{Name: "TRUSTED_PROXIES", derived: true, Help: "networks whose X-Forwarded-For is believed, comma-separated",
			set: setTrustedProxies},
		{Name: "TLS_CERT", derived: true, Help: "PEM file of the TLS certificate and those that signed it; read again when it changes",
			set: text(func(c *Config) *string { return &c.TLSCert })},
		{Name: "TLS_KEY", derived: true, Help: "PEM file of its key; read again when it changes",
			set: text(func(c *Config) *string { return &c.TLSKey })},
		{Name: "REDIS_URL", derived: true, secret: true, Help: "redis://, rediss:// or unix://: where servers count requests together",
			set: unlessEmpty(setRedisURL)},

		{Name: "LEASE_TTL", Default: "120s", Help: "a lease's duration when the claim names none",
			set: duration(func(c *Config) *time.Duration { return &c.LeaseTTL }, shortest, longest)},
		{Name: "MIN_LEASE_TTL", Default: "10s", Help: "shortest duration that a claim may ask for",
			set: duration(func(c *Config) *time.Duration { return &c.MinLeaseTTL }, shortest, longest)},
		{Name: "MAX_LEASE_TTL", Default: "30m", Help: "longest duration of a claim; more is clamped",
			set: duration(func(c *Config) *time.Duration { return &c.MaxLeaseTTL }, shortest, longest)},
		{Name: "MAX_LEASE_RENEWALS", Default: "10", Help: "renewals of one lease",
			set: integer(func(c *Config) *int { return &c.MaxLeaseRenewals }, 0, 1_000_000)},
		{Name: "MAX_LEASE_LIFETIME", Default: "2h", Help: "end of a lease after its claim, whatever the renewals",
			set: duration(func(c *Config) *time.Duration { return &c.MaxLeaseLifetime }, shortest, longest)},
		{Name: "MAX_LEASE_EXPIRIES", Default: "20", Help: "leases that a task may lose before it fails; 0 is never",
			set: integer(func(c *Config) *int { return &c.MaxLeaseExpiries }, 0, 1_000_000)},
		{Name: "SWEEP_INTERVAL", Default: "5s", Help: "how often expired leases are looked for",
			set: duration(func(c *Config) *time.Duration { return &c.SweepInterval }, shortest, longest)},
		{Name: "EXPIRY_JITTER", Default: "5s", Help: "spreads the requeueing of expired tasks; 0s makes it exact",
			set: duration(func(c *Config) *time.Duration { return &c.ExpiryJitter }, 0, longest)},

		{Name: "MAX_ATTEMPTS", Default: "2", Help: "a task's attempts when it names none",
			set: integer(func(c *Config) *int { return &c.MaxAttempts }, 1, 1000)},
		{Name: "RETRY_BACKOFF", Default: "15s", Help: "delay before the first retry, doubled for each further one",
			set: duration(func(c *Config) *time.Duration { return &c.RetryBackoff }, shortest, day)},
		{Name: "MAX_RETRY_BACKOFF", Default: "15m", Help: "end of the doubling",
			set: duration(func(c *Config) *time.Duration { return &c.MaxRetryBackoff }, shortest, longest)},

		{Name: "MAX_COMPLEXITY", Default: "200000", Help: "largest complexity of a GraphQL document",
			set: integer(func(c *Config) *int { return &c.MaxComplexity }, 1, 1_000_000_000)},
		{Name: "MAX_DEPTH", Default: "15", Help: "greatest depth of a GraphQL document",
			set: integer(func(c *Config) *int { return &c.MaxDepth }, 1, 1000)},
		{Name: "MAX_BODY", Default: "16 MiB", Help: "largest request body",
			set: bytes(func(c *Config) *int64 { return &c.MaxBody }, 1<<10, 1<<30)},
		{Name: "METRICS_ADDR", Default: "the main address in development, else 127.0.0.1:9090", derived: true,
			Help: "where /metrics is, without a credential and over all tenants; off serves none",
			set:  unlessEmpty(setMetricsAddr)},
		{Name: "LISTEN_DATABASE_URL", Default: "the database's", derived: true, secret: true,
			Help: "a direct address for the listener when the database is reached through PgBouncer",
			set:  unlessEmpty(databaseURL(func(c *Config) *string { return &c.ListenDatabaseURL }, "postgres", "postgresql"))},
		{Name: "INTROSPECTION", Default: IntrospectionAuthenticated, Help: "who may read the schema: always, authenticated, never",
			set: choice(func(c *Config) *string { return &c.Introspection },
				IntrospectionAlways, IntrospectionAuthenticated, IntrospectionNever)},
		{Name: "LOG_LEVEL", Default: "info", Help: "debug, info, warn or error", set: setLogLevel},
		{Name: "LOG_FORMAT", Default: "text on a terminal, else json", derived: true, Help: "text or json",
			set: choice(func(c *Config) *string { return &c.LogFormat }, "text", "json")},
	}
}
