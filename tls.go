package main

import (
	"context"
	"net"
	"net/http"

	"github.com/asyncgate/asyncgate/internal/config"
	"github.com/asyncgate/asyncgate/internal/web"
)

// scheme is how the URLs of a server with these settings begin.
func scheme(c config.Config) string {
	if c.TLSCert != "" {
		return "https://"
	}
	return "http://"
}

// loadCertificate reads the certificate of the settings, if TLS is to be served.
func (s *server) loadCertificate(context.Context) (err error) {
	if s.config.TLSCert != "" {
		s.certificate, err = web.LoadCertificate(s.config.TLSCert, s.config.TLSKey, s.logger)
	}
	return err
}

// serveOn serves until the server is shut down: if there is a certificate over TLS, with HTTP/2 for whoever wants it.
func (s *server) serveOn(listener net.Listener, http *http.Server) error {
	if s.certificate == nil {
		return http.Serve(listener)
	}
	http.TLSConfig = s.certificate.Config()
	return http.ServeTLS(listener, "", "")
}
