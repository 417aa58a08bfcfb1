package client

import (
	"cmp"
	"fmt"
	"os"
	"strings"

	"github.com/google/uuid"
)

// FromEnvironment is New with what the environment says, where the options don't: ASYNCGATE_URL (http://127.0.0.1:8080 by
// default), ASYNCGATE_API_KEY, ASYNCGATE_PRINCIPAL and ASYNCGATE_TENANT. An address, principal or tenant there that no server
// could take is an error too, which names the variable.
func FromEnvironment(o Options) (*Client, error) {
	address := ""
	for _, v := range []struct {
		name  string
		to    *string
		check func(string) error
	}{
		{"ASYNCGATE_URL", &address, checkAddress},
		{"ASYNCGATE_PRINCIPAL", &o.Principal, checkPrincipal},
		{"ASYNCGATE_TENANT", &o.Tenant, checkTenant},
	} {
		text := os.Getenv(v.name)
		if text == "" || *v.to != "" {
			continue
		}
		if err := v.check(text); err != nil {
			return nil, fmt.Errorf("%s: %w", v.name, err)
		}
		*v.to = text
	}
	o.APIKey = cmp.Or(o.APIKey, os.Getenv("ASYNCGATE_API_KEY"))
	return New(cmp.Or(address, "http://127.0.0.1:8080"), o)
}

func checkAddress(text string) error {
	_, err := endpointOf(text)
	return err
}

// checkTenant refuses what is no id of a tenant, as a server reads it: uuid.Parse alone takes other forms too.
func checkTenant(text string) error {
	text = strings.TrimSpace(text)
	if _, err := uuid.Parse(text); err != nil || len(text) != 36 {
		return fmt.Errorf("%.64q is no UUID such as 00000000-0000-0000-0000-000000000000", text)
	}
	return nil
}
