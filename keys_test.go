package main_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

const keysTenant = "7d444840-9dc0-11d1-b245-5ffdce74fad2"

var (
	oneSecret = regexp.MustCompile(`^ag_[A-Za-z0-9_-]{43}\n$`)
	madeKey   = regexp.MustCompile(`(?m)^key ([0-9a-f-]{36}): (.*)$`)
)

// mustMakeKey makes a key for worker:w of the tenant and returns its id and the key itself.
func mustMakeKey(t *testing.T, settings []string, flags ...string) (id, secret string) {
	t.Helper()
	r := program.Run(t, settings, append([]string{"keys", "create", "--tenant", keysTenant, "--principal", "worker:w", "--scope", "lease"}, flags...)...)
	made := madeKey.FindStringSubmatch(r.Stderr)
	if r.Code != 0 || !oneSecret.MatchString(r.Stdout) || made == nil {
		t.Fatalf("keys create: %+v", r)
	}
	return made[1], strings.TrimSpace(r.Stdout)
}

// mustRun runs a command that must succeed without a word on stderr, and returns what it prints.
func mustRun(t *testing.T, settings []string, args ...string) string {
	t.Helper()
	r := program.Run(t, settings, args...)
	if r.Code != 0 || r.Stderr != "" {
		t.Fatalf("%s: %+v", strings.Join(args, " "), r)
	}
	return r.Stdout
}

// columns are the cells of a list's lines, its header first.
func columns(text string) (rows [][]string) {
	apart := regexp.MustCompile(` {2,}`)
	for line := range strings.Lines(text) {
		rows = append(rows, apart.Split(strings.TrimSuffix(line, "\n"), -1))
	}
	return rows
}

// TestKeys: a key's life, on a database that no server has seen.
func TestKeys(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		settings := []string{"ASYNCGATE_DATABASE_URL=" + url}
		r := program.Run(t, settings, "keys", "create", "--tenant", strings.ToUpper(keysTenant), "--principal", "AGENT:planner: Zoë",
			"--scope", "Read", "--scope=TASK,read", "--expires", "30d")
		made := madeKey.FindStringSubmatch(r.Stderr)
		if r.Code != 0 || !oneSecret.MatchString(r.Stdout) || made == nil || strings.Contains(r.Stderr, strings.TrimSpace(r.Stdout)) {
			t.Fatalf("keys create: %+v", r)
		}
		whose, expires, _ := strings.Cut(made[2], ", expires ")
		if whose != "agent:planner: Zoë of tenant "+keysTenant+", scopes read,task" {
			t.Errorf("it is said to be %s", made[2])
		}
		if at, err := time.Parse(time.RFC3339, expires); err != nil || time.Until(at).Round(time.Hour) != 720*time.Hour {
			t.Errorf("it is said to expire %s (%v)", expires, err)
		}
		expectInOrder(t, r.Stderr, "applied 2026", "key ", "shown only now", "`Authorization: Bearer ag_…`")
		first, secrets := made[1], []string{strings.TrimSpace(r.Stdout)}

		// The schema is there now, so the next key comes without a word of it.
		second, secret := mustMakeKey(t, settings)
		secrets = append(secrets, secret)
		r = program.Run(t, nil, "keys", "create", "--tenant", "00000000-0000-0000-0000-000000000000", "--principal", "human:a", "--scope", "admin",
			"--expires", "1ms", "--database-url", url)
		expired := madeKey.FindStringSubmatch(r.Stderr)
		if r.Code != 0 || strings.Count(r.Stderr, "\n") != 2 || expired == nil {
			t.Fatalf("keys create: %+v", r)
		}
		secrets = append(secrets, strings.TrimSpace(r.Stdout))

		list := mustRun(t, settings, "keys", "list")
		rows := columns(list)
		if len(rows) != 4 || !slices.Equal(rows[0], []string{"ID", "TENANT", "PRINCIPAL", "SCOPES", "CREATED", "EXPIRES", "LAST USED", "STATE"}) {
			t.Fatalf("keys list:\n%s", list)
		}
		for i, want := range [][]string{
			{first, keysTenant, "agent:planner: Zoë", "read,task", "never", "active"},
			{second, keysTenant, "worker:w", "lease", "never", "active"},
			{expired[1], "00000000-0000-0000-0000-000000000000", "human:a", "admin", "never", "expired"},
		} {
			if got := slices.Delete(slices.Clone(rows[i+1]), 4, 6); !slices.Equal(got, want) {
				t.Errorf("key %d is listed as %q, want %q", i, got, want)
			}
		}
		if rows[1][5] == "never" || rows[2][5] != "never" || rows[3][5] == "never" {
			t.Errorf("keys expire as %q, %q, %q", rows[1][5], rows[2][5], rows[3][5])
		}
		if others := columns(mustRun(t, settings, "keys", "list", "--tenant", keysTenant)); len(others) != 3 {
			t.Errorf("the tenant's keys are %q", others)
		}

		said := mustRun(t, settings, "keys", "revoke", second)
		if want := "revoked key " + second + " (worker:w of tenant " + keysTenant + "); its open streams end within 5 seconds\n"; said != want {
			t.Errorf("keys revoke says %q, want %q", said, want)
		}
		said = mustRun(t, nil, "keys", "revoke", "--database-url", url, second)
		if !strings.HasPrefix(said, "key "+second+" (worker:w of tenant "+keysTenant+") was revoked already, at 2") {
			t.Errorf("a second keys revoke says %q", said)
		}
		list = mustRun(t, settings, "keys", "list")
		if rows := columns(list); rows[1][7] != "active" || rows[2][7] != "revoked" || rows[3][7] != "expired" {
			t.Errorf("keys list:\n%s", list)
		}
		expectRefusal(t, program.Run(t, settings, "keys", "revoke", keysTenant), 1, "there is no key "+keysTenant+"; asyncgate keys list")
		expectNoSecrets(t, url, secrets, list)
		expectNoViolations(t, url)
		program.Serve(t, settings, "--no-migrate").Stop()
	})
}

// expectNoSecrets fails when a key can be found in a text or in the files of a SQLite database.
func expectNoSecrets(t *testing.T, url string, secrets []string, texts ...string) {
	t.Helper()
	if path, ok := strings.CutPrefix(url, "sqlite://"); ok {
		files, err := filepath.Glob(path + "*")
		if err != nil || len(files) == 0 {
			t.Fatalf("the database has the files %v, %v", files, err)
		}
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			texts = append(texts, string(content))
		}
	}
	for _, text := range texts {
		for _, secret := range secrets {
			// Without its prefix, which could lie apart.
			if strings.Contains(text, strings.TrimPrefix(secret, "ag_")) {
				t.Errorf("the key %s is found again", secret)
			}
		}
	}
}

// TestKeysOfOddPrincipals: names are shown as what they are, whatever a terminal would make of them.
func TestKeysOfOddPrincipals(t *testing.T) {
	t.Parallel()
	settings := []string{"ASYNCGATE_DATABASE_URL=sqlite://" + filepath.Join(t.TempDir(), "a.db")}
	for principal, shown := range map[string]string{
		"agent:a b":          "agent:a b",
		"human:Zoë 🦊":        "human:Zoë 🦊",
		"agent:x\u202egpj":   `"agent:x\u202egpj"`,
		"agent:\u200bp":      `"agent:\u200bp"`,
		"agent:a\u2028b":     `"agent:a\u2028b"`,
		"agent:a  read  now": `"agent:a  read  now"`,
		"agent:a ":           `"agent:a "`,
	} {
		id, _ := mustMakeKey(t, settings, "--principal", principal)
		want := id + "  " + keysTenant + "  " + shown + "  "
		if list := mustRun(t, settings, "keys", "list"); !strings.Contains(list, want) {
			t.Errorf("%q is not listed as %s:\n%q", principal, shown, list)
		}
		if said := mustRun(t, settings, "keys", "revoke", id); !strings.Contains(said, "("+shown+" of tenant ") {
			t.Errorf("keys revoke says %q", said)
		}
	}
}

// TestKeysBesideAServer: keys come and go while a server runs on the same database, whichever was there first.
func TestKeysBesideAServer(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		settings := []string{"ASYNCGATE_DATABASE_URL=" + url}
		server := program.Serve(t, settings)
		c := newClient(t, server.URL)
		var secrets []string
		for range 3 {
			c.mustCreate(t, "t")
			id, secret := mustMakeKey(t, settings)
			secrets = append(secrets, secret)
			if said := mustRun(t, settings, "keys", "revoke", id); !strings.HasPrefix(said, "revoked key "+id) {
				t.Errorf("keys revoke says %q", said)
			}
		}
		list := mustRun(t, settings, "keys", "list")
		if strings.Count(list, "  revoked\n") != 3 {
			t.Errorf("keys list:\n%s", list)
		}
		expectNoSecrets(t, url, secrets, list)
		server.Signal(syscall.SIGTERM)
		ended := server.Wait()
		expectNoSecrets(t, url, secrets, ended.Stdout, ended.Stderr)
		if ended.Code != 0 {
			t.Errorf("the server ended with %d", ended.Code)
		}
	})
}

// TestKeysBadUsage: exit code 2, one line that says what to do, and nothing is written: there is not even a database.
func TestKeysBadUsage(t *testing.T) {
	t.Parallel()
	tenant, principal, scope := "--tenant="+keysTenant, "--principal=agent:a", "--scope=read"
	secret := "ag_" + strings.Repeat("A", 43)
	for _, test := range []struct {
		says string
		args []string
	}{
		{"keys takes create, list or revoke; see asyncgate keys --help", nil},
		{"keys takes create, list or revoke", []string{"delete"}},
		{"see asyncgate keys --help", []string{"--all"}},
		{"keys create needs --tenant, a UUID; see asyncgate keys create --help", []string{"create"}},
		{"needs --tenant", []string{"create", principal, scope}},
		{"needs --principal", []string{"create", tenant, scope}},
		{"needs --scope", []string{"create", tenant, principal}},
		{"takes no \"now\"", []string{"create", tenant, principal, scope, "now"}},
		{"has no flag --scopes", []string{"create", tenant, principal, "--scopes=read"}},
		{"--scope needs a value", []string{"create", tenant, principal, "--scope"}},
		{"\"acme\" is no UUID", []string{"create", "--tenant=acme", principal, scope}},
		{"is no UUID", []string{"create", "--tenant={" + keysTenant + "}", principal, scope}},
		{"is no UUID", []string{"create", "--tenant=urn:uuid:" + keysTenant, principal, scope}},
		{"is no UUID", []string{"create", "--tenant=" + strings.ReplaceAll(keysTenant, "-", ""), principal, scope}},
		{"is no UUID", []string{"create", "--tenant=", principal, scope}},
		{"written kind:id", []string{"create", tenant, "--principal=planner", scope}},
		{"\"robot\" is unknown", []string{"create", tenant, "--principal=robot:r", scope}},
		{"1 to 255", []string{"create", tenant, "--principal=agent:", scope}},
		{"1 to 255", []string{"create", tenant, "--principal=agent:" + strings.Repeat("x", 256), scope}},
		{"control character", []string{"create", tenant, "--principal=agent:a\tb", scope}},
		{"control character", []string{"create", tenant, "--principal=agent:a\nb", scope}},
		{"control character", []string{"create", tenant, "--principal=agent:\x1b[2J", scope}},
		{"not UTF-8", []string{"create", tenant, "--principal=agent:\xff", scope}},
		{"server's own", []string{"create", tenant, "--principal=system:x", scope}},
		{"server's own", []string{"create", tenant, "--principal=System:x", scope}},
		{"server's own", []string{"create", tenant, "--principal=service:svc:asyncgate", scope}},
		{"server's own", []string{"create", tenant, "--principal=agent:SYS:x", scope}},
		{"server's own", []string{"create", tenant, "--principal=human: Svc:x", scope}},
		{"there is no scope \"root\"", []string{"create", tenant, principal, "--scope=root"}},
		{"there is no scope \"write\"", []string{"create", tenant, principal, "--scope=read,write"}},
		{"there is no scope \"\"", []string{"create", tenant, principal, "--scope=read,"}},
		{"there is no scope \"\"", []string{"create", tenant, principal, "--scope="}},
		{"write one such as 30d or 720h", []string{"create", tenant, principal, scope, "--expires=30"}},
		{"write one such as 30d or 720h", []string{"create", tenant, principal, scope, "--expires=0s"}},
		{"write one such as 30d or 720h", []string{"create", tenant, principal, scope, "--expires=-1h"}},
		{"write one such as 30d or 720h", []string{"create", tenant, principal, scope, "--expires=forever"}},
		{"keys list takes no", []string{"list", keysTenant}},
		{"is no UUID", []string{"list", "--tenant=mine"}},
		{"takes the id of a key", []string{"revoke"}},
		{"takes the id of a key", []string{"revoke", ""}},
		{"takes the id of a key", []string{"revoke", "mine"}},
		{"takes the id of a key", []string{"revoke", secret}},
		{"keys revoke takes no \"another\"", []string{"revoke", keysTenant, "another"}},
		{"see asyncgate keys revoke --help", []string{"revoke", "-f", keysTenant}},
	} {
		t.Run(strings.ToValidUTF8(strings.Join(test.args, " "), "?"), func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "asyncgate.db")
			r := program.Run(t, []string{"ASYNCGATE_DATABASE_URL=sqlite://" + path}, append([]string{"keys"}, test.args...)...)
			expectRefusal(t, r, 2, test.says)
			expectNoSecrets(t, "", []string{secret}, r.Stderr)
			if _, err := os.Stat(path); err == nil {
				t.Error("it made a database")
			}
		})
	}
}
