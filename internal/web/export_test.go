package web

import "time"

// UseClock makes the certificate take the time from now.
func (c *Certificate) UseClock(now func() time.Time) { c.now = now }
