package testkit

import (
	"context"
	"os"
	"os/exec"
	"strconv"
)

// Client returns a command of one of PostgreSQL's programs for clients, such as pgbench, on a database of the server. It ends
// with the context.
func (s *Server) Client(ctx context.Context, database, program string, args ...string) *exec.Cmd {
	s.tb.Helper()
	path := s.cluster.programs.path(program)
	if _, err := os.Stat(path); err != nil {
		s.tb.Fatalf("%s is needed, and isn't among PostgreSQL's programs here (%v): install PostgreSQL as your system names it", program, err)
	}
	c := exec.CommandContext(ctx, path, args...)
	c.Env = []string{
		"PGHOST=127.0.0.1", "PGPORT=" + strconv.Itoa(s.cluster.port), "PGUSER=postgres", "PGPASSWORD=" + s.cluster.password, "PGDATABASE=" + database,
	}
	return c
}
