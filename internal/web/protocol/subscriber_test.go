package protocol_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// patience is how long a test waits for what must come.
const patience = 20 * time.Second

// answer is a response to the subscription of a subscriber.
type answer struct {
	Data struct {
		Receipts struct {
			Cursor  string
			Receipt struct{ Seq int64 }
		}
	}
	Errors []struct{ Extensions struct{ Code string } }
}

// subscriber follows the ledger and reads only when it is asked to: next returns the next answer, false at the end.
type subscriber func() (answer, bool)

// transports are the ways to subscribe behind a cursor.
var transports = map[string]func(t *testing.T, url, after string) subscriber{
	"event stream": subscribeStream,
	"WebSocket":    subscribeSocket,
}

func subscription(after string) []byte {
	request, _ := json.Marshal(map[string]any{
		"query":     "subscription($after: String) { receipts(after: $after) { cursor receipt { seq body } } }",
		"variables": map[string]any{"after": after},
	})
	return request
}

func subscribeStream(t *testing.T, url, after string) subscriber {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(string(subscription(after))))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "text/event-stream")
	r.Header.Set("Content-Type", "application/json")
	client := &http.Client{Transport: &http.Transport{}}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close(); client.CloseIdleConnections() })
	lines := bufio.NewReader(resp.Body)
	return func() (answer, bool) {
		for {
			line, err := lines.ReadString('\n')
			if err != nil || line == "event: complete\n" {
				return answer{}, false
			}
			if data, ok := strings.CutPrefix(line, "data: "); ok {
				return parse(t, data), true
			}
		}
	}
}

func subscribeSocket(t *testing.T, url, after string) subscriber {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{}}
	ws, _, err := websocket.Dial(t.Context(), url, &websocket.DialOptions{
		HTTPClient: client, Subprotocols: []string{"graphql-transport-ws"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ws.CloseNow() })
	ws.SetReadLimit(-1)
	for _, message := range []string{`{"type":"connection_init"}`, `{"type":"subscribe","id":"1","payload":` + string(subscription(after)) + `}`} {
		if err := ws.Write(t.Context(), websocket.MessageText, []byte(message)); err != nil {
			t.Fatal(err)
		}
	}
	return func() (answer, bool) {
		for {
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			_, data, err := ws.Read(ctx)
			cancel()
			var message struct {
				Type    string
				Payload json.RawMessage
			}
			if err != nil || json.Unmarshal(data, &message) != nil || message.Type == "complete" {
				return answer{}, false
			}
			if message.Type == "next" {
				return parse(t, string(message.Payload)), true
			}
		}
	}
}

func parse(t *testing.T, text string) answer {
	t.Helper()
	var a answer
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		t.Errorf("%v: %.200s", err, text)
	}
	return a
}

// take reads receipts from seq on, each once and in order, until one has gone wrong or seq to has come; it returns the
// last cursor, and the code of an error.
func (next subscriber) take(t *testing.T, from, to int64) (cursor, code string) {
	t.Helper()
	for seq := from; seq <= to; seq++ {
		a, ok := next()
		switch {
		case !ok:
			t.Fatalf("the stream ended before receipt %d", seq)
		case len(a.Errors) > 0:
			return cursor, a.Errors[0].Extensions.Code
		case a.Data.Receipts.Receipt.Seq != seq:
			t.Fatalf("receipt %d came where %d was due", a.Data.Receipts.Receipt.Seq, seq)
		}
		cursor = a.Data.Receipts.Cursor
	}
	return cursor, ""
}
