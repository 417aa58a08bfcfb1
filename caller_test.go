package main

import (
	"strings"
	"testing"
)

// TestCaller: a flag counts before a variable, and that before the settings of a server beside it.
func TestCaller(t *testing.T) {
	t.Parallel()
	const tenant = "7d444840-9dc0-11d1-b245-5ffdce74fad2"
	for _, test := range []struct {
		args, environ []string
		want          caller
	}{
		{nil, nil, caller{url: "http://127.0.0.1:8080"}},
		{nil, []string{"ASYNCGATE_ADDR=127.0.0.1:1", "ASYNCGATE_TLS_CERT=c"}, caller{url: "https://127.0.0.1:1"}},
		{nil, []string{"ASYNCGATE_ADDR=bad", "ASYNCGATE_URL=https://x", "ASYNCGATE_API_KEY=k", "ASYNCGATE_TENANT=" + tenant}, caller{url: "https://x", key: "k", tenant: tenant}},
		{nil, []string{"ASYNCGATE_PRINCIPAL=worker:w", "ASYNCGATE_URL=[::1]:1"}, caller{url: "http://[::1]:1", principal: "worker:w"}},
		{[]string{"--url", "y:1", "--tenant", tenant}, []string{"ASYNCGATE_URL=https://x", "ASYNCGATE_TENANT=bad"}, caller{url: "http://y:1", tenant: tenant}},
	} {
		p := process{environ: test.environ}
		f := newFlags("x")
		c := p.callerFlags(f)
		if _, err := p.parse(f, "", test.args); err != nil {
			t.Fatal(err)
		}
		if err := c.complete(p); err != nil || *c != test.want {
			t.Errorf("%q with %q: %+v, %v", test.args, test.environ, *c, err)
		}
	}
	for _, environ := range []string{
		"ASYNCGATE_TENANT=mine", "ASYNCGATE_ADDR=8080", "ASYNCGATE_URL=foo", "ASYNCGATE_URL=http://", "ASYNCGATE_PRINCIPAL=planner", "ASYNCGATE_PRINCIPAL=robot:r",
	} {
		name, _, _ := strings.Cut(environ, "=")
		if err := new(caller).complete(process{environ: []string{environ}}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", environ, err)
		}
	}
}
