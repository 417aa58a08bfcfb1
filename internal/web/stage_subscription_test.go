package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/asyncgate/asyncgate/graph"
	"github.com/asyncgate/asyncgate/models"
)

// stageExecutor executes a stage's operations.
type stageExecutor struct {
	*executor.Executor

	stage *stage
}

// CreateOperationContext takes variables as text.
func (e stageExecutor) CreateOperationContext(ctx context.Context, params *graphql.RawParams) (*graphql.OperationContext, gqlerror.List) {
	for name, value := range params.Variables {
		var decoded any
		_ = json.Unmarshal(value.(models.Text), &decoded)
		params.Variables[name] = decoded
	}
	return e.Executor.CreateOperationContext(ctx, params)
}

// Subscribe sets up a subscription of one field.
func (e stageExecutor) Subscribe(ctx context.Context, op *graphql.OperationContext, ring func()) (graph.Subscription, *graphql.Response) {
	switch op.Operation.SelectionSet[0].(*ast.Field).Name {
	case "refused":
		err := models.Errorf(models.CodeBadUserInput, "after is no cursor")
		return nil, &graphql.Response{Errors: gqlerror.List{presentForTest(ctx, err)}}
	case "cutOff":
		return &cutOff{ctx: ctx}, nil
	case "panics":
		panic("oh no")
	}
	s := e.stage
	s.entered <- "ticks"
	context.AfterFunc(ctx, func() { s.ended <- struct{}{} })
	t := &ticks{ctx: ctx}
	go t.follow(s.ticks, ring)
	return t, nil
}

// ticks is a subscription to what a test sends. It holds one tick that is not taken, and takes no other before.
type ticks struct {
	ctx context.Context
	buf bytes.Buffer // used again for each response, as generated code does

	mu    sync.Mutex
	tick  string
	taken chan struct{} // closed when the tick is; nil when there is none
	over  bool
}

func (t *ticks) follow(ticks <-chan string, ring func()) {
	for {
		select {
		case tick, more := <-ticks:
			taken := make(chan struct{})
			t.mu.Lock()
			if t.over = !more; more {
				t.tick, t.taken = tick, taken
			}
			t.mu.Unlock()
			ring()
			if !more {
				return
			}
			select {
			case <-taken:
			case <-t.ctx.Done():
				return
			}
		case <-t.ctx.Done():
			return
		}
	}
}

// Next returns the tick that has come.
func (t *ticks) Next() (response *graphql.Response, ended bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.ctx.Err() != nil:
		return nil, true
	case t.taken == nil:
		return nil, t.over
	}
	close(t.taken)
	t.taken = nil
	t.buf.Reset()
	_ = json.NewEncoder(&t.buf).Encode(map[string]string{"ticks": t.tick})
	return &graphql.Response{Data: t.buf.Bytes()}, false
}

// Close has nothing to close.
func (t *ticks) Close() {}

// cutOff is a subscription that ends with an error after one event.
type cutOff struct {
	ctx  context.Context
	said bool
}

// Next returns the event, then the error.
func (c *cutOff) Next() (response *graphql.Response, ended bool) {
	if !c.said {
		c.said = true
		return &graphql.Response{Data: []byte(`{"cutOff":"one"}`)}, false
	}
	err := models.Errorf(models.CodeSubscriberTooSlow, "resume with your cursor")
	return &graphql.Response{Errors: gqlerror.List{presentForTest(c.ctx, err)}}, true
}

// Close has nothing to close.
func (c *cutOff) Close() {}
