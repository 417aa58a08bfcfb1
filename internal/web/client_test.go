package web_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/models"
)

// reply is a response as a client sees it.
type reply struct {
	status int
	header http.Header
	body   string
	Data   map[string]any `json:"data"`
	Errors []struct {
		Message    string         `json:"message"`
		Extensions map[string]any `json:"extensions"`
	} `json:"errors"`
}

// code returns the code of the only error, "" when there is none.
func (r reply) code() string {
	if len(r.Errors) == 0 {
		return ""
	}
	code, _ := r.Errors[0].Extensions["code"].(string)
	return code
}

// request makes a request; header holds name, value, name, value, …
func (s *stage) request(t *testing.T, method, path, body string, header ...string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		switch {
		case header[i] == "Host":
			r.Host = header[i+1]
		case header[i+1] == "":
			r.Header.Del(header[i])
		default:
			r.Header.Add(header[i], header[i+1])
		}
	}
	return r
}

func (s *stage) do(t *testing.T, method, path, body string, header ...string) reply {
	t.Helper()
	resp, err := s.client.Do(s.request(t, method, path, body, header...))
	if err != nil {
		t.Fatal(err)
	}
	return readReply(t, resp)
}

func readReply(t *testing.T, resp *http.Response) reply {
	t.Helper()
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	r := reply{status: resp.StatusCode, header: resp.Header, body: string(content)}
	if strings.Contains(resp.Header.Get("Content-Type"), "json") {
		if err := json.Unmarshal(content, &r); err != nil {
			t.Fatalf("%v: %s", err, content)
		}
		for _, e := range r.Errors {
			id, _ := e.Extensions["traceId"].(string)
			_, retryable := e.Extensions["retryable"].(bool)
			if len(id) != 32 || !retryable || e.Extensions["code"] == nil {
				t.Errorf("an error lacks its extensions: %s", content)
			}
		}
	}
	return r
}

// post sends a document.
func (s *stage) post(t *testing.T, query string, header ...string) reply {
	t.Helper()
	body, _ := json.Marshal(map[string]any{"query": query})
	return s.do(t, http.MethodPost, "/graphql", string(body), header...)
}

// expect fails unless the reply has status and code.
func (r reply) expect(t *testing.T, status int, code models.Code) {
	t.Helper()
	if r.status != status || r.code() != string(code) {
		t.Fatalf("got %d %q, want %d %q: %s", r.status, r.code(), status, code, r.body)
	}
}

// await waits for a gate; a test never waits longer than a few seconds for what must come.
func await[T any](t *testing.T, what string, gate <-chan T) T {
	t.Helper()
	select {
	case v := <-gate:
		return v
	case <-time.After(10 * time.Second):
		t.Fatalf("%s did not happen", what)
		panic("unreachable")
	}
}

type logBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
