package web_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/internal/auth"
	"github.com/asyncgate/asyncgate/internal/web"
	"github.com/asyncgate/asyncgate/models"
)

// TestLimitedArePaced: who has asked too often gets 500 answers a second, on however many connections, after the first ten.
func TestLimitedArePaced(t *testing.T) {
	t.Parallel()
	s := newCounted(t, 1)
	s.post(t, "{ whoami }").expect(t, 200, "")
	const callers, each = 10, 12
	var running sync.WaitGroup
	began := time.Now()
	for range callers {
		running.Go(func() {
			for range each {
				response, err := s.client.Do(s.request(t, http.MethodPost, "/graphql", `{"query":"{ whoami }"}`))
				if err != nil {
					t.Error(err)
					return
				}
				response.Body.Close()
				if response.StatusCode != http.StatusTooManyRequests {
					t.Error(response.Status)
				}
			}
		})
	}
	running.Wait()
	if took, least := time.Since(began), (callers*each-10)*time.Second/500; took < least {
		t.Errorf("%d refusals took %s, want %s at least", callers*each, took, least)
	}
}

// announced is an Authenticator that tells of each caller.
type announced struct {
	auth.Authenticator
	callers chan struct{}
}

func (a announced) Authenticate(ctx context.Context, c auth.Credentials) (models.Viewer, error) {
	a.callers <- struct{}{}
	return a.Authenticator.Authenticate(ctx, c)
}

// TestLimitedWaitAlone: nobody waits beside those who have asked too often, and they no longer than they stay, or the server serves.
func TestLimitedWaitAlone(t *testing.T) {
	t.Parallel()
	callers := make(chan struct{}, 10)
	s := newCounted(t, 1, func(o *web.Options) { o.Auth = announced{o.Auth, callers} })
	s.web.HoldLimited()
	s.post(t, "{ whoami }").expect(t, 200, "")
	<-callers
	ask := func(ctx context.Context) <-chan int {
		status := make(chan int, 1)
		request := s.request(t, http.MethodPost, "/graphql", `{"query":"{ whoami }"}`).WithContext(ctx)
		go func() {
			defer close(status)
			if response, err := s.client.Do(request); err == nil {
				response.Body.Close()
				status <- response.StatusCode
			}
		}()
		<-callers
		return status
	}
	ctx, leave := context.WithCancel(t.Context())
	left, waiting := ask(ctx), ask(t.Context())
	s.post(t, "{ whoami }", "X-Principal", "agent:another").expect(t, 200, "")
	leave()
	if status, answered := <-left; answered {
		t.Errorf("who has left is answered with %d", status)
	}
	select {
	case status := <-waiting:
		t.Errorf("who has asked too often is answered at once, with %d", status)
	default:
	}
	s.drain()
	if status := <-waiting; status != http.StatusTooManyRequests {
		t.Errorf("when the server drains, who waits is answered with %d", status)
	}
}
