package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/asyncgate/asyncgate/models"
)

// write sends a response as a whole.
func (s *Server) write(w http.ResponseWriter, r *http.Request, media string, status int, resp *graphql.Response) {
	body, err := encode(resp)
	if err != nil {
		status = http.StatusInternalServerError
		body, _ = encode(s.problem(r.Context(), err))
	}
	s.allowWriting(w, len(body))
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="asyncgate"`)
	}
	w.Header().Set("Content-Type", media+"; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write(body) // a peer that is gone has no use for an error
}

// slowestReader is how much of a long answer a peer must take, in bytes for each second beyond WriteTimeout.
const slowestReader = 128 << 10

// allowWriting gives the next write, of so many bytes, its time. Writers without deadlines (tests) do without.
func (s *Server) allowWriting(w http.ResponseWriter, size int) {
	long := time.Duration(size) * time.Second / slowestReader
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(s.opt.WriteTimeout + long))
}

// refuse answers with one error and the given status; 0 takes the status that the error's code has. It is RATE_LIMITED
// instead when the caller has been refused too often; that takes its time, see pace.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, status int, err error) {
	if limited := tallyOf(r.Context()).refusal(r.Context(), err); limited != nil {
		status, err = 0, limited
	}
	s.pace(r.Context(), err)
	accepted, _ := negotiate(r.Header)
	media := mediaJSON
	if accepted == mediaResponse {
		media = mediaResponse
	}
	resp := s.problem(r.Context(), err)
	if status == 0 {
		status = statusOf(media, resp)
		if accepted == mediaStream && status == http.StatusOK {
			status = http.StatusBadRequest // 200 would say that a stream follows
		}
	}
	s.write(w, r, media, status, resp)
}

// refuseDraining answers what must go to another replica, or be repeated when this one is back.
func (s *Server) refuseDraining(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Connection", "close")
	s.opt.Observer.Refused(RefusedDraining)
	s.refuse(w, r, http.StatusServiceUnavailable, errDraining())
}

// envelope is graphql.Response as the specification wants it: no data entry when nothing was executed.
type envelope struct {
	Errors     gqlerror.List   `json:"errors,omitempty"`
	Data       json.RawMessage `json:"data,omitempty"`
	Label      string          `json:"label,omitempty"`
	Path       ast.Path        `json:"path,omitempty"`
	HasNext    *bool           `json:"hasNext,omitempty"`
	Extensions map[string]any  `json:"extensions,omitempty"`
}

// encode writes a response on one line, which the framing of event streams needs.
func encode(resp *graphql.Response) ([]byte, error) {
	if isWritten(resp) {
		const before, after = `{"data":`, `}`
		body := append(make([]byte, 0, len(before)+len(resp.Data)+len(after)), before...)
		return append(append(body, resp.Data...), after...), nil
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(envelope(*resp)); err != nil {
		return nil, fmt.Errorf("encoding a response: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// isWritten tells whether a response is nothing but data, as most are, which the executor has written as encode would.
func isWritten(resp *graphql.Response) bool {
	return executed(resp) && len(resp.Errors) == 0 && len(resp.Extensions) == 0 && resp.Label == "" && len(resp.Path) == 0 && resp.HasNext == nil &&
		bytes.IndexByte(resp.Data, '\n') < 0 && json.Valid(resp.Data)
}

// executed tells whether execution began: only then a response has data, be it null.
func executed(resp *graphql.Response) bool { return len(resp.Data) > 0 }

// empty tells whether nothing came of a response: it has no data, or only nulls.
func empty(resp *graphql.Response) bool {
	if !executed(resp) {
		return true
	}
	var roots map[string]json.RawMessage // nil for null
	if json.Unmarshal(resp.Data, &roots) != nil {
		return false
	}
	for _, value := range roots {
		if string(value) != "null" {
			return false
		}
	}
	return true
}

// statusOf returns the HTTP status of a response. What was executed is a success, be its data partial or null, unless
// nothing came of it because the server can't work now, or the credential stopped to count meanwhile: proxies and clients
// shall see that. What was not is a failure of its errors' kind.
func statusOf(media string, resp *graphql.Response) int {
	code := commonCode(resp.Errors)
	switch {
	case code == models.CodeUnavailable && empty(resp):
		return http.StatusServiceUnavailable
	case code == models.CodeUnauthenticated && empty(resp):
		return http.StatusUnauthorized
	case executed(resp):
		return http.StatusOK
	case code == models.CodeRateLimited:
		return http.StatusTooManyRequests
	case code == models.CodeInternal:
		return http.StatusInternalServerError
	case media == mediaResponse:
		return http.StatusBadRequest
	default:
		return http.StatusOK
	}
}

// commonCode returns the code that all errors have, "" when they differ or there are none.
func commonCode(errs gqlerror.List) models.Code {
	var common string
	for i, err := range errs {
		code, _ := err.Extensions["code"].(string)
		if i > 0 && code != common {
			return ""
		}
		common = code
	}
	return models.Code(common)
}
