package client_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/client"
)

// TestNew: a key that was read from a file ends with its line, and what can't be sent is told at once.
func TestNew(t *testing.T) {
	t.Parallel()
	sent := ""
	c := must(client.New("http://127.0.0.1:1", client.Options{APIKey: "ag_1\n", HTTPClient: &http.Client{Transport: roundTripper(
		func(r *http.Request) (*http.Response, error) {
			sent = r.Header.Get("Authorization")
			return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
		})}, Retries: -1}))(t)
	_, err := c.Viewer(t.Context())
	if err == nil || sent != "Bearer ag_1" {
		t.Errorf("sent %q", sent)
	}
	for _, o := range []client.Options{{APIKey: "ag_1\nag_2"}, {Principal: "agent:a\x00"}} {
		if _, err := client.New("http://127.0.0.1:1", o); err == nil || strings.Contains(err.Error(), "ag_1") {
			t.Errorf("%+v: %v", o, err)
		}
	}
	for _, address := range []string{"", "127.0.0.1:8080", "ftp://127.0.0.1", "http://"} {
		if _, err := client.New(address, client.Options{}); err == nil {
			t.Errorf("%q is an address", address)
		}
	}
}

func TestWholeSeconds(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]int{
		0: 0, 1: 1, time.Second: 1, 1500 * time.Millisecond: 2, -1: -1, -5 * time.Second: -5, -5500 * time.Millisecond: -6,
	} {
		if got := client.WholeSeconds(d); got != want {
			t.Errorf("%s is sent as %d seconds, not %d", d, got, want)
		}
	}
}
