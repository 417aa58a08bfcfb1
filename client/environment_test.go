package client_test

import (
	"strings"
	"testing"

	"github.com/asyncgate/asyncgate/client"
)

// TestFromEnvironment: what no server takes is refused before anything is sent, unless an option says it otherwise. It is not
// parallel, as it changes the environment.
func TestFromEnvironment(t *testing.T) {
	nobody := "00000000-0000-0000-0000-000000000000"
	for name, test := range map[string]struct {
		valid, invalid []string
		says           string
		instead        client.Options // takes the variable's place; none does for the address
	}{
		"ASYNCGATE_URL": {
			[]string{"", "http://127.0.0.1:8090", "https://asyncgate.example.com/graphql"},
			[]string{"127.0.0.1:8090", "localhost:8090", "localhost", "ftp://localhost", "http://", "http://127.0.0.1:80x"},
			"write http:// or https://", client.Options{},
		},
		"ASYNCGATE_PRINCIPAL": {
			[]string{"", "agent:planner", "WORKER:w", "human:a:b", "human:Zoë Ümit"},
			[]string{"planner", "agent:", ":planner", "robot:r", "agent:" + strings.Repeat("ü", 256), "agent:a\tb", "agent:\u0085", "agent:\xff"},
			"agent:planner", client.Options{Principal: "agent:a"},
		},
		"ASYNCGATE_TENANT": {
			[]string{"", nobody, " 7D444840-9DC0-11D1-B245-5FFDCE74FAD2"},
			[]string{"abc", nobody[1:], "{" + nobody + "}", strings.ReplaceAll(nobody, "-", "")},
			nobody, client.Options{Tenant: nobody},
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, value := range test.valid {
				t.Setenv(name, value)
				if _, err := client.FromEnvironment(client.Options{}); err != nil {
					t.Errorf("%q: %v", value, err)
				}
			}
			for _, value := range test.invalid {
				t.Setenv(name, value)
				_, err := client.FromEnvironment(client.Options{})
				if err == nil || !strings.HasPrefix(err.Error(), name+": ") || !strings.Contains(err.Error(), test.says) {
					t.Errorf("%q: %v", value, err)
				}
				if _, err := client.FromEnvironment(test.instead); err != nil && test.instead != (client.Options{}) {
					t.Errorf("%q besides an option: %v", value, err)
				}
			}
		})
	}
}
