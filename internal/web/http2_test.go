package web_test

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/internal/web"
	"github.com/asyncgate/asyncgate/models"
)

// counted makes the stage's client count the connections that it opens, and lets a test take what each receives.
func (s *stage) counted(wrap func(net.Conn) net.Conn) *atomic.Int32 {
	opened := &atomic.Int32{}
	transport := s.client.Transport.(*http.Transport)
	trusting := transport.TLSClientConfig.Clone()
	trusting.NextProtos = []string{"h2"}
	transport.DialTLSContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		opened.Add(1)
		conn, err := (&net.Dialer{}).DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		trusting := trusting.Clone()
		trusting.ServerName = "127.0.0.1"
		secured := tls.Client(wrap(conn), trusting)
		return secured, secured.HandshakeContext(ctx)
	}
	return opened
}

func unwrapped(conn net.Conn) net.Conn { return conn }

// deaf is a connection whose owner hears nothing more once it is told so, but of its end.
type deaf struct {
	net.Conn
	from <-chan struct{}
}

func (d deaf) Read(p []byte) (int, error) {
	for {
		n, err := d.Conn.Read(p)
		select {
		case <-d.from:
			if err == nil {
				continue
			}
		default:
		}
		return n, err
	}
}

// TestHTTP2: many subscriptions share a connection, and none of them holds up another.
func TestHTTP2(t *testing.T) {
	t.Parallel()

	t.Run("many streams on one connection, and queries between them", func(t *testing.T) {
		t.Parallel()
		s := newSecureStage(t)
		opened := s.counted(unwrapped)
		s.post(t, "{ whoami }").expect(t, 200, "")
		const many = 90
		var streams []*events
		for range many {
			streams = append(streams, s.stream(t, "subscription { ticks }"))
			await(t, "the subscription", s.entered)
		}
		if streams[0].resp.ProtoMajor != 2 {
			t.Fatalf("the streams come over %s", streams[0].resp.Proto)
		}
		s.post(t, "{ whoami }").expect(t, 200, "")
		var readers sync.WaitGroup
		for _, e := range streams {
			readers.Go(func() { e.expect("tick") })
		}
		for range many {
			s.ticks <- "tick" // each is one stream's
		}
		readers.Wait()
		if n := opened.Load(); n != 1 {
			t.Errorf("the client opened %d connections", n)
		}
	})

	t.Run("a stream whose reader does not read is reset, and the others go on", func(t *testing.T) {
		t.Parallel()
		s := newSecureStage(t, func(o *web.Options) { o.WriteTimeout = 2 * time.Second })
		opened := s.counted(unwrapped)
		unread := s.stream(t, "subscription { ticks }")
		s.tickUntilEnd(t)
		s.post(t, "{ whoami }").expect(t, 200, "")
		other := s.stream(t, "subscription { ticks }")
		await(t, "the subscription", s.entered)
		s.ticks <- "one"
		other.expect("one")
		if _, err := io.Copy(io.Discard, unread.reader); err == nil {
			t.Error("a stream that was cut off looks whole")
		}
		if n := opened.Load(); n != 1 {
			t.Errorf("the client opened %d connections", n)
		}
	})

	t.Run("a body that does not come ends its request only", func(t *testing.T) {
		t.Parallel()
		s := newSecureStage(t, func(o *web.Options) { o.RequestTimeout = time.Second })
		opened := s.counted(unwrapped)
		body, feed := io.Pipe()
		defer func() { _ = feed.Close() }()
		r := s.request(t, "POST", "/graphql", "")
		r.Body, r.ContentLength = body, -1
		resp, err := s.client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		readReply(t, resp).expect(t, 408, models.CodeUnavailable)
		s.post(t, "{ whoami }").expect(t, 200, "")
		if n := opened.Load(); n != 1 {
			t.Errorf("the client opened %d connections", n)
		}
	})

	t.Run("a body that is too large is refused", func(t *testing.T) {
		t.Parallel()
		s := newSecureStage(t, func(o *web.Options) { o.MaxBody = 1000 })
		s.post(t, strings.Repeat("x", 100_000)).expect(t, 413, models.CodePayloadTooLarge)
		r := s.request(t, "POST", "/graphql", "")
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(`{"query":"`+strings.Repeat("x", 100_000))), -1
		resp, err := s.client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		readReply(t, resp).expect(t, 413, models.CodePayloadTooLarge)
	})

	t.Run("draining ends streams without complete, and sends clients away", func(t *testing.T) {
		t.Parallel()
		s := newSecureStage(t)
		e, p := s.stream(t, "subscription { ticks }"), s.connected(t)
		p.subscribe("1", "subscription { ticks }")
		await(t, "the first subscription", s.entered)
		await(t, "the second subscription", s.entered)
		answer := make(chan reply, 1)
		go func() { answer <- s.post(t, "mutation { hold }") }()
		await(t, "the mutation", s.entered)
		down := s.shutdown(forever)
		e.expect("")
		p.expectClose(1001)
		s.post(t, "{ whoami }").expect(t, 503, models.CodeUnavailable)
		close(s.release)
		if r := await(t, "the answer", answer); r.Data["hold"] != "released" {
			t.Errorf("got %d %s", r.status, r.body)
		}
		if err := await(t, "the shutdown", down); err != nil {
			t.Error(err)
		}
	})
}

// TestHTTP2PeerIsGone: a peer that does not answer the connection's pings is given up, long before a write is.
func TestHTTP2PeerIsGone(t *testing.T) {
	t.Parallel()
	s := newSecureStage(t, func(o *web.Options) { o.KeepAlive, o.WriteTimeout = 500*time.Millisecond, 10*time.Minute })
	gone := make(chan struct{})
	s.counted(func(conn net.Conn) net.Conn { return deaf{conn, gone} })
	s.stream(t, "subscription { ticks }")
	await(t, "the subscription", s.entered)
	close(gone)
	await(t, "the end of the subscription", s.ended)
}
