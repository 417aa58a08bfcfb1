package client_test

import (
	"strings"
	"testing"

	"github.com/asyncgate/asyncgate/client"
)

// TestFromEnvironment: a principal that no server takes is refused before anything is sent, unless an option names another. It
// is not parallel, as it changes the environment.
//
//nolint:paralleltest // t.Setenv
func TestFromEnvironment(t *testing.T) {
	for principal, valid := range map[string]bool{
		"": true, "agent:planner": true, "WORKER:w": true, "human:a:b": true,
		"planner": false, "agent:": false, ":planner": false, "robot:r": false, "agent:" + strings.Repeat("ü", 256): false,
	} {
		t.Setenv("ASYNCGATE_PRINCIPAL", principal)
		_, err := client.FromEnvironment(client.Options{})
		if valid && err != nil || !valid && (err == nil || !strings.Contains(err.Error(), "ASYNCGATE_PRINCIPAL") || !strings.Contains(err.Error(), "agent:planner")) {
			t.Errorf("%q: %v", principal, err)
		}
		if _, err := client.FromEnvironment(client.Options{Principal: "agent:a"}); err != nil {
			t.Errorf("%q besides an option: %v", principal, err)
		}
	}
}
