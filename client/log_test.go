package client_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/asyncgate/asyncgate/client"
)

// TestLogOfRetries: the log says of each failed attempt which one it was and how long the pause is, and then that all is well again.
func TestLogOfRetries(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer func() *http.Response
		use    func(ctx context.Context, c *client.Client)
		says   []string
	}{
		"a call": {
			func() *http.Response {
				return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(`{"data":{"ledgerHead":"x"}}`))}
			},
			func(ctx context.Context, c *client.Client) { must(c.LedgerHead(ctx))(t) },
			[]string{
				`level=INFO msg="asyncgate: calling again" operation=ledgerHead attempt=1 pause=\d+ms error=".*no way.*"`,
				`level=INFO msg="asyncgate: calling again" operation=ledgerHead attempt=2 pause=\d+ms error=".*no way.*"`,
				`level=INFO msg="asyncgate: connected again" operation=ledgerHead attempts=3 after=\d+ms`,
			},
		},
		"a subscription": {
			func() *http.Response {
				return eventStream("event: next\ndata: {\"errors\":[{\"message\":\"no\"}]}\n\n")
			},
			func(ctx context.Context, c *client.Client) {
				for _, err := range c.SubscribeReceipts(ctx, client.ReceiptFilter{}, "x") {
					if err == nil {
						t.Error("there is an event")
					}
				}
			},
			[]string{
				`level=INFO msg="asyncgate: connecting again" subscription=receipts attempt=1 pause=\d+ms error=".*no way.*"`,
				`level=INFO msg="asyncgate: connecting again" subscription=receipts attempt=2 pause=\d+ms error=".*no way.*"`,
				`level=INFO msg="asyncgate: connected again" subscription=receipts attempts=3 after=\d+ms`,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var log bytes.Buffer
				failures := 2
				c := must(client.New("http://127.0.0.1:1", client.Options{
					Logger: slog.New(slog.NewTextHandler(&log, nil)),
					HTTPClient: &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
						if failures--; failures >= 0 {
							return nil, errors.New("no way")
						}
						return test.answer(), nil
					})},
				}))(t)
				test.use(t.Context(), c)
				lines := strings.Split(strings.TrimSpace(log.String()), "\n")
				for i, says := range test.says {
					if len(lines) != len(test.says) || !regexp.MustCompile(says).MatchString(lines[i]) {
						t.Fatalf("it says\n%s\nwant %s", &log, says)
					}
				}
			})
		})
	}
}
