package web_test

import (
	"crypto/tls"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/internal/web"
)

// served is a certificate under a clock of the test's.
type served struct {
	*web.Certificate
	t         *testing.T
	authority *testkit.Authority
	cert, key string
	clock     time.Time
	logs      *logBuffer
}

func newServed(t *testing.T, authority *testkit.Authority, cert, key string) *served {
	t.Helper()
	s := &served{t: t, authority: authority, cert: cert, key: key, clock: time.Now(), logs: &logBuffer{}}
	var err error
	s.Certificate, err = web.LoadCertificate(cert, key, slog.New(slog.NewTextHandler(s.logs, nil)))
	if err != nil {
		t.Fatal(err)
	}
	s.UseClock(func() time.Time { return s.clock })
	return s
}

// handshake returns the serial number of the certificate that a client is shown after some time.
func (s *served) handshake(later time.Duration) string {
	s.t.Helper()
	s.clock = s.clock.Add(later)
	here, there := net.Pipe()
	defer here.Close()
	defer there.Close()
	server := tls.Server(there, s.Config())
	go func() { _ = server.HandshakeContext(s.t.Context()) }()
	trusting := s.authority.TLS.Clone()
	trusting.ServerName = "localhost"
	client := tls.Client(here, trusting)
	if err := client.HandshakeContext(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	return client.ConnectionState().PeerCertificates[0].SerialNumber.String()
}

func (s *served) expect(later time.Duration, want string) {
	s.t.Helper()
	if got := s.handshake(later); got != want {
		s.t.Errorf("a client is shown %s, want %s; logged:\n%s", got, want, s.logs)
	}
}

func (s *served) write(file, text string) {
	s.t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

func TestCertificate(t *testing.T) {
	t.Parallel()
	const soon, later = 100 * time.Millisecond, 2 * time.Second
	authority := testkit.NewAuthority(t)
	files := func(t *testing.T) (cert, key string) {
		t.Helper()
		dir := t.TempDir()
		return filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key")
	}

	t.Run("another in its place is served from the next second on", func(t *testing.T) {
		t.Parallel()
		cert, key := files(t)
		first := authority.Issue(t, cert, key)
		s := newServed(t, authority, cert, key)
		s.expect(later, first)
		second := authority.Issue(t, cert, key)
		s.expect(soon, first)
		s.expect(later, second)
		if n := strings.Count(s.logs.String(), "has been replaced"); n != 1 {
			t.Errorf("it was logged %d times", n)
		}
	})

	t.Run("also when links are replaced, as by Kubernetes", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		publish := func(version string) string {
			folder := filepath.Join(dir, version)
			if err := os.Mkdir(folder, 0o700); err != nil {
				t.Fatal(err)
			}
			serial := authority.Issue(t, filepath.Join(folder, "tls.crt"), filepath.Join(folder, "tls.key"))
			if err := os.Symlink(version, filepath.Join(dir, "..new")); err != nil {
				t.Fatal(err)
			}
			if err := os.Rename(filepath.Join(dir, "..new"), filepath.Join(dir, "..data")); err != nil {
				t.Fatal(err)
			}
			return serial
		}
		first := publish("..1")
		cert, key := filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key")
		for _, file := range []string{cert, key} {
			if err := os.Symlink(filepath.Join("..data", filepath.Base(file)), file); err != nil {
				t.Fatal(err)
			}
		}
		s := newServed(t, authority, cert, key)
		s.expect(later, first)
		second := publish("..2")
		if err := os.RemoveAll(filepath.Join(dir, "..1")); err != nil {
			t.Fatal(err)
		}
		s.expect(later, second)
	})

	t.Run("what can't be used is logged once, and the one before stays", func(t *testing.T) {
		t.Parallel()
		cert, key := files(t)
		first := authority.Issue(t, cert, key)
		s := newServed(t, authority, cert, key)
		whole, err := os.ReadFile(cert)
		if err != nil {
			t.Fatal(err)
		}
		broken := []func(){
			func() { s.write(cert, string(whole[:len(whole)/2])) },
			func() { s.write(cert, "") },
			func() { _ = os.Remove(cert) },
			func() { // a certificate whose key has not come yet
				s.write(cert, string(whole))
				other, _ := files(t)
				authority.Issue(t, other, key)
			},
		}
		for i, breakIt := range broken {
			breakIt()
			for range 3 {
				s.expect(later, first)
			}
			if n := strings.Count(s.logs.String(), "can't be replaced"); n != i+1 {
				t.Errorf("after %d that can't be used: logged\n%s", i+1, s.logs)
			}
		}
		s.expect(later, first)
		second := authority.Issue(t, cert, key)
		s.expect(later, second)
	})

	t.Run("no client is served with less than TLS 1.2", func(t *testing.T) {
		t.Parallel()
		cert, key := files(t)
		authority.Issue(t, cert, key)
		s := newServed(t, authority, cert, key)
		here, there := net.Pipe()
		defer here.Close()
		defer there.Close()
		go func() { _ = tls.Server(there, s.Config()).HandshakeContext(t.Context()) }()
		old := authority.TLS.Clone()
		old.ServerName, old.MinVersion, old.MaxVersion = "localhost", tls.VersionTLS10, tls.VersionTLS11
		if err := tls.Client(here, old).HandshakeContext(t.Context()); err == nil {
			t.Error("TLS 1.1 is served")
		}
	})
}

// TestLoadCertificate: who is refused hears which file it is and what is wrong with it, in one line.
func TestLoadCertificate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	authority := testkit.NewAuthority(t)
	authority.Issue(t, file("cert"), file("key"))
	authority.Issue(t, file("other-cert"), file("other-key"))
	if err := os.WriteFile(file("text"), []byte("no PEM\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct{ cert, key, says string }{
		"no certificate":             {"none", "key", "ASYNCGATE_TLS_CERT can't be read: open " + file("none")},
		"no key":                     {"cert", "none", "ASYNCGATE_TLS_KEY can't be read: open " + file("none")},
		"a folder":                   {".", "key", "ASYNCGATE_TLS_CERT can't be read"},
		"text for a certificate":     {"text", "key", "ASYNCGATE_TLS_CERT is no PEM file with a certificate"},
		"text for a key":             {"cert", "text", "ASYNCGATE_TLS_KEY is no PEM file with the key"},
		"the two exchanged":          {"key", "cert", "ASYNCGATE_TLS_CERT is no PEM file with a certificate"},
		"a certificate for a key":    {"cert", "cert", "ASYNCGATE_TLS_KEY is no PEM file with the key"},
		"another certificate's key":  {"cert", "other-key", "private key does not match public key"},
		"a key for both of the pair": {"key", "key", "ASYNCGATE_TLS_CERT is no PEM file with a certificate"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := web.LoadCertificate(file(tt.cert), file(tt.key), slog.New(slog.DiscardHandler))
			if err == nil || !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want %q", err, tt.says)
			}
		})
	}
}
