// An agent: delegates three reports and prints what becomes of each. Killed and started again, it goes on where it was.
package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log"
	"os"

	"github.com/asyncgate/asyncgate/client"
)

// memory is a place in the ledger, and what is not done behind it: titles by idempotency key. It is kept in a file.
type memory struct {
	Cursor  string            `json:"cursor"`
	Waiting map[string]string `json:"waiting"`
}

const file = "agent-go.json"

func (m memory) keep() { // as a whole, whenever the agent dies
	must(0, os.WriteFile(file+".new", must(json.Marshal(m)), 0o600))
	must(0, os.Rename(file+".new", file))
}

func main() {
	m, ctx, c := memory{}, context.Background(), must(client.FromEnvironment(client.Options{}))
	if text, err := os.ReadFile(file); err == nil {
		must(0, json.Unmarshal(text, &m))
	} else { // all results come after the ledger's head of now: nothing is delegated yet
		m.Waiting = map[string]string{rand.Text(): "Chapter 1", rand.Text(): "Chapter 2", rand.Text(): "Chapter 3"}
		m.Cursor = must(c.LedgerHead(ctx))
		m.keep()
	}
	for key, title := range m.Waiting { // a key that the server knows makes no second task
		payload := map[string]any{"title": title, "pages": 3}
		must(c.CreateTask(ctx, client.CreateTaskInput{Type: "example.report", Payload: payload, IdempotencyKey: key}))
	}
	for result, err := range c.SubscribeResultReady(ctx, client.ResultReadyInput{After: m.Cursor}) {
		task := must(result, err).Task
		if title := m.Waiting[task.IdempotencyKey]; title != "" { // else it is of another run
			fmt.Println(title, task.Outcome.Status, string(task.Outcome.Result))
		}
		if delete(m.Waiting, task.IdempotencyKey); len(m.Waiting) == 0 {
			break
		}
		m.Cursor = result.Cursor
		m.keep() // only now that the result is dealt with: dying before this brings it again, dying after it does not
	}
	must(0, os.Remove(file))
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}
