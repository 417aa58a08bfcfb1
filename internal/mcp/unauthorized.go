package mcp

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/asyncgate/asyncgate/client"
)

// challenge answers 401 in the way that makes a host ask its user for a key.
func challenge(w http.ResponseWriter, why string) {
	w.Header().Set("WWW-Authenticate", `Bearer realm="asyncgate"`)
	http.Error(w, why, http.StatusUnauthorized)
}

// demandCredential refuses who says nothing of himself. In development the header X-Principal suffices, as it does for the API.
// Whether what is said is true, the API decides: a request whose credential it has refused is answered 401 as well.
func demandCredential(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if bearer(r.Header.Get("Authorization")) == "" && r.Header.Get("X-Principal") == "" {
			challenge(w, "send an API key as Authorization: Bearer ag_…; in development X-Principal: agent:NAME suffices")
			return
		}
		v := &verdict{}
		next.ServeHTTP(&judged{ResponseWriter: w, verdict: v}, r.WithContext(context.WithValue(r.Context(), verdictKey{}, v)))
	})
}

// verdict is the API's refusal of a request's credential, once there is one.
type verdict struct{ atomic.Pointer[client.Error] }

type verdictKey struct{}

// judge notes an error of the API. Over stdio there is no other way to tell it than the call's answer.
func judge(ctx context.Context, err error) {
	v, ok := ctx.Value(verdictKey{}).(*verdict)
	if refused := new(client.Error); ok && errors.As(err, &refused) && refused.Code == client.CodeUnauthenticated {
		v.Store(refused)
	}
}

// judged is a response that becomes 401 when the credential has been refused before its first byte.
type judged struct {
	http.ResponseWriter
	verdict        *verdict
	begun, refused bool
}

// WriteHeader begins the response.
func (w *judged) WriteHeader(status int) {
	if w.begun {
		return
	}
	w.begun = true
	if e := w.verdict.Load(); e != nil {
		w.refused = true
		challenge(w.ResponseWriter, e.Message+" (trace "+e.TraceID+")")
		return
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write writes the response, unless another was given.
func (w *judged) Write(text []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	if w.refused {
		return len(text), nil
	}
	return w.ResponseWriter.Write(text)
}

// Unwrap is for http.ResponseController.
func (w *judged) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// checkTime is what the API gets to say whether it knows a credential.
const checkTime = 5 * time.Second

// checkFirst asks the API about the credential of a host that begins: it is told at once, and not by its first call. Where the
// API does not answer, that call tells more.
func checkFirst(callers callers) sdk.Middleware {
	return func(next sdk.MethodHandler) sdk.MethodHandler {
		return func(ctx context.Context, method string, request sdk.Request) (sdk.Result, error) {
			if method == "initialize" || method == "server/discover" {
				if err := check(ctx, callers, request.GetExtra()); client.CodeOf(err) == client.CodeUnauthenticated {
					judge(ctx, err)
					return nil, err
				}
			}
			return next(ctx, method, request)
		}
	}
}

func check(ctx context.Context, callers callers, extra *sdk.RequestExtra) error {
	if extra == nil {
		return nil
	}
	c, err := callers(extra.Header)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	_, err = c.Viewer(ctx)
	return err
}
