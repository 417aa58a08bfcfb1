package graph

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/asyncgate/asyncgate/models"
)

// weight is how much an operation asks for. Fragments count at every place where they are spread.
type weight struct {
	// depth is how deep fields nest, and cost the sum of their fields' costs; introspection is apart from both.
	depth, cost int
	// aliases counts fields under another name, by which a document can ask for one thing many times.
	aliases int
	// introspection is what __schema and __type cost, whose lists are as long as in a schema somewhat larger than this one.
	introspection int
}

// maxWeight is where sums stop: a document of a few hundred bytes can ask for more than an int holds.
const maxWeight = 1 << 40

func (w weight) plus(other weight) weight {
	return weight{
		depth:         max(w.depth, other.depth),
		cost:          min(w.cost+other.cost, maxWeight),
		aliases:       min(w.aliases+other.aliases, maxWeight),
		introspection: min(w.introspection+other.introspection, maxWeight),
	}
}

// The limits that are not configurable. The introspection query of the usual tools costs about 600,000, and has no aliases.
const (
	maxAliases       = 200
	maxIntrospection = 2_000_000
)

// introspectionLists is how long the lists of the introspection are taken to be.
var introspectionLists = map[string]int{
	"types": 100, "fields": 25, "args": 5, "inputFields": 15, "enumValues": 20, "directives": 10,
}

// checkWeight returns QUERY_TOO_COMPLEX when the operation asks for too much.
func (o *Options) checkWeight(w weight) error {
	for _, limit := range []struct {
		what       string
		value, max int
	}{
		{"fields nest %d deep", w.depth, o.MaxDepth},
		{"the complexity is %d", w.cost, o.MaxComplexity},
		{"%d fields have aliases", w.aliases, maxAliases},
		{"the introspection costs %d", w.introspection, maxIntrospection},
	} {
		if limit.value > limit.max {
			return models.Errorf(models.CodeQueryTooComplex, limit.what+"; allowed are %d", limit.value, limit.max)
		}
	}
	return nil
}

// scale weighs the selected fields of one operation, and notes what they require of the caller: one walk for both, each
// fragment once.
type scale struct {
	variables map[string]any
	fragments map[*ast.FragmentDefinition]weight
	access    access
}

func newScale(variables map[string]any) *scale {
	return &scale{variables: variables, fragments: map[*ast.FragmentDefinition]weight{}, access: access{}}
}

// operation weighs an operation. GRAPHQL_VALIDATION_FAILED: an explicit null where a variable's default would have been
// allowed, which gqlgen does not expect; a subscription that is not one stream.
func (s *scale) operation(op *ast.OperationDefinition) (weight, error) {
	total, err := s.selections(op.SelectionSet)
	if err == nil && op.Operation == ast.Subscription && !s.subscribes(op.SelectionSet) {
		err = errInvalid("a subscription must select one field, under one name")
	}
	return total, err
}

// responses collects the names under which a selection answers, be it behind fragments, when @skip and @include have done
// their work. Each fragment is walked once: it always answers under the same names.
func (s *scale) responses(set ast.SelectionSet, names map[string]*ast.Field, walked map[*ast.FragmentDefinition]bool) {
	for _, selection := range set {
		switch n := selection.(type) {
		case *ast.Field:
			if included, _ := s.included(n.Directives); included {
				names[n.Alias] = n
			}
		case *ast.InlineFragment:
			if included, _ := s.included(n.Directives); included {
				s.responses(n.SelectionSet, names, walked)
			}
		case *ast.FragmentSpread:
			if included, _ := s.included(n.Directives); included && !walked[n.Definition] {
				walked[n.Definition] = true
				s.responses(n.Definition.SelectionSet, names, walked)
			}
		}
	}
}

// subscribes tells whether a selection is one stream, as a subscription's must be.
func (s *scale) subscribes(set ast.SelectionSet) bool {
	names := map[string]*ast.Field{}
	s.responses(set, names, map[*ast.FragmentDefinition]bool{})
	for _, f := range names {
		return len(names) == 1 && !strings.HasPrefix(f.Name, "__")
	}
	return false
}

func (s *scale) selections(set ast.SelectionSet) (total weight, err error) {
	for _, selection := range set {
		var w weight
		switch n := selection.(type) {
		case *ast.Field:
			w, err = s.fieldIfIncluded(n)
		case *ast.InlineFragment:
			var included bool
			if included, err = s.included(n.Directives); included {
				w, err = s.selections(n.SelectionSet)
			}
		case *ast.FragmentSpread:
			var included bool
			if included, err = s.included(n.Directives); included {
				w, err = s.fragment(n.Definition)
			}
		}
		if err != nil {
			return weight{}, err
		}
		total = total.plus(w)
	}
	return total, nil
}

// fragment weighs a fragment once: fragments that spread each other twice would otherwise take for ever.
func (s *scale) fragment(definition *ast.FragmentDefinition) (weight, error) {
	if w, ok := s.fragments[definition]; ok {
		return w, nil
	}
	w, err := s.selections(definition.SelectionSet)
	s.fragments[definition] = w
	return w, err
}

// included tells whether @skip and @include let a selection through.
func (s *scale) included(directives ast.DirectiveList) (bool, error) {
	for _, directive := range directives {
		if directive.Name != "skip" && directive.Name != "include" {
			continue
		}
		value, ok := directive.ArgumentMap(s.variables)["if"].(bool)
		if !ok {
			return false, errInvalid("the argument \"if\" of @%s must not be null", directive.Name)
		}
		if value == (directive.Name == "skip") {
			return false, nil
		}
	}
	return true, nil
}

func (s *scale) fieldIfIncluded(f *ast.Field) (weight, error) {
	included, err := s.included(f.Directives)
	if !included || err != nil {
		return weight{}, err
	}
	w, err := s.field(f)
	if f.Alias != f.Name {
		w.aliases++
	}
	return w, err
}

func (s *scale) field(f *ast.Field) (weight, error) {
	s.access.note(f)
	times, err := s.times(f)
	if err != nil {
		return weight{}, err
	}
	w, err := s.selections(f.SelectionSet)
	if f.Name == "__schema" || f.Name == "__type" {
		return weight{aliases: w.aliases, introspection: min(1+w.cost, maxWeight)}, err
	}
	w.depth++
	w.cost = min(1+times*w.cost, maxWeight)
	return w, err
}

// times returns how often the selection of a field is executed at most: connections for each row of a page, parents ten
// times, batches for each item, lists of the introspection for each of about so many parts.
func (s *scale) times(f *ast.Field) (int, error) {
	if strings.HasPrefix(f.ObjectDefinition.Name, "__") {
		return max(1, introspectionLists[f.Name]), nil
	}
	if len(f.Definition.Arguments) == 0 {
		if f.ObjectDefinition.Name == "Receipt" && f.Name == "parents" {
			return models.MaxParents, nil
		}
		return 1, nil
	}
	arguments := f.ArgumentMap(s.variables)
	for _, definition := range f.Definition.Arguments {
		if definition.Type.NonNull && arguments[definition.Name] == nil {
			return 0, errInvalid("the argument %q of %s must not be null", definition.Name, f.Name)
		}
	}
	switch {
	case strings.HasSuffix(f.Definition.Type.Name(), "Connection"):
		return pageSize(arguments), nil
	case f.Name == "claimTasks":
		input, _ := arguments["input"].(map[string]any)
		return clamp(input["maxTasks"], 1, models.MaxClaim), nil
	default:
		inputs, _ := arguments["inputs"].([]any)
		return max(1, min(len(inputs), models.MaxBatchSize)), nil
	}
}

// pageSize is how many rows a connection returns at most.
func pageSize(arguments map[string]any) int {
	size := arguments["first"]
	if size == nil {
		size = arguments["last"]
	}
	return clamp(size, models.DefaultPageSize, models.MaxPageSize)
}

// clamp reads an argument that may be absent, of which too much is cut and too little is refused later.
func clamp(v any, fallback, most int) int {
	n := int64(fallback)
	switch v := v.(type) {
	case int64:
		n = v
	case int:
		n = int64(v)
	}
	return int(max(1, min(n, int64(most))))
}
