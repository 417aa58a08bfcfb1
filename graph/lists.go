package graph

import (
	"context"
	"io"

	"github.com/99designs/gqlgen/graphql"
)

// What the generated code does otherwise than gqlgen would have it; see shorten.

// marshalList writes the items of a list one after the other. gqlgen starts a goroutine for each; here they have nothing to do
// at the same time, since the first one that needs a nested field reads it for all, and no stack to grow anew for each. What
// panics in an item is its error.
func marshalList(
	ctx context.Context, length int, _ int64, _ bool, marshal func(ctx context.Context, i int) graphql.Marshaler,
) graphql.Array {
	list := make(graphql.Array, length)
	for i := range list {
		list[i] = marshalItem(ctx, i, marshal)
	}
	return list
}

func marshalItem(
	ctx context.Context, i int, marshal func(ctx context.Context, i int) graphql.Marshaler,
) (item graphql.Marshaler) {
	ctx = graphql.WithFieldContext(ctx, &graphql.FieldContext{Index: &i})
	defer func() {
		if value := recover(); value != nil {
			graphql.AddError(ctx, graphql.Recover(ctx, value))
			item = graphql.Null
		}
	}()
	return marshal(ctx, i)
}

// object is the fields of an object and their values. gqlgen's own writes each name once, which takes a map of those that it
// has written; a selection has each once already, since no two fields that are collected answer under one name.
type object struct {
	fields []graphql.CollectedField
	values []graphql.Marshaler
}

// MarshalGQL writes the object.
func (o *object) MarshalGQL(w io.Writer) {
	before := `{"`
	for i, value := range o.values {
		io.WriteString(w, before)
		io.WriteString(w, o.fields[i].Alias)
		io.WriteString(w, `":`)
		value.MarshalGQL(w)
		before = `,"`
	}
	if len(o.values) == 0 {
		io.WriteString(w, "{")
	}
	io.WriteString(w, "}")
}

// deferredGroup is where the fields of an object wait that @defer is for. Most objects have none, and need no place.
func deferredGroup(ctx context.Context, fields []graphql.CollectedField) graphql.DeferredGroup {
	for i := range fields {
		if fields[i].IsDeferred() {
			return graphql.NewDeferredGroup(ctx)
		}
	}
	return graphql.DeferredGroup{}
}
