package testkit

import (
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestStatements(t *testing.T) {
	t.Parallel()
	server := StartPostgres(t)
	server.LogStatements()
	before := len(server.Statements())
	conn := mustConnect(t, server.URL("postgres")+"&application_name=client")
	batch := &pgx.Batch{}
	batch.Queue("SELECT 1::int + $1::int", 1)
	batch.Queue("SELECT\n\t2")
	if err := conn.SendBatch(t.Context(), batch).Close(); err != nil {
		t.Fatal(err)
	}
	if err := conn.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := []Statement{{"client", "SELECT 1::int + $1::int"}, {"client", "SELECT\n\t2"}, {"client", "-- ping"}}
	if got := server.Statements()[before:]; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
