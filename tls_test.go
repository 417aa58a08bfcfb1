package main_test

import (
	"crypto/tls"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/internal/testkit"
)

// secured is a server that serves TLS, and who signed its certificate.
type secured struct {
	*testkit.RunningServer
	authority *testkit.Authority
	cert, key string
	// serial is its certificate's.
	serial string
}

func serveTLS(t *testing.T, settings ...string) *secured {
	t.Helper()
	dir := t.TempDir()
	s := &secured{authority: testkit.NewAuthority(t), cert: filepath.Join(dir, "tls.crt"), key: filepath.Join(dir, "tls.key")}
	s.serial = s.authority.Issue(t, s.cert, s.key)
	s.RunningServer = program.Serve(t, append(settings, "ASYNCGATE_TLS_CERT="+s.cert, "ASYNCGATE_TLS_KEY="+s.key))
	if !strings.HasPrefix(s.URL, "https://") {
		t.Errorf("it says that it is to be found at %s", s.URL)
	}
	return s
}

// client returns a client that trusts the server's authority and likes HTTP/2 best.
func (s *secured) client(t *testing.T) *client {
	t.Helper()
	c := &client{url: s.URL, http: &http.Client{Transport: &http.Transport{TLSClientConfig: s.authority.TLS, ForceAttemptHTTP2: true}}}
	t.Cleanup(c.http.CloseIdleConnections)
	return c
}

// shown returns the serial number of the certificate that a new connection is shown.
func (s *secured) shown(t *testing.T) string {
	t.Helper()
	conn, err := tls.Dial("tcp", strings.TrimPrefix(s.URL, "https://"), s.authority.TLS)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	return conn.ConnectionState().PeerCertificates[0].SerialNumber.String()
}

// TestTLS: all that clients do goes on over TLS while the certificate is replaced, and ends in good order.
func TestTLS(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		s := serveTLS(t, "ASYNCGATE_DATABASE_URL="+url)
		c := s.client(t)
		alive, err := c.http.Get(s.URL + "/healthz")
		if err != nil {
			t.Fatal(err)
		}
		defer alive.Body.Close()
		if alive.ProtoMajor != 2 || alive.StatusCode != http.StatusOK {
			t.Errorf("the server is %s over %s", alive.Status, alive.Proto)
		}
		sse, err := c.follow(t.Context(), "0")
		if err != nil {
			t.Fatal(err)
		}
		defer sse.close()
		socket, err := c.followOnSocket(t.Context(), "0")
		if err != nil {
			t.Fatal(err)
		}
		defer socket.close()
		expect := func(task string) {
			t.Helper()
			for _, stream := range []stream{sse, socket} {
				if e := mustNext(t, stream); e.Receipt.Task.ID != task {
					t.Errorf("a stream has %+v", e)
				}
			}
		}
		expect(c.mustCreate(t, "work"))

		replaced := s.authority.Issue(t, s.cert, s.key)
		deadline := time.After(time.Minute)
		for tick := time.Tick(50 * time.Millisecond); s.shown(t) != replaced; {
			select {
			case <-tick:
			case <-deadline:
				t.Fatal("the certificate before is still served")
			}
		}
		expect(c.mustCreate(t, "work"))
		c.http.CloseIdleConnections()
		expect(c.mustCreate(t, "work"))

		began := time.Now()
		s.Signal(syscall.SIGTERM)
		if _, err := sse.next(t.Context()); !endOfEventStream(err) {
			t.Errorf("the event stream ended with %v", err)
		}
		if _, err := socket.next(t.Context()); !endOfSocket(err) {
			t.Errorf("the WebSocket ended with %v", err)
		}
		if r := s.Wait(); r.Code != 0 || time.Since(began) > stopTime {
			t.Errorf("the server ended with %d after %s\n%s", r.Code, time.Since(began), r.Stderr)
		}
	})
}

// TestDemoOverTLS: the demo believes the authorities of the system, and those of SSL_CERT_FILE.
func TestDemoOverTLS(t *testing.T) {
	t.Parallel()
	s := serveTLS(t)
	r := program.Run(t, []string{"SSL_CERT_FILE=" + s.authority.File}, "demo", "--url", s.URL)
	if r.Code != 0 {
		t.Errorf("%+v", r)
	}
	settings := []string{"SSL_CERT_FILE=" + s.authority.File, "ASYNCGATE_TLS_CERT=" + s.cert, "ASYNCGATE_TLS_KEY=" + s.key,
		"ASYNCGATE_ADDR=" + strings.TrimPrefix(s.URL, "https://")}
	if r := program.Run(t, settings, "demo"); r.Code != 0 {
		t.Errorf("with the server's settings: %+v", r)
	}
	if r := program.Run(t, nil, "demo", "--url", s.URL); r.Code != 1 || !strings.Contains(oneLine(r.Stderr), "SSL_CERT_FILE") {
		t.Errorf("an authority that nobody trusts: %+v", r)
	}
}

// TestPlainHTTPToTLS: who speaks plain HTTP hears what is spoken here.
func TestPlainHTTPToTLS(t *testing.T) {
	t.Parallel()
	s := serveTLS(t)
	response, err := http.Get("http" + strings.TrimPrefix(s.URL, "https") + "/")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, err := io.ReadAll(response.Body); response.StatusCode != 400 || !strings.Contains(string(body), "HTTPS") {
		t.Errorf("got %d %q %v", response.StatusCode, body, err)
	}
}

// TestBadTLS: a server that can't serve what was asked for does not start, and says why in one line.
func TestBadTLS(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cert, key, other := filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key"), filepath.Join(dir, "other.key")
	authority := testkit.NewAuthority(t)
	authority.Issue(t, cert, other)
	authority.Issue(t, cert, key)
	for name, test := range map[string]struct {
		settings []string
		says     string
	}{
		"no key":                    {[]string{"ASYNCGATE_TLS_CERT=" + cert}, "ASYNCGATE_TLS_KEY is not set"},
		"no certificate":            {[]string{"ASYNCGATE_TLS_KEY=" + key}, "ASYNCGATE_TLS_CERT is not set"},
		"a file that is not there":  {[]string{"ASYNCGATE_TLS_CERT=" + cert, "ASYNCGATE_TLS_KEY=/no/such.key"}, "ASYNCGATE_TLS_KEY can't be read: open /no/such.key"},
		"the two exchanged":         {[]string{"ASYNCGATE_TLS_CERT=" + key, "ASYNCGATE_TLS_KEY=" + cert}, "ASYNCGATE_TLS_CERT is no PEM file"},
		"another certificate's key": {[]string{"ASYNCGATE_TLS_CERT=" + cert, "ASYNCGATE_TLS_KEY=" + other}, "ASYNCGATE_TLS_KEY is no PEM file with the key of the certificate"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			expectRefusal(t, program.Run(t, test.settings, "serve"), 1, test.says)
		})
	}
}
