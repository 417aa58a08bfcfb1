package lint_test

import (
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

// loadCompose reads deploy/compose.yaml as `docker compose config` does.
func loadCompose(t *testing.T, environment ...string) (*types.Project, error) {
	t.Helper()
	options, err := cli.NewProjectOptions([]string{"../compose.yaml"}, cli.WithEnv(environment), cli.WithProfiles([]string{"archive"}), cli.WithResolvedPaths(true))
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

// TestComposeArchives: the archiver is a server's container but for what it does, and what it writes is kept.
func TestComposeArchives(t *testing.T) {
	t.Parallel()
	project, err := loadCompose(t, "POSTGRES_PASSWORD=secret")
	if err != nil {
		t.Fatal(err)
	}
	archiver, server := project.Services["archive"], project.Services["asyncgate-1"]
	same(t, "image", archiver.Image, server.Image)
	same(t, "environment", archiver.Environment, server.Environment)
	same(t, "read_only", archiver.ReadOnly, server.ReadOnly)
	same(t, "cap_drop", archiver.CapDrop, server.CapDrop)
	if len(archiver.Volumes) != 1 || archiver.Volumes[0].Type != types.VolumeTypeVolume || len(archiver.Tmpfs) > 0 ||
		archiver.Command[len(archiver.Command)-1] != archiver.Volumes[0].Target+"/archive" {
		t.Errorf("it runs %v with %v and %v", archiver.Command, archiver.Volumes, archiver.Tmpfs)
	}
}

func TestComposeDemandsAPassword(t *testing.T) {
	t.Parallel()
	if _, err := loadCompose(t); err == nil {
		t.Error("it starts without a password for the database")
	}
}
