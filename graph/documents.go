package graph

import (
	"errors"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/asyncgate/asyncgate/models"
)

// document is a parsed and validated document that is ready to be executed any number of times. Nothing writes to it.
type document struct {
	ast *ast.QueryDocument
	// literals are the values that have been taken out of the document; see literals.go.
	literals []literal
}

// documents parses documents, each once as long as the cache keeps it.
type documents struct {
	schema *ast.Schema
	cache  *documentCache
}

func newDocuments(schema *ast.Schema) *documents {
	return &documents{schema: schema, cache: newDocumentCache()}
}

// get returns the document with this text. Errors: GRAPHQL_PARSE_FAILED, GRAPHQL_VALIDATION_FAILED, QUERY_TOO_COMPLEX
// (tokens, nesting), BAD_USER_INPUT (numbers out of range).
func (d *documents) get(text string) (*document, gqlerror.List) {
	if doc, ok := d.cache.get(text); ok {
		return doc, nil
	}
	doc, errs := d.prepare(text)
	if errs != nil {
		return nil, errs
	}
	d.cache.add(text, doc)
	return doc, nil
}

func (d *documents) prepare(text string) (*document, gqlerror.List) {
	if err := checkSize(text); err != nil {
		return nil, listOf(err)
	}
	query, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: strings.ToValidUTF8(text, "\uFFFD")}, maxTokens)
	if err != nil {
		return nil, gqlerror.List{parseError(err)}
	}
	if len(query.Operations) == 0 {
		return nil, gqlerror.List{errInvalid("the document has no operation")}
	}
	if err := checkRepeats(query); err != nil {
		return nil, listOf(err)
	}
	n := numbers{hidden: map[*ast.Value]string{}}
	r := rulesFor(text)
	r.AddRule(numbersRule, n.rule)
	if errs := validator.ValidateWithRules(d.schema, query, r); len(errs) > 0 {
		return nil, validationErrors(errs)
	}
	n.show()
	doc := &document{ast: query}
	if err := doc.hoistLiterals(); err != nil {
		return nil, listOf(err)
	}
	return doc, nil
}

// operation returns the operation of that name, or the only one for "".
func (doc *document) operation(name string) (*ast.OperationDefinition, error) {
	op := doc.ast.Operations.ForName(name)
	switch {
	case op != nil:
		return op, nil
	case name == "":
		return nil, errInvalid("the document has several operations; name one in operationName")
	default:
		return nil, errInvalid("the document has no operation %.64q", name)
	}
}

// errInvalid is what is wrong with a document or the types of its variables.
func errInvalid(format string, args ...any) *gqlerror.Error {
	err := gqlerror.Errorf(format, args...)
	errcode.Set(err, errcode.ValidationFailed)
	return err
}

func parseError(err error) *gqlerror.Error {
	var e *gqlerror.Error
	if !errors.As(err, &e) {
		e = gqlerror.Wrap(err)
	}
	e.Message = cut(e.Message)
	// The parser has no errors of a type for its limits.
	switch {
	case strings.HasPrefix(e.Message, "exceeded token limit"):
		e.Err = models.Errorf(models.CodeQueryTooComplex,
			"the document has more than %d tokens; pass values as variables, or ask for less at once", maxTokens)
	case strings.HasPrefix(e.Message, "exceeded maximum nesting depth"):
		e.Err = models.Errorf(models.CodeQueryTooComplex, "the document nests deeper than %d levels", parser.MaxNestingDepth)
	default:
		errcode.Set(e, errcode.ParseFailed)
	}
	return e
}

func validationErrors(errs gqlerror.List) gqlerror.List {
	if len(errs) > maxShownErrors {
		more := errInvalid("and %d more errors", len(errs)-maxShownErrors)
		errs = append(errs[:maxShownErrors:maxShownErrors], more)
	}
	for _, e := range errs {
		e.Message = cut(e.Message)
		switch e.Rule {
		case numbersRule:
			e.Err = models.Errorf(models.CodeBadUserInput, "%s", e.Message)
		case rules.MaxIntrospectionDepth.Name:
			e.Err = models.Errorf(models.CodeQueryTooComplex,
				"fields, inputFields, interfaces and possibleTypes nest more than 2 deep in an introspection query")
		default:
			errcode.Set(e, errcode.ValidationFailed)
		}
	}
	return errs
}

// numbersRule comes, in the order of names that the validator uses, before ValuesOfCorrectType, which reads numbers into
// int64 and float64 and calls what does not fit a wrong type.
const numbersRule = "NumbersInRange"

// numbers settles what is to be said about number literals: those that don't fit into an Int are refused with a code of
// their own, those that stand for an ID become what the specification says they are, their text. All others that Go can't
// read are zero as long as the validator looks at them; what becomes of them is the matter of their scalar.
type numbers struct{ hidden map[*ast.Value]string }

func (n *numbers) rule(observers *validator.Events, addError validator.AddErrFunc) {
	observers.OnValue(func(_ *validator.Walker, v *ast.Value) {
		switch {
		case v.Kind == ast.IntValue && v.Definition != nil && v.Definition.Name == "ID":
			v.Kind = ast.StringValue
		case v.Kind == ast.IntValue && v.Definition != nil && v.Definition.Name == "Int":
			if _, err := strconv.ParseInt(v.Raw, 10, 32); err != nil {
				addError(validator.Message("%s", errIntRange(v.Raw).Message), at(v.Position))
				v.Raw = "0" // the document is refused already; one error for it is enough
			}
		case v.Kind == ast.IntValue:
			if _, err := strconv.ParseInt(v.Raw, 10, 64); err != nil {
				n.hide(v)
			}
		case v.Kind == ast.FloatValue:
			if _, err := strconv.ParseFloat(v.Raw, 64); err != nil {
				n.hide(v)
			}
		}
	})
}

func (n *numbers) hide(v *ast.Value) {
	n.hidden[v] = v.Raw
	v.Raw = "0"
}

func (n *numbers) show() {
	for v, raw := range n.hidden {
		v.Raw = raw
	}
}

func at(p *ast.Position) validator.ErrorOption {
	return func(err *gqlerror.Error) { err.Locations = locations(p) }
}

func locations(p *ast.Position) []gqlerror.Location {
	if p == nil {
		return nil
	}
	return []gqlerror.Location{{Line: p.Line, Column: p.Column}}
}
