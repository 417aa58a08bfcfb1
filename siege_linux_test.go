package main_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
)

// mostMemory is what a siege may cost the server, in bytes. It is built with the race detector; without, a siege costs a
// tenth: 50 MiB, and 80 MiB with TLS.
const mostMemory = 1 << 30

// TestSiege: who opens connections by the thousand and says little, or too much, costs little, and others are served. A
// stop does not wait for them.
func TestSiege(t *testing.T) {
	t.Parallel()
	t.Run("plain", func(t *testing.T) {
		t.Parallel()
		server := program.Serve(t, nil)
		c := newClient(t, server.URL)
		address := strings.TrimPrefix(server.URL, "http://")
		besiege(t, c, server.Memory, func() net.Conn { return dial(t, address) })
		began := time.Now()
		server.Signal(syscall.SIGTERM)
		if r := server.Wait(); r.Code != 0 || time.Since(began) > stopTime {
			t.Errorf("the server ended with %d after %s\n%s", r.Code, time.Since(began), r.Stderr)
		}
	})
	t.Run("TLS", func(t *testing.T) {
		t.Parallel()
		server := serveTLS(t)
		address := strings.TrimPrefix(server.URL, "https://")
		trusting := server.authority.TLS.Clone()
		trusting.ServerName = "localhost"
		besiege(t, server.client(t), server.Memory, func() net.Conn { return tls.Client(dial(t, address), trusting) })
	})
}

func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// besiege keeps half-open connections of all kinds and floods the server, while a good client is served.
func besiege(t *testing.T, c *client, memory func() int64, connect func() net.Conn) {
	t.Helper()
	serve := func() {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := c.create(ctx, map[string]any{"type": "work"}); err != nil {
			t.Error(err)
		}
	}
	for range 50 {
		serve()
	}
	before := memory()
	const sockets = 1000
	const post = "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 10000000\r\n"
	for i := range sockets {
		conn := connect()
		begun := []string{"", "GET /", post[:len(post)-10], post + "\r\n", post + "\r\n{\"query\":\""}[i%5]
		io.WriteString(conn, begun)
		if i%100 == 0 {
			serve()
		}
	}
	with := memory()
	t.Logf("%d half-open connections cost %d KiB", sockets, (with-before)>>10)

	answer := flood(t, connect())
	if answer.status != http.StatusRequestEntityTooLarge || !strings.Contains(answer.body, "PAYLOAD_TOO_LARGE") {
		t.Errorf("100 MB are answered with %+v", answer)
	}
	serve()
	after := memory()
	t.Logf("a body of 100 MB cost %d KiB", (after-with)>>10)
	if after-before > mostMemory {
		t.Errorf("the server has grown from %d to %d KiB", before>>10, after>>10)
	}
}

type floodAnswer struct {
	status int
	body   string
}

// flood sends a body of 100 MB whose size it does not say before.
func flood(t *testing.T, conn net.Conn) floodAnswer {
	t.Helper()
	go func() {
		io.WriteString(conn, "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
		chunk := "100000\r\n" + strings.Repeat(" ", 1<<20) + "\r\n"
		for range 100 {
			if _, err := io.WriteString(conn, chunk); err != nil {
				return // the server takes no more
			}
		}
	}()
	_ = conn.SetReadDeadline(time.Now().Add(time.Minute))
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return floodAnswer{response.StatusCode, string(body)}
}
