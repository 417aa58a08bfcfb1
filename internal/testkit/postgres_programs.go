package testkit

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

//go:embed pgbindir.sh
var bindirScript string

// programs are the PostgreSQL programs of this machine and the account they run under.
type programs struct {
	bin     string
	home    string // the account's own directory: template, servers
	version string
	account account
}

// findPrograms and findClients look once for each test process: for those of a server, and for those that come with programs
// for clients.
var (
	findPrograms = sync.OnceValues(func() (*programs, error) { return lookFor("server") })
	findClients  = sync.OnceValues(func() (*programs, error) { return lookFor("clients") })
)

func lookFor(what string) (*programs, error) {
	bin, err := bindir(what)
	if err != nil {
		return nil, err
	}
	who, err := currentAccount()
	if err != nil {
		return nil, err
	}
	p := &programs{bin: bin, account: who}
	if p.home, err = p.makeHome(); err != nil {
		return nil, err
	}
	p.version, err = p.run(p.path("postgres"), "--version")
	if err == nil || who.credential == nil {
		return p, err
	}
	if p.bin, err = p.copyPrograms(); err != nil {
		return nil, err
	}
	p.version, err = p.run(p.path("postgres"), "--version")
	return p, err
}

// bindir is the directory of the programs; all three that we run must be in it.
func bindir(what string) (string, error) {
	out, err := exec.CommandContext(context.Background(), "sh", "-c", bindirScript, "pgbindir", what).Output()
	dir := strings.TrimSpace(string(out))
	if err != nil || dir == "" {
		return "", fmt.Errorf("there is no PostgreSQL on this machine for the tests (%s): `make test` installs one, and as root on Debian one with its clients", what)
	}
	for _, program := range []string{"initdb", "pg_ctl", "postgres"} {
		if _, err := os.Stat(filepath.Join(dir, program)); err != nil {
			return "", fmt.Errorf("ASYNCGATE_TEST_PG_BINDIR must name a directory of PostgreSQL programs: %w; without it `make test` finds or installs one", err)
		}
	}
	return filepath.Abs(dir)
}

func (p *programs) path(program string) string { return filepath.Join(p.bin, program) }

// command runs a program under the account, from a directory that every account may enter, in a session of its own so that
// an interrupt on the terminal does not reach it, and without the caller's PG variables, which would redirect it.
func (p *programs) command(name string, args ...string) *exec.Cmd {
	c := exec.CommandContext(context.Background(), name, args...)
	c.Dir = "/"
	c.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Credential: p.account.credential}
	return c
}

// run returns what the program prints, trimmed; the error of a program that fails holds it.
func (p *programs) run(name string, args ...string) (string, error) {
	out, err := p.command(name, args...).CombinedOutput()
	text := strings.TrimSpace(string(out))
	if err != nil {
		return "", fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, text)
	}
	return text, nil
}

// An account is who runs the server: the caller, or for root, whom PostgreSQL refuses, a user with fewer rights.
type account struct {
	uid        uint32
	credential *syscall.Credential // nil for the caller
}

func currentAccount() (account, error) {
	if uid := os.Geteuid(); uid != 0 {
		return account{uid: uint32(uid)}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, errUID := strconv.ParseUint(u.Uid, 10, 32)
		gid, errGID := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(errUID, errGID); err != nil {
			return account{}, err
		}
		return account{uid: uint32(uid), credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
	}
	return account{}, errors.New("PostgreSQL refuses to run as root, and this machine has neither a user postgres nor a user nobody to run it: run the tests as another user")
}

// makeHome makes the account's directory among the temporary files. Its name can be guessed, so it must be proven to be
// the account's own.
func (p *programs) makeHome() (string, error) {
	var failures []error
	// Another account may not reach root's own directory for temporary files.
	for _, tmp := range slices.Compact([]string{filepath.Clean(os.TempDir()), "/tmp"}) {
		home := filepath.Join(tmp, fmt.Sprintf("asyncgate-testkit-%d", p.account.uid))
		if _, err := p.run("mkdir", "-p", "-m", "700", home); err != nil {
			failures = append(failures, err)
			continue
		}
		return home, p.account.mustOwn(home)
	}
	return "", errors.Join(failures...)
}

func (a account) mustOwn(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || stat.Uid != a.uid || info.Mode() != os.ModeDir|0o700 {
		return fmt.Errorf("%s is not a directory of user %d alone: remove it", dir, a.uid)
	}
	return nil
}

// copyPrograms copies the programs to where the account reaches them: root's checkout, with the PostgreSQL that
// `make test` installed in it, is often closed to others.
func (p *programs) copyPrograms() (string, error) {
	info, err := os.Stat(p.path("postgres"))
	if err != nil {
		return "", err
	}
	copied := filepath.Join(p.home, "programs-"+key(p.bin, info.ModTime().String()))
	if _, err := os.Stat(copied); err == nil {
		return filepath.Join(copied, "bin"), nil
	}
	// Root copies: only root may read the one and write the other.
	const script = `set -e; new=$(mktemp -d "$2.XXXXXX"); cp -R "$1/." "$new"; chmod -R a+rX "$new"; mv -T "$new" "$2" || rm -r "$new"`
	out, err := exec.CommandContext(context.Background(), "sh", "-c", script, "copy", filepath.Dir(p.bin), copied).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("copying PostgreSQL from %s for user %d: %w: %s", p.bin, p.account.uid, err, out)
	}
	return filepath.Join(copied, "bin"), nil
}

// template returns an archive of a data directory as initdb makes it, and of the password it was given. It is made once for
// each version, since initdb takes longer than all the rest of a start.
func (p *programs) template() (string, error) {
	archive := filepath.Join(p.home, "template-"+key(p.bin, p.version, templateScript)+".tar")
	if _, err := os.Stat(archive); err == nil {
		return archive, nil
	}
	_, err := p.run("sh", "-c", templateScript, "template", p.path("initdb"), p.home, archive)
	return archive, err
}

// Two processes may both make the template; the last one to move it into place wins, and either is whole. The password
// keeps other users of the machine out; it is checked as plain text, since a handshake is slow under the race detector.
const templateScript = `set -e
work=$(mktemp -d "$2/new-XXXXXX")
trap 'rm -rf "$work"' EXIT
head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n' >"$work/password"
"$1" -D "$work/data" -U postgres --pwfile="$work/password" --auth=password --encoding=UTF8 --locale=C --no-sync
tar -C "$work" -cf "$work/template.tar" data password
mv -f "$work/template.tar" "$3"`

// key is a short name for what the parts say.
func key(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return fmt.Sprintf("%x", sum[:6])
}
