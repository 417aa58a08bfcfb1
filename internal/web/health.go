package web

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/asyncgate/asyncgate/models"
)

// readyTimeout bounds the question whether the server is ready: who asks must hear before its own patience ends.
const readyTimeout = 5 * time.Second

func (s *Server) serveHealth(w http.ResponseWriter, _ *http.Request) {
	writeText(w, http.StatusOK, "ok")
}

func (s *Server) serveReady(w http.ResponseWriter, r *http.Request) {
	if s.draining() {
		writeText(w, http.StatusServiceUnavailable, "draining: the server is shutting down")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
	defer cancel()
	if err := s.opt.Ready(ctx); err != nil {
		writeText(w, http.StatusServiceUnavailable, "not ready: "+models.MessageOf(err))
		return
	}
	writeText(w, http.StatusOK, "ready")
}

func writeText(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	io.WriteString(w, text+"\n")
}
