package testkit

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Authority signs certificates for servers on this machine. Nobody trusts it but those who are told to.
type Authority struct {
	// File holds its own certificate, as SSL_CERT_FILE and NODE_EXTRA_CA_CERTS take it.
	File string
	// TLS trusts it.
	TLS *tls.Config

	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// NewAuthority makes an authority.
func NewAuthority(tb testing.TB) *Authority {
	tb.Helper()
	a := &Authority{File: filepath.Join(tb.TempDir(), "authority.pem")}
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: "AsyncGate test authority"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	certificate, key := a.sign(tb, template)
	a.key = key
	var err error
	if a.certificate, err = x509.ParseCertificate(certificate); err != nil {
		tb.Fatal(err)
	}
	writePEM(tb, a.File, "CERTIFICATE", certificate)
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	a.TLS = &tls.Config{RootCAs: pool}
	return a
}

// Issue writes a certificate for localhost, 127.0.0.1 and ::1, and its key, to two files, which may be there already: each
// is replaced as a whole. It returns the certificate's serial number.
func (a *Authority) Issue(tb testing.TB, certFile, keyFile string) (serial string) {
	tb.Helper()
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		KeyUsage: x509.KeyUsageDigitalSignature,
	}
	certificate, key := a.sign(tb, template)
	encoded, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		tb.Fatal(err)
	}
	writePEM(tb, certFile, "CERTIFICATE", certificate)
	writePEM(tb, keyFile, "PRIVATE KEY", encoded)
	return template.SerialNumber.String()
}

// sign makes a key and signs its certificate: the authority's own when it has none yet.
func (a *Authority) sign(tb testing.TB, template *x509.Certificate) ([]byte, *ecdsa.PrivateKey) {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	if template.SerialNumber, err = rand.Int(rand.Reader, big.NewInt(1<<62)); err != nil {
		tb.Fatal(err)
	}
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(24*time.Hour)
	parent, signer := a.certificate, a.key
	if parent == nil {
		parent, signer = template, key
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		tb.Fatal(err)
	}
	return certificate, key
}

func writePEM(tb testing.TB, file, kind string, content []byte) {
	tb.Helper()
	text := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content})
	if err := os.WriteFile(file+".new", text, 0o600); err != nil {
		tb.Fatal(err)
	}
	if err := os.Rename(file+".new", file); err != nil {
		tb.Fatal(err)
	}
}
