package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/coder/websocket"

	"github.com/asyncgate/asyncgate/models"
)

// subprotocol is the transport of github.com/enisdenjo/graphql-ws.
const subprotocol = "graphql-transport-ws"

// Close codes of the subprotocol, and of WebSocket itself.
const (
	closeGoingAway         = websocket.StatusGoingAway // clients connect again
	closeTryAgainLater     = websocket.StatusTryAgainLater
	closeInternal          = websocket.StatusCode(4500)
	closeBadMessage        = websocket.StatusCode(4400)
	closeUnauthorized      = websocket.StatusCode(4401)
	closeForbidden         = websocket.StatusCode(4403)
	closeWrongSubprotocol  = websocket.StatusCode(4406)
	closeInitTimeout       = websocket.StatusCode(4408)
	closeSubscriberExists  = websocket.StatusCode(4409)
	closeTooManyInits      = websocket.StatusCode(4429)
	maxCloseReason         = 123
	envelopeBytes          = 4 << 10  // what a message has around its payload
	strangerBytes          = 64 << 10 // the longest message of a peer that nobody knows yet
	maxOperationIDInReason = 60
)

// closeError ends a socket with a code and a reason.
type closeError struct {
	code   websocket.StatusCode
	reason string
}

func (e *closeError) Error() string { return fmt.Sprintf("%d: %s", e.code, e.reason) }

func closing(code websocket.StatusCode, format string, args ...any) error {
	return &closeError{code, fmt.Sprintf(format, args...)}
}

// socket is one WebSocket. One that is idle is one goroutine, its reader (messages.go). Operations run in goroutines of their
// own (socket_operation.go), and so does what must not wait for the reader: pings, and what ends the socket from outside.
type socket struct {
	s    *Server
	ws   *websocket.Conn
	line line

	// What follows belongs to the reader. header is the handshake's, until connection_init has added to it; known is ctx with
	// the viewer that this made; unwatch ends the watch over the viewer's credential.
	header       http.Header
	viewer       models.Viewer
	known        context.Context
	tally        *tally
	acknowledged bool
	unwatch      func()
	initTimer    *time.Timer

	// ctx ends all operations, with UNAUTHENTICATED as its cause when the credential stops to count.
	ctx    context.Context
	cancel context.CancelCauseFunc

	mu     sync.Mutex
	active map[string]*operation
	// drained tells that no subscription begins any more, over that nothing does.
	drained, over bool
	// pings is when the next ping is due.
	pings *time.Timer
	// running are the operations, asides what else runs beside the reader.
	running, asides sync.WaitGroup

	// writeMu makes "still wanted? then write" one step.
	writeMu sync.Mutex
	// toldTooSlow is when a subscription was last ended because the peer does not read. Guarded by writeMu.
	toldTooSlow time.Time
}

// serveSocket takes a WebSocket. It returns at once, so that the memory of the handshake, and the deep stack that it came by,
// are free; leave is called when the socket has ended, with all that ran on it.
func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request, leave func()) {
	ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		Subprotocols:       append([]string{subprotocol}, offered(r)...),
		InsecureSkipVerify: true, // checkOrigin has verified it, scheme and port included
	})
	if err != nil {
		leave()
		return // Accept has answered
	}
	endRequest(r, http.StatusSwitchingProtocols)
	// Whoever opens a socket is a stranger until connection_init: what it sends must cost no more than a header.
	ws.SetReadLimit(strangerBytes)
	c := &socket{s: s, ws: ws, line: s.beginStream(r), header: r.Header, tally: tallyOf(r.Context()).another(),
		active: map[string]*operation{}, unwatch: func() {}}
	c.ctx, c.cancel = context.WithCancelCause(context.WithoutCancel(r.Context()))
	ended := notesOf(r.Context()).outlive(r)
	closed := s.opt.Observer.Socket()
	go func() {
		defer leave()
		defer ended(http.StatusSwitchingProtocols, 0)
		defer closed()
		defer func() {
			if value := recover(); value != nil {
				_ = s.panicked(c.ctx, value)
				ws.CloseNow()
			}
		}()
		c.serve()
	}()
}

// offered returns the subprotocols that the client asks for. One that is not ours is taken too, and closed at once: who
// gets none of what it asked for, as a browser, gives up before it can hear of 4406.
func offered(r *http.Request) []string {
	var names []string
	for _, value := range r.Header.Values("Sec-WebSocket-Protocol") {
		for name := range strings.SplitSeq(value, ",") {
			names = append(names, strings.TrimSpace(name))
		}
	}
	return names
}

func (c *socket) serve() {
	unkill := context.AfterFunc(c.s.killed, c.aside(func() { c.ws.CloseNow() }))
	undrain := context.AfterFunc(c.s.opt.Drain, c.aside(c.drain))
	c.initTimer = time.AfterFunc(c.s.opt.InitTimeout, c.aside(func() {
		c.close(closeInitTimeout, "Connection initialisation timeout")
	}))
	c.pingIn(c.s.opt.KeepAlive)

	err := c.read()
	undrain()
	c.initTimer.Stop()
	c.unwatch()
	c.endAll(nil)
	c.closeFor(err)
	c.ws.CloseNow()
	unkill()
	c.running.Wait()
	c.finish()
}

// aside returns do as something that runs beside the reader: not any more once the socket is over, which waits for it.
func (c *socket) aside(do func()) func() {
	return func() {
		c.mu.Lock()
		if c.over {
			c.mu.Unlock()
			return
		}
		c.asides.Add(1)
		c.mu.Unlock()
		defer c.asides.Done()
		do()
	}
}

// finish returns when nothing runs beside the reader any more, nor will.
func (c *socket) finish() {
	c.mu.Lock()
	c.over = true
	c.pings.Stop()
	c.mu.Unlock()
	c.asides.Wait()
}

// read takes messages until the peer is gone or one of them ends the socket.
func (c *socket) read() error {
	if c.ws.Subprotocol() != subprotocol {
		return closing(closeWrongSubprotocol, "Subprotocol not acceptable")
	}
	for {
		kind, message, err := c.ws.Reader(context.Background())
		if err != nil {
			return err
		}
		if kind != websocket.MessageText {
			return closing(closeBadMessage, "Invalid message: binary")
		}
		data, leave, err := c.s.bodies.read(c.ctx, message, -1)
		if models.CodeOf(err) == models.CodeUnavailable {
			if gone := c.gone(); gone != nil {
				return gone // which is why it waits no longer
			}
			return closing(closeTryAgainLater, "%s", models.MessageOf(err))
		}
		if err != nil {
			leave()
			return err
		}
		if err := c.handle(data, leave); err != nil {
			return err
		}
	}
}

// pingIn makes the next ping due.
func (c *socket) pingIn(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.over {
		c.pings = time.AfterFunc(d, c.aside(c.keepAlive))
	}
}

// keepAlive ends the socket when its peer does not answer a ping before the next one is due.
func (c *socket) keepAlive() {
	next := time.Now().Add(c.s.opt.KeepAlive)
	if err := c.ping(); err != nil && c.ctx.Err() == nil && !c.mayReadOn() {
		c.ws.CloseNow()
		return
	}
	c.pingIn(time.Until(next))
}

// mayReadOn tells whether the peer is slow rather than gone: it has been told so not long ago, and loses what it has not
// read yet if it answers a ping before that on a closed connection. It waits for a write that is stuck, whose end tells.
func (c *socket) mayReadOn() bool {
	c.writeMu.Lock()
	defer c.writeMu.Unlock()
	return time.Since(c.toldTooSlow) < lastWordsTimeout
}

// ping sends a ping and waits for the answer.
func (c *socket) ping() error {
	ctx, cancel := context.WithTimeout(c.ctx, c.s.pingPatience())
	defer cancel()
	for {
		err := c.ws.Ping(ctx)
		if ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
			continue // the library waits no longer than 5 s for another write to end
		}
		return err
	}
}

// drain ends the socket because the server drains: subscriptions at once and without `complete`, so that clients take them up
// again on another replica, while queries and mutations first run to their end.
func (c *socket) drain() {
	c.mu.Lock()
	c.drained = true
	for _, op := range c.active {
		if op.stream {
			op.end(nil)
		}
	}
	c.mu.Unlock()
	c.running.Wait()
	c.close(closeGoingAway, "going away")
}

// endAll ends all operations; none that begins later runs.
func (c *socket) endAll(cause error) {
	c.cancel(cause)
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, op := range c.active {
		op.ring()
	}
}

// watch ends the socket, from now on, when the viewer's credential stops to count: with 4401, and with whatever runs on it.
func (c *socket) watch() {
	watched, stop := c.s.opt.Auth.Watch(c.ctx, c.viewer)
	detach := context.AfterFunc(watched, c.aside(func() {
		c.endAll(context.Cause(watched))
		c.closeFor(c.gone())
	}))
	c.unwatch = func() {
		detach()
		stop()
	}
}

// gone is the end of a socket whose credential has stopped to count; nil while it does.
func (c *socket) gone() error {
	if gone := models.CauseOf(c.ctx); gone != nil {
		return c.refusal(gone)
	}
	return nil
}

// closeFor closes the socket if err is the end of one.
func (c *socket) closeFor(err error) {
	if e := new(closeError); errors.As(err, &e) {
		c.close(e.code, e.reason)
	}
}

// close says goodbye, with a few seconds for the peer to answer.
func (c *socket) close(code websocket.StatusCode, reason string) {
	for len(reason) > maxCloseReason || !utf8.ValidString(reason) {
		reason = strings.ToValidUTF8(reason[:min(len(reason), maxCloseReason)], "")
	}
	_ = c.ws.Close(code, reason) // an error only tells that the peer is gone already
}
