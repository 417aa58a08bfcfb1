package web_test

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/asyncgate/asyncgate/internal/web"
	"github.com/asyncgate/asyncgate/models"
)

func prefixes(texts ...string) []netip.Prefix {
	var networks []netip.Prefix
	for _, text := range texts {
		networks = append(networks, netip.MustParsePrefix(text))
	}
	return networks
}

var trusted = prefixes("10.0.0.0/8", "192.0.2.1/32", "2001:db8:ffff::/48", "::1/128")

func TestClient(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		remote    string
		forwarded []string
		want      string
	}{
		"nobody between":                          {"203.0.113.1:1234", nil, "203.0.113.1"},
		"nobody between, over IPv6":               {"[2001:db8:1:2:3:4:5:6]:1234", nil, "2001:db8:1:2::/64"},
		"the same /64":                            {"[2001:db8:1:2::7]:1", nil, "2001:db8:1:2::/64"},
		"another /64":                             {"[2001:db8:1:3::7]:1", nil, "2001:db8:1:3::/64"},
		"IPv4 as IPv6":                            {"[::ffff:203.0.113.1]:1234", nil, "203.0.113.1"},
		"a zone":                                  {"[fe80::1%eth0]:1234", nil, "fe80::/64"},
		"a peer that is not trusted lies":         {"203.0.113.1:1234", []string{"198.51.100.1"}, "203.0.113.1"},
		"one proxy":                               {"10.0.0.1:1234", []string{"203.0.113.7"}, "203.0.113.7"},
		"one proxy, over IPv6":                    {"[2001:db8:ffff::1]:1234", []string{"2001:db8:1:2:3::"}, "2001:db8:1:2::/64"},
		"one proxy as IPv6":                       {"[::ffff:10.0.0.1]:1234", []string{"203.0.113.7"}, "203.0.113.7"},
		"one proxy that is silent":                {"10.0.0.1:1234", nil, "10.0.0.1"},
		"one proxy that says nothing":             {"10.0.0.1:1234", []string{" , ,"}, "10.0.0.1"},
		"two proxies":                             {"10.0.0.1:1234", []string{"203.0.113.7, 192.0.2.1"}, "203.0.113.7"},
		"two proxies on two lines":                {"10.0.0.1:1234", []string{"203.0.113.7", "192.0.2.1"}, "203.0.113.7"},
		"the left-most lies":                      {"10.0.0.1:1234", []string{"198.51.100.1, 203.0.113.7"}, "203.0.113.7"},
		"the left-most lies on its own line":      {"10.0.0.1:1234", []string{"198.51.100.1", "203.0.113.7"}, "203.0.113.7"},
		"the left-most claims to be a proxy":      {"10.0.0.1:1234", []string{"10.0.0.2, 203.0.113.7, 10.0.0.3"}, "203.0.113.7"},
		"who comes from within":                   {"10.0.0.1:1234", []string{"10.0.0.9, 10.0.0.3"}, "10.0.0.9"},
		"with a port":                             {"10.0.0.1:1234", []string{"203.0.113.7:4711"}, "203.0.113.7"},
		"in brackets with a port":                 {"10.0.0.1:1234", []string{"[2001:db8:1:2::3]:4711"}, "2001:db8:1:2::/64"},
		"in brackets":                             {"10.0.0.1:1234", []string{"[2001:db8:1:2::3]"}, "2001:db8:1:2::/64"},
		"IPv4 as IPv6 by a proxy":                 {"10.0.0.1:1234", []string{"::ffff:203.0.113.7"}, "203.0.113.7"},
		"with a zone":                             {"10.0.0.1:1234", []string{"fe80::1%eth0"}, "fe80::/64"},
		"spaces, tabs and empty entries":          {"10.0.0.1:1234", []string{"203.0.113.7 ,\t, 10.0.0.3 , "}, "203.0.113.7"},
		"a word":                                  {"10.0.0.1:1234", []string{"203.0.113.7, unknown"}, "10.0.0.1"},
		"a word behind a proxy":                   {"10.0.0.1:1234", []string{"203.0.113.7, unknown, 192.0.2.1"}, "192.0.2.1"},
		"a word left of the client":               {"10.0.0.1:1234", []string{"unknown, 203.0.113.7"}, "203.0.113.7"},
		"a number that is no address":             {"10.0.0.1:1234", []string{"203.0.113.700"}, "10.0.0.1"},
		"a port that is none":                     {"10.0.0.1:1234", []string{"203.0.113.7:99999"}, "10.0.0.1"},
		"an address in octal":                     {"10.0.0.1:1234", []string{"0203.0.113.7"}, "10.0.0.1"},
		"a connection without an address":         {"@", []string{"203.0.113.7"}, "invalid IP"},
		"a header that is another's: X-Real-IP":   {"10.0.0.1:1234", nil, "10.0.0.1"},
		"a network beside the trusted one (11/8)": {"11.0.0.1:1234", []string{"203.0.113.7"}, "11.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &http.Request{RemoteAddr: tt.remote, Header: http.Header{"X-Forwarded-For": tt.forwarded, "X-Real-Ip": {"198.51.100.9"}}}
			if got := web.ClientOf(r, trusted...); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// FuzzClient: whatever a client writes into the header, what a trusted proxy appends decides, and an untrusted peer is itself.
func FuzzClient(f *testing.F) {
	for _, seed := range []string{"", "10.0.0.1", "203.0.113.7:80", "[::1]:", "a,b,,c", "::ffff:1.2.3.4%x", "[[", "10.0.0.1, 10.0.0.1", "\x00", "1.2.3.4]"} {
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, first, second string) {
		client := func(remote string, forwarded ...string) string {
			return web.ClientOf(&http.Request{RemoteAddr: remote, Header: http.Header{"X-Forwarded-For": forwarded}}, trusted...)
		}
		if got := client("203.0.113.1:1", first, second); got != "203.0.113.1" {
			t.Errorf("an untrusted peer is %s", got)
		}
		if got := client("10.0.0.1:1", first, second+",203.0.113.7"); got != "203.0.113.7" {
			t.Errorf("the client before the proxy is %s", got)
		}
		if got := client("10.0.0.1:1", first, second, "[2001:db8:1:2::3]:5, 192.0.2.1"); got != "2001:db8:1:2::/64" {
			t.Errorf("the client before two proxies is %s", got)
		}
		got := client("10.0.0.1:1", first, second)
		if _, err := netip.ParseAddr(got); err != nil {
			if p, err := netip.ParsePrefix(got); err != nil || p.Bits() != 64 || p != p.Masked() {
				t.Errorf("the client is %q", got)
			}
		}
		if got != client("10.0.0.1:1", first+","+second) {
			t.Error("lines are not one list")
		}
	})
}

// TestOwnOriginBehindProxy: a proxy that speaks HTTPS makes the server's own origin an https one, if it is trusted.
func TestOwnOriginBehindProxy(t *testing.T) {
	t.Parallel()
	behind := newStage(t, func(o *web.Options) { o.TrustedProxies = prefixes("127.0.0.1/32") })
	alone := newStage(t, func(o *web.Options) { o.TrustedProxies = trusted })
	for name, tt := range map[string]struct {
		s      *stage
		proto  []string
		scheme string
		status int
	}{
		"a trusted proxy":                 {behind, []string{"https"}, "https", 200},
		"in capitals":                     {behind, []string{"HTTPS"}, "https", 200},
		"the last of several":             {behind, []string{"http", "http, https"}, "https", 200},
		"by HTTPS, from an http page":     {behind, []string{"https"}, "http", 403},
		"by HTTP":                         {behind, []string{"http"}, "http", 200},
		"by HTTP, from an https page":     {behind, []string{"http"}, "https", 403},
		"by who knows what":               {behind, nil, "https", 403},
		"a peer that is not trusted lies": {alone, []string{"https"}, "https", 403},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			header := []string{"Origin", strings.Replace(tt.s.url, "http:", tt.scheme+":", 1)}
			for _, value := range tt.proto {
				header = slices.Concat(header, []string{"X-Forwarded-Proto", value})
			}
			code := models.Code("")
			if tt.status == 403 {
				code = models.CodeForbidden
			}
			tt.s.post(t, "{ whoami }", header...).expect(t, tt.status, code)
		})
	}
}
