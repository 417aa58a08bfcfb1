package client_test

import (
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/client"
	"github.com/asyncgate/asyncgate/client/asyncgatetest"
)

// TestLeaseLastsItsLifetime: with the renewals that a server allows, a worker keeps a lease for all of its lifetime, whatever it
// was claimed for; and the lease of short work stays short.
func TestLeaseLastsItsLifetime(t *testing.T) {
	t.Parallel()
	for _, ttl := range []time.Duration{10 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute} {
		t.Run(ttl.String(), func(t *testing.T) {
			t.Parallel()
			ctx := within(t)
			server := asyncgatetest.Start(t)
			worker := server.Client("worker:w")
			limits := must(worker.Service(ctx))(t).Limits
			must(server.Client("agent:a").CreateTask(ctx, client.CreateTaskInput{Type: "x"}))(t)
			lease := must(worker.ClaimTasks(ctx, client.ClaimTasksInput{TTL: ttl}))(t)[0]
			const ahead = 5 * time.Hour // what the worker's clock is wrong by
			begun := server.Now().Add(ahead)
			k := client.NewTenure(lease, begun, limits)
			for {
				due, more := k.Due()
				if !more {
					break
				}
				server.Advance(due.Sub(server.Now().Add(ahead)))
				age := due.Sub(begun)
				extension := k.Extension(due)
				lease = must(worker.RenewLease(ctx, client.RenewLeaseInput{LeaseID: lease.ID, ExtendBy: extension}))(t)
				k.Renewed(lease, due, extension)
				t.Logf("at %s, renewed for %s, %d left", age, extension, lease.RenewalsRemaining)
				// The server cuts off what is finer than a microsecond.
				if got := lease.ExpiresAt.Add(ahead); k.Until().Sub(got).Abs() > time.Microsecond {
					t.Fatalf("at %s it believes to have the lease until %s, and has it until %s", age, k.Until(), got)
				}
				if left := k.Until().Sub(due); left > ttl+2*age+time.Second {
					t.Errorf("at %s, its death is noticed after %s", age, left)
				}
			}
			if got := lease.ExpiresAt.Sub(lease.AcquiredAt); got != limits.MaxLeaseLifetime {
				t.Errorf("it lasts for %s of %s", got, limits.MaxLeaseLifetime)
			}
			server.Advance(lease.ExpiresAt.Sub(server.Now()) - time.Second)
			if _, err := worker.StartTask(ctx, lease.ID); err != nil {
				t.Errorf("a second before its end: %v", err)
			}
		})
	}
}
