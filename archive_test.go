package main_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/internal/testkit"
)

// TestArchive: bodies move to files beside a server, which says so and goes on; what is in the files is proven.
func TestArchive(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		server := program.Serve(t, []string{"ASYNCGATE_DATABASE_URL=" + url})
		c := newClient(t, server.URL)
		if err := c.live(t.Context(), 3, `{"n": 1.0}`); err != nil {
			t.Fatal(err)
		}
		done := c.mustReadLedger(t)[0].Task.ID
		open := c.mustCreate(t, "open")
		dir := filepath.Join(t.TempDir(), "archive")
		archive := func(before string) string {
			t.Helper()
			r := program.Run(t, nil, "archive", "--database-url", url, "--before", before, "--to", dir)
			if r.Code != 0 {
				t.Errorf("archive: %+v", r)
			}
			return r.Stderr + r.Stdout
		}
		for before, want := range map[string]string{"2000-01-01T00:00:00+01:00": "^archived 0 tasks and 0 receipts in 0 files; .* 1999-12-31T23:00:00Z\n$", "1000h": "^archived 0 tasks "} {
			expectMatch(t, archive(before), want)
		}
		expectMatch(t, archive("0s"), "^"+regexp.QuoteMeta(dir)+`/00000000-0000-0000-0000-000000000000/000000000001-000000000012\.jsonl: 3 tasks and 12 receipts, [0-9]+ bytes
archived 3 tasks and 12 receipts in 1 file; `)
		expectMatch(t, archive("0s"), "^archived 0 tasks ")
		expectMatch(t, archive("2999-01-01"), "^2999-01-01T00:00:00Z is in the future: everything that has ended goes\narchived 0 tasks ")

		var got struct {
			Task, Open struct {
				Status     string
				Payload    any
				Outcome    *struct{ Status, CompletedAt, Result any }
				Obligation struct {
					Archived, IsOpen bool
					Body             map[string]any
					Terminator       *struct{ Archived bool }
				}
			}
		}
		c.must(t, "agent:planner", `query($done: ID!, $open: ID!) { task(id: $done) { ...all } open: task(id: $open) { ...all } }
			fragment all on Task { status payload outcome { status completedAt result } obligation { archived isOpen body terminator { archived } } }`,
			map[string]any{"done": done, "open": open}, &got)
		if got.Task.Payload != nil || got.Task.Outcome == nil || got.Task.Outcome.Status != "SUCCEEDED" || got.Task.Outcome.CompletedAt == nil ||
			got.Task.Outcome.Result != nil || !got.Task.Obligation.Archived || len(got.Task.Obligation.Body) > 0 || !got.Task.Obligation.Terminator.Archived {
			t.Errorf("an archived task is %+v", got.Task)
		}
		if got.Open.Obligation.Archived || got.Open.Obligation.Body["task_type"] != "open" || !got.Open.Obligation.IsOpen {
			t.Errorf("an open task is %+v", got.Open)
		}
		for i, r := range c.mustReadLedger(t) {
			if r.Seq != int64(i+1) {
				t.Errorf("receipt %d is at %d", r.Seq, i+1)
			}
		}

		verify := func() testkit.Result { return program.Run(t, nil, "verify", "--database-url", url, "--archive", dir) }
		r := verify()
		if r.Code != 0 || !strings.HasSuffix(r.Stdout, "\narchive: 1 file with 3 tasks and 12 receipts\nno violations\n") {
			t.Errorf("verify: %+v", r)
		}
		files, err := filepath.Glob(filepath.Join(dir, "*", "0*.jsonl"))
		if err != nil || len(files) != 1 {
			t.Fatal(files, err)
		}
		if err := os.Remove(files[0]); err != nil {
			t.Fatal(err)
		}
		if r := verify(); r.Code != 1 || !strings.HasSuffix(r.Stdout, "\n13 violations: 13 archive_missing\n") {
			t.Errorf("verify without the file: %+v", r)
		}
		expectRefusal(t, program.Run(t, nil, "verify", "--database-url", url, "--archive", dir+"-2"), 1, "no archive")
		expectRefusal(t, program.Run(t, nil, "archive", "--database-url", url, "--before", "0s", "--to", dir+"/a/b"), 1, "can't be made")
	})
}

func expectMatch(t *testing.T, text, pattern string) {
	t.Helper()
	if !regexp.MustCompile(pattern).MatchString(text) {
		t.Errorf("%s does not match %s", text, pattern)
	}
}

// live creates n tasks with a payload, claims and completes them.
func (c *client) live(ctx context.Context, n int, payload string) error {
	inputs := make([]map[string]any, n)
	for i := range inputs {
		inputs[i] = map[string]any{"type": "t", "payload": payload}
	}
	var ignored any
	err := c.do(ctx, "agent:planner", `mutation($inputs: [CreateTaskInput!]!) { createTasks(inputs: $inputs) { created } }`,
		map[string]any{"inputs": inputs}, &ignored)
	if err != nil {
		return err
	}
	leases, _, err := c.claim(ctx, "t", n, 0)
	if err != nil {
		return err
	}
	for i := range leases {
		inputs[i] = map[string]any{"leaseId": leases[i], "result": map[string]any{"lease": leases[i]}}
	}
	var got struct {
		CompleteTasks []struct{ Error *struct{ Message string } }
	}
	err = c.do(ctx, "worker:builder", `mutation($inputs: [CompleteTaskInput!]!) { completeTasks(inputs: $inputs) { error { message } } }`,
		map[string]any{"inputs": inputs[:len(leases)]}, &got)
	for _, one := range got.CompleteTasks {
		if one.Error != nil {
			err = errors.Join(err, errors.New(one.Error.Message))
		}
	}
	return err
}

// TestArchiveIsKilled: archivers that are killed beside a server under load lose nothing, and the next one completes their work.
func TestArchiveIsKilled(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		server := program.Serve(t, []string{"ASYNCGATE_DATABASE_URL=" + url})
		c := newClient(t, server.URL)
		const lives = 300
		ended := make(chan error, 1)
		go func() {
			var err error
			for i := 0; err == nil && i < lives; i += 30 {
				err = c.live(t.Context(), 30, "p")
			}
			ended <- err
		}()
		dir := filepath.Join(t.TempDir(), "archive")
		command := []string{"archive", "--database-url", url, "--before", "0s", "--to", dir}
		killed := 0
		// The first are killed at their start, the last at work.
		for limit := 200 * time.Millisecond; ; limit += limit / 3 {
			r := program.RunAtMost(t, limit, nil, command...)
			if r.Signal == syscall.SIGKILL {
				killed++
				continue
			}
			if r.Code != 0 {
				t.Errorf("archive: %+v", r)
			}
			break
		}
		if r := program.Run(t, nil, "verify", "--database-url", url, "--archive", dir); r.Code != 0 {
			t.Errorf("verify beside it all: %+v", r)
		}
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if r := program.Run(t, nil, command...); r.Code != 0 {
			t.Errorf("archive: %+v", r)
		}
		r := program.Run(t, nil, "verify", "--database-url", url, "--archive", dir)
		want := fmt.Sprintf("with %d tasks and %d receipts\nno violations\n", lives, 4*lives)
		if r.Code != 0 || !strings.HasSuffix(r.Stdout, want) || !strings.Contains(r.Stdout, fmt.Sprintf(": %d receipts (%d archived)", 4*lives, 4*lives)) {
			t.Errorf("verify: %+v", r)
		}
		if killed == 0 {
			t.Error("no run was killed")
		}
	})
}

// TestArchiveOnAFullDisk: what can't be written is told in one line and moves nothing; with room, the same command goes on.
func TestArchiveOnAFullDisk(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		server := program.Serve(t, []string{"ASYNCGATE_DATABASE_URL=" + url})
		if err := newClient(t, server.URL).live(t.Context(), 3, strings.Repeat("p", 50_000)); err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(t.TempDir(), "archive")
		command := []string{"archive", "--database-url", url, "--before", "0s", "--to", dir}
		expectRefusal(t, program.RunWithSmallFiles(t, 128, nil, command...), 1, "file too large")
		if left, err := filepath.Glob(filepath.Join(dir, "*", "*")); err != nil || len(left) > 0 {
			t.Errorf("left are %v, %v", left, err)
		}
		if r := program.Run(t, nil, "verify", "--database-url", url); r.Code != 0 || !strings.Contains(r.Stdout, "(0 archived)") {
			t.Errorf("verify: %+v", r)
		}
		expectMatch(t, program.Run(t, nil, command...).Stdout, "\narchived 3 tasks and 12 receipts in 1 file;")
	})
}
