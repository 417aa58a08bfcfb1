package main

import (
	"strings"
	"testing"
)

// resolver is gqlgen's code for a field; child is what its context says of the fields below.
func resolver(object, name, value, directive, child string) string {
	return `
func (ec *executionContext) _` + object + `_` + name + `(ctx context.Context, field graphql.CollectedField, obj *` + object + `) (ret graphql.Marshaler) {
	return graphql.ResolveField(
		ctx,
		ec.OperationContext,
		field,
		func(ctx context.Context, field graphql.CollectedField) (*graphql.FieldContext, error) {
			return ec.fieldContext_` + object + `_` + name + `(ctx, field)
		},
		func(ctx context.Context) (any, error) {
			return ` + value + `
		},
		` + directive + `,
		func(ctx context.Context, selections ast.SelectionSet, v string) graphql.Marshaler {
			return ec.marshal_` + name + `(ctx, selections, v)
		},
		true,
		true,
	)
}

func (ec *executionContext) fieldContext_` + object + `_` + name + `(ctx context.Context, field graphql.CollectedField) (*graphql.FieldContext, error) {
	` + child + `
}
`
}

const (
	scalar = `return graphql.NewScalarFieldContext("X", field, false, false, "ID")`
	lists  = `
func (ec *executionContext) lists() {
	deferred := graphql.NewDeferredGroup(ctx)
	ret := graphql.MarshalSliceConcurrently(ctx, len(v), 0, false, func(ctx context.Context, i int) graphql.Marshaler { return nil })
	return out
}
`
)

func children(object string) string { return `return ec.childFields_` + object + `(ctx, field)` }

func TestShorten(t *testing.T) {
	t.Parallel()
	code := "package graph\n" +
		resolver("Task", "id", "obj.ID, nil", "nil", scalar) +
		resolver("Task", "owner", "obj.Owner, nil", "nil", children("Principal")) +
		resolver("Task", "lease", "ec.Resolvers.Task().Lease(ctx, obj)", "nil", children("Lease")) +
		resolver("Task", "secret", "obj.Secret, nil", "func(ctx context.Context) {}", scalar) +
		resolver("Principal", "name", "obj.Name(), nil", "nil", scalar) +
		resolver("Lease", "id", "obj.ID, nil", "nil", scalar) +
		resolver("Lease", "task", "obj.Task, nil", "nil", children("Task")) + lists
	short, err := shorten([]byte(code))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{
		"return ec.marshal_id(ctx, field.Selections, obj.ID)": true, "return ec.marshal_owner(ctx, field.Selections, obj.Owner)": true,
		"return ec.marshal_name(ctx, field.Selections, obj.Name())": true,
		"return ec.marshal_lease(ctx, field.Selections":             false, "return ec.marshal_secret(ctx, field.Selections": false,
		"return ec.marshal_task(ctx, field.Selections": false, // a task has more than values below it
		"deferredGroup(ctx, fields)":                   true, "marshalList(ctx, len(v), 0, false,": true,
		"graphql.NewDeferredGroup": false, "return &object{fields, out.Values}": true,
	} {
		if got := strings.Contains(string(short), name); got != want {
			t.Errorf("%s is there: %v\n%s", name, got, short)
		}
	}
}

func TestShortenRefusesCodeThatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	for name, code := range map[string]string{
		"no Go": "package", "no field": "package graph\n" + lists, "no list": "package graph\n" + resolver("Task", "id", "obj.ID, nil", "nil", scalar),
	} {
		if short, err := shorten([]byte(code)); err == nil {
			t.Errorf("%s: %s", name, short)
		}
	}
}
