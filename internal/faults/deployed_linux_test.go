package faults_test

import (
	"net"
	"net/http"
	"strconv"
	"testing"
)

// TestClientsBehindTheProxy: who fails to authenticate is counted by its own address and not the proxy's, whatever it says of
// itself, and by both servers together. Linux has as many loopback addresses as this needs.
func TestClientsBehindTheProxy(t *testing.T) {
	t.Parallel()
	d := deploy(t)
	one, other := guesserFrom(t, "127.0.0.2"), guesserFrom(t, "127.0.0.3")
	first := one.left(t, d.proxy())
	for n := range 6 {
		if left := one.left(t, d.proxy()); left != first-1-n {
			t.Errorf("after %d failures %d are left, after the first there were %d", n+2, left, first)
		}
	}
	if left := other.left(t, d.proxy()); left != first {
		t.Errorf("another client has %d left after its first failure, and not %d", left, first)
	}
}

// guesser presents keys that are none.
type guesser struct{ http *http.Client }

// guesserFrom returns one with an address of its own.
func guesserFrom(t *testing.T, address string) guesser {
	t.Helper()
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}
	// A connection for each request, so that the proxy asks now this server and now that.
	return guesser{&http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: dialer.DialContext}}}
}

// left guesses once and returns how many failures the address has left.
func (g guesser) left(t *testing.T, url string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/graphql?query={__typename}", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer ag_none")
	request.Header.Set("X-Forwarded-For", "203.0.113.9")
	response, err := g.http.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	left, err := strconv.Atoi(response.Header.Get("X-RateLimit-Remaining"))
	if response.StatusCode != http.StatusUnauthorized || err != nil {
		t.Fatalf("%s, %v", response.Status, response.Header)
	}
	return left
}
