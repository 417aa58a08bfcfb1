package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/uuid"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/asyncgate/asyncgate/internal/limit"
	"github.com/asyncgate/asyncgate/models"
)

// What counts, before anything is executed:
//
//	an operation                                  one for each root field, against its credential
//	any other request with a valid credential     one, against the credential
//	a failure to authenticate                     one, against the failures of the client's address
//	any other request refused before that         one, against the client's address
//
// The opening of a WebSocket counts nothing (a failure of its connection_init does), so that a network full of subscribers
// can connect again at once; nor does what is refused because the server can't work. Who has nothing left is refused before
// its body is read.

// tally is where one request is counted. A nil tally counts nothing.
type tally struct {
	limits *limit.Limits
	// header is the answer's, nil on a WebSocket.
	header http.Header
	// address is the client's household, and credential what it has authenticated with, "" before.
	address, credential string
	counted             bool
	observer            Observer
}

func tallyOf(ctx context.Context) *tally { return notesOf(ctx).tally }

// tallied gives every request to /graphql a tally, and every answer its headers.
func (s *Server) tallied(next http.Handler) http.Handler {
	if s.opt.Limits == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t := &tally{limits: s.opt.Limits, header: w.Header(), address: household(s.proxies.client(r)), observer: s.opt.Observer}
		t.show(t.limits.Addresses.Peek(t.address))
		if r.URL.Path == "/graphql" {
			notesOf(r.Context()).tally = t
		}
		next.ServeHTTP(w, r)
	})
}

// another returns a tally for an operation of the same caller, on the same WebSocket.
func (t *tally) another() *tally {
	if t == nil {
		return nil
	}
	return &tally{limits: t.limits, address: t.address, credential: t.credential, observer: t.observer}
}

// identify makes the viewer's credential what is counted against: its key, or in development who it says it is.
func (t *tally) identify(viewer models.Viewer) {
	if t == nil {
		return
	}
	if viewer.KeyID != uuid.Nil {
		t.credential = viewer.KeyID.String()
	} else {
		sum := sha256.Sum256([]byte(viewer.TenantID.String() + viewer.Principal.String()))
		t.credential = hex.EncodeToString(sum[:16])
	}
}

// left returns RATE_LIMITED when the credential, or the address as long as there is none, has nothing left.
func (t *tally) left() error {
	if t == nil {
		return nil
	}
	counter, key, whose := t.of()
	state := counter.Peek(key)
	if !state.Exceeded {
		return nil
	}
	return t.exceeded(counter, whose, state)
}

// of returns where requests are counted, under which key, and whose limit that is.
func (t *tally) of() (counter *limit.Counter, key, whose string) {
	if t.credential == "" {
		return t.limits.Addresses, t.address, forAddress
	}
	return t.limits.Credentials, t.credential, forCaller
}

// operation counts an operation that is ready to be executed, or was refused with errs. It returns RATE_LIMITED when it must
// not be executed.
func (t *tally) operation(ctx context.Context, op *graphql.OperationContext, errs gqlerror.List) error {
	if t == nil {
		return nil
	}
	if len(errs) > 0 {
		return t.count(ctx, 1)
	}
	return t.count(ctx, rootFields(op))
}

// refusal counts a request that is refused with err, unless it has been counted. It returns RATE_LIMITED when that is what the
// caller shall hear instead.
func (t *tally) refusal(ctx context.Context, err error) error {
	if t == nil || t.counted {
		return nil
	}
	switch code := models.CodeOf(err); {
	case errors.Is(err, errLate): // the caller's doing, or its line's
		return t.count(ctx, 1)
	case code == models.CodeUnavailable, code == models.CodeInternal, code == models.CodeRateLimited:
		return nil
	case code == models.CodeUnauthenticated && t.credential == "":
		return t.take(ctx, t.limits.Failures, t.address, 1, forFailures)
	default:
		return t.count(ctx, 1)
	}
}

// count counts n against the credential, or the address as long as there is none.
func (t *tally) count(ctx context.Context, n int64) error {
	counter, key, whose := t.of()
	return t.take(ctx, counter, key, n, whose)
}

// Whose limits they are, in messages.
const (
	forCaller   = "for each credential"
	forAddress  = "for each address without a credential"
	forFailures = "for failures to authenticate from each address"
)

func (t *tally) take(ctx context.Context, counter *limit.Counter, key string, n int64, whose string) error {
	t.counted = true
	state := counter.Count(ctx, key, n)
	switch {
	case !state.Exceeded:
		t.show(state)
		return nil
	case n > state.Limit:
		t.observer.Refused(RefusedRate)
		t.show(state)
		t.retryAfter(state)
		return models.Errorf(models.CodeRateLimited,
			"the operation has %d root fields, more than the limit of %s %s ever allows; send several with fewer", n, counter, whose)
	default:
		return t.exceeded(counter, whose, state)
	}
}

func (t *tally) exceeded(counter *limit.Counter, whose string, state limit.State) error {
	t.observer.Refused(RefusedRate)
	t.show(state)
	t.retryAfter(state)
	return models.Errorf(models.CodeRateLimited, "the limit of %s %s is reached; try again in %d s", counter, whose, state.RetryAfter)
}

// show sets the headers by which clients pace themselves.
func (t *tally) show(state limit.State) {
	if t.header == nil {
		return
	}
	values := []string{
		strconv.FormatInt(state.Limit, 10), strconv.FormatInt(state.Remaining, 10), strconv.FormatInt(state.Reset, 10),
	}
	for i, name := range [...]string{"X-Ratelimit-Limit", "X-Ratelimit-Remaining", "X-Ratelimit-Reset"} {
		t.header[name] = values[i : i+1 : i+1] // as Set would, with one allocation for all
	}
}

func (t *tally) retryAfter(state limit.State) {
	if t.header != nil {
		t.header.Set("Retry-After", strconv.FormatInt(state.RetryAfter, 10))
	}
}

// rootFields is how many fields of the root an operation executes, through fragments and under all names; at least 1.
func rootFields(op *graphql.OperationContext) int64 {
	root := "Query"
	switch op.Operation.Operation {
	case ast.Mutation:
		root = "Mutation"
	case ast.Subscription:
		root = "Subscription"
	}
	fields := graphql.CollectFields(op, op.Operation.SelectionSet, []string{root})
	return int64(max(1, len(fields)))
}
