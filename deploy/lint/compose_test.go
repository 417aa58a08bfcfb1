package lint_test

import (
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

// loadCompose reads deploy/compose.yaml as `docker compose config` does.
func loadCompose(t *testing.T, environment ...string) (*types.Project, error) {
	t.Helper()
	options, err := cli.NewProjectOptions([]string{"../compose.yaml"}, cli.WithEnv(environment), cli.WithResolvedPaths(true))
	if err != nil {
		t.Fatal(err)
	}
	return options.LoadProject(t.Context())
}

func TestCompose(t *testing.T) {
	t.Parallel()
	project, err := loadCompose(t, "POSTGRES_PASSWORD=a$b c")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"asyncgate-1", "asyncgate-2"} {
		service, err := project.GetService(name)
		if err != nil {
			t.Fatal(err)
		}
		for variable, want := range map[string]string{"PGPASSWORD": "a$b c", "ASYNCGATE_TRUSTED_PROXIES": project.Services["proxy"].Networks["front"].Ipv4Address} {
			if got := service.Environment[variable]; got == nil || *got != want {
				t.Errorf("%s: %s is %v, want %q", name, variable, got, want)
			}
		}
		if len(service.Ports) > 0 {
			t.Errorf("%s publishes %v: only the proxy is reached from outside", name, service.Ports)
		}
	}
	if got := project.Services["postgres"].Environment["POSTGRES_PASSWORD"]; got == nil || *got != "a$b c" {
		t.Errorf("PostgreSQL's password is %v", got)
	}
}

func TestComposeDemandsAPassword(t *testing.T) {
	t.Parallel()
	if _, err := loadCompose(t); err == nil {
		t.Error("it starts without a password for the database")
	}
}
