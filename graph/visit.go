package graph

import "github.com/vektah/gqlparser/v2/ast"

// visitor goes through selections, but not into the fragments that they spread. It is told of a selection first (selection may
// be nil), then of the values of its arguments and directives, then of the selections within.
type visitor struct {
	selection func(ast.Selection)
	value     func(*ast.Value)
}

func (v visitor) selections(set ast.SelectionSet) {
	for _, selection := range set {
		if v.selection != nil {
			v.selection(selection)
		}
		switch n := selection.(type) {
		case *ast.Field:
			v.arguments(n.Arguments)
			v.directives(n.Directives)
			v.selections(n.SelectionSet)
		case *ast.InlineFragment:
			v.directives(n.Directives)
			v.selections(n.SelectionSet)
		case *ast.FragmentSpread:
			v.directives(n.Directives)
		}
	}
}

func (v visitor) directives(list ast.DirectiveList) {
	for _, directive := range list {
		v.arguments(directive.Arguments)
	}
}

func (v visitor) arguments(list ast.ArgumentList) {
	for _, argument := range list {
		v.value(argument.Value)
	}
}
