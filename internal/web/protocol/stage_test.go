package protocol_test

import (
	"context"
	"encoding/pem"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/asyncgate/asyncgate/graph"
	"github.com/asyncgate/asyncgate/internal/auth"
	"github.com/asyncgate/asyncgate/internal/engine"
	"github.com/asyncgate/asyncgate/internal/feed"
	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/internal/web"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

func TestMain(m *testing.M) { os.Exit(testkit.Run(m)) }

// stage is the rooms of a server in development mode, on a database of its own, below one or several fronts.
type stage struct {
	engine   *engine.Engine
	hub      *feed.Hub
	executor *graph.Executor
}

// front is what clients see of a server.
type front struct {
	url    string
	web    *web.Server
	server *httptest.Server
	drain  context.CancelFunc
}

func newStage(t *testing.T, options feed.Options) *stage {
	t.Helper()
	db, err := store.Open(t.Context(), "sqlite://"+filepath.Join(t.TempDir(), "test.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := &stage{hub: feed.New(db, options)}
	t.Cleanup(s.hub.Close)
	s.engine = engine.New(db, engine.Options{Rules: models.DefaultRules(), Bell: s.hub})
	t.Cleanup(func() { _ = s.engine.Close(context.Background()) })
	s.executor = graph.New(graph.Options{Store: db, Engine: s.engine, Feed: s.hub})
	return s
}

// front opens the stage to clients, with the options that change sets.
func (s *stage) front(t *testing.T, change func(*web.Options)) *front {
	t.Helper()
	return s.open(t, change, (*httptest.Server).Start)
}

// secureFront opens the stage to clients that come by TLS.
func (s *stage) secureFront(t *testing.T) *front {
	t.Helper()
	return s.open(t, nil, func(server *httptest.Server) {
		server.EnableHTTP2 = true
		server.StartTLS()
	})
}

// authority writes the PEM file of whom clients of a secure front must trust.
func (f *front) authority(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "authority.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: f.server.Certificate().Raw})
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func (s *stage) open(t *testing.T, change func(*web.Options), start func(*httptest.Server)) *front {
	t.Helper()
	f := &front{}
	var draining context.Context
	draining, f.drain = context.WithCancel(context.Background())
	t.Cleanup(f.drain)
	options := web.Options{
		Executor: s.executor, Auth: auth.Development{}, Drain: draining, Development: true,
		Logger: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})),
	}
	if change != nil {
		change(&options)
	}
	f.web = web.New(options)
	f.server = httptest.NewUnstartedServer(nil)
	f.server.Config = f.web.HTTPServer("")
	start(f.server)
	f.url = f.server.URL + "/graphql"
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := f.web.Shutdown(ctx, f.server.Config); err != nil {
			t.Errorf("something is left of a client that has gone: %v", err)
		}
		f.server.Close()
	})
	return f
}
