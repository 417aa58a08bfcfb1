package web

import (
	"context"
	"net"
	"net/http"
	"time"
)

const (
	// streamBuffer is what the system may hold of a stream that its peer has not received, in bytes: it bounds what a slow
	// reader costs, and how long an answer to a ping waits behind events. It does not bound plain answers.
	streamBuffer = 64 << 10
	// lastWordsBuffer is what it may hold once the reader is given up: the rest of the write that is stuck, and why.
	lastWordsBuffer = 4 * streamBuffer
	// lastWordsTimeout is how long the system then keeps the connection for a reader that may read on.
	lastWordsTimeout = 2 * time.Minute
)

// line is the TCP connection under a stream, with TLS or without. One that is not known, or carries other requests too
// (HTTP/2), is the zero line, which does nothing: HTTP/2 has pings of its own (HTTPServer), and holds back what its reader
// does not take, so that nothing more can be said to one that is too slow; its stream is reset.
type line struct{ tcp *net.TCPConn }

type lineKey struct{}

// withLine is for http.Server.ConnContext.
func withLine(ctx context.Context, conn net.Conn) context.Context {
	if secured, ok := conn.(interface{ NetConn() net.Conn }); ok {
		conn = secured.NetConn()
	}
	tcp, _ := conn.(*net.TCPConn)
	return context.WithValue(ctx, lineKey{}, line{tcp})
}

func lineOf(r *http.Request) line {
	if r.ProtoMajor != 1 {
		return line{}
	}
	l, _ := r.Context().Value(lineKey{}).(line)
	return l
}

// beginStream prepares the connection of r to be a stream's.
func (s *Server) beginStream(r *http.Request) line {
	l := lineOf(r)
	l.beginStream(s.pingPatience())
	return l
}

// pingPatience is how long a peer may leave a ping unreceived, or unanswered: with the time until the ping, less than two
// intervals.
func (s *Server) pingPatience() time.Duration { return s.opt.KeepAlive * 9 / 10 }

// beginStream bounds what the system holds, and ends the connection when the peer has received nothing for that long of
// what was sent: one that vanished without a word is noticed by the first ping that it does not receive.
func (l line) beginStream(unreceived time.Duration) {
	if l.tcp == nil {
		return
	}
	_ = l.tcp.SetWriteBuffer(streamBuffer) // an error only tells that the connection is gone already
	setUserTimeout(l.tcp, unreceived)
}

// makeRoom lets go on a write that is stuck because the peer does not read, and the few that say why the stream ends. The
// system hands them over when the peer reads on, also after the connection is closed here.
func (l line) makeRoom() {
	if l.tcp == nil {
		return
	}
	setUserTimeout(l.tcp, lastWordsTimeout)
	_ = l.tcp.SetWriteBuffer(lastWordsBuffer)
}

// whenStuck calls makeRoom of l when a write that begins now takes too long; stop it after the write, and it tells whether
// the write was in time.
func (s *Server) whenStuck(l line) (stop func() bool) {
	return time.AfterFunc(s.opt.WriteTimeout*2/3, l.makeRoom).Stop
}
