package config

import (
	"errors"
	"net/url"
	"strings"
)

// setOrigins reads the explicit list of origins. A pattern is no origin: `*`, which would open the API to every page
// that a user of this server visits, is refused in every environment.
func setOrigins(c *Config, value string) error {
	c.AllowedOrigins = nil
	for _, part := range split(value) {
		origin, ok := normalOrigin(part)
		if !ok {
			if strings.Contains(part, "*") {
				return errors.New("* is never allowed; name each origin, for example http://localhost:3000,https://console.example.com")
			}
			return errors.New("allowed are origins such as http://localhost:3000,https://console.example.com, comma-separated")
		}
		c.AllowedOrigins = append(c.AllowedOrigins, origin)
	}
	return nil
}

// normalOrigin returns the origin as browsers send it: lower case, without default port.
func normalOrigin(s string) (string, bool) {
	if strings.ContainsAny(s, "*?# \\") {
		return "", false
	}
	u, err := url.Parse(strings.ToLower(s))
	if err != nil || u.Host == "" || u.Hostname() == "" || u.User != nil || (u.Path != "" && u.Path != "/") {
		return "", false
	}
	switch u.Scheme {
	case "http":
		u.Host = strings.TrimSuffix(u.Host, ":80")
	case "https":
		u.Host = strings.TrimSuffix(u.Host, ":443")
	default:
		return "", false
	}
	return u.Scheme + "://" + strings.TrimSuffix(u.Host, ":"), true
}
