package config_test

import (
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ulule/limiter/v3"

	"github.com/asyncgate/asyncgate/internal/config"
)

func mustLoad(t *testing.T, args []string, environ ...string) (config.Config, []string) {
	t.Helper()
	c, warnings, err := config.Load(args, environ)
	if err != nil {
		t.Fatal(err)
	}
	return c, warnings
}

func TestLoad(t *testing.T) {
	t.Parallel()

	t.Run("nothing given, everything is as documented", func(t *testing.T) {
		t.Parallel()
		c, warnings := mustLoad(t, nil)
		if len(warnings) != 0 {
			t.Errorf("warnings %q", warnings)
		}
		if c.InstanceID == "" {
			t.Error("no instance id")
		}
		c.InstanceID = ""
		want := config.Config{
			Addr: "127.0.0.1:8080", DatabaseURL: "sqlite://asyncgate.db", Env: "development", Auth: "none",
			AllowedOrigins:   []string{"http://localhost:3000", "http://localhost:8080"},
			RateLimitEnabled: true, RateLimit: limiter.Rate{Formatted: "6000-M", Period: time.Minute, Limit: 6000},
			LeaseTTL: 2 * time.Minute, MinLeaseTTL: 10 * time.Second, MaxLeaseTTL: 30 * time.Minute,
			MaxLeaseRenewals: 10, MaxLeaseLifetime: 2 * time.Hour, MaxLeaseExpiries: 20,
			SweepInterval: 5 * time.Second, ExpiryJitter: 5 * time.Second,
			MaxAttempts: 2, RetryBackoff: 15 * time.Second, MaxRetryBackoff: 15 * time.Minute,
			MaxComplexity: 200000, MaxDepth: 15, MaxBody: 16 << 20,
			Introspection: "authenticated", MetricsAddr: "127.0.0.1:8080", LogLevel: slog.LevelInfo,
		}
		if !reflect.DeepEqual(c, want) {
			t.Errorf("got  %+v\nwant %+v", c, want)
		}
	})

	t.Run("a flag wins over the variable, the variable over the default", func(t *testing.T) {
		t.Parallel()
		c, _ := mustLoad(t, []string{"--lease-ttl", "30s", "--max-attempts=5"},
			"ASYNCGATE_LEASE_TTL=40s", "ASYNCGATE_MAX_LEASE_TTL=50s", "ASYNCGATE_LOG_LEVEL=DEBUG")
		if c.LeaseTTL != 30*time.Second || c.MaxLeaseTTL != 50*time.Second || c.MaxAttempts != 5 || c.LogLevel != slog.LevelDebug {
			t.Errorf("got %+v", c)
		}
	})

	t.Run("every setting is a variable and a flag", func(t *testing.T) {
		t.Parallel()
		for _, s := range config.Settings() {
			value := s.Default
			switch s.Name {
			case "AUTH":
				value = "none"
			case "METRICS_ADDR":
				value = "127.0.0.1:9090"
			case "LISTEN_DATABASE_URL":
				value = "postgres://localhost/x"
			case "LOG_FORMAT":
				value = "json"
			case "TRUSTED_PROXIES":
				value = "10.0.0.0/8, ::1"
			case "REDIS_URL":
				value = "redis://localhost:6379/1"
			}
			if _, _, err := config.Load([]string{s.Flag(), value}, nil); err != nil {
				t.Errorf("flag: %v", err)
			}
			if _, _, err := config.Load(nil, []string{s.Env() + "=" + value}); err != nil {
				t.Errorf("variable: %v", err)
			}
			if !strings.Contains(config.Help(), s.Flag()+" ") || !strings.Contains(config.Help(), s.Env()+"\n") {
				t.Errorf("the help does not speak of %s", s.Name)
			}
		}
	})

	t.Run("an empty variable is as if not set, but an empty list of origins allows none", func(t *testing.T) {
		t.Parallel()
		c, warnings := mustLoad(t, nil, "ASYNCGATE_ADDR=", "ASYNCGATE_CORS_ALLOWED_ORIGINS=", "ASYNCGATE_RATE_LIMIT=")
		if c.Addr != "127.0.0.1:8080" || len(c.AllowedOrigins) != 0 || len(warnings) != 0 {
			t.Errorf("got %q, %q, %q", c.Addr, c.AllowedOrigins, warnings)
		}
	})

	t.Run("sizes are read with and without units", func(t *testing.T) {
		t.Parallel()
		for value, want := range map[string]int64{
			"16 MiB": 16 << 20, "16MiB": 16 << 20, "2M": 2 << 20, "2 mb": 2_000_000, "64KiB": 64 << 10, "2048": 2048,
			"2048 B": 2048, "1GiB": 1 << 30,
		} {
			if c, _ := mustLoad(t, nil, "ASYNCGATE_MAX_BODY="+value); c.MaxBody != want {
				t.Errorf("%q is %d, want %d", value, c.MaxBody, want)
			}
		}
	})

	t.Run("origins are normalized as browsers send them", func(t *testing.T) {
		t.Parallel()
		c, _ := mustLoad(t, nil, "ASYNCGATE_CORS_ALLOWED_ORIGINS= https://A.example:443/ ,,http://b:81, http://[0:0::1]:080,"+
			"HTTP://c:443,https://d:80,http://e:,http://127.0.0.1:08080,https://xn--bcher-kva.example")
		want := []string{"https://a.example", "http://b:81", "http://[::1]", "http://c:443", "https://d:80", "http://e",
			"http://127.0.0.1:8080", "https://xn--bcher-kva.example"}
		if !slices.Equal(c.AllowedOrigins, want) {
			t.Errorf("got %q, want %q", c.AllowedOrigins, want)
		}
	})

	t.Run("TLS is a certificate and its key", func(t *testing.T) {
		t.Parallel()
		c, warnings := mustLoad(t, []string{"--tls-key", "key.pem"}, "ASYNCGATE_TLS_CERT=cert.pem")
		if c.TLSCert != "cert.pem" || c.TLSKey != "key.pem" || len(warnings) > 0 {
			t.Errorf("got %q, %q, %q", c.TLSCert, c.TLSKey, warnings)
		}
	})

	t.Run("the rate limit", func(t *testing.T) {
		t.Parallel()
		c, _ := mustLoad(t, []string{"--redis-url", "rediss://u:p@h:1/2"}, "ASYNCGATE_RATE_LIMIT=10-s", "ASYNCGATE_RATE_LIMIT_ENABLED=FALSE")
		if c.RateLimitEnabled || c.RateLimit.Limit != 10 || c.RateLimit.Period != time.Second || c.RedisURL != "rediss://u:p@h:1/2" {
			t.Errorf("got %+v", c)
		}
	})

	t.Run("trusted proxies are networks, those of IPv4 as such", func(t *testing.T) {
		t.Parallel()
		c, _ := mustLoad(t, nil, "ASYNCGATE_TRUSTED_PROXIES=10.1.2.3/8, 192.0.2.7,,2001:db8::1/32,::1,fe80::1%eth0,::ffff:10.0.0.0/104,::ffff:192.0.2.8")
		want := "[10.0.0.0/8 192.0.2.7/32 2001:db8::/32 ::1/128 fe80::1/128 10.0.0.0/8 192.0.2.8/32]"
		if got := fmt.Sprint(c.TrustedProxies); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})

	t.Run("metrics are at the main address in development, on the machine only elsewhere, or off", func(t *testing.T) {
		t.Parallel()
		for _, test := range []struct {
			environ []string
			want    string
		}{
			{[]string{"ASYNCGATE_ADDR=127.0.0.1:1234"}, "127.0.0.1:1234"},
			{[]string{"ASYNCGATE_METRICS_ADDR=[::1]:9"}, "[::1]:9"},
			{[]string{"ASYNCGATE_METRICS_ADDR=OFF"}, ""},
			{[]string{"ASYNCGATE_ENV=production", "ASYNCGATE_ADDR=:80"}, "127.0.0.1:9090"},
			{[]string{"ASYNCGATE_ENV=staging", "ASYNCGATE_METRICS_ADDR=0.0.0.0:9090"}, "0.0.0.0:9090"},
			{[]string{"ASYNCGATE_ENV=production", "ASYNCGATE_METRICS_ADDR=off"}, ""},
		} {
			// Parse, since what serves outside development is not the matter here.
			if c, _, err := config.Parse(nil, test.environ); err != nil || c.MetricsAddr != test.want {
				t.Errorf("%v: %q, %v, want %q", test.environ, c.MetricsAddr, err, test.want)
			}
		}
	})

	t.Run("short leases for tests", func(t *testing.T) {
		t.Parallel()
		c, _ := mustLoad(t, nil, "ASYNCGATE_MIN_LEASE_TTL=1ms", "ASYNCGATE_LEASE_TTL=250ms", "ASYNCGATE_EXPIRY_JITTER=0s")
		if c.LeaseTTL != 250*time.Millisecond || c.ExpiryJitter != 0 {
			t.Errorf("got %+v", c)
		}
	})

	t.Run("a default that the bounds exclude moves to the bound, with a warning", func(t *testing.T) {
		t.Parallel()
		c, warnings := mustLoad(t, nil, "ASYNCGATE_MAX_LEASE_TTL=20s")
		if c.LeaseTTL != 20*time.Second || len(warnings) != 1 {
			t.Errorf("got %s, %q", c.LeaseTTL, warnings)
		}
	})

	t.Run("API keys are the default outside development, allowed in it, and serve any address", func(t *testing.T) {
		t.Parallel()
		for _, environ := range []string{"ASYNCGATE_ENV=production", "ASYNCGATE_ENV=staging", "ASYNCGATE_AUTH=keys"} {
			if c, warnings := mustLoad(t, nil, environ, "ASYNCGATE_ADDR=0.0.0.0:8080"); c.Auth != config.AuthKeys || len(warnings) > 0 {
				t.Errorf("%s: %+v, %q", environ, c, warnings)
			}
		}
	})

	t.Run("loopback addresses are served without authentication", func(t *testing.T) {
		t.Parallel()
		for _, addr := range []string{"127.0.0.1:0", "127.9.9.9:80", "[::1]:8080", "localhost:8080", "[::ffff:127.0.0.1]:1"} {
			mustLoad(t, nil, "ASYNCGATE_ADDR="+addr)
		}
	})
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ environ, says string }{
		{"ASYNCGATE_ADDR=8080", "host:port"},
		{"ASYNCGATE_ADDR=127.0.0.1:70000", "65535"},
		{"ASYNCGATE_ADDR=:8080", "loopback"},
		{"ASYNCGATE_ADDR=0.0.0.0:8080", "loopback"},
		{"ASYNCGATE_ADDR=[::]:8080", "loopback"},
		{"ASYNCGATE_ADDR=10.0.0.1:8080", "loopback"},
		{"ASYNCGATE_ADDR=localhost.example.com:8080", "loopback"},
		{"ASYNCGATE_ENV=prod", "development, staging and production"},
		{"ASYNCGATE_ENV=production ASYNCGATE_AUTH=none", "set ASYNCGATE_AUTH=keys"},
		{"ASYNCGATE_ENV=staging ASYNCGATE_AUTH=none", "set ASYNCGATE_AUTH=keys"},
		{"ASYNCGATE_ENV=development ASYNCGATE_ADDR=0.0.0.0:8080", "or ASYNCGATE_AUTH=keys"},
		{"ASYNCGATE_AUTH=basic", "none and keys"},
		{"ASYNCGATE_DATABASE_URL=mysql://localhost", "sqlite://PATH"},
		{"ASYNCGATE_DATABASE_URL=sqlite://", "sqlite://PATH"},
		{"ASYNCGATE_CORS_ALLOWED_ORIGINS=*", "* is never allowed"},
		{"ASYNCGATE_CORS_ALLOWED_ORIGINS=https://*.example.com", "* is never allowed"},
		{"ASYNCGATE_CORS_ALLOWED_ORIGINS=null", "origins such as"},
		{"ASYNCGATE_CORS_ALLOWED_ORIGINS=example.com", "origins such as"},
		{"ASYNCGATE_CORS_ALLOWED_ORIGINS=http://a/path", "origins such as"},
		{"ASYNCGATE_CORS_ALLOWED_ORIGINS=https://*", "* is never allowed"},
		{"ASYNCGATE_CORS_ALLOWED_ORIGINS=*://a", "* is never allowed"},
		{"ASYNCGATE_CORS_ALLOWED_ORIGINS=https://a,*", "* is never allowed"},
		{"ASYNCGATE_CORS_ALLOWED_ORIGINS=https://a:*", "* is never allowed"},
		{"ASYNCGATE_CORS_ALLOWED_ORIGINS=https://%2a", "without path, query or user"},
		{"ASYNCGATE_CORS_ALLOWED_ORIGINS=NULL", "origins such as"},
		{"ASYNCGATE_CORS_ALLOWED_ORIGINS=file://", "origins such as"},
		{"ASYNCGATE_CORS_ALLOWED_ORIGINS=ftp://a", "origins such as"},
		{"ASYNCGATE_CORS_ALLOWED_ORIGINS=//a", "origins such as"},
		{"ASYNCGATE_CORS_ALLOWED_ORIGINS=http:a", "origins such as"},
		{"ASYNCGATE_CORS_ALLOWED_ORIGINS=http://", "origins such as"},
		{"ASYNCGATE_CORS_ALLOWED_ORIGINS=http://:80", "origins such as"},
		{"ASYNCGATE_CORS_ALLOWED_ORIGINS=http://u:p@a", "origins such as"},
		{"ASYNCGATE_CORS_ALLOWED_ORIGINS=http://a?", "origins such as"},
		{"ASYNCGATE_CORS_ALLOWED_ORIGINS=http://a#b", "origins such as"},
		{"ASYNCGATE_CORS_ALLOWED_ORIGINS=http://a:0", "origins such as"},
		{"ASYNCGATE_CORS_ALLOWED_ORIGINS=http://a:65536", "origins such as"},
		{"ASYNCGATE_CORS_ALLOWED_ORIGINS=http://a;b", "origins such as"},
		{"ASYNCGATE_CORS_ALLOWED_ORIGINS=http://bücher.example", "xn--"},
		{"ASYNCGATE_CORS_ALLOWED_ORIGINS=http://[fe80::1%25eth0]", "origins such as"},
		{"ASYNCGATE_TLS_CERT=cert.pem", "ASYNCGATE_TLS_KEY is not set"},
		{"ASYNCGATE_TLS_KEY=key.pem", "ASYNCGATE_TLS_CERT is not set"},
		{"ASYNCGATE_LEASE_TTL=120", "a duration such as"},
		{"ASYNCGATE_LEASE_TTL=0s", "from 1ms"},
		{"ASYNCGATE_LEASE_TTL=-5s", "from 1ms"},
		{"ASYNCGATE_LEASE_TTL=5s", "ASYNCGATE_MIN_LEASE_TTL, 10s"},
		{"ASYNCGATE_LEASE_TTL=31m", "ASYNCGATE_MAX_LEASE_TTL, 30m"},
		{"ASYNCGATE_MIN_LEASE_TTL=1h", "ASYNCGATE_MAX_LEASE_TTL, 30m"},
		{"ASYNCGATE_RETRY_BACKOFF=25h", "to 24h"},
		{"ASYNCGATE_MAX_ATTEMPTS=0", "from 1 to 1000"},
		{"ASYNCGATE_MAX_ATTEMPTS=two", "whole number"},
		{"ASYNCGATE_MAX_BODY=16 MOB", "16 MiB"},
		{"ASYNCGATE_MAX_BODY=-1", "16 MiB"},
		{"ASYNCGATE_MAX_BODY=999999999999999GiB", "16 MiB"},
		{"ASYNCGATE_INTROSPECTION=sometimes", "always, authenticated and never"},
		{"ASYNCGATE_LOG_LEVEL=loud", "debug, info, warn and error"},
		{"ASYNCGATE_LOG_FORMAT=xml", "text and json"},
		{"ASYNCGATE_RATE_LIMIT=many", "6000-M"},
		{"ASYNCGATE_RATE_LIMIT=0-M", "6000-M"},
		{"ASYNCGATE_RATE_LIMIT=-1-M", "6000-M"},
		{"ASYNCGATE_RATE_LIMIT=6000", "6000-M"},
		{"ASYNCGATE_RATE_LIMIT=6000-W", "6000-M"},
		{"ASYNCGATE_RATE_LIMIT=x-M", "6000-M"},
		{"ASYNCGATE_RATE_LIMIT=1.5-S", "6000-M"},
		{"ASYNCGATE_RATE_LIMIT=9999999999-M", "6000-M"},
		{"ASYNCGATE_RATE_LIMIT_ENABLED=1", "true and false"},
		{"ASYNCGATE_TRUSTED_PROXIES=10.0.0.0/33", "networks"},
		{"ASYNCGATE_TRUSTED_PROXIES=proxy.internal", "networks"},
		{"ASYNCGATE_TRUSTED_PROXIES=*", "networks"},
		{"ASYNCGATE_REDIS_URL=redis://localhost/first", "redis://"},
	} {
		t.Run(tt.environ, func(t *testing.T) {
			t.Parallel()
			environ := []string{tt.environ}
			if strings.Contains(tt.environ, " ASYNCGATE") {
				environ = strings.Fields(tt.environ)
			}
			_, _, err := config.Load(nil, environ)
			if err == nil {
				t.Fatal("it was taken")
			}
			name, value, _ := strings.Cut(environ[len(environ)-1], "=")
			message := err.Error()
			if !strings.Contains(message, tt.says) || strings.Contains(message, "\n") {
				t.Errorf("%q does not say %q in one line", message, tt.says)
			}
			named := strings.Contains(message, name) && strings.Contains(message, value)
			if !named && !strings.Contains(name, "_URL") {
				t.Errorf("%q does not name %s and %s", message, name, value)
			}
			if usage := new(config.UsageError); errors.As(err, &usage) {
				t.Error("a bad value is no usage error")
			}
		})
	}

	t.Run("without repeating a password", func(t *testing.T) {
		t.Parallel()
		for _, url := range []string{"mysql://u:hunter2@h/d", "postgres://u:hunter2%@h/d", "redis://:hunter2@h/x", "redis://:hunter2%@h", "redis://h/0?pool_size=hunter2", "unix://u:hunter2@", "hunter2"} {
			for _, name := range []string{"ASYNCGATE_DATABASE_URL", "ASYNCGATE_REDIS_URL"} {
				_, _, err := config.Load(nil, []string{name + "=" + url})
				if err == nil || strings.Contains(err.Error(), "hunter2") {
					t.Errorf("%s=%s: %v", name, url, err)
				}
			}
		}
	})

	t.Run("a command line it cannot read, with a usage error", func(t *testing.T) {
		t.Parallel()
		for says, args := range map[string][]string{
			"the nearest is --lease-ttl": {"--leas-ttl", "3s"},
			"needs a value":              {"--lease-ttl"},
			"takes flags only":           {"now"},
			"serve takes flags only":     {"-lease-ttl", "3s"},
			"allowed are true and false": {"--no-migrate=maybe"},
		} {
			_, _, err := config.Load(args, nil)
			if usage := new(config.UsageError); !errors.As(err, &usage) || !strings.Contains(fmt.Sprint(err), says) {
				t.Errorf("%q: got %v", args, err)
			}
		}
		if _, _, err := config.Load([]string{"--help"}, nil); !errors.Is(err, config.ErrHelp) {
			t.Errorf("--help: got %v", err)
		}
	})
}

func TestLoadWarns(t *testing.T) {
	t.Parallel()
	for environ, says := range map[string]string{
		"ASYNCGATE_LEASE_TLL=1s":             "the nearest is ASYNCGATE_LEASE_TTL",
		"ASYNCGATE_PORT=tcp://10.0.0.1:8080": "ASYNCGATE_PORT is not a setting",
		"ASYNCGATE_SERVICE_HOST=10.0.0.1":    "ASYNCGATE_SERVICE_HOST is not a setting",
		"ASYNCGATE_RETRY_BACKOFF=500ms":      "whole seconds; it is 1s",
	} {
		_, warnings := mustLoad(t, nil, environ, "UNRELATED=1", "=odd",
			"ASYNCGATE_URL=http://x", "ASYNCGATE_API_KEY=secret", "ASYNCGATE_PRINCIPAL=agent:x", "ASYNCGATE_TENANT=x")
		if len(warnings) != 1 || !strings.Contains(warnings[0], says) || strings.Contains(warnings[0], "secret") {
			t.Errorf("%s: got %q, want %q", environ, warnings, says)
		}
	}
}

// TestRateLimitIsForced: outside development nobody can turn it off. Parse, because not all of them can be served yet.
func TestRateLimitIsForced(t *testing.T) {
	t.Parallel()
	for env, on := range map[string]bool{"development": false, "staging": true, "production": true} {
		c, warnings, err := config.Parse(nil, []string{"ASYNCGATE_ENV=" + env, "ASYNCGATE_RATE_LIMIT_ENABLED=false"})
		if err != nil || c.RateLimitEnabled != on || (len(warnings) == 1) != on {
			t.Errorf("%s: got %t, %q, %v", env, c.RateLimitEnabled, warnings, err)
		}
		if on && !strings.Contains(warnings[0], "ASYNCGATE_RATE_LIMIT_ENABLED is false and is ignored") {
			t.Errorf("warned %q", warnings[0])
		}
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	c, _, err := config.Parse([]string{"--no-migrate"}, []string{"ASYNCGATE_ENV=production", "ASYNCGATE_ADDR=0.0.0.0:80"})
	if err != nil || c.Auth != config.AuthKeys || !c.NoMigrate {
		t.Errorf("a command that does not serve is not asked how to serve: %+v, %v", c, err)
	}
}
