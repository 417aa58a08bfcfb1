package testkit

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

func TestMain(m *testing.M) { os.Exit(Run(m)) }

func TestPostgres(t *testing.T) {
	t.Parallel()

	t.Run("EachDatabaseIsEmptyAndAlone", func(t *testing.T) {
		t.Parallel()
		one, two := Postgres(t), Postgres(t)
		mustExec(t, one, "CREATE TABLE mark (x int)")
		if n := mustCount(t, two, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"); n != 0 {
			t.Errorf("the second database has %d tables of the first", n)
		}
	})

	t.Run("ManyAtOnce", func(t *testing.T) {
		t.Parallel()
		for range 8 {
			t.Run("", func(t *testing.T) {
				t.Parallel()
				mustExec(t, Postgres(t), "CREATE TABLE mark (x int)")
			})
		}
	})

	t.Run("DroppedWithItsConnections", func(t *testing.T) {
		t.Parallel()
		var gone string
		t.Run("test that leaves a connection open", func(t *testing.T) {
			gone = Postgres(t)
			if _, err := pgx.Connect(t.Context(), gone); err != nil {
				t.Fatal(err)
			}
		})
		if _, err := pgx.Connect(t.Context(), gone); err == nil || !strings.Contains(err.Error(), "does not exist") {
			t.Errorf("connecting to the database of an ended test: %v", err)
		}
	})
}

func TestStartPostgres(t *testing.T) {
	t.Parallel()

	for _, mode := range []string{"fast", "immediate"} {
		t.Run("DataSurvivesStop_"+mode, func(t *testing.T) {
			t.Parallel()
			server := StartPostgres(t)
			url := server.URL("postgres")
			mustExec(t, url, "CREATE TABLE mark (x int)")
			mustExec(t, url, "INSERT INTO mark VALUES (1)")

			server.Stop(mode)
			if _, err := pgx.Connect(t.Context(), url); err == nil {
				t.Error("a stopped server answers")
			}
			server.Start()

			if n := mustCount(t, url, "SELECT count(*) FROM mark"); n != 1 {
				t.Errorf("%d rows after the restart, want 1", n)
			}
		})
	}

	t.Run("Durable", func(t *testing.T) {
		t.Parallel()
		url := StartPostgres(t, Durable()).URL("postgres")
		const waits = "SELECT count(*) FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'on'"
		if n := mustCount(t, url, waits); n != 3 {
			t.Errorf("%d of fsync, full_page_writes and synchronous_commit are on, want all", n)
		}
	})

	t.Run("RefusesAWrongPassword", func(t *testing.T) {
		t.Parallel()
		config, err := pgx.ParseConfig(StartPostgres(t).URL("postgres"))
		if err != nil {
			t.Fatal(err)
		}
		config.Password = "wrong"
		if _, err := pgx.ConnectConfig(t.Context(), config); err == nil {
			t.Error("the server takes any password")
		}
	})
}

// TestServerDiesWithTheTestProcess runs itself in a process that starts a server and then kills itself.
func TestServerDiesWithTheTestProcess(t *testing.T) {
	const variable = "ASYNCGATE_TESTKIT_KILLED"
	if file := os.Getenv(variable); file != "" {
		server := StartPostgres(t)
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(server.cluster.port))
		if err := os.WriteFile(file, []byte(server.cluster.dir+"\n"+address), 0o600); err != nil {
			t.Fatal(err)
		}
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
	t.Parallel()

	file := filepath.Join(t.TempDir(), "server")
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
	child.Env = append(os.Environ(), variable+"="+file)
	if out, err := child.CombinedOutput(); err == nil {
		t.Fatalf("the process lives on: %s", out)
	}
	written, err := os.ReadFile(file)
	if err != nil {
		t.Fatal("the process started no server:", err)
	}
	dir, address, _ := strings.Cut(string(written), "\n")

	eventually(t, "the data directory is deleted", func() bool {
		_, err := os.Stat(dir)
		return os.IsNotExist(err)
	})
	var dialer net.Dialer
	if conn, err := dialer.DialContext(t.Context(), "tcp", address); err == nil {
		_ = conn.Close()
		t.Error("the server of a killed test process still listens")
	}
}

func mustConnect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func mustExec(t *testing.T, url, statement string) {
	t.Helper()
	if _, err := mustConnect(t, url).Exec(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

func mustCount(t *testing.T, url, query string) (n int) {
	t.Helper()
	if err := mustConnect(t, url).QueryRow(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// eventually polls, since another process gives no signal to wait for.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(20 * time.Second)
	for !done() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("not within 20 s: " + what)
		}
	}
}
