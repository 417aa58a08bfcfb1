package server

import (
	"context"
	"net"
	"net/http"

	"github.com/asyncgate/asyncgate/internal/web"
)

// loadCertificate reads the certificate of the settings, if TLS is to be served.
func (s *Server) loadCertificate(context.Context) (err error) {
	if s.config.TLSCert != "" {
		s.certificate, err = web.LoadCertificate(s.config.TLSCert, s.config.TLSKey, s.logger)
	}
	return err
}

// serveOn serves until the server is shut down: if there is a certificate over TLS, with HTTP/2 for whoever wants it.
func (s *Server) serveOn(listener net.Listener, http *http.Server) error {
	if s.certificate == nil {
		return http.Serve(listener)
	}
	http.TLSConfig = s.certificate.Config()
	return http.ServeTLS(listener, "", "")
}
