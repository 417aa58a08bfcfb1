package web

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// lookInterval is how long the files of a certificate are believed not to have changed.
const lookInterval = time.Second

// Certificate is what TLS is served with: a certificate and its key, in files that may be replaced while they are in use.
// A handshake looks at them, at most once a second; connections that stand keep what they were opened with. A pair that
// can't be used, as one that is half written, is logged once, and the one before it stays.
type Certificate struct {
	certFile, keyFile string
	logger            *slog.Logger
	now               func() time.Time

	current atomic.Pointer[tls.Certificate]

	// looking is held by the handshake that looks at the files. Others don't wait for it.
	looking sync.Mutex
	looked  time.Time
	seen    pairFiles
}

// LoadCertificate reads a certificate chain and its key, both PEM. Its error is one line that names the setting and the
// file, and says what is wrong with it.
func LoadCertificate(certFile, keyFile string, logger *slog.Logger) (*Certificate, error) {
	c := &Certificate{certFile: certFile, keyFile: keyFile, logger: logger, now: time.Now}
	c.looked, c.seen = c.now(), readPair(certFile, keyFile)
	if err := c.use(c.seen); err != nil {
		return nil, err
	}
	return c, nil
}

// Config returns what http.Server.ServeTLS takes: TLS 1.2 and 1.3, and else the defaults of Go, which move with the times.
func (c *Certificate) Config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.get}
}

func (c *Certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	if c.looking.TryLock() {
		defer c.looking.Unlock()
		c.look()
	}
	return c.current.Load(), nil
}

// look takes the files' certificate when they have changed. It compares what is in them: times and names lie where files
// are replaced by links, and they are small.
func (c *Certificate) look() {
	now := c.now()
	if now.Sub(c.looked) < lookInterval {
		return
	}
	c.looked = now
	found := readPair(c.certFile, c.keyFile)
	if found == c.seen {
		return
	}
	c.seen = found
	if err := c.use(found); err != nil {
		c.logger.Warn("the TLS certificate can't be replaced; the one before stays", "error", err)
		return
	}
	c.logger.Info("the TLS certificate has been replaced", "valid_until", c.current.Load().Leaf.NotAfter)
}

// use makes a pair the current one.
func (c *Certificate) use(files pairFiles) error {
	pair, err := files.parse()
	if err != nil {
		return err
	}
	if until := pair.Leaf.NotAfter; until.Before(c.now()) {
		c.logger.Warn("the TLS certificate has expired: clients will refuse it", "valid_until", until)
	}
	c.current.Store(&pair)
	return nil
}

// pairFiles is what the two files hold, or why that can't be told.
type pairFiles struct{ cert, key, unreadable string }

func readPair(certFile, keyFile string) pairFiles {
	cert, err := os.ReadFile(certFile)
	if err != nil {
		return pairFiles{unreadable: fmt.Sprintf("ASYNCGATE_TLS_CERT can't be read: %v", err)}
	}
	key, err := os.ReadFile(keyFile)
	if err != nil {
		return pairFiles{unreadable: fmt.Sprintf("ASYNCGATE_TLS_KEY can't be read: %v", err)}
	}
	return pairFiles{cert: string(cert), key: string(key)}
}

// parse returns the certificate, or whose fault it is that there is none.
func (f pairFiles) parse() (tls.Certificate, error) {
	if f.unreadable != "" {
		return tls.Certificate{}, errors.New(f.unreadable)
	}
	pair, err := tls.X509KeyPair([]byte(f.cert), []byte(f.key))
	switch {
	case err == nil:
		return pair, nil
	case !holdsCertificate([]byte(f.cert)):
		return tls.Certificate{}, fmt.Errorf("ASYNCGATE_TLS_CERT is no PEM file with a certificate and those that signed it: %w", err)
	default:
		return tls.Certificate{}, fmt.Errorf("ASYNCGATE_TLS_KEY is no PEM file with the key of the certificate: %w", err)
	}
}

// holdsCertificate tells whether the first certificate of a PEM file can be read.
func holdsCertificate(text []byte) bool {
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			return false
		}
		if block.Type == "CERTIFICATE" {
			_, err := x509.ParseCertificate(block.Bytes)
			return err == nil
		}
	}
}
