package testkit

import (
	"fmt"
	"path/filepath"
	"testing"
)

// Archived makes the server keep its whole log, for Restore. Its last segment is kept once it is full, or after pg_switch_wal().
func Archived() Option {
	return Setting("archive_mode=on -c archive_command", "'mkdir -p ../archive && cp %p ../archive/%f'")
}

// Backup is a copy of a server's files that was made while it ran: with its log, what was committed can be restored from it.
type Backup struct {
	of       *cluster
	restored *cluster // not started yet
}

// BaseBackup copies the running server, as pg_basebackup does, without waiting for the next checkpoint. The server must be of
// programs WithClients.
func (s *Server) BaseBackup() *Backup {
	s.tb.Helper()
	c := &cluster{programs: s.cluster.programs, password: s.cluster.password}
	if err := c.makeDir(); err != nil {
		s.tb.Fatal(err)
	}
	s.tb.Cleanup(func() {
		if err := c.remove(); err != nil {
			s.tb.Error(err)
		}
	})
	copying := c.programs.command(c.programs.path("pg_basebackup"), "--pgdata="+c.data(), "--checkpoint=fast",
		"--host=127.0.0.1", fmt.Sprintf("--port=%d", s.cluster.port), "--username=postgres", "--no-password")
	copying.Env = append(copying.Env, "PGPASSWORD="+s.cluster.password)
	if out, err := copying.CombinedOutput(); err != nil {
		s.tb.Fatalf("pg_basebackup: %v\n%s", err, out)
	}
	return &Backup{of: s.cluster, restored: c}
}

// Restore starts a new server of the backup and of what its server has archived since, up to the restore point of that name,
// or to the end of the log when it is "". A backup can be restored once.
func (b *Backup) Restore(tb testing.TB, point string) *Server {
	tb.Helper()
	c := b.restored
	recovery := "restore_command = 'cp " + filepath.Join(b.of.dir, "archive") + "/%f %p'\nrecovery_target_action = 'promote'\n" +
		"hot_standby = off\narchive_mode = off\n" // so it takes no connection before it has recovered
	if point != "" {
		recovery += "recovery_target_name = '" + point + "'\n"
	}
	for name, text := range map[string]string{"postgresql.auto.conf": recovery, "recovery.signal": ""} {
		if err := c.programs.write(filepath.Join(c.data(), name), text); err != nil {
			tb.Fatal(err)
		}
	}
	if err := c.firstStart(); err != nil {
		tb.Fatal(err)
	}
	if err := answers(tb.Context(), c.url("postgres"), programTime); err != nil {
		tb.Fatal(err)
	}
	return &Server{tb: tb, cluster: c}
}
