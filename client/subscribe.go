package client

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"log/slog"
	"time"

	"github.com/Khan/genqlient/graphql"
)

// subscription is a subscription across its connections.
type subscription[E any] struct {
	// name is the field of the API, document what is sent.
	name, document string
	// variables are those of the next connection; nil for none.
	variables func(ctx context.Context) (map[string]any, error)
	// read makes an event of its data, and notes the place behind it. False is one that was given already.
	read func(json.RawMessage) (E, bool, error)
	// connected, if any, is called when a connection stands; again tells whether one stood before.
	connected func(again bool)
}

// events gives the events of a subscription, one after the other, and connects anew whenever a connection ends. Its last element
// is the error that ended it: a refusal, or the cause of ctx.
func (s subscription[E]) events(ctx context.Context, c *Client) iter.Seq2[E, error] {
	return func(yield func(E, error) bool) {
		var pause backoff
		left, stood := false, false
		give := func(event E) bool {
			pause.reset()
			left = !yield(event, nil)
			return !left
		}
		for {
			err := s.connection(ctx, c, &stood, &pause, give)
			if left {
				return
			}
			var e *Error
			if errors.As(err, &e) && e.Retryable && ctx.Err() == nil {
				err = pause.again(ctx, c.logger, slog.LevelInfo, "connecting again", slog.String("subscription", s.name), e)
			}
			if ctx.Err() != nil {
				err = context.Cause(ctx)
			}
			if err != nil {
				yield(*new(E), err)
				return
			}
		}
	}
}

// connection gives the events of one connection, until it ends or who takes them has had enough.
func (s subscription[E]) connection(ctx context.Context, c *Client, stood *bool, pause *backoff, give func(E) bool) error {
	document := &graphql.Request{Query: s.document}
	if s.variables != nil {
		variables, err := s.variables(ctx)
		if err != nil {
			return err
		}
		document.Variables = variables
	}
	began := time.Now()
	stream, err := c.openStream(ctx, document)
	if err != nil {
		return s.named(err)
	}
	defer stream.close()
	pause.recovered(ctx, c.logger, "connected again", slog.String("subscription", s.name), began)
	if s.connected != nil {
		s.connected(*stood)
	}
	*stood = true
	for {
		data, err := stream.next()
		if err != nil {
			return s.named(err)
		}
		event, fresh, err := s.read(data)
		if err != nil {
			return s.named(unexpected(stream.response, err))
		}
		if fresh && !give(event) {
			return nil
		}
	}
}

func (s subscription[E]) named(err error) error {
	var e *Error
	if errors.As(err, &e) {
		e.Operation = s.name
	}
	return err
}
