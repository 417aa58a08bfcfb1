package graph_test

import (
	"context"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/models"
)

// TestCredentialEnds: what waits under a credential that stops to count ends with UNAUTHENTICATED, and takes nothing.
func TestCredentialEnds(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *stage) {
		task := s.create(t)
		s.claim(t)
		for _, query := range []string{
			`mutation { claimTasks(input: {waitSeconds: 30}) { leases { id } } }`,
			`query { awaitTask(id: "` + task + `", timeoutSeconds: 30) { id } }`,
		} {
			ctx, end := context.WithCancelCause(s.context(t.Context()))
			timer := time.AfterFunc(time.Second, func() { end(models.Errorf(models.CodeUnauthenticated, "the key is gone")) })
			a := s.doIn(ctx, t, query, "")
			timer.Stop()
			if code := a.code(t); code != "UNAUTHENTICATED" || a.Errors[0].Message != "the key is gone" {
				t.Errorf("%s: %v", query, a.Errors)
			}
		}
		s.create(t)
		if leases := at(t, s.must(t, `mutation { claimTasks(input: {}) { leases { id } } }`, ""), "claimTasks.leases"); len(leases.([]any)) != 1 {
			t.Errorf("a claim that was over has taken the task: %v", leases)
		}
	})
}

// TestCredentialSuffices: service and viewer need a credential and no scope of it.
func TestCredentialSuffices(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *stage) {
		for _, scope := range []models.Scope{models.ScopeRead, models.ScopeTask, models.ScopeLease, models.ScopeAdmin} {
			s := s.as(viewer("any", scope))
			if got := text(t, s.must(t, `{ service { version } viewer { principal { id } scopes } }`, ""), "viewer.principal.id"); got != "any" {
				t.Errorf("got %s", got)
			}
		}
		s = s.as(viewer("any", models.ScopeLease))
		for _, refused := range []string{`{ ledgerHead }`, `mutation { createTask(input: {type: "t"}) { created } }`} {
			if code := s.do(t, refused, "").code(t); code != "FORBIDDEN" {
				t.Errorf("%s: %s", refused, code)
			}
		}
	})
}
