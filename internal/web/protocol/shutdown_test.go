package protocol_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/feed"
	"github.com/asyncgate/asyncgate/models"
)

// TestShutdownUnderLoad does what serve does at SIGTERM while clients create tasks, wait for work and follow the ledger.
func TestShutdownUnderLoad(t *testing.T) {
	t.Parallel()
	s := newStage(t, feed.Options{})
	f, other := s.front(t, nil), s.front(t, nil)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 20}}
	t.Cleanup(client.CloseIdleConnections)

	var clients sync.WaitGroup
	var created atomic.Int64
	busy := make(chan struct{}) // closed when there is load
	underLoad := sync.OnceFunc(func() { close(busy) })
	for range 8 {
		clients.Go(func() {
			for {
				status, body := post(t, client, f.url, `mutation { createTask(input: {type: "load"}) { created } }`)
				switch {
				case status == http.StatusOK && bytes.Contains(body, []byte(`"created":true`)):
					if created.Add(1) == 100 {
						underLoad()
					}
				case status == http.StatusServiceUnavailable && bytes.Contains(body, []byte(`"code":"UNAVAILABLE"`)):
					return
				case status == 0: // there was no connection to be had: nothing was sent, or it was not read
					return
				default:
					t.Errorf("createTask: %d %s", status, body)
					return
				}
			}
		})
	}
	for range 4 {
		clients.Go(func() {
			status, body := post(t, client, f.url, `mutation { claimTasks(input: {types: ["none"], waitSeconds: 30}) { leases { id } } }`)
			// Before the shutdown the wait has its end, after it there is none.
			if status != http.StatusServiceUnavailable && (status != http.StatusOK || !bytes.Contains(body, []byte(`"leases":[]`))) {
				t.Errorf("claimTasks: %d %s", status, body)
			}
		})
	}
	type end struct {
		cursor string
		err    error
	}
	ends := make(chan end, 2)
	for _, subscribe := range transports {
		next := subscribe(t, f.url, models.LedgerStart)
		clients.Go(func() {
			last := end{cursor: models.LedgerStart}
			for {
				a, ok := next()
				if !ok {
					break
				}
				if len(a.Errors) > 0 {
					last.err = fmt.Errorf("the stream said %v", a.Errors)
					break
				}
				last.cursor = a.Data.Receipts.Cursor
			}
			ends <- last
		})
	}

	await(t, "load", busy)
	f.drain()
	s.engine.StopWaiting()
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := f.web.Shutdown(ctx, f.server.Config); err != nil {
			t.Errorf("something had to be cut off: %v", err)
		}
	}()
	await(t, "the shutdown", stopped)
	done := make(chan struct{})
	go func() { defer close(done); clients.Wait() }()
	await(t, "the end of the clients", done)

	// Each task was answered for, and what the streams had not delivered is behind their last cursors.
	for range transports {
		last := <-ends
		seq, err := models.ParseLedgerCursor(uuid.Nil, last.cursor)
		if err != nil || last.err != nil {
			t.Fatal(err, last.err)
		}
		for _, subscribe := range transports {
			if _, code := subscribe(t, other.url, last.cursor).take(t, seq+1, created.Load()); code != "" {
				t.Errorf("the resumed stream ended with %s", code)
			}
		}
	}
	_, body := post(t, client, other.url, `{ ledgerHead }`)
	var answer struct{ Data struct{ LedgerHead string } }
	if err := json.Unmarshal(body, &answer); err != nil {
		t.Fatal(err)
	}
	if seq, err := models.ParseLedgerCursor(uuid.Nil, answer.Data.LedgerHead); err != nil || seq != created.Load() {
		t.Errorf("%d tasks were answered for, the ledger has %d receipts (%v)", created.Load(), seq, err)
	}
}

func await(t *testing.T, what string, gate <-chan struct{}) {
	t.Helper()
	select {
	case <-gate:
	case <-time.After(patience):
		t.Fatalf("%s did not happen", what)
	}
}

// post sends a document; status 0 is a connection that failed.
func post(t *testing.T, client *http.Client, url, query string) (status int, body []byte) {
	request, _ := json.Marshal(map[string]string{"query": query})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(request))
	if err != nil {
		t.Error(err)
		return 0, nil
	}
	r.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(r)
	if err != nil {
		return 0, nil
	}
	defer resp.Body.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(resp.Body); err != nil {
		t.Errorf("an answer broke off: %v", err)
	}
	return resp.StatusCode, b.Bytes()
}
