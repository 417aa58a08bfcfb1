package main

import (
	"flag"
	"fmt"
	"net/url"
	"strings"

	"github.com/asyncgate/asyncgate/internal/config"
	"github.com/asyncgate/asyncgate/models"
)

// caller is what a command that calls a server is told of it, and whose tasks it is about.
type caller struct {
	// url is the server's address. key is "" for a server that demands none, tenant is "" for the key's own, and for the default one
	// of a server without keys. principal is whom to act as, "" for the key's own, and for the default one in development.
	url, key, tenant, principal string
}

// callerFlags makes the flags of such a command; complete reads the rest.
func (p process) callerFlags(f *flag.FlagSet) *caller {
	c := &caller{key: p.variable(config.KeyVariable)}
	f.StringVar(&c.url, "url", "", "the server (default: $ASYNCGATE_URL, else http://$ASYNCGATE_ADDR, https:// with ASYNCGATE_TLS_CERT)")
	f.Func("tenant", "whose tasks they are, on a server without keys (default: $ASYNCGATE_TENANT, else 00000000-0000-0000-0000-000000000000)", c.setTenant)
	return c
}

func (c *caller) setTenant(text string) error {
	id, err := parseUUID(text)
	c.tenant = id.String()
	return err
}

// setURL takes a host with a port for a server over plain HTTP; a word without either may be anything.
func (c *caller) setURL(text string) error {
	c.url = text
	bare := !strings.Contains(text, "://")
	if bare {
		c.url = "http://" + text
	}
	if u, err := url.Parse(c.url); err != nil || u.Hostname() == "" || bare && u.Port() == "" {
		return fmt.Errorf("%.80q is no address of a server, such as http://127.0.0.1:8080 or https://asyncgate.example.com", text)
	}
	return nil
}

func (c *caller) setPrincipal(text string) error {
	c.principal = text
	_, err := models.ParsePrincipal(strings.TrimSpace(text))
	return plain(err)
}

// complete takes from the environment what no flag has said: the client's variables, then the settings of a server beside it.
func (c *caller) complete(p process) error {
	if c.url != "" {
		if err := c.setURL(c.url); err != nil {
			return usageErrorf("--url: %v", err)
		}
	}
	for _, v := range []struct {
		name, said string
		set        func(string) error
	}{
		{config.URLVariable, c.url, c.setURL},
		{config.TenantVariable, c.tenant, c.setTenant},
		{config.PrincipalVariable, c.principal, c.setPrincipal},
	} {
		if text := p.variable(v.name); v.said == "" && text != "" {
			if err := v.set(text); err != nil {
				return fmt.Errorf("%s: %w", v.name, err)
			}
		}
	}
	if c.url != "" {
		return nil
	}
	settings, _, err := config.Parse(nil, p.environ)
	if err != nil {
		return err
	}
	c.url = settings.Scheme() + settings.Addr
	return nil
}
