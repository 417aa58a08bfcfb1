package mcp_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/asyncgate/asyncgate/internal/mcp"
)

// TestBatch: over HTTP, batches are taken from those whose version of the protocol still had them.
func TestBatch(t *testing.T) {
	t.Parallel()
	handler := mcp.Handler(options(silent{}))
	for version, want := range map[string]int{
		"": http.StatusOK, "2025-03-26": http.StatusOK, "2025-06-18": http.StatusBadRequest, "2025-11-25": http.StatusBadRequest,
	} {
		body := `[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"method":"ping"}]`
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/mcp", strings.NewReader(body))
		r.Header = http.Header{"X-Principal": {"agent:a"}, "Content-Type": {"application/json"}, "Accept": {"application/json, text/event-stream"}}
		if version != "" {
			r.Header.Set("MCP-Protocol-Version", version)
		}
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, r)
		if text := answer.Body.String(); answer.Code != want || want == http.StatusOK && strings.Count(text, `"result"`) != 2 {
			t.Errorf("%q: %d %s", version, answer.Code, text)
		}
	}
}
