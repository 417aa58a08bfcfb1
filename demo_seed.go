package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/seed"
)

// seed fills an empty tenant and says what there is to see.
func (p process) seed(ctx context.Context, as func(principal string) *demoClient) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	start := time.Now()
	say := func(line string) { _, _ = fmt.Fprintln(p.stdout, line) }
	s, err := seed.Fill(ctx, seedServer(as), say)
	if errors.Is(err, seed.ErrNotEmpty) {
		return fmt.Errorf("demo: %w, and only an empty one is filled; nothing was written. "+
			"Name another with --tenant on a server without keys, else use a key of another", err)
	}
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	say(filled(s, time.Since(start)))
	say(worthALook(strings.TrimSuffix(as("").url, "/graphql"), s))
	return nil
}

// seedServer lets the seed call a server as whom it likes.
type seedServer func(principal string) *demoClient

func (as seedServer) Do(ctx context.Context, principal, document string, variables map[string]any, into any) error {
	return as(principal).do(ctx, document, variables, into)
}

func (as seedServer) Follow(ctx context.Context, principal, document string, variables map[string]any) (func(context.Context, any) error, func(), error) {
	s, err := as(principal).subscribe(ctx, document, variables)
	if err != nil {
		return nil, nil, err
	}
	return s.next, s.close, nil
}

// filled says what the tenant holds now.
func filled(s seed.Summary, took time.Duration) string {
	lines := []string{fmt.Sprintf("Filled tenant %s in %.1f s: %d tasks that %d agents, people and services want done, with %d workers; %d receipts.",
		s.Tenant, took.Seconds(), s.Tasks, s.Owners, s.Workers, s.Receipts)}
	for _, status := range []string{"QUEUED", "LEASED", "RUNNING", "SUCCEEDED", "FAILED", "CANCELED"} {
		lines = append(lines, fmt.Sprintf("    %-9s %4d", strings.ToLower(status), s.Statuses[status]))
	}
	return strings.Join(lines, "\n")
}

// worthALook says where to look at it.
func worthALook(url string, s seed.Summary) string {
	type place struct{ path, what string }
	places := []place{
		{"obligations?principal=agent:planner", "what the planner is still owed"},
		{"graph?task=" + s.Root, fmt.Sprintf("a question of Maria's, and the %d tasks that grew out of it", s.Study-1)},
		{"tasks/" + s.Returned, "a fix that failed, was given back, and is being worked on"},
		{"tasks/" + s.Failed, "a retry that failed for good"},
		{"queue?type=invoice.extract", "invoices: read, waiting, unreadable, canceled"},
		{"ledger", "all that has happened"},
	}
	if s.Troubled != "" {
		places = append(places, place{"tasks/" + s.Troubled, "a task that no worker survives: the server calls it an anomaly"})
	}
	lines := []string{"Look at it:"}
	if s.Tenant != uuid.Nil.String() {
		lines = []string{"Look at it, with that tenant in the console (a click on who you are, at the end of the navigation, changes it):"}
	}
	for _, p := range places {
		lines = append(lines, "    "+url+"/#/"+p.path+"\n        "+p.what)
	}
	return strings.Join(lines, "\n")
}
