package graph

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"weak"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/uuid"
	"github.com/vektah/gqlparser/v2/ast"
)

// Of a tenant's subscriptions many ask the same: the same document of all agents of one make, for results or for the whole
// ledger. What a receipt is answered with then depends on the receipt alone, so it is executed once for all of them.

// asked is what decides, beside the event, what a subscription is answered. Of the viewer that is the tenant and the scopes:
// nothing below the fields of Subscription looks at anything else.
type asked struct {
	operation *ast.OperationDefinition
	tenant    uuid.UUID
	scopes    string
	// variables are those that are used below the field, as JSON.
	variables string
}

// whatIsAsked makes the key of an operation; not ok when there is none.
func whatIsAsked(ctx context.Context, op *graphql.OperationContext) (key asked, ok bool) {
	v := viewer(ctx)
	scopes := make([]string, len(v.Scopes))
	for i, scope := range v.Scopes {
		scopes[i] = string(scope)
	}
	slices.Sort(scopes)
	key = asked{operation: op.Operation, tenant: v.TenantID, scopes: strings.Join(scopes, " ")}
	used := usedVariables{}
	used.root(op.Operation.SelectionSet)
	if len(used) == 0 {
		return key, true
	}
	for name := range used {
		used[name] = op.Variables[name]
	}
	text, err := json.Marshal(used)
	key.variables = string(text)
	return key, err == nil
}

// usedVariables are the variables that an operation uses but in the arguments of its root fields, which say where a stream
// begins and what it holds.
type usedVariables map[string]any

func (u usedVariables) root(set ast.SelectionSet) {
	visit := visitor{value: u.value}
	visit.selection = func(selection ast.Selection) {
		if n, ok := selection.(*ast.FragmentSpread); ok {
			visit.selections(n.Definition.SelectionSet)
		}
	}
	for _, selection := range set {
		switch n := selection.(type) {
		case *ast.Field:
			visit.directives(n.Directives)
			visit.selections(n.SelectionSet)
		case *ast.InlineFragment:
			visit.directives(n.Directives)
			u.root(n.SelectionSet)
		case *ast.FragmentSpread:
			visit.directives(n.Directives)
			u.root(n.Definition.SelectionSet)
		}
	}
}

func (u usedVariables) value(v *ast.Value) {
	if v == nil {
		return
	}
	if v.Kind == ast.Variable {
		u[v.Raw] = nil
	}
	for _, child := range v.Children {
		u.value(child.Value)
	}
}

// plans are the plans of the subscriptions that stand. The zero value has none.
type plans struct {
	mu  sync.Mutex
	all map[asked]*plan
	// clock ticks with each answer that is shared, to tell which of two came first.
	clock atomic.Int64
}

// plan is how the events of all subscriptions are executed that ask the same.
type plan struct {
	of    *plans
	asked asked
	op    *graphql.OperationContext
	// What follows is guarded by plans.mu. users are the subscriptions; recent the answers to the last receipts, oldest first:
	// they stay in memory as long as somebody uses them, or until the next garbage collection; last the one that stays longer.
	users  int
	recent []weak.Pointer[shared]
	last   *shared
}

const (
	// maxRecent bounds the answers that a plan knows of.
	maxRecent = 64
	// maxLast bounds the answer that it keeps, in bytes.
	maxLast = 8 << 10
)

// shared is the answer to a receipt.
type shared struct {
	seq  int64
	once sync.Once
	// begun and done are when it was looked for; data is what it is, nil when it is not for others, because something went wrong.
	begun, done int64
	data        []byte
}

// enter returns the plan for an operation; leave gives it back.
func (ps *plans) enter(ctx context.Context, op *graphql.OperationContext) *plan {
	key, ok := whatIsAsked(ctx, op)
	if !ok {
		return &plan{of: ps, op: lasting(op), users: 1}
	}
	ps.mu.Lock()
	defer ps.mu.Unlock()
	p := ps.all[key]
	if p == nil {
		p = &plan{of: ps, asked: key, op: lasting(op)}
		if ps.all == nil {
			ps.all = map[asked]*plan{}
		}
		ps.all[key] = p
	}
	p.users++
	return p
}

func (p *plan) leave() {
	p.of.mu.Lock()
	defer p.of.mu.Unlock()
	if p.users--; p.users == 0 && p.of.all[p.asked] == p {
		delete(p.of.all, p.asked)
	}
}

// respond returns the answer to a receipt, and when it was found: it is executed now, or was by another who got the same
// receipt not long ago. All that is looked up for it is looked up after since, which is when the stream's last answer was
// found: so nothing that a stream shows goes back in time. Errors are each caller's own, who executes for itself.
func (p *plan) respond(seq, since int64, execute func() *graphql.Response) (response *graphql.Response, found int64) {
	answer := p.find(seq, since)
	if answer == nil {
		return execute(), p.of.clock.Load()
	}
	mine := false
	answer.once.Do(func() {
		mine = true
		if response = execute(); response != nil && len(response.Errors) == 0 {
			answer.data = slices.Clone(response.Data)
		}
		answer.done = p.of.clock.Load()
		p.keep(answer)
	})
	switch {
	case mine:
		return response, answer.done
	case answer.data == nil:
		return execute(), p.of.clock.Load()
	default:
		return &graphql.Response{Data: answer.data}, answer.done
	}
}

// find returns the answer that all share, which may not be there yet; nil when nobody shares it.
func (p *plan) find(seq, since int64) *shared {
	p.of.mu.Lock()
	defer p.of.mu.Unlock()
	if p.users == 1 {
		p.recent, p.last = nil, nil
		return nil
	}
	for _, known := range slices.Backward(p.recent) {
		if s := known.Value(); s != nil && s.seq == seq && s.begun > since {
			return s
		}
	}
	s := &shared{seq: seq, begun: p.of.clock.Add(1)}
	if len(p.recent) == maxRecent {
		p.recent = slices.Delete(p.recent, 0, 1)
	}
	p.recent = append(p.recent, weak.Make(s))
	return s
}

// keep keeps an answer, unless it is a large one.
func (p *plan) keep(answer *shared) {
	p.of.mu.Lock()
	defer p.of.mu.Unlock()
	if p.last = answer; len(answer.data) > maxLast {
		p.last = nil
	}
}
