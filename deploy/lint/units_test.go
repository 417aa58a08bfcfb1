package lint_test

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// service returns the settings of a unit's section [Service], by name.
func service(t *testing.T, path string) map[string][]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n[Service]\n")
	section, _, _ = strings.Cut(section, "\n[")
	settings := map[string][]string{}
	for line := range strings.Lines(section) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(name, "#") {
			settings[name] = append(settings[name], value)
		}
	}
	return settings
}

// TestUnits: the archiver of a machine is the same user as the server, with the same database and folder, and is kept from as much.
func TestUnits(t *testing.T) {
	t.Parallel()
	server, archiver := service(t, "../asyncgate.service"), service(t, "../asyncgate-archive.service")
	for name, values := range server {
		switch name {
		case "Type", "ExecStart", "TimeoutStopSec", "Restart", "RestartSec", "RestartPreventExitStatus", "LimitNOFILE":
		case "Environment":
			if database := values[1]; !strings.HasPrefix(database, "ASYNCGATE_DATABASE_URL=") || !slices.Contains(archiver[name], database) {
				t.Errorf("the server has %s, the archiver %v", database, archiver[name])
			}
		default:
			same(t, name, archiver[name], values)
		}
	}
	if to := "--to /var/lib/" + server["StateDirectory"][0] + "/archive"; !strings.HasSuffix(archiver["ExecStart"][0], to) {
		t.Errorf("it runs %s; want %s", archiver["ExecStart"][0], to)
	}
}
