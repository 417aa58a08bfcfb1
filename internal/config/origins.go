package config

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// setOrigins reads the explicit list of origins. A pattern is no origin: `*`, which would open the API, credentials and
// all, to every page that a user of this server visits, is refused in every environment. So is `null`, which every sandboxed
// page is.
func setOrigins(c *Config, value string) error {
	c.AllowedOrigins = nil
	for _, part := range split(value) {
		origin, ok := normalOrigin(part)
		if ok {
			c.AllowedOrigins = append(c.AllowedOrigins, origin)
			continue
		}
		if strings.Contains(part, "*") {
			return errors.New("* is never allowed, as pages may send credentials; " +
				"name each origin, for example http://localhost:3000,https://console.example.com")
		}
		return fmt.Errorf("%.60q is none; allowed are origins such as http://localhost:3000,https://console.example.com, "+
			"comma-separated, without path, query or user, and international names as xn--…", part)
	}
	return nil
}

// normalOrigin returns the origin as browsers send it: lower case, without default port.
func normalOrigin(s string) (string, bool) {
	if strings.ContainsAny(s, "?#") {
		return "", false
	}
	u, err := url.Parse(strings.ToLower(s))
	if err != nil || u.Opaque != "" || u.User != nil || (u.Path != "" && u.Path != "/") {
		return "", false
	}
	defaultPort, ok := map[string]string{"http": "80", "https": "443"}[u.Scheme]
	host, named := normalHost(u.Hostname())
	port, numbered := normalPort(u.Port())
	if !ok || !named || !numbered {
		return "", false
	}
	if port != "" && port != defaultPort {
		host += ":" + port
	}
	return u.Scheme + "://" + host, true
}

// normalHost takes names of letters, digits, dots, hyphens and underscores, and addresses.
func normalHost(name string) (string, bool) {
	if ip, err := netip.ParseAddr(name); err == nil && ip.Is6() {
		return "[" + ip.String() + "]", ip.Zone() == ""
	}
	foreign := strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789.-_")
	return name, name != "" && foreign == ""
}

// normalPort takes what a TCP port may be, and nothing.
func normalPort(port string) (string, bool) {
	if port == "" {
		return "", true
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return strconv.FormatUint(n, 10), err == nil && n > 0
}
