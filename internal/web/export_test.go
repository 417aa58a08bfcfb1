package web

import (
	"net/http"
	"net/netip"
	"time"
)

// UseClock makes the certificate take the time from now.
func (c *Certificate) UseClock(now func() time.Time) { c.now = now }

// ClientOf is the client that a request is counted as, behind these proxies.
func ClientOf(r *http.Request, trusted ...netip.Prefix) string {
	return household(proxies(trusted).client(r))
}

// HoldLimited makes who has asked too often wait for ever.
func (s *Server) HoldLimited() {
	s.limited.turns.SetBurst(0)
	s.limited.longest = time.Hour
}
