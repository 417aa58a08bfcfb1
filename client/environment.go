package client

import (
	"cmp"
	"os"
)

// FromEnvironment is New with what the environment says, where the options don't: ASYNCGATE_URL (http://127.0.0.1:8080 by
// default), ASYNCGATE_API_KEY, ASYNCGATE_PRINCIPAL and ASYNCGATE_TENANT.
func FromEnvironment(o Options) (*Client, error) {
	o.APIKey = cmp.Or(o.APIKey, os.Getenv("ASYNCGATE_API_KEY"))
	o.Principal = cmp.Or(o.Principal, os.Getenv("ASYNCGATE_PRINCIPAL"))
	o.Tenant = cmp.Or(o.Tenant, os.Getenv("ASYNCGATE_TENANT"))
	return New(cmp.Or(os.Getenv("ASYNCGATE_URL"), "http://127.0.0.1:8080"), o)
}
