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
	key := func(principal, scope string) (secret, id string) {
		t.Helper()
		r := program.Run(t, settings, "keys", "create", "--tenant", "7d444840-9dc0-11d1-b245-5ffdce74fad2", "--principal", principal, "--scope", scope)
		if r.Code != 0 {
			t.Fatalf("keys create: %+v", r)
		}
		id, _, _ = strings.Cut(strings.TrimPrefix(r.Stderr, "key "), ":")
		return strings.TrimSpace(r.Stdout), id
	}
	admin, _ := key("human:ada", "admin")
	reader, _ := key("agent:reader", "read")
	dismissed, id := key("agent:dismissed", "read")
	revoke := func() {
		if r := program.Run(t, settings, "keys", "revoke", id); r.Code != 0 {
			t.Errorf("keys revoke: %+v", r)
		}
	}
	runInBrowser(t, operator{"revoke": revoke}, "sign_in.mjs", server.URL, admin, reader, dismissed)
}
