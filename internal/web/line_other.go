//go:build !linux

package web

import (
	"net"
	"time"
)

// setUserTimeout does nothing: the system decides when it gives up a peer that receives nothing.
func setUserTimeout(*net.TCPConn, time.Duration) {}
