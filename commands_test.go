package main_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/asyncgate/asyncgate/internal/testkit"
)

func TestHelp(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ args, says string }{
		{"--help", "Usage: asyncgate [command]"},
		{"-h", "Usage: asyncgate [command]"},
		{"help", "Usage: asyncgate [command]"},
		{"serve --help", "--database-url VALUE"},
		{"--addr 127.0.0.1:0 --help", "Usage: asyncgate serve"},
		{"demo --help", "\n  --url VALUE\n"},
		{"demo --url x -h", "\n  --url VALUE\n"},
		{"demo --seed-data --help", "\n  --seed-data\n"},
		{"migrate --help", "\n  --database-url VALUE\n"},
		{"migrate up --help", "\n  --database-url VALUE\n"},
		{"verify --help", "\n  --tenant VALUE\n"},
		{"keys --help", "Usage: asyncgate keys create|list|revoke"},
		{"keys create --help", "\n  --scope VALUE\n"},
		{"keys create --scope read -h", "\n  --expires VALUE\n"},
		{"keys list --help", "\n  --tenant VALUE\n"},
		{"keys revoke --help", "\n  --database-url VALUE\n"},
		{"keys revoke x --help", "Usage: asyncgate keys revoke ID"},
		{"archive --help", "\n  --before VALUE\n"},
		{"version --help", "Usage: asyncgate version"},
	} {
		t.Run(test.args, func(t *testing.T) {
			t.Parallel()
			r := program.Run(t, nil, strings.Fields(test.args)...)
			if r.Code != 0 || r.Stderr != "" || !strings.Contains(r.Stdout, test.says) {
				t.Errorf("%+v", r)
			}
			for line := range strings.SplitSeq(r.Stdout, "\n") {
				if flag := strings.TrimSpace(line); strings.HasPrefix(flag, "-") && !strings.HasPrefix(flag, "--") {
					t.Errorf("a flag is shown with one dash: %s", line)
				}
			}
		})
	}
}

// TestBadUsage: exit code 2, and one line on stderr that says what to do.
func TestBadUsage(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ args, says string }{
		{"sevre", "see asyncgate --help"},
		{"serve now", "see asyncgate serve --help"},
		{"serve --adr 127.0.0.1:0", "the nearest is --addr"},
		{"--adr 127.0.0.1:0", "the nearest is --addr"},
		{"serve --addr", "--addr needs a value"},
		{"serve -addr 127.0.0.1:0", "see asyncgate serve --help"},
		{"demo now", "see asyncgate demo --help"},
		{"demo --uri x", "see asyncgate demo --help"},
		{"demo --url", "--url needs a value"},
		{"demo --seed-data --url", "--url needs a value"},
		{"demo --seed-data=some", "see asyncgate demo --help"},
		{"demo --seed-data some", "see asyncgate demo --help"},
		{"demo --tenant mine", "is no UUID"},
		{"demo -url x", "see asyncgate demo --help"},
		{"migrate", "up, status or sql"},
		{"migrate down", "up, status or sql"},
		{"migrate up now", "see asyncgate migrate --help"},
		{"migrate up --tenant x", "see asyncgate migrate --help"},
		{"verify now", "see asyncgate verify --help"},
		{"verify --tenant", "--tenant needs a value"},
		{"verify --tenant=mine", "is no UUID"},
		{"verify --archive", "--archive needs a value"},
		{"archive", "archive needs --before"},
		{"archive --before 720h", "archive needs --to"},
		{"archive --before 2026-01-01T00:00:00 --to x", "no instant with its zone"},
		{"archive --before -720h --to x", "and no age, such as 90d"},
		{"archive --before 90 --to x", "see asyncgate archive --help"},
		{"archive --to x --tenant mine", "is no UUID"},
		{"archive now", "see asyncgate archive --help"},
		{"version now", "see asyncgate version --help"},
		{"serve --lease-ttl abc", "ASYNCGATE_LEASE_TTL"},
	} {
		t.Run(test.args, func(t *testing.T) {
			t.Parallel()
			expectRefusal(t, program.Run(t, nil, strings.Fields(test.args)...), 2, test.says)
		})
	}
}

// TestBadSettings: exit code 1, and one line on stderr that names the variable and what is allowed.
func TestBadSettings(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ args, setting, says string }{
		{"serve", "ASYNCGATE_ADDR=8080", "host:port"},
		{"serve", "ASYNCGATE_ADDR=0.0.0.0:0", "loopback"},
		{"serve --auth none", "ASYNCGATE_ENV=production", "set ASYNCGATE_AUTH=keys"},
		{"serve --addr 0.0.0.0:0", "ASYNCGATE_AUTH=none", "or ASYNCGATE_AUTH=keys"},
		{"serve", "ASYNCGATE_CORS_ALLOWED_ORIGINS=*", "never allowed"},
		{"serve", "ASYNCGATE_CORS_ALLOWED_ORIGINS=https://*.example.com", "never allowed"},
		{"serve", "ASYNCGATE_CORS_ALLOWED_ORIGINS=null", "origins such as"},
		{"serve", "ASYNCGATE_LEASE_TTL=5s", "ASYNCGATE_MIN_LEASE_TTL"},
		{"serve", "ASYNCGATE_RATE_LIMIT=0-M", "6000-M"},
		{"serve", "ASYNCGATE_REDIS_URL=http://u:secret@127.0.0.1", "redis://"},
		{"serve", "ASYNCGATE_DATABASE_URL=mysql://localhost/x", "sqlite://PATH"},
		{"serve --addr 127.0.0.1:0", "ASYNCGATE_DATABASE_URL=sqlite:///no/such/folder/x.db", "/no/such/folder"},
		{"serve --addr 127.0.0.1:0", "ASYNCGATE_DATABASE_URL=postgres://u:secret@127.0.0.1:1/x", "PostgreSQL at 127.0.0.1:1 doesn't answer"},
		{"verify", "ASYNCGATE_DATABASE_URL=postgres://u:secret@127.0.0.1:1/x", "PostgreSQL at 127.0.0.1:1 doesn't answer"},
		{"keys list", "ASYNCGATE_DATABASE_URL=sqlite://not-there.db", "there is no database not-there.db"},
		{"keys revoke 00000000-0000-0000-0000-000000000000", "ASYNCGATE_DATABASE_URL=sqlite://not-there.db", "there is no database not-there.db"},
		{"keys create --tenant 00000000-0000-0000-0000-000000000000 --principal agent:a --scope read",
			"ASYNCGATE_DATABASE_URL=postgres://u:secret@127.0.0.1:1/x", "PostgreSQL at 127.0.0.1:1 doesn't answer"},
		{"verify", "ASYNCGATE_MAX_ATTEMPTS=none", "whole number"},
		{"verify", "ASYNCGATE_DATABASE_URL=sqlite://not-there.db", "there is no database not-there.db"},
		{"migrate status", "ASYNCGATE_DATABASE_URL=sqlite://not-there.db", "there is no database not-there.db"},
		{"migrate up", "ASYNCGATE_LOG_LEVEL=loud", "debug, info, warn and error"},
		{"demo", "ASYNCGATE_ADDR=8080", "host:port"},
		{"demo", "ASYNCGATE_ADDR=127.0.0.1:1", "asyncgate serve"},
	} {
		t.Run(test.args+" "+test.setting, func(t *testing.T) {
			t.Parallel()
			r := program.Run(t, []string{test.setting}, strings.Fields(test.args)...)
			expectRefusal(t, r, 1, test.says)
			if strings.Contains(r.Stderr, "secret") {
				t.Errorf("it tells a password: %s", r.Stderr)
			}
		})
	}
}

// expectRefusal fails unless the command ended with the code, printed nothing, and said the texts in one line on stderr.
func expectRefusal(t *testing.T, r testkit.Result, code int, says ...string) {
	t.Helper()
	line := oneLine(r.Stderr)
	missing := slices.ContainsFunc(says, func(word string) bool { return !strings.Contains(line, word) })
	if r.Code != code || r.Stdout != "" || !strings.HasPrefix(line, "asyncgate: ") || missing {
		t.Errorf("want code %d and one line with %q, got %+v", code, says, r)
	}
}

// oneLine returns the only line of a text, "" when it has another number of them.
func oneLine(text string) string {
	line, ended := strings.CutSuffix(text, "\n")
	if !ended || strings.Contains(line, "\n") {
		return ""
	}
	return line
}

func TestVersion(t *testing.T) {
	t.Parallel()
	want := "asyncgate " + testkit.ProgramVersion + ", commit " + testkit.ProgramCommit + ", go1."
	for _, command := range []string{"version", "--version", "-v"} {
		r := program.Run(t, nil, command)
		if r.Code != 0 || r.Stderr != "" || !strings.HasPrefix(r.Stdout, want) || strings.Count(r.Stdout, "\n") != 1 {
			t.Errorf("%s: %+v", command, r)
		}
	}
}
