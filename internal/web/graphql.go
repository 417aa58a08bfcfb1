package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/asyncgate/asyncgate/internal/auth"
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
	defer leave()
	if isUpgrade(r) {
		s.serveSocket(w, r)
	} else {
		s.serveRequest(w, r)
	}
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
	viewer, err := s.authenticate(r.Context(), r.Header, auth.Credentials{})
	if err != nil {
		s.refuse(w, r, 0, err)
		return
	}
	tally := tallyOf(r.Context())
	tally.identify(viewer)
	if err := tally.left(); err != nil {
		s.refuse(w, r, 0, err)
		return
	}
	// The credential counts as long as the request runs.
	watched, stop := s.opt.Auth.Watch(r.Context(), viewer)
	defer stop()
	r = r.WithContext(watched)
	params, err := s.readParams(w, r)
	if s.draining() {
		s.refuseDraining(w, r) // whether it has arrived or was cut off: it is new work
		return
	}
	if err != nil {
		status := http.StatusBadRequest
		if models.CodeOf(err) == models.CodePayloadTooLarge {
			status = http.StatusRequestEntityTooLarge
		}
		s.refuse(w, r, status, err)
		return
	}
	if gone := models.CauseOf(r.Context()); gone != nil {
		s.refuse(w, r, 0, gone)
		return
	}

	ctx := auth.WithViewer(graphql.StartOperationTrace(r.Context()), viewer)
	r = r.WithContext(ctx)
	op, errs := s.opt.Executor.CreateOperationContext(ctx, params)
	if err := tally.operation(ctx, op, errs); err != nil {
		s.refuse(w, r, 0, err)
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
	s.serveOperation(w, r, media, stream, op)
}

// serveOperation chooses the transport, now that the kind of operation is known.
func (s *Server) serveOperation(w http.ResponseWriter, r *http.Request, media string, stream bool, op *graphql.OperationContext) {
	kind := op.Operation.Operation
	switch {
	case r.Method == http.MethodGet && kind == ast.Mutation:
		w.Header().Set("Allow", "POST")
		s.refuse(w, r, http.StatusMethodNotAllowed, models.Errorf(models.CodeBadUserInput, "mutations need POST"))
	case kind == ast.Subscription && !stream:
		s.refuse(w, r, 0, models.Errorf(models.CodeBadUserInput,
			"a subscription needs Accept: %s, or a WebSocket with the subprotocol %s", mediaStream, subprotocol))
	case kind == ast.Subscription || media == mediaStream:
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
	s.run(ctx, op, nil, func(resp *graphql.Response) bool {
		s.write(w, r, media, statusOf(media, resp), resp)
		_ = http.NewResponseController(w).Flush() // Shutdown believes that a request that has left was answered
		return false
	})
}
