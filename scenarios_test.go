package main_test

import (
	"context"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/uuid"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/asyncgate/asyncgate/internal/auth"
	"github.com/asyncgate/asyncgate/internal/scenario"
	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

const (
	scenarios  = "testdata/scenarios"
	operations = scenarios + "/operations.graphql"
)

// TestScenarios plays all stories, on each database, against one server for each different set of settings. When they have
// been told, the servers must stop in order and the ledgers be without fault.
func TestScenarios(t *testing.T) {
	t.Parallel()
	files := mustLoadScenarios(t)
	for name, make := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			servers := &scenarioServers{operations: mustRead(t, operations), database: make}
			for name, file := range files {
				server := servers.with(t, file.Server)
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					for _, story := range file.Stories {
						t.Run(story.Name, func(t *testing.T) {
							t.Parallel()
							if err := story.Play(t.Context(), server); err != nil {
								t.Error(err)
							}
						})
					}
				})
			}
		})
	}
}

func mustLoadScenarios(t *testing.T) map[string]*scenario.File {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(scenarios, "*.yaml"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("there are no scenarios: %v", err)
	}
	files := map[string]*scenario.File{}
	for _, path := range paths {
		file, err := scenario.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		files[strings.TrimSuffix(filepath.Base(path), ".yaml")] = file
	}
	return files
}

func mustRead(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// scenarioServers are the servers on one kind of database.
type scenarioServers struct {
	operations string
	database   func(*testing.T) string
	running    []scenarioServer
}

type scenarioServer struct {
	settings map[string]string
	server   *scenario.Server
}

// with returns the server with the settings, started by the first who asks.
func (s *scenarioServers) with(t *testing.T, settings map[string]string) *scenario.Server {
	t.Helper()
	for _, running := range s.running {
		if maps.Equal(running.settings, settings) {
			return running.server
		}
	}
	url := s.database(t)
	environ := []string{"ASYNCGATE_DATABASE_URL=" + url}
	for name, value := range settings {
		environ = append(environ, name+"="+value)
	}
	process := program.Serve(t, environ)
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(func() {
		client.CloseIdleConnections()
		process.Stop()
		expectNoViolations(t, url)
	})
	server := &scenario.Server{URL: process.URL, Operations: s.operations, Client: client, Key: keyMaker(t, url)}
	s.running = append(s.running, scenarioServer{settings, server})
	return server
}

// keyMaker returns what makes API keys in a database that a server has migrated: stories make many, for which the command would
// take long.
func keyMaker(t *testing.T, url string) func(tenant, principal string, scopes []string) (string, error) {
	t.Helper()
	db, err := store.Open(t.Context(), url, store.Options{Existing: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return func(tenant, principal string, scopes []string) (string, error) {
		p, err := models.ParsePrincipal(principal)
		if err != nil {
			return "", err
		}
		key := models.APIKey{ID: uuid.New(), TenantID: uuid.MustParse(tenant), Principal: p, CreatedAt: time.Now()}
		for _, scope := range scopes {
			key.Scopes = append(key.Scopes, models.Scope(strings.ToUpper(scope)))
		}
		secret, hash := auth.NewSecret()
		return secret, db.CreateKey(context.Background(), key, hash)
	}
}

// expectNoViolations verifies a whole database and returns what verify printed.
func expectNoViolations(t *testing.T, url string) testkit.Result {
	t.Helper()
	r := program.Run(t, nil, "verify", "--database-url", url)
	if r.Code != 0 || r.Stderr != "" || !strings.HasSuffix(r.Stdout, "\nno violations\n") {
		t.Errorf("verify: %+v", r)
	}
	return r
}

// TestEveryFieldHasItsScenario: who knows a field of the API knows the file of its stories.
func TestEveryFieldHasItsScenario(t *testing.T) {
	t.Parallel()
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphqls", Input: mustRead(t, "schema.graphqls")})
	if err != nil {
		t.Fatal(err)
	}
	files := mustLoadScenarios(t)
	for _, root := range []*ast.Definition{schema.Query, schema.Mutation, schema.Subscription} {
		for _, field := range root.Fields {
			if name := snakeCase(field.Name); !strings.HasPrefix(name, "__") && files[name] == nil {
				t.Errorf("%s.%s has no stories: write %s/%s.yaml", root.Name, field.Name, scenarios, name)
			}
		}
	}
}

// snakeCase writes createTask as create_task.
func snakeCase(name string) string {
	var b strings.Builder
	for _, r := range name {
		if unicode.IsUpper(r) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
