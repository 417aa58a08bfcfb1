package client_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/client"
)

// scripted is a server inside a synctest bubble, as far as a worker sees one: it has one task, and its clock is another's.
type scripted struct {
	// ahead is what its clock is ahead of the worker's; way is how long each request, and each answer, is on its way.
	ahead, way time.Duration
	// waits is how long its first claim waits before it gives the task away.
	waits time.Duration
	// log, if any, is where the client's log goes.
	log io.Writer

	mu sync.Mutex
	// away is when requests are no longer answered: they end with their contexts.
	away     bool
	acquired time.Time
	expires  time.Time
	renewals int
	released bool
	// called counts the requests by operation; refuse may answer one with an error's code.
	called map[string]int
	refuse func(operation string) client.Code
}

const ttl, lifetime = 2 * time.Minute, 2 * time.Hour

func (s *scripted) client(t *testing.T) *client.Client {
	t.Helper()
	s.called = map[string]int{}
	return must(client.New("http://127.0.0.1:1", client.Options{
		HTTPClient: &http.Client{Transport: s}, Logger: slog.New(slog.NewTextHandler(cmp.Or(s.log, io.Discard), nil)),
	}))(t)
}

func (s *scripted) RoundTrip(r *http.Request) (*http.Response, error) {
	var request struct {
		OperationName string
		Variables     struct {
			Input struct{ ExtendBySeconds, WaitSeconds int }
		}
	}
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &request); err != nil {
		return nil, err
	}
	if bytes.Contains(text, []byte("subscription")) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	if err := s.pass(r); err != nil {
		return nil, err
	}
	answer := s.answer(r, request.OperationName, request.Variables.Input.WaitSeconds, request.Variables.Input.ExtendBySeconds)
	if err := s.pass(r); err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(answer)),
	}, nil
}

// pass takes the time of the way.
func (s *scripted) pass(r *http.Request) error { return s.wait(r, s.way) }

// wait takes time; for ever, when the server is away.
func (s *scripted) wait(r *http.Request, d time.Duration) error {
	s.mu.Lock()
	away := s.away
	s.mu.Unlock()
	arrived := time.After(d)
	if away {
		arrived = nil
	}
	select {
	case <-arrived:
		return nil
	case <-r.Context().Done():
		return r.Context().Err()
	}
}

func (s *scripted) answer(r *http.Request, operation string, wait, extend int) []byte {
	s.mu.Lock()
	s.called[operation]++
	given := !s.acquired.IsZero()
	refuse := s.refuse
	s.mu.Unlock()
	if refuse != nil {
		if code := refuse(operation); code != "" {
			return fmt.Appendf(nil, `{"errors": [{"message": "no", "extensions": {"code": %q, "retryable": false}}]}`, code)
		}
	}
	if operation == "ClaimTasks" {
		waits := time.Duration(wait) * time.Second
		if !given {
			waits = s.waits
		}
		if err := s.wait(r, waits); err != nil {
			return nil
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now().Add(s.ahead)
	leases := ""
	switch operation {
	case "ClaimTasks":
		if !given {
			s.acquired, s.expires = now, now.Add(ttl)
			leases = s.lease()
		}
	case "RenewLease":
		s.expires = now.Add(time.Duration(extend) * time.Second)
		s.renewals++
	case "ReleaseLease":
		s.released = true
	default:
	}
	return fmt.Appendf(nil, `{"data": {
		"service": {"limits": {"defaultLeaseTtlSeconds": %.0f, "maxLeaseTtlSeconds": 1800, "maxLeaseRenewals": 10, "maxLeaseLifetimeSeconds": %.0f}},
		"leases": {"nodes": [%s], "pageInfo": {"hasNextPage": false}}, "claimTasks": {"leases": [%s]}, "renewLease": {"lease": %s}, "startTask": {"task": %s}, "releaseLease": {"task": %s},
		"completeTask": {"task": %s, "receipt": {"id": %q}}, "failTask": {"task": %s, "receipt": {"id": %q}}
	}}`, ttl.Seconds(), lifetime.Seconds(), s.lease(), leases, s.lease(), task, task, task, uuid.Nil, task, uuid.Nil)
}

const task = `{"id": "7d444840-9dc0-11d1-b245-5ffdce74fad2", "type": "x"}`

func (s *scripted) lease() string {
	return fmt.Sprintf(`{"id": "7d444840-9dc0-11d1-b245-5ffdce74fad3", "task": %s, "acquiredAt": %q, "expiresAt": %q, "renewalsRemaining": %d}`,
		task, s.acquired.Format(time.RFC3339Nano), s.expires.Format(time.RFC3339Nano), 10-s.renewals)
}

// mustHave checks what an error was caused by; nil for none.
func mustHave(t *testing.T, err, cause error) {
	t.Helper()
	if !errors.Is(err, cause) {
		t.Errorf("got %v, want %v", err, cause)
	}
}
