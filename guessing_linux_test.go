package main_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/asyncgate/asyncgate/internal/auth"
)

// guessedMemory is what 10,000 guesses may cost the server, in bytes. It is built with the race detector.
const guessedMemory = 256 << 20

// TestGuessingKeys: who guesses keys hears 60 times a minute that they are not valid, and then that these were too many, whatever
// he presents. A valid key from the same address passes all the while and pays for nothing, and the server keeps nothing of it.
func TestGuessingKeys(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		settings := []string{"ASYNCGATE_DATABASE_URL=" + url}
		server := program.Serve(t, append([]string{"ASYNCGATE_AUTH=keys", fmt.Sprintf("ASYNCGATE_RATE_LIMIT=%d-D", ownLimit)}, settings...))
		_, key := mustMakeKey(t, settings, "--scope", "task")
		good := &owner{client: newClient(t, server.URL).with(key)}
		for range 50 {
			good.call(t)
		}
		before := server.Memory()

		g := newGuesser(t, server.URL)
		for i := range 60 {
			g.guess(i)
		}
		if g.refused.Load() != 60 || g.limited.Load() != 0 {
			t.Errorf("of 60 guesses %d are answered 401 and %d 429", g.refused.Load(), g.limited.Load())
		}
		attack := make(chan struct{})
		go func() {
			defer close(attack)
			g.flood(10_000-60, g.guess)
			g.flood(300, g.guessOnSocket)
		}()
		t.Cleanup(func() { <-attack })
		for over := false; !over; {
			good.call(t)
			select {
			case <-attack:
				over = true
			default:
			}
		}
		g.expectLimited()
		t.Logf("%s for all guesses; %d calls of the good client meanwhile; the server has grown by %d KiB",
			time.Since(g.began).Round(time.Millisecond), good.calls, (server.Memory()-before)>>10)
		if after := server.Memory(); after-before > guessedMemory {
			t.Errorf("the server has grown from %d to %d KiB", before>>10, after>>10)
		}
		server.Stop()
		said := server.Wait().Stderr
		if lines := strings.Count(said, "\n"); lines > 30 {
			t.Errorf("the server has written %d lines into its log:\n%.4000s", lines, said)
		}
		expectNoViolations(t, url)
	})
}

// ownLimit is more requests than a test makes, in a period that is longer than any test.
const ownLimit = 1_000_000

// owner is a client with a key, who counts its calls as the server should.
type owner struct {
	*client
	calls int
}

// call creates a task, which must be done, and counted for the key: one, whatever others do.
func (o *owner) call(t *testing.T) {
	t.Helper()
	response, err := o.post(t.Context(), "application/json", "", `mutation { createTask(input: {type: "work"}) { created } }`, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	o.calls++
	left := strconv.Itoa(ownLimit - o.calls)
	if response.StatusCode != http.StatusOK || string(body) != `{"data":{"createTask":{"created":true}}}` || response.Header.Get("X-RateLimit-Remaining") != left {
		t.Fatalf("call %d of a valid key: %s %s, %v", o.calls, response.Status, body, response.Header)
	}
}

// guesser tries keys, on 32 connections at a time.
type guesser struct {
	t                *testing.T
	client           *client
	began            time.Time
	refused, limited atomic.Int64
}

const guessers = 32

func newGuesser(t *testing.T, url string) *guesser {
	t.Helper()
	c := newClient(t, url)
	c.http.Transport = &http.Transport{MaxIdleConnsPerHost: guessers}
	t.Cleanup(c.http.CloseIdleConnections)
	return &guesser{t: t, client: c, began: time.Now()}
}

// flood makes n guesses, or fewer when the test has failed.
func (g *guesser) flood(n int, guess func(int)) {
	var next atomic.Int64
	var running sync.WaitGroup
	for range guessers {
		running.Go(func() {
			for i := next.Add(1); i <= int64(n) && !g.t.Failed(); i = next.Add(1) {
				guess(int(i))
			}
		})
	}
	running.Wait()
}

// wrong is something else each time, half of it as a key must look.
func wrong(i int) string {
	secret, _ := auth.NewSecret()
	return []string{"Bearer " + secret, "Bearer ag_" + strconv.Itoa(i), "bearer  " + secret, "Basic YTpi", "", "Bearer " + secret}[i%6]
}

// guess makes a guess over HTTP.
func (g *guesser) guess(i int) {
	request, err := http.NewRequestWithContext(g.t.Context(), http.MethodPost, g.client.url+"/graphql", strings.NewReader(`{"query":"{ viewer { tenantId } }"}`))
	if err != nil {
		g.t.Error(err)
		return
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", []string{"application/json", "application/graphql-response+json", "text/event-stream"}[i%3])
	request.Header.Set("X-Principal", "agent:"+strconv.Itoa(i))
	if authorization := wrong(i); authorization != "" {
		request.Header.Set("Authorization", authorization)
	}
	response, err := g.client.http.Do(request)
	if err != nil {
		g.t.Error(err)
		return
	}
	defer response.Body.Close()
	var answer envelope
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || len(answer.Errors) != 1 {
		g.t.Errorf("%s: %v, %+v", response.Status, err, answer)
		return
	}
	_, _ = io.Copy(io.Discard, response.Body)
	code, header := answer.Errors[0].Extensions.Code, response.Header
	switch {
	case response.StatusCode == http.StatusUnauthorized && code == "UNAUTHENTICATED" && header.Get("WWW-Authenticate") != "" && header.Get("Retry-After") == "":
		g.refused.Add(1)
	case response.StatusCode == http.StatusTooManyRequests && code == "RATE_LIMITED" && soon(header.Get("Retry-After")) && header.Get("X-RateLimit-Remaining") == "0":
		g.limited.Add(1)
	default:
		g.t.Errorf("a guess is answered with %s, %s, %v", response.Status, code, header)
	}
}

// soon tells whether a Retry-After is within the minute for which failures are counted, rounded up.
func soon(seconds string) bool {
	n, err := strconv.Atoi(seconds)
	return err == nil && n >= 1 && n <= 61
}

// guessOnSocket makes a guess in a connection_init, or in the handshake before it.
func (g *guesser) guessOnSocket(i int) {
	options := &websocket.DialOptions{HTTPClient: g.client.http, HTTPHeader: http.Header{}, Subprotocols: []string{"graphql-transport-ws"}}
	init := `{}`
	if authorization := wrong(i); authorization != "" && i%2 == 0 {
		options.HTTPHeader.Set("Authorization", authorization)
	} else if authorization != "" {
		init = `{"Authorization":"` + authorization + `"}`
	}
	ctx, cancel := context.WithTimeout(g.t.Context(), time.Minute)
	defer cancel()
	ws, _, err := websocket.Dial(ctx, g.client.url+"/graphql", options)
	if err != nil {
		g.t.Error(err)
		return
	}
	s := &socketStream{ws}
	defer s.close()
	if err := s.send(ctx, socketMessage{Type: "connection_init", Payload: []byte(init)}); err != nil {
		g.t.Error(err)
		return
	}
	m, err := s.read(ctx)
	var closed websocket.CloseError
	if !errors.As(err, &closed) || closed.Code != 4401 {
		g.t.Errorf("a guess in connection_init is answered with %+v, %v", m, err)
		return
	}
	switch code, _, _ := strings.Cut(closed.Reason, ": "); code {
	case "UNAUTHENTICATED":
		g.refused.Add(1)
	case "RATE_LIMITED":
		g.limited.Add(1)
	default:
		g.t.Errorf("a guess in connection_init is answered with %s", closed.Reason)
	}
}

// expectLimited fails when more guesses were answered for what they are than 60 in each minute that has begun.
func (g *guesser) expectLimited() {
	g.t.Helper()
	minutes := int64(time.Since(g.began)/time.Minute) + 1
	refused, limited := g.refused.Load(), g.limited.Load()
	if refused < 60 || refused > 60*minutes || refused+limited != 10_300 {
		g.t.Errorf("in %d minutes %d guesses are answered 401 and %d 429", minutes, refused, limited)
	}
}
