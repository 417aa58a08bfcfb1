package faults_test

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/asyncgate/asyncgate/internal/testkit"
)

// position is how far a subscriber has come: the receipt, and the cursor that it keeps.
type position struct {
	seq    int64
	cursor string
}

// position returns where the follower of the ledger stands.
func (l *load) position() position {
	l.whole.mu.Lock()
	defer l.whole.mu.Unlock()
	return position{l.whole.events[len(l.whole.events)-1].Receipt.Seq, l.whole.after}
}

// backedUp is what is known of a ledger when a backup of it is restored.
type backedUp struct {
	*load
	before position // a subscriber's, when the backup began
	later  position // the same, when it had long ended
	whole  ledger   // in the end
}

// backUp makes a backup under load. Some work follows, and then all of it ends.
func backUp(t *testing.T, url string, backup func()) backedUp {
	t.Helper()
	all := serve(t, []string{url}, quick...)
	b := backedUp{load: newLoad(t, newChance(t), newTenant(t), all.addresses())}
	b.add(2, 2, all.addresses())
	b.grow(50)
	b.before = b.position()
	backup()
	b.grow(50)
	b.later = b.position()
	b.end()
	b.whole = readLedger(t, b.me.as("human:auditor"), b.to)
	all[0].stop()
	return b
}

// mustGoOn holds a restored database against what was: it has the beginning of that ledger, at least as far as when the backup
// began, a subscriber who had come no further goes on as if nothing had been, and one who had is told so. It returns how many
// receipts are those from before.
func (b backedUp) mustGoOn(t *testing.T, url string) int64 {
	t.Helper()
	all := serve(t, []string{url}, quick...)
	to := all.addresses()
	auditor, planner := b.me.as("human:auditor"), b.me.as("agent:planner")
	restored := readLedger(t, auditor, to)
	kept := 0
	for kept < min(len(restored), len(b.whole)) && restored[kept].ID == b.whole[kept].ID {
		kept++
	}
	if int64(kept) < b.before.seq {
		t.Fatalf("%d receipts are restored; the backup began at %d", kept, b.before.seq)
	}
	for _, r := range restored[kept:] {
		if r.Type != "LEASE_EXPIRED" {
			t.Errorf("restored is a %s as number %d, which the ledger did not have there", r.Type, r.Seq)
		}
	}

	const ask = `query($after: String) { receipts(after: $after) { nodes { seq } } }`
	if ahead := b.later.seq > int64(len(restored)); ahead {
		err := auditor.once(t.Context(), to[0], ask, vars{"after": b.later.cursor}, nil)
		if codeOf(err) != "BAD_USER_INPUT" {
			t.Errorf("the cursor of receipt %d in a ledger of %d: %v", b.later.seq, len(restored), err)
		}
		s, err := transports["SSE"](t.Context(), auditor, all[0].address(), followLedger, vars{"after": b.later.cursor})
		if err == nil {
			_, err = s.next(t.Context())
			s.close()
		}
		if codeOf(err) != "BAD_USER_INPUT" {
			t.Errorf("a stream behind it: %v", err)
		}
	}

	subscriber := follow(t, &follower{name: "the subscriber from before", caller: auditor, transport: "SSE", query: followLedger, to: to}, b.before.cursor)
	for range 3 {
		planner.must(t, to, `mutation { createTask(input: {type: "afterwards"}) { task { id } } }`, nil, nil)
	}
	subscriber.wantAll(t, readLedger(t, auditor, to).after(b.before.seq))
	t.Logf("backup from %d on, restored %d of %d; %s", b.before.seq, kept, len(b.whole), all.mustVerify(t, url))
	return int64(kept)
}

// TestRestoreOfDump: what docs/backup.md says of pg_dump.
func TestRestoreOfDump(t *testing.T) {
	t.Parallel()
	database := testkit.StartPostgres(t, testkit.WithClients())
	file := filepath.Join(t.TempDir(), "asyncgate.dump")
	b := backUp(t, database.URL("postgres"), func() {
		mustRun(t, database.Client(t.Context(), "postgres", "pg_dump", "--format=custom", "--file="+file))
	})
	mustRun(t, database.Client(t.Context(), "postgres", "createdb", "restored"))
	mustRun(t, database.Client(t.Context(), "restored", "pg_restore", "--exit-on-error", "--dbname=restored", file))
	b.mustGoOn(t, database.URL("restored"))
}

// TestRestoreToAPoint: what docs/backup.md says of base backups and the archived log: everything up to the last commit, or
// to a point before it.
func TestRestoreToAPoint(t *testing.T) {
	t.Parallel()
	database := testkit.StartPostgres(t, testkit.WithClients(), testkit.Archived())
	url := database.URL("postgres")
	var whole, part *testkit.Backup
	b := backUp(t, url, func() {
		whole, part = database.BaseBackup(), database.BaseBackup()
		mustExec(t, url, "SELECT pg_create_restore_point('before_the_mistake')")
	})
	mustExec(t, url, "SELECT pg_switch_wal()")
	database.Stop("fast")
	if n := b.mustGoOn(t, whole.Restore(t, "").URL("postgres")); n != int64(len(b.whole)) {
		t.Errorf("the whole log restores %d of %d receipts", n, len(b.whole))
	}
	if n := b.mustGoOn(t, part.Restore(t, "before_the_mistake").URL("postgres")); n >= b.later.seq {
		t.Errorf("the part of the log restores %d receipts", n)
	}
}

// TestRestoreOfSQLite: what docs/backup.md says of a file that is served.
func TestRestoreOfSQLite(t *testing.T) {
	t.Parallel()
	source, copied := filepath.Join(t.TempDir(), "asyncgate.db"), filepath.Join(t.TempDir(), "copy.db")
	b := backUp(t, "sqlite://"+source, func() {
		mustRun(t, exec.CommandContext(t.Context(), "sqlite3", source, "VACUUM INTO '"+copied+"'"))
	})
	b.mustGoOn(t, "sqlite://"+copied)
}

func mustRun(t *testing.T, command *exec.Cmd) {
	t.Helper()
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", command, err, out)
	}
}
