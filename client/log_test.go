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
	"time"

	"github.com/asyncgate/asyncgate/client"
)

// TestLogOfRetries: the log says of each failed attempt which one it was and how long the pause is, and then that all is well again.
func TestLogOfRetries(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer func() *http.Response // it takes 20 s, as that to a claim may, which is no part of the trouble
		use    func(ctx context.Context, c *client.Client)
		says   []string
	}{
		"a call": {
			func() *http.Response {
				return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(`{"data":{"ledgerHead":"x"}}`))}
			},
			func(ctx context.Context, c *client.Client) { must(c.LedgerHead(ctx))(t) },
			[]string{
				`level=INFO msg="asyncgate: call failed; trying again" operation=ledgerHead attempt=1 pause=\d+ms error=".*no way.*"`,
				`level=INFO msg="asyncgate: call failed; trying again" operation=ledgerHead attempt=2 pause=\d+ms error=".*no way.*"`,
				`level=INFO msg="asyncgate: answered again" operation=ledgerHead attempts=3 after=\d+ms`,
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
						<-time.After(20 * time.Second)
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

// TestLogOfClaims: a worker's log says the same of its claims.
func TestLogOfClaims(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		s := &scripted{waits: 19 * time.Second, log: &log}
		failures := 2
		s.refuse = func(operation string) client.Code {
			if operation != "ClaimTasks" || failures == 0 {
				return ""
			}
			failures--
			return client.CodeInternal
		}
		ctx, cancel := context.WithCancel(t.Context())
		w := client.NewWorker(s.client(t), client.WorkerOptions{})
		w.Handle("x", func(context.Context, *client.Job) (client.Completion, error) {
			cancel()
			return client.Completion{}, nil
		})
		mustHave(t, w.Run(ctx), nil)
		for _, says := range []string{
			`level=WARN msg="asyncgate: claim failed; trying again" operation=claimTasks attempt=1 pause=\d+ms error=`,
			`level=WARN msg="asyncgate: claim failed; trying again" operation=claimTasks attempt=2 pause=\d+ms error=`,
			`level=INFO msg="asyncgate: answered again" operation=claimTasks attempts=3 after=\d+ms`,
		} {
			if !regexp.MustCompile(says).Match(log.Bytes()) {
				t.Errorf("it says\n%s\nwant %s", &log, says)
			}
		}
	})
}
