package config

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The functions here make the set of a Setting: they read one kind of value, and their errors say what is allowed.
// A nil field only checks; an empty value is a derived default and leaves the field as it is.

const (
	shortest = time.Millisecond
	day      = 24 * time.Hour
	longest  = 365 * day
)

func text(field func(*Config) *string) func(*Config, string) error {
	return func(c *Config, value string) error {
		*field(c) = value
		return nil
	}
}

func choice(field func(*Config) *string, allowed ...string) func(*Config, string) error {
	return func(c *Config, value string) error {
		if value == "" {
			return nil
		}
		v := strings.ToLower(value)
		if !slices.Contains(allowed, v) {
			return fmt.Errorf("allowed are %s", list(allowed))
		}
		*field(c) = v
		return nil
	}
}

func duration(field func(*Config) *time.Duration, least, most time.Duration) func(*Config, string) error {
	return func(c *Config, value string) error {
		d, err := time.ParseDuration(value)
		if err != nil || d < least || d > most {
			return fmt.Errorf("allowed is a duration such as 90s, 5m or 2h, from %s to %s", short(least), short(most))
		}
		*field(c) = d
		return nil
	}
}

func integer(field func(*Config) *int, least, most int) func(*Config, string) error {
	return func(c *Config, value string) error {
		n, err := strconv.Atoi(value)
		if err != nil || n < least || n > most {
			return fmt.Errorf("allowed is a whole number from %d to %d", least, most)
		}
		*field(c) = n
		return nil
	}
}

func bytes(field func(*Config) *int64, least, most int64) func(*Config, string) error {
	return func(c *Config, value string) error {
		n, ok := parseBytes(value)
		if !ok || n < least || n > most {
			return fmt.Errorf("allowed is a size such as 16 MiB, 512KiB or 1000000, from %d to %d bytes", least, most)
		}
		*field(c) = n
		return nil
	}
}

var sizePattern = regexp.MustCompile(`^(?i)([0-9]{1,15}) *([KMG]i?B?|B)?$`)

// parseBytes reads 16 MiB, 16MiB, 16M (the same), 16 MB (millions) and plain numbers.
func parseBytes(s string) (int64, bool) {
	m := sizePattern.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	n, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil {
		return 0, false
	}
	unit := strings.ToUpper(m[2])
	base := int64(1024)
	if len(unit) == 2 && unit[1] == 'B' {
		base = 1000
	}
	factor := int64(1)
	for range strings.Index(" KMG", (unit + " ")[:1]) {
		factor *= base
	}
	if n > math.MaxInt64/factor {
		return 0, false
	}
	return n * factor, true
}

func address(field func(*Config) *string) func(*Config, string) error {
	return func(c *Config, value string) error {
		_, port, err := net.SplitHostPort(value)
		if n, perr := strconv.Atoi(port); err != nil || perr != nil || n < 0 || n > 65535 {
			return errors.New("allowed is host:port, for example 127.0.0.1:8080 or [::1]:8080, with a port from 0 to 65535")
		}
		*field(c) = value
		return nil
	}
}

const off = "off"

// setMetricsAddr reads an address, or off.
func setMetricsAddr(c *Config, value string) error {
	if strings.EqualFold(value, off) {
		c.MetricsAddr = off
		return nil
	}
	if err := address(func(c *Config) *string { return &c.MetricsAddr })(c, value); err != nil {
		return fmt.Errorf("%w; or off", err)
	}
	return nil
}

func databaseURL(field func(*Config) *string, schemes ...string) func(*Config, string) error {
	return func(c *Config, value string) error {
		scheme, rest, ok := strings.Cut(value, "://")
		if !ok || rest == "" || !slices.Contains(schemes, scheme) {
			allowed := "postgres://user:password@host:port/database"
			if slices.Contains(schemes, "sqlite") {
				allowed = "sqlite://PATH and " + allowed
			}
			return errors.New("allowed: " + allowed)
		}
		if scheme != "sqlite" {
			// Not url.Parse's own error: it repeats the whole URL, password included.
			if _, err := url.Parse(value); err != nil {
				return errors.New("it is not a well-formed URL; percent-encode special characters of the password")
			}
		}
		*field(c) = value
		return nil
	}
}

// unlessEmpty leaves what is not given as it is.
func unlessEmpty(set func(*Config, string) error) func(*Config, string) error {
	return func(c *Config, value string) error {
		if value == "" {
			return nil
		}
		return set(c, value)
	}
}

func setLogLevel(c *Config, value string) error {
	levels := map[string]slog.Level{
		"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError,
	}
	level, ok := levels[strings.ToLower(value)]
	if !ok {
		return errors.New("allowed are debug, info, warn and error")
	}
	c.LogLevel = level
	return nil
}

func boolean(field func(*Config) *bool) func(*Config, string) error {
	return func(c *Config, value string) error {
		v := strings.ToLower(value)
		if v != "true" && v != "false" {
			return errors.New("allowed are true and false")
		}
		*field(c) = v == "true"
		return nil
	}
}

// split cuts a comma-separated list; empty parts do not count.
func split(value string) []string {
	var parts []string
	for part := range strings.SplitSeq(value, ",") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

func list(words []string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// short writes 24h instead of 24h0m0s.
func short(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
