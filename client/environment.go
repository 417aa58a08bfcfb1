package client

import (
	"cmp"
	"fmt"
	"os"
)

// FromEnvironment is New with what the environment says, where the options don't: ASYNCGATE_URL (http://127.0.0.1:8080 by
// default), ASYNCGATE_API_KEY, ASYNCGATE_PRINCIPAL and ASYNCGATE_TENANT. A principal there that no server would take is an error
// too.
func FromEnvironment(o Options) (*Client, error) {
	o.APIKey = cmp.Or(o.APIKey, os.Getenv("ASYNCGATE_API_KEY"))
	if principal := os.Getenv("ASYNCGATE_PRINCIPAL"); o.Principal == "" && principal != "" {
		if err := checkPrincipal(principal); err != nil {
			return nil, fmt.Errorf("ASYNCGATE_PRINCIPAL: %w", err)
		}
		o.Principal = principal
	}
	o.Tenant = cmp.Or(o.Tenant, os.Getenv("ASYNCGATE_TENANT"))
	return New(cmp.Or(os.Getenv("ASYNCGATE_URL"), "http://127.0.0.1:8080"), o)
}
