package config_test

import (
	"errors"
	"strings"
	"testing"
	"unicode"

	"github.com/asyncgate/asyncgate/internal/config"
)

// FuzzLoad: whatever stands in the environment and on the command line is read, or refused in one line that repeats no password.
// What PASSWORD stands for in the value is one.
func FuzzLoad(f *testing.F) {
	const password = "hunter2hunter2"
	for _, s := range config.Settings() {
		f.Add(s.Name, s.Default, s.Flag(), "1")
	}
	for _, value := range []string{
		"postgres://u:PASSWORD@h/d", "postgres://u:PASSWORD@h:port/d", "postgres://u:PASS%zz@PASSWORD/d", "://PASSWORD", "mysql://PASSWORD", "PASSWORD",
		"postgres://\nPASSWORD", "redis://:PASSWORD@h:6379/0", "sqlite://",
	} {
		f.Add("DATABASE_URL", value, "--database-url", value)
		f.Add("LISTEN_DATABASE_URL", value, "--listen-database-url="+value, "")
		f.Add("REDIS_URL", value, value, "--redis-url")
	}
	f.Add("DATABSE_URL", "x\n", "--databse-url=PASSWORD", "--no-migrate=PASSWORD")
	f.Add("PORT", "tcp://10.0.0.1:80", "--addr", "\xff:1")
	f.Add("MAX_BODY", "99999999999999999999 GiB", "--max-body=16 mib", "-h")
	f.Add("A\nB", "1", "--a\nb", "")
	f.Fuzz(func(t *testing.T, name, value, first, second string) {
		value = strings.ReplaceAll(value, "PASSWORD", password)
		first, second = strings.ReplaceAll(first, "PASSWORD", password), strings.ReplaceAll(second, "PASSWORD", password)
		environ := []string{"ASYNCGATE_" + name + "=" + value, value, "=", ""}
		c, warnings, err := config.Load([]string{first, second}, environ)
		said := append([]string{}, warnings...)
		if err != nil && !errors.Is(err, config.ErrHelp) {
			said = append(said, err.Error())
		}
		for _, line := range said {
			if strings.ContainsFunc(line, unicode.IsControl) || len(line) > 1000 {
				t.Fatalf("not one line: %q", line)
			}
			if hides(name, value, first, second) && strings.Contains(line, password) {
				t.Fatalf("a password is shown: %q", line)
			}
		}
		if err == nil && (c.Auth == config.AuthNone && !c.Development() || c.LeaseTTL < c.MinLeaseTTL || c.LeaseTTL > c.MaxLeaseTTL ||
			c.MaxBody < 1<<10 || c.MaxDepth < 1 || c.MaxComplexity < 1 || c.RetryBackoff < 1) {
			t.Fatalf("served with %+v", c)
		}
	})
}

// hides tells whether the values must not be shown: they stand behind the scheme of a URL, in settings whose values are secret
// or in what is no setting.
func hides(name, value string, arguments ...string) bool {
	for _, text := range append(arguments, value) {
		if scheme, _, isURL := strings.Cut(text, "://"); !isURL && strings.Contains(text, "hunter2") || strings.Contains(scheme, "hunter2") {
			return false
		}
	}
	for _, s := range config.Settings() {
		secret := strings.HasSuffix(s.Name, "DATABASE_URL") || s.Name == "REDIS_URL"
		if !secret && (name == s.Name || strings.HasPrefix(arguments[0], s.Flag()) || strings.HasPrefix(arguments[1], s.Flag())) {
			return false
		}
	}
	return !strings.HasPrefix(arguments[0], "--no-migrate") && !strings.HasPrefix(arguments[1], "--no-migrate")
}
