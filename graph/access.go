package graph

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/asyncgate/asyncgate/internal/auth"
	"github.com/asyncgate/asyncgate/models"
)

// access is what an operation's fields require of the caller: each scope with a field that requires it. "" stands for a
// credential and no scope, introspection for being allowed to introspect.
type access map[models.Scope]string

const introspect models.Scope = "introspection"

// note adds what one field requires.
func (a access) note(f *ast.Field) {
	scope := models.Scope("")
	switch {
	case f.Name == "__typename":
		return
	case strings.HasPrefix(f.Name, "__"):
		scope = introspect
	case f.ObjectDefinition != nil && strings.HasPrefix(f.ObjectDefinition.Name, "__"):
		return
	default:
		if requires := f.Definition.Directives.ForName("requires"); requires != nil {
			scope = models.Scope(requires.Arguments.ForName("scope").Value.Raw)
		}
	}
	if _, known := a[scope]; !known {
		a[scope] = f.Name
		if f.ObjectDefinition != nil {
			a[scope] = f.ObjectDefinition.Name + "." + f.Name
		}
	}
}

// checkAccess returns UNAUTHENTICATED without a viewer, FORBIDDEN when it lacks a scope that a selected field requires, or
// introspects and must not. Who has no credential may do nothing but introspect, where everyone may.
func (o *Options) checkAccess(ctx context.Context, required access) error {
	viewer, authenticated := auth.ViewerFrom(ctx)
	_, introspects := required[introspect]
	allowed := !introspects || o.Introspection(ctx)
	switch {
	case !authenticated && (!introspects || !allowed || len(required) > 1):
		return models.Errorf(models.CodeUnauthenticated, "a credential is needed: send Authorization: Bearer <API key>")
	case !allowed:
		return models.Errorf(models.CodeForbidden,
			"introspection is not allowed here; the schema is in the project's repository, schema.graphqls")
	}
	for _, scope := range slices.Sorted(maps.Keys(required)) {
		if scope != "" && scope != introspect && !viewer.Has(scope) {
			return errScope(required[scope], scope)
		}
	}
	return nil
}

func errScope(field string, scope models.Scope) error {
	return models.Errorf(models.CodeForbidden, "%s needs the scope %s, which the credential has not", field, scope)
}
