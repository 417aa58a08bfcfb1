package e2e_test

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestSignIn: a server that demands keys lets in whoever has one, to what the key allows.
func TestSignIn(t *testing.T) {
	t.Parallel()
	settings := []string{"ASYNCGATE_DATABASE_URL=sqlite://" + filepath.Join(t.TempDir(), "asyncgate.db")}
	server := program.Serve(t, append([]string{"ASYNCGATE_ENV=production", "ASYNCGATE_METRICS_ADDR=off"}, settings...))
	key := func(principal, scope string) string {
		t.Helper()
		r := program.Run(t, settings, "keys", "create", "--tenant", "7d444840-9dc0-11d1-b245-5ffdce74fad2", "--principal", principal, "--scope", scope)
		if r.Code != 0 {
			t.Fatalf("keys create: %+v", r)
		}
		return strings.TrimSpace(r.Stdout)
	}
	runInBrowser(t, nil, "sign_in.mjs", server.URL, key("human:ada", "admin"), key("agent:reader", "read"))
}
