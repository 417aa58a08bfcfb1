package main

import (
	"cmp"
	"flag"
	"fmt"
	"strings"

	"github.com/asyncgate/asyncgate/internal/config"
)

// caller is what a command that calls a server is told of it, and whose tasks it is about.
type caller struct {
	// url is the server's address. key is "" for a server that demands none, tenant is "" for the key's own, and for the default one
	// of a server without keys.
	url, key, tenant string
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

// complete takes from the environment what no flag has said: the client's variables, then the settings of a server beside it.
func (c *caller) complete(p process) error {
	c.url = cmp.Or(c.url, p.variable(config.URLVariable))
	if c.url == "" {
		settings, _, err := config.Parse(nil, p.environ)
		if err != nil {
			return err
		}
		c.url = settings.Scheme() + settings.Addr
	}
	if !strings.Contains(c.url, "://") {
		c.url = "http://" + c.url
	}
	if tenant := p.variable(config.TenantVariable); c.tenant == "" && tenant != "" {
		if err := c.setTenant(tenant); err != nil {
			return fmt.Errorf("%s: %w", config.TenantVariable, err)
		}
	}
	return nil
}
