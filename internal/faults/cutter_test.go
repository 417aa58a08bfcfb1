package faults_test

import (
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// cutter has relays that cut connections in the middle of whatever travels: each after so many bytes as a random number says,
// until it has cut often enough. Then it lets everything pass.
type cutter struct {
	wanted int64
	made   atomic.Int64

	mu     sync.Mutex
	random *rand.Rand
}

// cut says after how many bytes from the client, and from the server, a connection is cut; negative is never.
type cut struct {
	up, down int64
	reset    bool
}

// The bytes in which cuts fall: of a request, most of it headers, and of an answer, the first few events.
const (
	upBytes   = 600
	downBytes = 900
)

// before starts a relay before the server at a URL and returns where it is.
func (c *cutter) before(t *testing.T, url string) address {
	t.Helper()
	r := startRelay(t, strings.TrimPrefix(url, "http://"), c.carry)
	return at("http://" + r.address())
}

// done tells whether it has cut often enough; it cuts no more then.
func (c *cutter) done() bool { return c.made.Load() >= c.wanted }

// next draws where the next connection is cut: in the stream, some already in the request for it.
func (c *cutter) next() cut {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := cut{up: -1, down: c.random.Int64N(downBytes), reset: c.random.IntN(2) == 0}
	if c.random.IntN(8) == 0 {
		k.up = c.random.Int64N(upBytes)
	}
	return k
}

func (c *cutter) carry(client, server *net.TCPConn) {
	k := cut{up: -1, down: -1}
	if !c.done() {
		k = c.next()
	}
	var once sync.Once
	pass := func(to, from *net.TCPConn, limit int64) {
		reached := passBytes(to, from, limit)
		once.Do(func() {
			if reached {
				c.made.Add(1)
			}
			hangUp(client, reached && k.reset)
			hangUp(server, false)
		})
	}
	var group sync.WaitGroup
	group.Go(func() { pass(server, client, k.up) })
	group.Go(func() { pass(client, server, k.down) })
	group.Wait()
}

// passBytes passes bytes until an end is closed, or as many as limit, then it returns true.
func passBytes(to, from *net.TCPConn, limit int64) bool {
	if limit < 0 {
		_, _ = io.Copy(to, from) // either end may close at any time
		return false
	}
	n, err := io.CopyN(to, from, limit)
	return n == limit && (err == nil || errors.Is(err, io.EOF))
}
