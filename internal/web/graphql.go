package web

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/asyncgate/asyncgate/models"
)

// serveGraphQL is the one endpoint: it checks the request, finds its operation and hands it to the transport that the
// client asked for.
func (s *Server) serveGraphQL(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet, http.MethodPost:
	case http.MethodOptions:
		w.Header().Set("Allow", "GET, POST, OPTIONS")
		w.WriteHeader(http.StatusNoContent)
		return
	default:
		w.Header().Set("Allow", "GET, POST, OPTIONS")
		s.refuse(w, r, http.StatusMethodNotAllowed, models.Errorf(models.CodeBadUserInput, "/graphql takes POST and GET"))
		return
	}
	leave, ok := s.enter()
	if !ok {
		s.refuseDraining(w, r)
		return
	}
	if isUpgrade(r) {
		s.serveSocket(w, r, leave)
		return
	}
	defer leave()
	s.serveRequest(w, r)
}

func isUpgrade(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

// serveRequest answers over HTTP: one response, or an event stream.
func (s *Server) serveRequest(w http.ResponseWriter, r *http.Request) {
	media, stream := negotiate(r.Header)
	if media == "" {
		s.refuse(w, r, http.StatusNotAcceptable, models.Errorf(models.CodeBadUserInput,
			"Accept names nothing that is served here: %s, %s, %s", mediaJSON, mediaResponse, mediaStream))
		return
	}
	if r.Method == http.MethodPost && !isJSON(r.Header) {
		s.refuse(w, r, http.StatusUnsupportedMediaType, models.Errorf(models.CodeBadUserInput,
			"send the request as Content-Type: %s, in UTF-8 and uncompressed", mediaJSON))
		return
	}
	r, stop, err := s.identify(r)
	if err != nil {
		s.refuse(w, r, 0, err)
		return
	}
	defer stop()
	params, leave, err := s.readParams(w, r)
	defer leave()
	if s.draining() {
		s.refuseDraining(w, r) // whether it has arrived or was cut off: it is new work
		return
	}
	if gone := models.CauseOf(r.Context()); gone != nil {
		s.refuse(w, r, 0, gone)
		return
	}
	if err != nil {
		s.refuse(w, r, statusOfParams(err), err)
		return
	}

	ctx := graphql.StartOperationTrace(r.Context())
	op, errs := s.opt.Executor.CreateOperationContext(ctx, params)
	if err := tallyOf(ctx).operation(ctx, op, errs); err != nil {
		s.refuse(w, r, 0, err)
		return
	}
	if r.Method == http.MethodGet && isMutation(op) {
		w.Header().Set("Allow", "POST")
		s.refuse(w, r, http.StatusMethodNotAllowed, models.Errorf(models.CodeBadUserInput, "mutations need POST"))
		return
	}
	if len(errs) > 0 {
		resp := s.opt.Executor.DispatchError(graphql.WithOperationContext(ctx, op), errs)
		if media == mediaStream {
			s.streamOne(w, r, resp)
		} else {
			s.write(w, r, media, statusOf(media, resp), resp)
		}
		return
	}
	if op.Operation.Operation == ast.Subscription {
		leave() // it lasts, and what was large about it has been read
	}
	s.serveOperation(w, r, media, stream, op)
}

// statusOfParams is the HTTP status of a request that can't be read.
func statusOfParams(err error) int {
	switch code := models.CodeOf(err); {
	case code == models.CodePayloadTooLarge:
		return http.StatusRequestEntityTooLarge
	case errors.Is(err, errLate):
		return http.StatusRequestTimeout
	case code == models.CodeUnavailable:
		return http.StatusServiceUnavailable
	default:
		return http.StatusBadRequest
	}
}

// isMutation tells of a mutation, also of one that is refused.
func isMutation(op *graphql.OperationContext) bool {
	return op.Operation != nil && op.Operation.Operation == ast.Mutation
}

// serveOperation chooses the transport, now that the kind of operation is known.
func (s *Server) serveOperation(w http.ResponseWriter, r *http.Request, media string, stream bool, op *graphql.OperationContext) {
	kind := op.Operation.Operation
	switch {
	case kind == ast.Subscription && !stream:
		s.refuse(w, r, 0, models.Errorf(models.CodeBadUserInput,
			"a subscription needs Accept: %s, or a WebSocket with the subprotocol %s", mediaStream, subprotocol))
	case kind == ast.Subscription:
		s.serveSubscription(w, r, op)
	case media == mediaStream:
		s.serveStream(w, r, op)
	case isIncremental(op):
		s.refuse(w, r, 0, models.Errorf(models.CodeBadUserInput,
			"@defer needs Accept: %s, or a WebSocket with the subprotocol %s", mediaStream, subprotocol))
	default:
		s.serveSingle(w, r, media, op)
	}
}

// serveSingle answers a query or mutation with its one response; one that is cut off at the end of a shutdown too.
func (s *Server) serveSingle(w http.ResponseWriter, r *http.Request, media string, op *graphql.OperationContext) {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(s.killed, cancel)()
	s.run(ctx, op, func(resp *graphql.Response) bool {
		s.write(w, r, media, statusOf(media, resp), resp)
		_ = http.NewResponseController(w).Flush() // Shutdown believes that a request that has left was answered
		return false
	})
}
