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

// socket is one WebSocket: a reader (messages.go), operations that each run in a goroutine of their own
// (socket_operation.go), pings, and the end.
type socket struct {
	s       *Server
	ws      *websocket.Conn
	line    line
	request *http.Request

	// viewer, acknowledged and unwatch, which ends the watch over the viewer's credential, belong to the reader.
	viewer       models.Viewer
	tally        *tally
	acknowledged bool
	unwatch      func()
	initTimer    *time.Timer

	// ctx ends all operations, with UNAUTHENTICATED as its cause when the credential stops to count; streams, which comes from
	// it, only subscriptions: once it is done, guarded by mu, none begins.
	ctx, streams  context.Context
	endOperations context.CancelCauseFunc
	endStreams    context.CancelFunc

	mu      sync.Mutex
	active  map[string]*operation
	running sync.WaitGroup

	// writeMu makes "still wanted? then write" one step.
	writeMu sync.Mutex
	// toldTooSlow is when a subscription was last ended because the peer does not read. Guarded by writeMu.
	toldTooSlow time.Time
}

// serveSocket takes a WebSocket and returns when it has ended, with all that ran on it.
func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		Subprotocols:       append([]string{subprotocol}, offered(r)...),
		InsecureSkipVerify: true, // checkOrigin has verified it, scheme and port included
	})
	if err != nil {
		return // Accept has answered
	}
	endRequest(r, http.StatusSwitchingProtocols)
	// Whoever opens a socket is a stranger until connection_init: what it sends must cost no more than a header.
	ws.SetReadLimit(strangerBytes)
	c := &socket{s: s, ws: ws, line: s.beginStream(r), request: r, tally: tallyOf(r.Context()).another(),
		active: map[string]*operation{}, unwatch: func() {}}
	c.ctx, c.endOperations = context.WithCancelCause(context.WithoutCancel(r.Context()))
	c.streams, c.endStreams = context.WithCancel(c.ctx)
	defer s.opt.Observer.Socket()()
	c.serve()
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
	unkill := context.AfterFunc(c.s.killed, func() { c.ws.CloseNow() })
	defer unkill()
	c.initTimer = time.AfterFunc(c.s.opt.InitTimeout, func() {
		c.close(closeInitTimeout, "Connection initialisation timeout")
	})
	var helpers sync.WaitGroup
	helpers.Go(c.keepAlive)
	helpers.Go(c.awaitEnd)

	err := c.read()
	c.initTimer.Stop()
	c.unwatch()
	c.endOperations(nil)
	c.closeFor(err)
	c.ws.CloseNow()
	c.running.Wait()
	helpers.Wait()
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

// keepAlive ends the socket when its peer does not answer a ping before the next one is due.
func (c *socket) keepAlive() {
	pings := time.NewTicker(c.s.opt.KeepAlive)
	defer pings.Stop()
	for {
		select {
		case <-c.ctx.Done():
			return
		case <-pings.C:
		}
		if err := c.ping(); err != nil && c.ctx.Err() == nil && !c.mayReadOn() {
			c.ws.CloseNow()
			return
		}
	}
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

// awaitEnd ends the socket when its credential stops to count, with 4401 and whatever runs on it; and when the server drains:
// subscriptions at once and without `complete`, so that clients take them up again on another replica, while queries and
// mutations first run to their end.
func (c *socket) awaitEnd() {
	select {
	case <-c.ctx.Done():
		c.closeFor(c.gone())
		return
	case <-c.s.opt.Drain:
	}
	c.mu.Lock()
	c.endStreams()
	c.mu.Unlock()
	c.running.Wait()
	c.close(closeGoingAway, "going away")
}

// watch ends the operations, from now on, when the viewer's credential stops to count.
func (c *socket) watch() {
	watched, stop := c.s.opt.Auth.Watch(c.ctx, c.viewer)
	detach := context.AfterFunc(watched, func() { c.endOperations(context.Cause(watched)) })
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
